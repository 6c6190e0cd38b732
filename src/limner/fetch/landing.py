"""The process that `scribe` hands small files to: it hashes them and lets them land.

It is started by this file's path and imports the standard library alone, so that it is there in some hundredths of a
second. It ends with the process that started it.
"""

import hashlib
import json
import mmap
import os
import signal
import sys
from multiprocessing.connection import Connection

SLOT = 512 * 1024
"""Bytes of the memory that is shared, for one file."""


def landed(data: memoryview, part: str, folder: str, expected: str) -> str:
    """Give the bytes their hash as a name in `folder`, by way of `part`, unless another one is expected; the hash.

    Raises:
        OSError: they cannot be written; no file has that name then but one that was there before.
    """
    digest = hashlib.sha256(data).hexdigest()
    if expected in ("", digest):
        with open(part, "wb", buffering=0) as stream:  # noqa: PTH123  pathlib is not worth importing here
            rest = data
            while rest:
                rest = rest[stream.write(rest) :]
        os.replace(part, f"{folder}/{digest}")  # noqa: PTH105
    return digest


def main(end: Connection, memory: memoryview, folder: str) -> None:
    """Answer to [slot, bytes, part, expected hash] with [slot, hash], or [slot, errno, what it means, path]."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is told to all; who started this one says when it is over
    try:
        while True:
            slot, size, part, expected = json.loads(end.recv_bytes())
            start = slot * SLOT
            try:
                answer = [slot, landed(memory[start : start + size], part, folder, expected)]
            except OSError as error:
                answer = [slot, error.errno, error.strerror, part]
            end.send_bytes(json.dumps(answer).encode())
    except (EOFError, ConnectionError):
        return


if __name__ == "__main__":
    with Connection(int(sys.argv[1])) as asked, mmap.mmap(int(sys.argv[2]), 0) as shared, memoryview(shared) as view:
        main(asked, view, sys.argv[3])
