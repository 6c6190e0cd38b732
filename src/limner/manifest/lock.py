"""Fill in what pins a manifest's rows: the sha256 of each file, as it is now."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, tee
from pathlib import Path
from time import monotonic
from typing import Literal, Self

from limner.errors import SourceError
from limner.fetch import archives
from limner.fetch.downloads import Downloads, Fetched, Wanted
from limner.fetch.sources import local
from limner.manifest.sheet import Sheet, editing
from limner.scrape import expand, manifests
from limner.scrape.decoders import decode
from limner.scrape.homes import home
from limner.scrape.manifests import Row
from limner.scrape.shots import Job, Taken
from limner.tables import Problem

EVERY = 30.0
"""Seconds from one writing of what was found to the next: a run may be killed."""


@dataclass
class Locked:
    """What was done so far, and what went wrong: to be told even where something ends the work."""

    filled: int = 0
    """Cells that were written."""
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class _Cell:
    """One hash of one row."""

    row: Row
    place: Literal["url", "sketch_url"]
    """The column of what is pinned."""

    @property
    def column(self) -> str:
        return self.place.replace("url", "sha256")

    @property
    def url(self) -> str:
        return str(getattr(self.row, self.place))

    @property
    def known(self) -> str:
        return str(getattr(self.row, self.column))

    def job(self, neighbours: int) -> Job | None:
        """What a build takes from the file, which finds it taken then; None of an archive."""
        if self.place == "sketch_url":
            return Job("photo")
        if expand.stands_for_many(self.url, self.known):
            return None
        return Job.of(self.row, neighbours)


def lock(
    name: str, downloads: Downloads, neighbours: int, done: Locked, again: bool = False, update: bool = False
) -> None:
    """Fetch what has no sha256 yet and write its hash into the manifest, if all of it can be decoded.

    Servers are asked also for what they gave before, if only whether it is still the same.

    Args:
        name: of the manifest.
        downloads: the store.
        neighbours: `scrape.neighbours`, of videos.
        done: is added to as it goes on.
        again: ask for the pinned ones too, and tell which of them have changed.
        update: take the new hashes of those.

    Raises:
        LimnerError: the manifest cannot be read, or has no room for a column.
    """
    rows, found = manifests.read_all([name], allow_unlicensed=True)
    problems = done.problems
    problems += [problem for problem in found if problem.what == "failed"]
    cells: defaultdict[tuple[str, Job | None], list[_Cell]] = defaultdict(list)
    for row in rows:
        if expand.stands_for_files(row.url, row.sha256):
            why = f"{row.url} stands for many files, which no hash can pin: `limner manifest add` gives each a row"
            problems.append(Problem(row.id, "noted", why))
        for cell in _cells(row, again):
            cells[cell.url, cell.job(neighbours)].append(cell)
    if not cells:
        return
    sheet = Sheet(Path(name))  # what cannot be written is told before all the work
    if update or any(not cell.known for same in cells.values() for cell in same):
        sheet.refuse_protected()
    sheet.grow({cell.column for same in cells.values() for cell in same})
    wanted = sorted(cells, key=lambda one: one[1] is not None)
    with _Pins(name, done) as pins:
        for one, (file, taken) in zip(wanted, _looked_into(wanted, downloads), strict=True):
            for cell in cells[one]:
                if isinstance(file, SourceError):
                    problems.append(Problem(cell.row.id, "failed", str(file)))
                    continue
                if file.note:
                    problems.append(Problem(cell.row.id, "noted", file.note))
                if taken.failure:
                    problems.append(Problem(cell.row.id, "failed", f"{cell.url}: {taken.failure}"))
                    downloads.forget(cell.url)
                elif file.sha256 == cell.known:
                    continue
                elif cell.known and not update:
                    why = f"its sha256 is {file.sha256} and no longer {cell.known}; --update takes it"
                    problems.append(Problem(cell.row.id, "failed", f"{cell.url} has changed: {why}"))
                elif taken.early and local(cell.url) is None:
                    why = (
                        f"{cell.url}: {'; '.join(taken.notes)}; it is not pinned, since another time all may come: if "
                        f"this is all, write {file.sha256} into its {cell.column}"
                    )
                    problems.append(Problem(cell.row.id, "noted", why))
                    downloads.doubt(cell.url)
                else:
                    pins.add(cell, file.sha256)
                    if taken.early:
                        problems.append(Problem(cell.row.id, "noted", f"{cell.url}: {'; '.join(taken.notes)}"))


def _cells(row: Row, again: bool) -> Iterator[_Cell]:
    if (again or not row.sha256) and not expand.stands_for_files(row.url, row.sha256):
        yield _Cell(row, "url")
    if row.sketch_url and (again or not row.sketch_sha256):
        yield _Cell(row, "sketch_url")


def _looked_into(
    wanted: Sequence[tuple[str, Job | None]], downloads: Downloads
) -> Iterator[tuple[Fetched | SourceError, Taken]]:
    """Each file or why there is none, and what a build takes of it: nothing where it is not what its row says, as where
    a server sends a page in its place.

    Args:
        wanted: urls, and what to take of them; first the archives, of which nothing is taken.
        downloads: the store.
    """
    came, files = tee(downloads.stream([Wanted((url,)) for url, _ in wanted], len(wanted), again=True))
    jobs = [job for _, job in wanted if job]
    listed = map(_listed, islice(files, len(wanted) - len(jobs)))
    taken = decode(zip(jobs, files, strict=False), len(jobs)) if jobs else ()
    yield from zip(came, chain(listed, taken), strict=True)


def _listed(file: Fetched | SourceError) -> Taken:
    """Nothing, or why no build could take anything of an archive."""
    if isinstance(file, Fetched):
        try:
            for _ in archives.members(file.path):
                pass
        except SourceError as error:
            return Taken(failure=str(error))
    return Taken()


class _Pins:
    """Hashes on their way into a manifest, which somebody may have changed since it was read. Use it in a `with`."""

    def __init__(self, name: str, done: Locked) -> None:
        self._name = name
        self._done = done
        self._new: list[tuple[_Cell, str]] = []
        self._written = monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._write()

    def add(self, cell: _Cell, digest: str) -> None:
        """Have this stand in the manifest, in the end or earlier."""
        self._new.append((cell, digest))
        if monotonic() - self._written > EVERY:
            self._write()

    def _write(self) -> None:
        if not self._new:
            return
        around = home(self._name)
        with editing(Path(self._name)) as sheet:
            ids = sheet.cells("id")
            rows = dict(zip(reversed(ids), reversed(range(len(ids))), strict=True))  # the first that bears an id
            now = {name: sheet.cells(name) for name in ("url", "sha256", "sketch_url", "sketch_sha256")}
            for cell, digest in self._new:
                row = rows.get(cell.row.id)
                if row is None or manifests.meant(now[cell.place][row], around) != cell.url:
                    self._changed(cell)
                elif (there := now[cell.column][row].lower()) == cell.known:
                    sheet.fill(row, cell.column, digest)
                    self._done.filled += 1
                elif there != digest:
                    self._changed(cell)
        self._new, self._written = [], monotonic()

    def _changed(self, cell: _Cell) -> None:
        why = f"its row in {self._name} was changed while {cell.url} was fetched: lock it again"
        self._done.problems.append(Problem(cell.row.id, "failed", why))
