"""Where manifests, model files' names and local photos lie: in this project, or in the one around it.

A folder with a params.yaml of its own may lie in a project whose manifests and photos it shares. It has no
data/manifests/models.csv; it names manifests as ../data/manifests/ANA.csv, and what these name as data/photos/ana
lies where it lies for the project around it.
"""

import posixpath
from pathlib import Path, PurePosixPath

from limner.errors import LimnerError

FOLDER = PurePosixPath("data/manifests")
PHOTOS = PurePosixPath("data/photos")
"""The one folder of local pictures that DVC watches."""
MODELS = "models.csv"


def homes() -> tuple[PurePosixPath, ...]:
    """This project's folder, and that of the project around it if manifests are shared with it."""
    here = PurePosixPath()
    return (here,) if Path(FOLDER, MODELS).is_file() else (here, here / "..")


def models() -> Path:
    """The table of model files."""
    tables = [Path(home / FOLDER / MODELS) for home in homes()]
    return next((table for table in tables if table.is_file()), tables[0])


def home(manifest: str) -> PurePosixPath:
    """The folder of the project whose data/manifests holds a manifest: DVC watches that, elsewhere it could change
    unseen.

    Raises:
        LimnerError: it lies elsewhere.
    """
    path = PurePosixPath(posixpath.normpath(Path(manifest).as_posix()))
    for folder in (known := homes()):
        if folder / FOLDER in path.parents:
            return folder
    allowed = " or ".join(str(folder / FOLDER) for folder in known)
    raise LimnerError(f"the manifest {manifest} must lie in {allowed}, where its changes are seen")


def seen_from_here(url: str, home: PurePosixPath) -> str:
    """A url of a manifest of the project in the folder `home`, for which relative paths are relative to that."""
    if not url or home == PurePosixPath():
        return url
    from limner.fetch.sources import chained, local  # what only paints does without fsspec

    if link := chained(url):
        return f"{link[0]}::{seen_from_here(link[1], home)}"
    path = local(url)
    if path is None or path.is_absolute():
        return url
    scheme = "file://" if url.startswith("file://") else ""
    return f"{scheme}{home}/{url.removeprefix(scheme)}"


def watched(path: Path) -> bool:
    """Whether a change at this path is seen: it lies in data/photos of one of the homes."""
    return any(Path(folder / PHOTOS) in (path, *path.parents) for folder in homes())
