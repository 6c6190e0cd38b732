"""The system libraries that OpenCV and mediapipe load and pip cannot install."""

import ctypes
import sys
from collections.abc import Mapping

LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libxcb.so.1": "libxcb1",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGLESv2.so.2": "libgles2",
}
"""By library, the Debian or Ubuntu package that brings it: OpenCV links the first three, mediapipe two."""


def missing(libraries: Mapping[str, str] = LIBRARIES) -> list[str]:
    """The libraries that the loader does not find; on Linux only, since wheels elsewhere bring their own."""
    if not sys.platform.startswith("linux"):
        return []
    return [name for name in libraries if not _loads(name)]


def check(libraries: Mapping[str, str] = LIBRARIES) -> None:
    """End the process with one sentence when a library is missing.

    `import limner` calls this before `import cv2` can fail with the loader's traceback: earlier than any
    handler of `LimnerError` is in place, hence the plain exit.

    Raises:
        SystemExit: names the missing libraries and the command that installs them.
    """
    lacking = missing(libraries)
    if lacking:
        packages = " ".join(libraries[name] for name in lacking)
        raise SystemExit(
            f"limner: this machine lacks {', '.join(lacking)}, which OpenCV and mediapipe need; "
            f"on Debian or Ubuntu: sudo apt-get install {packages}"
        )


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
