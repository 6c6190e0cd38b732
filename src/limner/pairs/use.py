"""Whether a file is in use: a lock that all its readers share, and that the system frees when they end."""

import sys
from pathlib import Path
from typing import IO

if sys.platform == "win32":

    def share(stream: IO[bytes]) -> None:
        """Nothing to do: the system deletes no open file."""

    def in_use(path: Path) -> bool:
        """Whether somebody has it open."""
        try:
            path.rename(path)
        except PermissionError:
            return True
        return False

else:
    import fcntl

    def share(stream: IO[bytes]) -> None:
        """Say that an open file is in use until it is closed."""
        fcntl.flock(stream, fcntl.LOCK_SH)

    def in_use(path: Path) -> bool:
        """Whether somebody called `share` on it and still has it open."""
        with path.open("rb") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False
