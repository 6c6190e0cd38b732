"""The laws of a split: nothing straddles, the gap holds, what is drawn stays drawn."""

import numpy as np
import pandas as pd
import pytest

from limner import split as splits
from limner.blocks import Split
from limner.errors import LimnerError

PARAMS = Split(test=0.2, gap_seconds=0.25)


def photos(person: str, count: int, split: str = "") -> list[dict[str, str]]:
    """Photos of one person, as rows of faces.csv."""
    return [
        {"id": f"{person}-{i}", "person": person, "group": person, "time": "", "split": split} for i in range(count)
    ]


def video(person: str, frames: int, step: float = 4 / 24, block: float = 1.5, name: str = "") -> list[dict[str, str]]:
    """Frames of one video, as rows of faces.csv."""
    rows = []
    for i in range(frames):
        group = f"{name or person}@{int(i * step // block):03}"
        rows.append(
            {"id": f"{name or person}-{i:05}", "person": person, "group": group, "time": f"{i * step:.4f}", "split": ""}
        )
    return rows


def run(rows: list[dict[str, str]], seed: int = 0) -> pd.DataFrame:
    """The split of these rows, with their times."""
    faces = pd.DataFrame(rows)
    return splits.split(faces, PARAMS, seed).assign(time=faces["time"])


@pytest.mark.parametrize("seed", range(5))
def test_no_group_straddles_and_the_gap_holds(seed: int) -> None:
    table = run(video("a", 118) + video("b", 130, step=1 / 30) + photos("c", 30) + photos("d", 2), seed)
    for _, group in table.groupby("group"):
        assert len({"train", "test"} & set(group["split"])) == 1
    for name in ("a", "b"):
        frames = table[table["group"].str.startswith(f"{name}@")]
        seconds = frames["time"].astype(float).to_numpy()
        test, train = (seconds[(frames["split"] == part).to_numpy()] for part in ("test", "train"))
        assert test.size
        assert train.size
        away = np.abs(test[:, None] - train[None]).min()
        assert away >= PARAMS.gap_seconds
        assert set(frames["split"]) == {"train", "test", "gap"}


def test_every_video_has_its_own_share_spread_over_its_time() -> None:
    table = run(video("a", 118) + video("b", 118))
    for name in ("a", "b"):
        parts = table[table["person"] == name]["split"].value_counts(normalize=True)
        assert 0.15 < parts["test"] < 0.3
        tested = table[(table["person"] == name) & (table["split"] == "test")]
        blocks = sorted({int(group.split("@")[1]) for group in tested["group"]})
        assert blocks[0] < 7 <= blocks[-1]


def test_one_more_photo_moves_no_more_than_one_other() -> None:
    before = run(photos("a", 30)).set_index("id")["split"]
    for count in range(31, 40):
        after = run(photos("a", count)).set_index("id")["split"]
        moved = (after[before.index] != before).sum()
        assert moved <= 1
        before = after


def test_one_more_person_moves_no_more_than_one_other() -> None:
    people = [row for i in range(20) for row in photos(f"p{i}", 2)]
    before = run(people).set_index("id")["split"]
    after = run(people + photos("new", 2)).set_index("id")["split"]
    changed = before.index[after[before.index] != before]
    assert len({name.split("-")[0] for name in changed}) <= 1
    assert (before == "test").sum() == 8
    other = run(people, seed=1).set_index("id")["split"]
    assert (other != before).any()


def test_a_video_is_not_moved_by_others() -> None:
    alone = run(video("a", 118)).set_index("id")["split"]
    together = run(video("b", 50) + photos("c", 12) + video("a", 118)).set_index("id")["split"]
    assert together[alone.index].equals(alone)


def test_people_with_few_photos_stay_whole_and_one_with_many_is_parted() -> None:
    rows = [row for i in range(10) for row in photos(f"p{i}", 2)] + photos("many", 50)
    table = run(rows)
    few = table[table["person"] != "many"]
    assert all(len(set(parts)) == 1 for _, parts in few.groupby("person")["split"])
    assert (few["group"] == few["person"]).all()
    assert few.loc[few["split"] == "test", "person"].nunique() == 2
    many = table[table["person"] == "many"]
    assert many["split"].value_counts().to_dict() == {"train": 40, "test": 10}
    assert (many["group"] == many["id"]).all()


def test_of_many_people_with_some_photos_whole_people_are_tested() -> None:
    table = run([row for i in range(12) for row in photos(f"p{i}", 6)])
    assert all(len(set(parts)) == 1 for _, parts in table.groupby("person")["split"])


def test_two_people_with_a_test_photo_each_are_both_learned() -> None:
    table = run(photos("ana", 8) + photos("ben", 8) + [row for i in range(10) for row in photos(f"p{i}", 2)])
    for name in ("ana", "ben"):
        assert table.loc[table["person"] == name, "split"].value_counts().to_dict() == {"train": 6, "test": 2}


def test_the_only_person_is_parted_photo_by_photo() -> None:
    assert run(photos("me", 6))["split"].value_counts().to_dict() == {"train": 5, "test": 1}
    assert run(photos("me", 2))["split"].value_counts().to_dict() == {"train": 1, "test": 1}
    assert run(photos("me", 1))["split"].tolist() == ["train"]


def test_the_manifests_own_split_wins() -> None:
    rows = [row for i in range(10) for row in photos(f"p{i}", 2)]
    for row, part in zip(rows, ["test", "test", "train", "train"], strict=False):
        row["split"] = part
    rows[4]["split"] = "test"  # its twin, rows[5], is left to us
    rows[6]["split"] = rows[7]["split"] = "other"
    table = run(rows)
    assert table["split"].tolist()[:8] == ["test", "test", "train", "train", "test", "test", "other", "other"]
    frames = video("a", 60)
    for frame in frames:
        frame["split"] = "test" if frame["group"] in ("a@000", "a@001") else "train"
    frames[-1]["split"] = ""
    frames[-1]["group"] = "a@999"
    assert run(frames)["split"].tolist()[:-1] == [frame["split"] for frame in frames[:-1]]
    with pytest.raises(LimnerError, match=r"'tset' is not allowed; allowed: train, test, other.*did you mean 'test'"):
        run([{**row, "split": "tset"} for row in photos("a", 3)])


@pytest.mark.parametrize("seed", range(3))
def test_the_gap_counts_within_a_video_only(seed: int) -> None:
    """Two videos of one person both begin at second 0."""
    table = run(video("a", 30, name="one") + video("a", 90, name="two"), seed)
    seconds, film = table["time"].astype(float).to_numpy(), table["id"].str[:3].to_numpy()
    tested = (table["split"] == "test").to_numpy()
    near = (np.abs(seconds[:, None] - seconds) < PARAMS.gap_seconds) & tested
    own, other = ((near & which).any(axis=1) for which in (film[:, None] == film, film[:, None] != film))
    assert table["split"].tolist() == np.select([tested, own], ["test", "gap"], "train").tolist()
    assert (other & ~own & ~tested).any(), "and these would be in it, were the two one"


def test_who_is_drawn_with_members_on_both_sides_is_used_for_neither() -> None:
    """And those whose side the manifest names stay on it."""
    rows = [row for i in range(10) for row in photos(f"p{i}", 3)]
    rows[0]["split"], rows[1]["split"] = "train", "test"
    assert run(rows)["split"].tolist()[:3] == ["train", "test", "gap"]


@pytest.mark.parametrize(("people", "whole"), [(4, False), (5, True)])
def test_people_with_some_photos_are_parted_where_they_are_too_few_to_test_on_one(people: int, whole: bool) -> None:
    """A fifth of four people is none."""
    table = run([row for i in range(people) for row in photos(f"p{i}", 6)])
    assert [set(parts) == {"train", "test"} for _, parts in table.groupby("person")["split"]] == [not whole] * people


@pytest.mark.parametrize(("count", "crowd", "parted"), [(9, 6, False), (10, 6, True), (4, 2, False), (5, 2, True)])
def test_a_person_is_parted_whose_test_share_is_two_photos_or_one_where_there_is_no_crowd(
    count: int, crowd: int, parted: bool
) -> None:
    """A fifth of ten is two, of five one; ten people of six photos each are a crowd, of two each none."""
    table = run(photos("ann", count) + [row for i in range(10) for row in photos(f"p{i}", crowd)])
    assert (table.loc[table["person"] == "ann", "split"].nunique() == 2) == parted


def test_nearest_by_hand() -> None:
    table = pd.DataFrame(
        {
            "id": ["a1", "a2", "a3", "b1", "b2", "c1"],
            "person": ["a", "a", "a", "b", "b", "c"],
            "group": ["a1", "a2", "a3", "b", "b", "c"],
            "split": ["test", "train", "train", "test", "gap", "train"],
        }
    )
    level = np.array([0.5, 0.3, 0.6, 0.1, 0.1, 0.2], np.float32)
    small = np.repeat(level[:, None], splits.THUMBNAIL**2, axis=1)
    near = splits.add_nearest(table, small)
    # a has training faces of its own; b has none, so the nearest of anybody's counts, and never the gap.
    assert near["nearest"].tolist() == ["a3", "", "", "c1", "", ""]
    assert near["nearest_distance"].tolist()[0] == pytest.approx(0.1, abs=1e-6)
    assert near["nearest_distance"].tolist()[3] == pytest.approx(0.1, abs=1e-6)
    assert near["nearest_distance"].isna().sum() == 4


def test_a_leak_is_seen() -> None:
    """A test frame whose twin is in training lies nearer than neighbouring frames do."""
    faces = pd.DataFrame(video("a", 40))
    rng = np.random.default_rng(0)
    small = rng.random((40, splits.THUMBNAIL**2), dtype=np.float32).cumsum(axis=0)
    table = splits.split(faces, PARAMS, 0)
    honest = splits.summary(splits.add_nearest(table, small), faces["time"], small)["all"]
    assert honest["nearest"]["min"] > honest["neighbouring_frames"]["median"]
    test, train = (int(np.flatnonzero(table["split"] == part)[0]) for part in ("test", "train"))
    small[train] = small[test]
    leaky = splits.summary(splits.add_nearest(table, small), faces["time"], small)["people"]["a"]
    assert leaky["nearest"]["min"] == 0 < leaky["neighbouring_frames"]["median"]


def test_summary_by_hand() -> None:
    faces = pd.DataFrame(video("a", 3))
    table = pd.DataFrame({**faces[["id", "person", "group"]], "split": ["train", "gap", "test"]})
    small = np.repeat(np.array([[0.0], [0.25], [0.75]], np.float32), splits.THUMBNAIL**2, axis=1)
    figures = splits.summary(splits.add_nearest(table, small), faces["time"], small)
    expected = {
        **{"train": 1, "test": 1, "gap": 1},
        "nearest": {"min": 0.75, "median": 0.75},
        "neighbouring_frames": {"median": 0.375},
    }
    assert figures == {"all": expected, "people": {"a": expected}}


def test_neighbouring_frames_are_those_that_follow_in_time_not_in_the_alphabet() -> None:
    faces = pd.DataFrame(video("a", 3)).assign(time=["9", "10", "11"])
    table = pd.DataFrame({**faces[["id", "person", "group"]], "split": "train"})
    small = np.repeat(np.array([[0.0], [0.1], [0.3]], np.float32), splits.THUMBNAIL**2, axis=1)
    figures = splits.summary(splits.add_nearest(table, small), faces["time"], small)["all"]
    assert figures["neighbouring_frames"]["median"] == pytest.approx((0.1 + 0.2) / 2)
