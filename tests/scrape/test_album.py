"""data/raw and its table: rows as they come, in little memory, and nothing half."""

import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from limner import files, tables
from limner.fetch.downloads import Fetched
from limner.scrape import shots
from limner.scrape.album import COLUMNS, Album
from limner.scrape.manifests import Row
from limner.scrape.shots import Job, Taken
from tests.sites import scene

from .test_video import film


def taken(name: str, seed: int, detail: int = 2) -> Taken:
    """What is taken from a picture that is unlike that of any other seed."""
    return remembered(Path(name), scene(seed, 48, 32, detail))


def compressed(photo: Taken) -> Taken:
    """The same in fewer bytes."""
    path = Path("compressed.jpg")
    with Pillow.open(photo.source) as image:
        image.save(path, quality=97)
    file = Fetched(path, files.sha256(path))
    return shots.take(Job("photo"), file, shots.folder(Job("photo"), file))


def copies() -> dict[str, Taken]:
    """One picture in many sizes, in colour and gray."""
    whole = scene(1, 240, 160, detail=3)
    made = {
        "large": whole,
        "colour": whole.resize((120, 80)),
        "wider": whole.resize((128, 86)),
        "small": whole.resize((48, 32)),
        "gray": whole.resize((120, 80)).convert("L"),
        "gray-large": whole.convert("L"),
    }
    return {name: remembered(Path(f"{name}.png"), image) for name, image in made.items()}


def remembered(path: Path, image: Pillow.Image) -> Taken:
    image.save(path)
    file = Fetched(path, files.sha256(path))
    return shots.take(Job("photo"), file, shots.folder(Job("photo"), file))


def filmed(name: str) -> Taken:
    """What is taken from a film that shows one picture twice."""
    path = film(Path("film.avi"), [np.asarray(Pillow.open(name).convert("RGB"))] * 2)
    file = Fetched(path, files.sha256(path))
    return shots.take(Job("video"), file, shots.folder(Job("video"), file))


def filed() -> list[str]:
    """The ids in the table, each of which has its file."""
    lines = list(tables.rows(Path("data/raw.csv"))[1])
    assert {path.as_posix() for path in Path("data/raw").iterdir()} == {line["file"] for line in lines}
    return [line["id"] for line in lines]


def test_columns_of_later_rows_are_columns_of_all(project: Path) -> None:
    with Album(Path("data/raw"), 3.0, 1.5) as album:
        album.add(Row("a", "p", "a.png", extra={"age": "024"}), taken("a.png", 1))
        album.add(Row("b", "p", "b.png", extra={"place": "é, à"}, author="Ann", reference="yes"), taken("b.png", 2))
        album.write(Path("data/raw.csv"))
        assert (len(album), album.people) == (2, 1)
    columns, lines = tables.rows(Path("data/raw.csv"))
    first, second = lines
    assert columns == [*COLUMNS, "age", "place"]
    assert (first["age"], first["place"], first["author"]) == ("024", "", "")
    assert (second["age"], second["place"], second["author"], second["reference"]) == ("", "é, à", "Ann", "yes")


def test_a_photo_drawn_twice_makes_two_pairs(project: Path) -> None:
    with Album(Path("data/raw"), 3.0, 1.5) as album:
        for id in ("a", "b"):
            album.add(Row(id, "p", "a.png", sketch_url="s.png", style="ink"), taken("a.png", 1), taken("s.png", 2))
        album.add(Row("c", "p", "a.png"), taken("a.png", 1))
        assert len(album) == 2
        assert [(problem.id, problem.what, problem.reason) for problem in album.problems] == [
            ("b", "noted", "the same picture as a: it is kept for its drawing, which makes another pair"),
            ("c", "skipped", "the same picture as a"),
        ]


def test_a_photo_under_many_people_is_noted_and_under_one_of_them_skipped(project: Path) -> None:
    photo = taken("a.png", 1)
    with Album(Path("data/raw"), 3.0, 1.5) as album:
        for k in range(12):
            album.add(Row(f"id-{k}", f"p{k}", "a.png"), photo)
        album.add(Row("again", "p7", "a.png"), photo)
        album.add(Row("copy", "p7", "b.png"), compressed(photo))
        assert (len(album), album.people) == (12, 12)
        told = {problem.id: (problem.what, problem.reason) for problem in album.problems}
    assert told["id-11"] == ("noted", "the same picture as id-0, which is said to show p0, not p11")
    assert told["again"] == ("skipped", "the same picture as id-7")
    assert told["copy"][1].startswith("the same picture as id-7, resized, cropped or compressed anew")


def test_a_copy_of_ones_own_picture_is_found_though_it_is_known_of_another(project: Path) -> None:
    photo = taken("a.png", 1)
    copy = compressed(photo)
    rows = [(Row("x", "ann", "a.png"), photo), (Row("y", "bob", "b.png"), copy), (Row("z", "ann", "b.png"), copy)]
    for order in ((0, 1, 2), (0, 2, 1)):
        with Album(Path("data/raw"), 3.0, 1.5) as album:
            for row, shots_of_it in (rows[k] for k in order):
                album.add(row, shots_of_it)
            album.write(Path("data/raw.csv"))
            told = {problem.id: problem.what for problem in album.problems}
        assert filed() == ["x", "y"]
        assert told == {"y": "noted", "z": "skipped"}


@pytest.mark.parametrize("worse", [("small", "large"), ("gray", "colour"), ("gray", "large"), ("small", "gray-large")])
@pytest.mark.parametrize("first", [0, 1])
def test_of_copies_the_better_one_is_kept_whichever_came_first(
    project: Path, worse: tuple[str, str], first: int
) -> None:
    made = {name: copies()[name] for name in worse}
    order = worse if first == 0 else worse[::-1]
    with Album(Path("data/raw"), 3.0, 1.5) as album:
        for name in order:
            album.add(Row(name, "ann", name), made[name])
        album.add(Row("other", "bob", "other.png"), taken("other.png", 7))
        album.add(Row("again", "ann", order[0]), made[order[0]])
        album.write(Path("data/raw.csv"))
        assert (len(album), album.people) == (2, 2)
        told = {problem.id: (problem.what, problem.reason) for problem in album.problems}
    assert filed() == [worse[1], "other"]
    assert told.keys() == {worse[0], "again"}
    what, why = told[worse[0]]
    assert what == "skipped"
    assert why.startswith(f"the same picture as {worse[1]}")
    sizes = {
        "small": "48x32",
        "large": "240x160",
        "gray": "120x80 gray",
        "colour": "120x80",
        "gray-large": "240x160 gray",
    }
    assert why.endswith(f"{sizes[worse[0]]} pixels here, {sizes[worse[1]]} pixels there)")
    assert told["again"][1].startswith(f"the same picture as {worse[1]}")


def test_of_a_chain_of_ever_better_copies_the_last_is_kept(project: Path) -> None:
    made = copies()
    with Album(Path("data/raw"), 3.0, 1.5) as album:
        for name in ("small", "gray", "colour", "large"):
            album.add(Row(name, "ann", name), made[name])
        album.add(Row("again", "ann", "small"), made["small"])
        album.add(Row("bob's", "bob", "small"), made["small"])
        album.write(Path("data/raw.csv"))
        told = {problem.id: problem.reason for problem in album.problems}
    assert filed() == ["large", "bob's"]
    assert told["again"].startswith("the same picture as large")
    assert "the same picture as large" in told["bob's"]


def test_somewhat_fewer_pixels_are_no_worse_copy(project: Path) -> None:
    made = copies()
    with Album(Path("data/raw"), 3.0, 1.5) as album:
        for name in ("colour", "wider"):
            album.add(Row(name, "ann", name), made[name])
        album.write(Path("data/raw.csv"))
    assert filed() == ["colour"]


def test_a_worse_copy_stays_for_its_drawing_and_hands_on_that_it_is_the_reference(project: Path) -> None:
    """Both would be faces, the one perhaps trained and the other tested."""
    made = copies()
    drawing = taken("s.png", 2)
    with Album(Path("data/raw"), 3.0, 1.5) as album:
        album.add(Row("passport", "ann", "small", reference="yes"), made["small"])
        album.add(Row("scan", "ann", "colour", reference="yes"), made["colour"])
        album.add(Row("drawn", "bob", "small", sketch_url="s.png", style="ink"), made["small"], drawing)
        album.add(Row("ann-large", "ann", "large"), made["large"])
        album.add(Row("bob-large", "bob", "large"), made["large"])
        album.add(Row("bob-again", "bob", "colour"), made["colour"])
        album.write(Path("data/raw.csv"))
        told = {problem.id: problem for problem in album.problems if problem.id in ("passport", "scan", "drawn")}
        (again,) = (problem for problem in album.problems if problem.id == "bob-again")
    assert sorted(path.name for path in Path("data/raw").iterdir()) == [
        *("ann-large.png", "bob-large.png", "drawn.png", "drawn.sketch.png")
    ]
    table = tables.read(Path("data/raw.csv")).set_index("id")
    assert table["reference"].to_dict() == {"drawn": "", "ann-large": "yes", "bob-large": ""}
    assert {id: problem.what for id, problem in told.items()} == {
        "passport": "skipped",
        "scan": "skipped",
        "drawn": "noted",
    }
    assert told["scan"].reason.endswith("ann-large is the reference photo in its place")
    assert told["drawn"].reason.endswith("it is kept for its drawing, which makes another pair")
    assert again.reason.startswith("the same picture as bob-large")


def test_a_drawing_that_did_not_come_keeps_no_worse_copy(project: Path) -> None:
    made = copies()
    with Album(Path("data/raw"), 3.0, 1.5) as album:
        album.add(Row("drawn", "ann", "small", sketch_url="s.png", style="ink"), made["small"], Taken(failure="gone"))
        album.add(Row("large", "ann", "large"), made["large"])
        album.write(Path("data/raw.csv"))
    assert filed() == ["large"]


@pytest.mark.parametrize(("small", "large"), [("test", ""), ("test", "other"), ("test", "test"), ("", "test")])
@pytest.mark.parametrize("order", [("small", "large"), ("large", "small")])
def test_what_a_manifest_says_of_a_copy_is_not_lost(
    project: Path, small: str, large: str, order: tuple[str, str]
) -> None:
    made, splits = copies(), {"small": small, "large": large}
    with Album(Path("data/raw"), 3.0, 1.5) as album:
        for name in order:
            album.add(Row(name, "ann", name, split=splits[name]), made[name])
        album.write(Path("data/raw.csv"))
        (told,) = album.problems
    (kept,) = filed()
    assert kept == (order[0] if small and large and small != large else "large" if large else "small")
    lost = splits[told.id]
    assert ("split" in told.reason) == (lost != splits[kept])
    assert (f"split {lost or 'empty'} here, {splits[kept]} there" in told.reason) == (lost != splits[kept])


def test_a_frame_that_is_to_be_tested_takes_the_place_of_the_reference_that_was_made_of_it(project: Path) -> None:
    made = copies()
    frames = filmed("colour.png")
    with Album(Path("data/raw"), 3.0, 1.5) as album:
        album.add(Row("passport", "ann", "colour.png", reference="yes"), made["colour"])
        album.add(Row("film", "ann", "film.avi", kind="video", split="test"), frames)
        album.write(Path("data/raw.csv"))
    assert filed() == ["film-00000"]
    assert [(row["split"], row["reference"]) for row in tables.rows(Path("data/raw.csv"))[1]] == [("test", "yes")]


def test_a_film_stays_whole_beside_better_copies_of_its_frames(project: Path) -> None:
    """And takes no photo's place: its frames are grouped by time, photos by person."""
    made = copies()
    frames = filmed("colour.png")
    for order in ((0, 1), (1, 0)):
        rows = [(Row("film", "ann", "film.avi", kind="video"), frames), (Row("photo", "ann", "large"), made["large"])]
        with Album(Path("data/raw"), 3.0, 1.5) as album:
            for k in order:
                album.add(*rows[k])
            album.write(Path("data/raw.csv"))
        assert filed() == (["film-00000"] if order[0] == 0 else ["photo"])


def test_of_people_without_their_reference_photo_nothing_is_filed(project: Path) -> None:
    """In a picture of many, the largest face would be taken for theirs."""
    with Album(Path("data/raw"), 3.0, 1.5, {"ann", "bob"}) as album:
        album.add(Row("b", "bob", "b.png", reference="yes"), taken("b.png", 1))
        album.add(Row("a", "ann", "a.png", reference="yes"), Taken(failure="a.png is not there"))
        for seed, person in enumerate(("ann", "bob", "cid"), start=2):
            album.add(Row(f"{person}-1", person, "many.png"), taken(f"{person}.png", seed))
        album.add(Row("ann-2", "ann", "gone.png"), Taken(failure="gone.png is not there"))
        album.write(Path("data/raw.csv"))
        told = {problem.id: (problem.what, problem.reason) for problem in album.problems}
    assert [row["id"] for row in tables.rows(Path("data/raw.csv"))[1]] == ["b", "bob-1", "cid-1"]
    assert told == {
        "a": ("failed", "a.png is not there"),
        "ann-1": ("skipped", "many.png: no reference photo of ann came, and without one the face may be anybody's"),
        "ann-2": ("failed", "gone.png is not there"),
    }
    assert sorted(path.name for path in Path("data/raw").iterdir()) == ["b.png", "bob-1.png", "cid-1.png"]


def test_a_picture_costs_little_memory(project: Path) -> None:
    photos = [taken(f"{k}.png", k, detail=1 + k % 4) for k in range(400)]
    with Album(Path("data/raw"), 3.0, 1.5) as album:
        for k in range(100):
            album.add(Row(f"warm-{k}", f"p{k}", "x"), photos[k])
        tracemalloc.start()
        for k in range(100, 400):
            album.add(Row(f"id-{k}", "p", "https://example.org/" + "x" * 400), photos[k])
        grown, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(album) == 400
    assert grown / 300 < 1024


def test_killed_half_way_leaves_nothing_that_looks_whole(project: Path) -> None:
    for k in range(40):
        scene(k).save(f"{k}.bmp")
    code = """
import sys
from pathlib import Path
from tests.scrape.test_album import *
with Album(Path("data/raw"), 3.0, 1.5) as album:
    for k in range(40):
        file = Fetched(Path(f"{k}.bmp"), files.sha256(Path(f"{k}.bmp")))
        album.add(Row(f"i{k}", "p", "x"), shots.take(Job("photo"), file, shots.folder(Job("photo"), file)))
        print(k, flush=True)
        if k == 20:
            time.sleep(60)
    album.write(Path("data/raw.csv"))
"""
    root = Path(__file__).parents[2]
    running = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": f"{root}/src:{root}"}
    )
    assert running.stdout is not None
    for line in running.stdout:
        if line.strip() == b"20":
            break
    running.kill()
    running.wait()
    running.stdout.close()
    assert not Path("data/raw.csv").exists()
    kept = sorted(path.name for path in Path("data/raw").iterdir() if not path.name.startswith(".part-"))
    assert kept == sorted(f"i{k}.png" for k in range(21))
    with Album(Path("data/raw"), 3.0, 1.5) as album:
        for k in range(40):
            file = Fetched(Path(f"{k}.bmp"), files.sha256(Path(f"{k}.bmp")))
            known = shots.recall(Job("photo"), file)
            assert (known is not None) == (k <= 20)
            album.add(Row(f"i{k}", "p", "x"), known or taken(f"{k}.bmp", k))
        assert len(album) == 40


@pytest.mark.parametrize("threshold", [0.0, 3.0])
def test_exact_copies_are_found_at_any_threshold(project: Path, threshold: float) -> None:
    with Album(Path("data/raw"), threshold, 1.5) as album:
        album.add(Row("a", "p", "a.png"), taken("a.png", 1))
        album.add(Row("b", "p", "b.png"), taken("b.png", 1))
        assert [problem.id for problem in album.problems] == ["b"]
