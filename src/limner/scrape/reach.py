"""Optional manifests: one is left out as a whole where no host answers for any of its files."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from limner.errors import Unreachable
from limner.fetch.downloads import Fetched, Wanted
from limner.fetch.servers import servers
from limner.scrape.manifests import Row
from limner.tables import Problem


class Reach:
    """Watches what comes of the rows of optional manifests.

    Args:
        optional: the manifests, as params.yaml names them.
        named: the rows of all manifests, before any of them is made into many.
    """

    def __init__(self, optional: Sequence[str], named: Iterable[Row]) -> None:
        self._rows: dict[str, list[Row]] = {name: [] for name in optional}
        for row in named:
            self._rows.get(row.manifest, []).append(row)
        self._named = {row.id: row for rows in self._rows.values() for row in rows}
        self._shared: set[str] = set()
        """Ids of those that a file of another manifest's row has too."""
        self._missing: dict[str, int] = dict.fromkeys(optional, 0)
        """By manifest, the files that no host answers for."""
        self._answered: set[str] = set()
        """Manifests of which something came, or failed in another way."""
        self._gone: set[str] = set()
        """Urls of archives that no host answers for."""

    def hosts(self, needed: Iterable[str], mirrors: Mapping[str, str]) -> set[str]:
        """Hosts (`host:port`) that only optional manifests ask, and no url of `needed` does."""
        asked = {url for rows in self._rows.values() for row in rows for url in urls(row)}
        only, others = ({host for url in some for host in servers(url, mirrors)} for some in (asked, needed))
        return only - others

    def watching(self, fetch: Callable[[Wanted], Fetched]) -> Callable[[Wanted], Fetched]:
        """`fetch`, as rows that stand for many need it, with its failures noticed."""

        def noticed(wanted: Wanted) -> Fetched:
            try:
                return fetch(wanted)
            except Unreachable:
                self._gone |= set(wanted.urls)
                raise

        return noticed

    def expanded(self, one: Row | Problem) -> None:
        """A row, or a failure, came of the rows that were named."""
        row = self._named.get(one.id)
        if row is None:
            return
        if isinstance(one, Problem):  # which bears the id of the row that was named, and those never meet
            if one.what == "failed":
                self._note(row.manifest, row.url in self._gone)
        elif one.manifest != row.manifest:
            self._shared.add(one.id)

    def came(self, row: Row, file: Fetched | Exception) -> None:
        """This became of a row's photo or video."""
        if row.manifest in self._rows:
            self._note(row.manifest, isinstance(file, Unreachable))

    def told(self, problems: Iterable[Problem]) -> list[Problem]:
        """What fetching met with, with one line for each manifest that is left out in place of those for its rows."""
        out = {name for name, count in self._missing.items() if count and name not in self._answered}
        # No part of a row that stands for many is among them: it came, so something answered. Where ids meet, all stay.
        gone = {id for id, row in self._named.items() if row.manifest in out} - self._shared
        kept = [one for one in problems if one.what != "failed" or one.id not in gone]
        return kept + [Problem(name, "left out", self._why(name)) for name in self._rows if name in out]

    def _note(self, manifest: str, missing: bool) -> None:
        self._missing[manifest] += missing
        if not missing:
            self._answered.add(manifest)

    def _why(self, manifest: str) -> str:
        asked = {host for row in self._rows[manifest] for host in servers(row.url, {})}
        hosts = sorted(host.removesuffix(":80").removesuffix(":443") for host in asked)
        count = self._missing[manifest]
        what = "its one file" if count == 1 else f"not one of its {count} files"
        could = "could not be fetched" if count == 1 else "could be fetched"
        answer = "does not answer" if len(hosts) == 1 else "do not answer"
        return f"{what} {could}: {', '.join(hosts)} {answer}; it may be left out (scrape.optional)"


def urls(row: Row) -> tuple[str, ...]:
    """What a row asks for."""
    return (row.url, row.sketch_url) if row.sketch_url else (row.url,)
