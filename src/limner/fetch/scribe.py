"""Small files, hashed and written by a process beside the event loop that brings them.

Threads do the same, but at every call to the system they give Python's one lock away and have to get it back from the
loop's thread, and together they use one processor where there are two.
"""

import asyncio
import mmap
import os
import socket
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from limner.fetch import landing
from limner.fetch.landing import ANSWERED, ASKED, NO_HASH, SLOT, Records

SLOTS = 32
"""Files that are shared with the process at a time."""


class Scribe:
    """A process that lands files in a folder, started when there is the first of them. All methods but `close` belong
    to one event loop.

    Args:
        folder: where they get their hash as a name.
        parts: where they lie on their way, on the same file system, and nobody else writes; it is made when there is
            one. It is better none that others look into meanwhile: to make a file, the system locks its folder.
    """

    def __init__(self, folder: Path, parts: Path) -> None:
        self._folder = folder
        self._parts = parts
        self._process: subprocess.Popen[bytes] | None = None
        self._gone = os.name != "posix"  # elsewhere a process inherits no open files
        self._free = list(range(SLOTS))
        self._waiting = deque[tuple[Sequence[bytes], str, asyncio.Future[str | None]]]()
        self._asked: dict[int, asyncio.Future[str | None]] = {}

    def close(self) -> None:
        """Let it finish what it has begun, and end."""
        if self._process is not None:
            self._end.close()
            self._process.wait()
            self._view.release()
            self._memory.close()
            self._process = None
        self._gone = True

    def land(self, chunks: Sequence[bytes], expected: str) -> asyncio.Future[str | None]:
        """The hash of a file's bytes; they lie in the folder then, unless another one is expected.

        Args:
            chunks: its bytes, at most `SLOT` of them together.
            expected: its hash if that is known.

        Returns:
            in time, the hash, the OSError of writing it, or None if there is no process to do it (any more).
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[str | None] = loop.create_future()
        if self._process is None and not self._gone:
            self._start(loop)
        if self._gone:
            future.set_result(None)
        else:
            self._waiting.append((chunks, expected, future))
            self._hand_over(loop)
        return future

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            self._parts.mkdir(exist_ok=True)
            with _shared() as memory:
                self._memory = mmap.mmap(memory.fileno(), 0)
                self._view = memoryview(self._memory)
                self._end, other = socket.socketpair()
                with other:
                    ends = (other.fileno(), memory.fileno())
                    told = map(str, (*ends, self._folder, self._parts))
                    command = [sys.executable, "-I", "-S", landing.__file__, *told]
                    self._process = subprocess.Popen(command, pass_fds=ends, stdin=subprocess.DEVNULL)
                self._answers = Records(self._end, ANSWERED.size)
        except OSError:  # no more processes, or no room: threads do what it would have done
            self._gone = True
            return
        loop.add_reader(self._end.fileno(), self._answer, loop)

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._free and self._waiting:
            chunks, expected, future = self._waiting.popleft()
            if future.done():
                continue  # given up meanwhile
            slot = self._free.pop()
            start = here = slot * SLOT
            for chunk in chunks:
                self._view[here : here + len(chunk)] = chunk
                here += len(chunk)
            self._asked[slot] = future
            try:
                self._end.sendall(ASKED.pack(slot, here - start, bool(expected), bytes.fromhex(expected) or NO_HASH))
            except OSError:
                self._lose(loop)

    def _answer(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            answers = self._answers.read()
        except (EOFError, OSError):
            self._lose(loop)
            return
        for slot, failed, digest in ANSWERED.iter_unpack(answers):
            future = self._asked.pop(slot)
            self._free.append(slot)
            if future.done():
                continue
            if failed:
                future.set_exception(OSError(failed, os.strerror(failed), f"{self._parts}/{slot}"))
            else:
                future.set_result(digest.hex())
        self._hand_over(loop)

    def _lose(self, loop: asyncio.AbstractEventLoop) -> None:
        """It was ended from outside: whoever waits for it has to do without."""
        self._gone = True
        loop.remove_reader(self._end.fileno())
        left = [*self._asked.values(), *(future for *_, future in self._waiting)]
        self._asked.clear()
        self._waiting.clear()
        for future in left:
            if not future.done():
                future.set_result(None)


def _shared() -> IO[bytes]:
    """A file that a process which inherits it can share as memory; of no name, and gone when nobody has it open."""
    if sys.platform == "linux":
        memory: IO[bytes] = os.fdopen(os.memfd_create("limner"), "w+b")
    else:
        memory = tempfile.TemporaryFile()  # noqa: SIM115  whoever asks closes it
    memory.truncate(SLOT * SLOTS)
    return memory
