"""The process that `scribe` hands small files to: it hashes them and lets them land.

It is started by this file's path and imports the standard library alone, so that it is there in some hundredths of a
second. It ends with the process that started it.
"""

import hashlib
import mmap
import os
import signal
import socket
import struct
import sys

SLOT = 512 * 1024
"""Bytes of the memory that is shared, for one file."""
ASKED = struct.Struct("=II?32s")
"""A slot, how many bytes are in it, whether a hash is expected of them, and which."""
ANSWERED = struct.Struct("=Ii32s")
"""A slot, the number of the system's error, or 0, and the hash."""
NO_HASH = bytes(32)


class Records:
    """What comes in records of one size from the other end of a socket, however it is cut on its way."""

    def __init__(self, end: socket.socket, size: int) -> None:
        self._end = end
        self._size = size
        self._rest = b""

    def read(self) -> bytes:
        """Those that are there, one behind the other; at least one.

        Raises:
            EOFError: the other end is closed.
            OSError: nothing can be read.
        """
        while len(self._rest) < self._size:
            came = self._end.recv(1 << 16)
            if not came:
                raise EOFError
            self._rest += came
        whole = len(self._rest) // self._size * self._size
        records, self._rest = self._rest[:whole], self._rest[whole:]
        return records


def landed(data: memoryview, part: str, folder: str, expected: bytes | None) -> bytes:
    """Give the bytes their hash as a name in `folder`, by way of `part`, unless another one is expected; the hash.

    Raises:
        OSError: they cannot be written; no file has that name then but one that was there before.
    """
    found = hashlib.sha256(data)
    if expected in (None, found.digest()):
        with open(part, "wb", buffering=0) as stream:  # noqa: PTH123  pathlib is not worth importing here
            rest = data
            while rest:
                rest = rest[stream.write(rest) :]
        os.replace(part, f"{folder}/{found.hexdigest()}")  # noqa: PTH105
    return found.digest()


def main(end: socket.socket, memory: memoryview, folder: str, parts: str) -> None:
    """Answer what is `ASKED` until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is told to all; who started this one says when it is over
    asked = Records(end, ASKED.size)
    try:
        while True:
            for slot, size, pinned, expected in ASKED.iter_unpack(asked.read()):
                start = slot * SLOT
                try:
                    data = memory[start : start + size]
                    answer = 0, landed(data, f"{parts}/{slot}", folder, expected if pinned else None)
                except OSError as error:
                    answer = error.errno or -1, NO_HASH
                end.sendall(ANSWERED.pack(slot, *answer))
    except (EOFError, ConnectionError):
        return


if __name__ == "__main__":
    with (
        socket.socket(fileno=int(sys.argv[1])) as other,
        mmap.mmap(int(sys.argv[2]), 0) as shared,
        memoryview(shared) as view,
    ):
        main(other, view, *sys.argv[3:])
