"""Which of fsspec's filesystems are here, and what to install for the others."""

import re

import fsspec
from fsspec.registry import known_implementations

from limner.errors import SourceError, choices

OUR_OWN = ("http", "https", "file", "pypi", "zip", "tar")


def require(url: str) -> None:
    """Make sure that something here can open a url; for a chained one, all of its links.

    Raises:
        SourceError: names the package to install, or the schemes that there are.
    """
    for link in url.split("::"):
        scheme, found, _ = link.partition("://")
        if not found or scheme in OUR_OWN:
            continue
        try:
            fsspec.get_filesystem_class(scheme)
        except ValueError:
            allowed = choices(scheme, sorted({*OUR_OWN, "s3", "gs", "hf", "az", "sftp"}))
            raise SourceError(f"{url}: nothing can open {scheme}://; {allowed}, and what else fsspec knows") from None
        except ImportError as error:
            raise SourceError(f"{url}: {scheme}:// needs a package that is not here: {_package(scheme)}") from error


def _package(scheme: str) -> str:
    known = known_implementations.get(scheme, {})
    module = str(known.get("class", "")).partition(".")[0]
    if module and module != "fsspec":
        return f"pip install {module}"
    named = re.search(r"[\"'`]([\w-]+)[\"'`]", str(known.get("err", "")))
    return f"pip install {named[1]}" if named else str(known.get("err", "see fsspec's documentation"))
