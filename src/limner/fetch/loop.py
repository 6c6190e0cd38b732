"""The event loop that everything is fetched by."""

import asyncio
import sys


def new_loop() -> asyncio.AbstractEventLoop:
    """The quickest there is here, in a process made ready for much that comes and goes."""
    _keep_memory()
    if sys.platform == "win32":  # which uvloop is not made for
        return asyncio.new_event_loop()
    import uvloop

    return uvloop.new_event_loop()


def _keep_memory() -> None:
    """Let the bytes of one file take the memory of those before.

    glibc gives back to the system what is freed, but for blocks smaller than the largest that ever was (mallopt(3),
    M_MMAP_THRESHOLD). To be given new pages for every file takes a tenth of a download's processor time.
    """
    bytes(1 << 24)
