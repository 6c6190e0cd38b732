"""Training and test, parted by group so that no test face has a twin in training.

What belongs together stays together: the faces of one block of time of a video, the photos of one person.
Only a person with many photos, one of a few people with some, or the only one there is, is parted photo by
photo: a model of that person needs both. Which groups are tested is drawn by a hash of seed and group, so that
one more photo moves at most one other. Between a video's test and training faces lies a gap that is used for
neither, since neighbouring frames are nearly the same picture. A manifest's own `split` column wins over all of
this.
"""

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from limner import images
from limner.blocks import Split
from limner.errors import LimnerError, choices

SPLITS = ("train", "test", "gap")
GIVEN = ("train", "test", "other")
"""What a manifest may say of a row: `other` keeps it out of training and of the test, as `gap` does."""
THUMBNAIL = 64
"""Side in pixels of the gray faces that are compared."""

Thumbnails = npt.NDArray[np.float32]
"""(N, THUMBNAIL * THUMBNAIL) gray faces in [0, 1]."""


def split(faces: pd.DataFrame, params: Split, seed: int) -> pd.DataFrame:
    """Give each face of data/faces.csv its `split` (one of `SPLITS`, or `other`) and the `group` it was drawn by.

    Returns id, person, group, split in the order of `faces`.

    Raises:
        LimnerError: the manifest's own `split` holds something else than `GIVEN` or nothing.
    """
    table = faces[["id", "person", "group", "time", "split"]].copy()
    for name in sorted(set(table["split"]) - {*GIVEN, ""}):
        raise LimnerError(f"the manifest's split {name!r} is not allowed; {choices(name, GIVEN)}, or empty")
    table["group"], table["pool"] = _groups_and_pools(table, params.test)
    given = table["split"] != ""
    # A group that a manifest splits as a whole draws its other members with it.
    for group, members in table[given].groupby("group")["split"]:
        sides = set(members)
        table.loc[(table["group"] == group) & ~given, "split"] = sides.pop() if len(sides) == 1 else "gap"
    free = table[table["split"] == ""]
    tested = {g for _, pool in free.groupby("pool") for g in draw(pool["group"].unique(), params.test, seed)}
    drawn = free["group"].isin(tested).map({True: "test", False: "train"})
    table.loc[free.index, "split"] = drawn
    table.loc[_too_near(table, params.gap_seconds) & ~given, "split"] = "gap"
    return table[["id", "person", "group", "split"]]


def _groups_and_pools(table: pd.DataFrame, test: float) -> tuple[list[str], list[str]]:
    """For each face the group it stays with, and the pool of groups from which the test share is drawn."""
    photos = table[table["time"] == ""].groupby("person")["id"].count()
    # Enough that the test share is two photos or more; or one, where there are too few such people to test on some.
    many, enough = set(photos.index[photos >= 2 / test]), set(photos.index[photos >= 1 / test])
    if len(enough - many) < 1 / test:
        many = enough
    few = set(photos.index) - many
    alone = many | few if len(few) == 1 else many
    groups, pools = [], []
    for identity, person, group, time in table[["id", "person", "group", "time"]].itertuples(index=False):
        if time != "":
            groups.append(group)
            pools.append(f"videos of {person}")
        elif person in alone:
            groups.append(identity)
            pools.append(f"photos of {person}")
        else:
            groups.append(person)
            pools.append("people")
    return groups, pools


def draw(groups: Iterable[str], test: float, seed: int) -> set[str]:
    """Choose the `test` share of `groups`, at least one and never all of them.

    Blocks of a video (`VIDEO@BLOCK`) are chosen one from each stretch of time, so that test and training
    see the whole video; of other groups those with the smallest hash are chosen.
    """
    ordered = sorted(groups, key=lambda group: _rank(seed, group))
    count = min(max(1, round(test * len(ordered))), len(ordered) - 1)
    if count < 1:
        return set()
    if not all("@" in group for group in ordered):
        return set(ordered[:count])
    stretches = np.array_split(np.array(sorted(ordered), dtype=object), count)
    return {min(stretch, key=lambda group: _rank(seed, group)) for stretch in stretches}


def hold_out(table: pd.DataFrame, share: float, gap: float, seed: int) -> pd.Series:
    """Part the training faces: "learn", "validate", or "gap" for those too near in time to one that is held out.

    Args:
        table: columns id, person, group, and time (seconds, or empty for photos).
        share: of each person's groups that is held out, at least one.
        gap: seconds.
        seed: of the choice.

    Raises:
        LimnerError: no person has two groups.
    """
    table = table.reset_index(drop=True)
    pools = table["person"] + table["group"].map(_video)
    held = {group for _, pool in table.groupby(pools) for group in draw(pool["group"].unique(), share, seed)}
    if not held:
        raise LimnerError(
            "train.patience: there is nothing to hold out, since nobody who is learned has two groups of training "
            "faces (data/split.csv); add pictures, or set train.patience to 0"
        )
    sides = table["group"].isin(held).map({True: "test", False: "train"})
    sides[_too_near(table.assign(split=sides), gap)] = "gap"
    return sides.map({"test": "validate", "train": "learn", "gap": "gap"})


def _rank(seed: int, group: str) -> str:
    return hashlib.sha256(f"{seed}/{group}".encode()).hexdigest()


def _video(group: str) -> str:
    """Which video a group of faces is a block of; empty for others."""
    return group.rpartition("@")[0]


def _too_near(table: pd.DataFrame, gap: float) -> pd.Series:
    """Which training faces are less than `gap` seconds from a test face of the same video."""
    near = pd.Series(False, index=table.index)
    timed = table[table["time"] != ""]
    for _, frames in timed.groupby(timed["group"].map(_video)):
        seconds = frames["time"].astype(float)
        tests = np.sort(seconds[frames["split"] == "test"].to_numpy())
        if tests.size:
            here = seconds.to_numpy()
            after = np.searchsorted(tests, here).clip(0, tests.size - 1)
            before = (after - 1).clip(0)
            away = np.minimum(np.abs(tests[after] - here), np.abs(tests[before] - here))
            near[frames.index] = (away < gap) & (frames["split"] == "train").to_numpy()
    return near


def thumbnails(folder: Path, ids: Iterable[str]) -> Thumbnails:
    """Read faces as small gray rows, (N, 4096) in [0, 1]."""

    def one(identity: str) -> npt.NDArray[np.float32]:
        face = images.resize(images.read_gray(folder / f"{identity}.png"), THUMBNAIL, THUMBNAIL)
        return np.float32(1 / 255) * face.ravel().astype(np.float32)

    with ThreadPoolExecutor() as pool:
        rows = list(pool.map(one, ids))
    return np.stack(rows) if rows else np.empty((0, THUMBNAIL**2), np.float32)


def add_nearest(table: pd.DataFrame, small: Thumbnails) -> pd.DataFrame:
    """Add to each test face its `nearest` training face, of the same person if it has any, and the distance.

    `nearest_distance` is the root mean square difference of the gray faces, in [0, 1]; a leak shows as
    a distance like that of neighbouring frames. Both are empty for the other faces.
    """
    ids = table["id"].to_numpy()
    nearest = np.full(len(table), "", dtype=object)
    distance = np.full(len(table), np.nan)
    train = np.flatnonzero(table["split"] == "train")
    people = table["person"].to_numpy()
    for person in sorted(set(people[table["split"] == "test"])):
        test = np.flatnonzero((table["split"] == "test") & (people == person))
        own = train[people[train] == person]
        candidates = own if own.size else train
        if candidates.size:
            best = candidates[_nearest(small[test], small[candidates])]
            nearest[test] = ids[best]
            distance[test] = _rms(small[test], small[best])
    return table.assign(nearest=nearest, nearest_distance=distance)


def _nearest(these: Thumbnails, those: Thumbnails) -> npt.NDArray[np.intp]:
    """For each row of `these` the index of the nearest row of `those`, by |a - b|^2 = |a|^2 - 2ab + |b|^2."""
    squares = (those**2).sum(axis=1)
    blocks = [these[start : start + 1024] for start in range(0, len(these), 1024)]
    return np.concatenate([(squares - 2 * block @ those.T).argmin(axis=1) for block in blocks])


def _rms(these: Thumbnails, those: Thumbnails) -> npt.NDArray[np.float64]:
    result: npt.NDArray[np.float64] = np.sqrt(((these.astype(np.float64) - those) ** 2).mean(axis=1))
    return result


def summary(table: pd.DataFrame, times: pd.Series, small: Thumbnails) -> dict[str, Any]:
    """The metrics of a split, for reports/split.json: by person and for all of them, the number of faces in
    each part, how far the test faces are from training, and, as the floor that a leak would reach, how far
    neighbouring frames of the videos are from each other."""
    neighbours = _neighbours(table, times, small)
    people = {person: _figures(rows, neighbours[rows.index]) for person, rows in table.groupby("person", sort=True)}
    return {"all": _figures(table, neighbours), "people": people}


def _figures(rows: pd.DataFrame, neighbours: pd.Series) -> dict[str, Any]:
    figures: dict[str, Any] = {name: int((rows["split"] == name).sum()) for name in SPLITS}
    far = rows["nearest_distance"].dropna()
    if not far.empty:
        figures["nearest"] = {"min": round(float(far.min()), 6), "median": round(float(far.median()), 6)}
    if neighbours.notna().any():
        figures["neighbouring_frames"] = {"median": round(float(neighbours.median()), 6)}
    return figures


def _neighbours(table: pd.DataFrame, times: pd.Series, small: Thumbnails) -> pd.Series:
    """For each frame of a video the distance to the frame before it; not a number where there is none."""
    away = pd.Series(np.nan, index=table.index)
    timed = table[times != ""]
    for _, video in timed.groupby(timed["group"].map(_video)):
        order = times[video.index].astype(float).sort_values(kind="stable").index
        rows = table.index.get_indexer(order)
        away[order[1:]] = _rms(small[rows[1:]], small[rows[:-1]])
    return away
