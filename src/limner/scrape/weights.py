"""Model files: data/manifests/models.csv names them, data/weights holds them."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from limner import tables
from limner.errors import SourceError
from limner.fetch.downloads import Fetched, Wanted
from limner.files import whole
from limner.scrape.manifests import SHA256
from limner.tables import Problem

NEEDED = ("name", "file", "sha256", "url", "mirror")


@dataclass(frozen=True)
class Weight:
    """One model file."""

    name: str
    file: str
    wanted: Wanted


def read(path: Path) -> list[Weight]:
    """The model files that a CSV names: url first, then mirror if there is one.

    Raises:
        SourceError: the CSV is missing or lacks a column, or a row has no plain file name, no sha256, or no url.
    """
    weights = []
    for line, row in enumerate(tables.read(path, NEEDED).to_dict("records"), start=2):
        name, file = str(row["name"]), str(row["file"])
        if not file or Path(file).name != file:
            raise SourceError(f"{path}, line {line}: {file!r} must be a file name without a folder")
        # These files are read by decoders that trust them, so their bytes must be the known ones.
        if not SHA256.fullmatch(digest := str(row["sha256"]).lower()):
            raise SourceError(f"{path}, line {line}: {file} needs its sha256, 64 hexadecimal digits")
        urls = tuple(url for url in (str(row["url"]), str(row["mirror"])) if url)
        if not urls:
            raise SourceError(f"{path}, line {line}: {file} needs a url or a mirror to come from")
        weights.append(Weight(name, file, Wanted(urls, digest)))
    return weights


def install(weights: list[Weight], fetched: Iterable[Fetched | SourceError], folder: Path) -> list[Problem]:
    """Copy the fetched model files to where the stages look for them; what did not come is a problem."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    problems = []
    for weight, file in zip(weights, fetched, strict=True):
        if isinstance(file, SourceError):
            problems.append(Problem(weight.name, "failed", f"{weight.file}: {file}"))
        else:
            with whole(folder / weight.file) as part:
                shutil.copyfile(file.path, part)
    return problems
