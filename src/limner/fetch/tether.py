"""A module of Python run as a process that ends with all it started: when its time is over, or whoever runs it ends.

A process that is killed can no longer end what it started, so the other one holds a pipe of it, and ends itself when
that is closed. It is this file, as a script: it imports nothing of limner.
"""

import os
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

MOST_SAID = 1 << 20
"""Bytes of what it says that are read, from the end."""


def run(module: str, arguments: list[str], seconds: float) -> tuple[int, str]:
    """What `python -m` does, in a session of its own.

    Args:
        module: its name.
        arguments: of its command line.
        seconds: that it may take.

    Returns:
        its exit status, and what it wrote to stderr.

    Raises:
        subprocess.TimeoutExpired: its time was over.
    """
    command = [sys.executable, "-P", __file__, module, *arguments]
    with (
        # A file: what it leaves behind may hold a pipe open, and may write without end.
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said, start_new_session=True
        ) as process,
    ):
        try:
            status = process.wait(seconds)
        finally:
            _end(process)
        said.seek(max(0, said.seek(0, os.SEEK_END) - MOST_SAID))
        return status, said.read().decode(errors="replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":  # which knows no groups
        process.kill()
    else:
        with suppress(ProcessLookupError, PermissionError):  # nothing is left of it, or what has ended
            os.killpg(process.pid, signal.SIGKILL)


def main() -> None:
    """Be the module that the command line names, of which nothing is left once nobody holds the other end of stdin."""
    end = os.dup(0)
    with Path(os.devnull).open() as nothing:  # for the module to read
        os.dup2(nothing.fileno(), 0)
    threading.Thread(target=_follow, args=(end,), daemon=True).start()
    module = sys.argv.pop(1)
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _follow(end: int) -> None:
    os.read(end, 1)
    if sys.platform != "win32":
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


if __name__ == "__main__":
    main()
