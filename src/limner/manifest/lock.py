"""Fill in what pins a manifest's rows: the sha256 of each file, as it is now."""

from collections import deque
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from limner.errors import SourceError
from limner.fetch import archives
from limner.fetch.downloads import Downloads, Wanted
from limner.manifest.sheet import Sheet
from limner.scrape import expand, manifests, pictures
from limner.scrape.manifests import Row
from limner.scrape.video import Sampler
from limner.tables import Problem


@dataclass(frozen=True)
class _Cell:
    """One hash of one row."""

    row: Row
    column: str
    url: str
    known: str


def lock(name: str, downloads: Downloads, again: bool = False, update: bool = False) -> tuple[int, list[Problem]]:
    """Fetch what has no sha256 yet and write its hash into the manifest.

    Args:
        name: of the manifest.
        downloads: the store.
        again: ask for the pinned ones too, and tell which of them have changed.
        update: take the new hashes of those.

    Returns:
        how many cells were filled in, and what went wrong.

    Raises:
        LimnerError: the manifest cannot be read.
    """
    rows, problems = manifests.read_all([name], allow_unlicensed=True)
    problems = [problem for problem in problems if problem.what == "failed"]
    cells = []
    for row in rows:
        if expand.stands_for_files(row.url, row.sha256):
            why = f"{row.url} stands for many files, which no hash can pin: `limner manifest add` gives each a row"
            problems.append(Problem(row.id, "noted", why))
        elif again or not row.sha256:
            cells.append(_Cell(row, "sha256", row.url, row.sha256))
        if row.sketch_url and (again or not row.sketch_sha256):
            cells.append(_Cell(row, "sketch_sha256", row.sketch_url, row.sketch_sha256))
    sheet, filled = Sheet(Path(name)), 0
    files = downloads.stream([Wanted((cell.url,)) for cell in cells], len(cells), again) if cells else ()
    for cell, file in zip(cells, files, strict=True):
        if isinstance(file, SourceError):
            problems.append(Problem(cell.row.id, "failed", str(file)))
            continue
        if file.note:
            problems.append(Problem(cell.row.id, "noted", file.note))
        if why := _useless(cell, file.path):
            problems.append(Problem(cell.row.id, "failed", f"{cell.url}: {why}"))
            downloads.forget(cell.url)
            continue
        if not cell.known or (update and file.sha256 != cell.known):
            sheet.fill(cell.row.line, cell.column, file.sha256)
            filled += 1
        elif file.sha256 != cell.known:
            why = f"{cell.url} has changed: its sha256 is {file.sha256} and no longer {cell.known}; --update takes it"
            problems.append(Problem(cell.row.id, "failed", why))
    if filled:
        sheet.write()
    return filled, problems


def _useless(cell: _Cell, file: Path) -> str:
    """Why a file must not be pinned: it is not what its row says, as where a server sends a page in its place."""
    row = cell.row
    try:
        if cell.url == row.url and expand.stands_for_many(row.url):
            deque(archives.members(file), maxlen=0)
        elif cell.url == row.url and row.kind == "video":
            deque(islice(Sampler(file, 1, 0), 1), maxlen=0)
        else:
            pictures.read(file, row.channels)
    except SourceError as error:
        return str(error)
    return ""
