"""How much memory a process may take, where it reads what may have been made to take all of it."""

from contextlib import suppress
from pathlib import Path


def limit(memory: int) -> None:
    """Let this process take no more than `memory` bytes beside what it has; without effect where a system cannot."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most, before = pages * resource.getpagesize() + memory, resource.getrlimit(resource.RLIMIT_AS)[0]
        if before == resource.RLIM_INFINITY or most < before:
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
