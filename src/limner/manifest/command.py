"""`limner manifest`: sources made into rows, rows verified, rows pinned."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from limner import params, stage
from limner.errors import LimnerError, SourceError
from limner.tables import Problem

if TYPE_CHECKING:
    from limner.manifest.add import Source
    from limner.scrape.manifests import Row

SHOWN = 50
"""Lines about single rows that are printed, at most."""

app = typer.Typer(help="Manifests: sources made into rows, rows verified, rows pinned.", no_args_is_help=True)

Manifests = Annotated[list[Path] | None, typer.Argument(help="CSVs; all that params.yaml names if none is given")]


@app.command()
def add(
    source: Annotated[
        str,
        typer.Argument(
            help="a folder, a pattern ('photos/**/*.jpg'), a photo, a video, an archive, any url, a web page, "
            "commons:Category:... or the category's own page"
        ),
    ],
    person: Annotated[str, typer.Option(help="whose face")],
    to: Annotated[Path | None, typer.Option(help="the manifest; data/manifests/PERSON.csv if not given")] = None,
    license: Annotated[str, typer.Option(help="of pictures whose source states none")] = "",
    author: Annotated[str, typer.Option(help="of pictures whose source states none")] = "",
    credit: Annotated[str, typer.Option(help="of pictures whose source states none")] = "",
    split: Annotated[str, typer.Option(help="train, test or other; decided by the stage split if not given")] = "",
    every: Annotated[int, typer.Option(min=1, help="of a video: every how many frames one is taken")] = 1,
    reference: Annotated[
        bool, typer.Option("--reference", help="a photo of nobody else: compare others to it")
    ] = False,
    selector: Annotated[
        str, typer.Option(help="of a page: CSS selector of pictures or links to them (if none: img)")
    ] = "",
    next_: Annotated[str, typer.Option("--next", help="of a page: CSS selector of the link to the next")] = "",
    depth: Annotated[int, typer.Option(min=0, help="how many further pages, or levels of subcategories")] = 0,
    width: Annotated[int, typer.Option(min=0, help="of a category: scaled by the wiki to so many pixels across")] = 0,
    api: Annotated[str, typer.Option(help="of another wiki than Commons: the url of its api.php")] = "",
) -> None:
    """Make a source into rows of a manifest; rows that are there stay, but for empty cells that an option fills."""

    def work() -> None:
        from limner.manifest.add import Source
        from limner.scrape.manifests import SPLITS, Row, address, named

        if split not in ("", *SPLITS):
            raise LimnerError(f"--split {split!r} is none; allowed: {', '.join(SPLITS)}")
        if not person.strip():
            raise LimnerError("--person is empty: name whose face it is")
        common = Row(
            id="",
            person=named(person),
            url="",
            every=every,
            split=split,
            license=license,
            author=author,
            credit=credit,
            reference="yes" if reference else "",
        )
        _add(Source(address(source), selector, next_, depth, width, api), common, to)

    stage.run(work)


@app.command()
def check(manifest: Manifests = None) -> None:
    """Verify manifests without downloading: columns, ids, licences, local files and their sha256."""

    def work() -> None:
        from limner.fetch.manners import Manners
        from limner.manifest.check import check

        settings = params.load()
        names = _names(manifest, settings)
        rows, problems = check(names, settings.scrape.allow_unlicensed, Manners.of(settings.scrape).max_bytes)
        _finish(problems, f"{', '.join(names)}: {_rows(len(rows))} in order")

    stage.run(work)


@app.command()
def lock(
    manifest: Manifests = None,
    again: Annotated[bool, typer.Option("--again", help="ask for pinned files too, and tell which changed")] = False,
    update: Annotated[bool, typer.Option("--update", help="with --again: take the new sha256 of those")] = False,
) -> None:
    """Fetch what has no sha256 and write its hash into the manifest, so that a build uses these bytes or none."""

    def work() -> None:
        from limner.fetch.downloads import Downloads
        from limner.manifest.lock import Locked, lock
        from limner.scrape import manifests

        if update and not again:
            raise LimnerError("--update is for files found changed: give --again too")
        settings = params.load()
        names = _names(manifest, settings)
        for name in names:  # what cannot be read is told before anybody is asked
            manifests.opened(name)
        done = Locked()
        try:
            with Downloads(settings.scrape) as downloads:
                for name in names:
                    lock(name, downloads, settings.scrape.neighbours, done, again, update)
        except BaseException:  # an interrupt too: what is in the manifests by now, and what is not and why
            tell(done.problems)
            print(_written(names, done.filled))
            raise
        _finish(done.problems, _written(names, done.filled))

    stage.run(work)


def _add(source: "Source", common: "Row", to: Path | None) -> None:
    from limner.fetch.downloads import Downloads, Fetched, Wanted
    from limner.manifest.add import append, find, ids_beside, refuse_reference
    from limner.manifest.found import Found
    from limner.manifest.sheet import COLUMNS, Sheet, editing
    from limner.scrape.expand import Damage
    from limner.scrape.homes import FOLDER, home
    from limner.scrape.ids import plain

    settings = params.load()
    path = to or Path(FOLDER, f"{plain(common.person)}.csv")
    if path.is_dir():
        raise LimnerError(f"--to {path} is a folder: name a CSV in it")
    around = Path(home(path.as_posix()))  # refuses any other folder
    if around != Path():
        raise LimnerError(f"{path} belongs to {around.resolve()}, where its paths begin: run this in that folder")
    sheet = Sheet(path)  # what could not be written in the end is told before anybody is asked
    sheet.refuse_protected()
    sheet.grow(COLUMNS)
    found: list[Found] = []
    problems: list[Problem] = []
    stopped: KeyboardInterrupt | None = None
    with Downloads(settings.scrape) as downloads:

        def fetch(wanted: Wanted) -> Fetched:
            file = downloads.fetch(wanted, again=True)  # since the last time there may be more in it
            if file.note:
                problems.append(Problem(source.url, "noted", file.note))
            return file

        try:
            for one in find(source, downloads.web, fetch):
                if isinstance(one, Found):
                    found.append(one)
                else:
                    problems.append(one)
        except SourceError as error:
            problems.append(Problem(source.url, "failed", str(error)))  # what came before is kept
        except KeyboardInterrupt as error:  # here too
            stopped = error
        if any(isinstance(problem, Damage) for problem in problems):  # it may be whole another time, for a build too
            (downloads.doubt if found else downloads.forget)(source.url)
    if stopped and (common.reference or not found):  # nobody knows whether a photo would have been the only one
        raise stopped
    if not (found or any(problem.what == "failed" for problem in problems)):
        problems.append(Problem(source.url, "failed", f"{source.url} leads to no picture and no video"))
    if common.reference and found:
        refuse_reference(found)
    taken, unread = ids_beside(path)
    with editing(path) as sheet:
        added = append(sheet, found, common, taken)
    problems += unread
    licences = zip(sheet.cells("license"), sheet.cells("url"), strict=True)
    bare = sum(not licence for licence, url in licences if url)  # spreadsheets leave blank lines at the end
    if bare and not settings.scrape.allow_unlicensed:
        why = f"{bare} of its rows have no licence: fill that column before a build takes them, or use --license"
        problems.append(Problem(path.as_posix(), "noted", why))
    if added and path.as_posix() not in settings.manifests:
        print(f"To build from it, add to `manifests:` in params.yaml:\n  - {path.as_posix()}")
    done = f"{path}: {_rows(len(added))} added, {len(found) - len(added)} there already"
    if stopped:
        tell(problems)
        print(done)
        raise stopped
    _finish(problems, done)


def _names(manifest: list[Path] | None, settings: params.Params) -> list[str]:
    return [path.as_posix() for path in manifest] if manifest else list(settings.manifests)


def _written(names: Iterable[str], count: int) -> str:
    return f"{', '.join(names)}: {count} sha256 written"


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _finish(problems: Iterable[Problem], done: str) -> None:
    """Print what was met with and what was done; exit with 1 if anything failed."""
    failed = tell(problems)
    print(f"{done}; {failed} failed" if failed else done)
    if failed:
        raise SystemExit(1)


def tell(problems: Iterable[Problem], most: int = SHOWN, others: str = "") -> int:
    """Print what was met with, failures first, at most so much of it, and `others` behind the number of the rest.

    Returns:
        how many failed.
    """
    listed = sorted(problems, key=lambda problem: problem.what)  # failed, noted, skipped
    for problem in listed[:most]:
        print(f"{problem.id}: {problem.what}: {problem.reason}", file=sys.stderr)
    if len(listed) > most:
        print(f"and {len(listed) - most} more{others}", file=sys.stderr)
    return sum(problem.what == "failed" for problem in listed)
