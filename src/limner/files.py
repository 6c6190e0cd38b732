"""Files that are whole or absent: atomic writes, content hashes, and limner's own cache folder."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs


@contextmanager
def whole(path: Path, mode: int = 0o644) -> Iterator[Path]:
    """Yield a temporary path beside `path`; it takes `path`'s name only if the block ends well.

    A process killed half-way leaves `path` as it was, so nobody takes half a file for a whole one.
    The suffix is kept, since encoders choose their format by it.

    Args:
        path: is written, whatever its own permissions are.
        mode: its permissions from then on: most files are read by whoever may read the folder.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".part-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.chmod(mode)  # mkstemp gives 0600
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def sha256(path: Path) -> str:
    """Hex digest of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def cache_dir(kind: str) -> Path:
    """A folder for what is worth keeping between runs and clones, addressed by its content.

    DVC empties a stage's outputs before each run, so the memory of downloads, landmarks and
    half-trained models lives outside the project: in $LIMNER_CACHE, or the user's cache folder.
    """
    root = os.environ.get("LIMNER_CACHE") or platformdirs.user_cache_dir("limner")
    folder = Path(root) / kind
    folder.mkdir(parents=True, exist_ok=True)
    return folder
