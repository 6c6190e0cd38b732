"""The whole of scraping: manifests in; data/raw, data/raw.csv and data/weights out."""

import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from limner import tables
from limner.blocks import Scrape
from limner.errors import LimnerError, SourceError
from limner.fetch.downloads import Downloads, Fetched, Wanted
from limner.fetch.sources import local
from limner.scrape import homes, manifests, shots, weights
from limner.scrape.album import Album
from limner.scrape.decoders import Work, decode
from limner.scrape.expand import Damage, Part, expand, stands_for_many
from limner.scrape.manifests import Row
from limner.scrape.reach import Reach, urls
from limner.tables import Problem


def collect(names: Sequence[str], options: Scrape, workers: int = 0, data: Path = Path("data")) -> list[Problem]:
    """Fetch all that the manifests and data/manifests/models.csv name, and write what came.

    Everything is written before anything is refused, so that the reasons can be read.

    Args:
        names: the manifests, paths in data/manifests.
        options: the section `scrape` of params.yaml.
        workers: processes that decode; 0: every core.
        data: the folder that is written to.

    Returns:
        what it met with, which also stands in raw_problems.csv.

    Raises:
        LimnerError: more rows failed than may, a model file is missing, or there is no picture at all.
    """
    named, wrong = manifests.read_all(names, options.allow_unlicensed)
    models = weights.read(homes.models())
    wanted = [model.wanted for model in models]  # first, since they are the largest
    reach, problems = Reach(options.optional, named), []
    needed = [url for model in wanted for url in model.urls]
    needed += [url for row in named if row.manifest not in options.optional for url in urls(row)]
    with (
        Downloads(options) as downloads,
        Album(data / "raw", options.near_duplicate, options.block_seconds, _compared(names)) as album,
    ):
        downloads.web.hosts.doubt(reach.hosts(needed, downloads.mirrors))
        _fetch_archives(named, downloads)
        rows: list[Row] = []
        for one in expand(named, reach.watching(downloads.fetch)):
            reach.expanded(one)
            if isinstance(one, Row):
                rows.append(one)
            else:
                problems.append(one)
        # One refused member is no reason to ask for the whole archive again; one that gave nothing, or came in part,
        # may come right. What the latter gave is used until then.
        failed = {problem.id for problem in problems if problem.what == "failed"}
        damaged = {problem.id for problem in problems if isinstance(problem, Damage)}
        gave = {(row.manifest, row.line) for row in rows}
        used = {row.url for row in named if (row.manifest, row.line) in gave}
        for row in named:
            if row.sha256 or row.id not in failed:
                continue
            if row.url not in used:
                downloads.forget(row.url)
            elif row.id in damaged:
                downloads.doubt(row.url)
        # Of two equal copies the earlier stays, and a reference has to: the others are compared with it.
        rows.sort(key=lambda row: row.reference != "yes")
        total = sum(1 + bool(row.sketch_url) for row in rows)
        fetched = downloads.stream(chain(wanted, _wanted(rows)), len(wanted) + total)
        lacking = weights.install(models, islice(fetched, len(models)), data / "weights")
        work = _work(rows, fetched, options.neighbours, problems, reach)
        taken = decode(work, total, workers)
        for row in rows:
            photo, drawing = next(taken), next(taken) if row.sketch_url else None
            album.add(row, photo, drawing)
            _forget(downloads, row, photo, drawing)
        next(taken, None)  # ends its progress bar
        album.write(data / "raw.csv")

    problems = wrong + reach.told(problems + album.problems) + lacking
    listed = data / "raw_problems.csv"
    tables.write_problems(listed, problems, "What scraping met with")
    people = "one person" if album.people == 1 else f"{album.people} people"
    print(f"{len(album)} pictures of {people} in {data / 'raw'}", file=sys.stderr)
    if lacking:
        raise LimnerError("; ".join(f"no model file {problem.reason}" for problem in lacking))
    tables.refuse_past(options.max_failures, problems, listed)
    if not len(album):
        raise LimnerError(f"there is no picture at all: the reasons are in {listed}")
    return problems


def _compared(names: Sequence[str]) -> set[str]:
    """People of whom a reference photo is named, be it in a row with a mistake, which `read_all` does not give."""
    lines = (cells for name in names for cells in tables.rows(Path(name))[1])
    return {manifests.named(cells["person"]) for cells in lines if cells.get("reference", "").strip().lower() == "yes"}


def _fetch_archives(named: Iterable[Row], downloads: Downloads) -> None:
    """All at once, before `expand` asks for one after the other, and is told again why one did not come."""
    many = (row for row in named if stands_for_many(row.url, row.sha256) and local(row.url) is None)
    wanted = list(dict.fromkeys(Wanted((row.url,), row.sha256) for row in many))
    if len(wanted) > 1:
        deque(downloads.stream(wanted, len(wanted)), maxlen=0)


def _wanted(rows: Iterable[Row]) -> Iterator[Wanted]:
    """The files of all rows: each photo or video, and its drawing behind it."""
    for row in rows:
        yield Wanted((row.url,), row.sha256, row.archive if isinstance(row, Part) else "")
        if row.sketch_url:
            yield Wanted((row.sketch_url,), row.sketch_sha256)


def _forget(downloads: Downloads, row: Row, photo: shots.Taken, drawing: shots.Taken | None) -> None:
    """Have files asked for again in the next run that are of no use, or in part, and that no hash says to be right."""
    if photo.failure and not row.sha256:
        downloads.forget(row.url)
    elif photo.early and not row.sha256:
        downloads.doubt(row.url)
    if drawing is not None and drawing.failure and not row.sketch_sha256:
        downloads.forget(row.sketch_url)


def _work(
    rows: Iterable[Row],
    fetched: Iterator[Fetched | SourceError],
    neighbours: int,
    problems: list[Problem],
    reach: Reach,
) -> Iterator[Work]:
    """What to take from each of the files that `_wanted` names; notes on how they were had go to `problems`."""
    for row in rows:
        jobs = [shots.Job.of(row, neighbours), *[shots.Job("photo")] * bool(row.sketch_url)]
        for number, (job, file) in enumerate(zip(jobs, fetched, strict=False)):
            if number == 0:
                reach.came(row, file)
            if isinstance(file, Fetched) and file.note:
                problems.append(Problem(row.id, "noted", file.note))
            yield job, file
    next(fetched, None)  # ends its progress bar
