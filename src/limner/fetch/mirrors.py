"""Other places for the files of a url: those that params.yaml names, and those that this machine has.

`LIMNER_MIRRORS` names a YAML file `url prefix: folder or url`, of the form of `scrape.mirrors`. It is no parameter,
since a file that is pinned by its sha256 is the same wherever it comes from. A relative path to it is one from the
working folder or, where DVC runs a stage in another, from the project's; its own relative folders are relative to it.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from limner import plain
from limner.errors import ParamsError

VARIABLE = "LIMNER_MIRRORS"


def mirrors(named: Mapping[str, str]) -> dict[str, str]:
    """The mirrors `named` by params.yaml and, before them where both know a prefix, those of this machine.

    Raises:
        ParamsError: the file that LIMNER_MIRRORS names is missing, no YAML, or does not map texts to texts.
    """
    file = os.environ.get(VARIABLE)
    if not file:
        return dict(named)
    path = Path(file).expanduser()
    above = Path(os.environ.get("DVC_ROOT", ""), path)
    return {**named, **_read(path if path.exists() or not above.exists() else above)}


def _read(path: Path) -> dict[str, str]:
    try:
        tree = plain.parse(path.read_text(encoding="utf-8"), f"{path} ({VARIABLE})")
    except FileNotFoundError:
        raise ParamsError(f"{VARIABLE} names {path}, which does not exist") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ParamsError(f"{VARIABLE} names {path}, which is not readable as YAML: {error}") from error
    if not isinstance(tree, dict) or not all(isinstance(text, str) for pair in tree.items() for text in pair):
        raise ParamsError(f"{VARIABLE} names {path}, which must map url prefixes to folders or urls, one `a: b` a line")
    return {prefix: _place(place, path.parent) for prefix, place in tree.items()}


def _place(place: str, folder: Path) -> str:
    """A url as it is, and a folder as seen from anywhere; a `/` at its end stays."""
    if "://" in place:
        return place
    return (folder.absolute() / Path(place).expanduser()).as_posix() + ("/" if place.endswith("/") else "")
