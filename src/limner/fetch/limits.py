"""Errors of this machine, which would meet the next source too: they are held against none, and end the run."""

import errno

LIMITS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE)
"""Of a disk that takes no more, and of a system that opens no more files."""


def pass_on(error: Exception) -> None:
    """Raise an error of this machine; return where it is one of the source."""
    if isinstance(error, OSError) and error.errno in LIMITS:
        raise error
