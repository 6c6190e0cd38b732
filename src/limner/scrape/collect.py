"""The whole of scraping: manifests in; data/raw, data/raw.csv and data/weights out."""

import sys
from collections.abc import Sequence
from pathlib import Path

from limner import tables
from limner.errors import LimnerError, SourceError
from limner.params import Scrape
from limner.scrape import manifests, shots, sources, weights
from limner.scrape.album import Album
from limner.scrape.decoders import Decoders, decode
from limner.scrape.fetch import Downloads, Fetched, Wanted
from limner.scrape.manifests import Row
from limner.workers import count


def collect(names: Sequence[str], options: Scrape, workers: int = 0, data: Path = Path("data")) -> None:
    """Fetch all that the manifests and data/manifests/models.csv name, and write what came.

    Everything is written before anything is refused, so that the reasons can be read.

    Args:
        names: the manifests, paths in data/manifests.
        options: the section `scrape` of params.yaml.
        workers: processes that decode; 0: every core.
        data: the folder that is written to.

    Raises:
        LimnerError: more rows failed than may, a model file is missing, or there is no picture at all.
    """
    rows, problems = manifests.read_all(names)
    rows, found = sources.expand(rows)
    models = weights.read(data / "manifests" / "models.csv")
    drawn = [row for row in rows if row.sketch_url]
    wanted = [model.wanted for model in models]  # first, since they are the largest
    wanted += [Wanted((row.url,), row.sha256) for row in rows]
    wanted += [Wanted((row.sketch_url,), row.sketch_sha256) for row in drawn]
    fetched = Downloads(options.mirrors).fetch_all(wanted)

    lacking = weights.install(models, fetched[: len(models)], data / "weights")
    jobs = [_job(row, options.neighbours) for row in rows] + [shots.Job("photo")] * len(drawn)
    taken = iter(_take(jobs, fetched[len(models) :], workers))
    photos = [next(taken) for _ in rows]
    with Album(data / "raw", options.near_duplicate, options.block_seconds) as album:
        for row, photo in zip(rows, photos, strict=True):
            album.add(row, photo, next(taken) if row.sketch_url else None)
        album.write(data / "raw.csv")

    problems += found + album.problems + lacking
    listed = data / "raw_problems.csv"
    tables.write_problems(listed, problems, "What scraping met with")
    print(f"{len(album)} pictures of {album.people} people in {data / 'raw'}", file=sys.stderr)
    if lacking:
        raise LimnerError("; ".join(f"no model file {problem.reason}" for problem in lacking))
    tables.refuse_past(options.max_failures, problems, listed)
    if not len(album):
        raise LimnerError(f"there is no picture at all: the reasons are in {listed}")


def _job(row: Row, neighbours: int) -> shots.Job:
    if row.kind == "video":
        return shots.Job("video", every=row.every, neighbours=neighbours)
    return shots.Job("photo", channels=row.channels)


def _take(jobs: Sequence[shots.Job], fetched: Sequence[Fetched | SourceError], workers: int) -> list[shots.Taken]:
    """What is taken from each file; only what no earlier run has seen is decoded."""
    todo = list(zip(jobs, fetched, strict=True))
    known = [
        shots.recall(job, file) if isinstance(file, Fetched) else shots.Taken(failure=str(file)) for job, file in todo
    ]
    new = [
        (job, file)
        for (job, file), taken in zip(todo, known, strict=True)
        if taken is None and isinstance(file, Fetched)
    ]
    if not new:
        return [taken for taken in known if taken is not None]
    with Decoders(min(count(workers), len(new))) as decoders:
        done = decode(new, decoders, len(new))
        return [next(done) if taken is None else taken for taken in known]
