"""One training at a time writes a model's folder."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from limner.errors import TrainingError
from limner.files import cache_dir
from limner.train.machine import Machine


@contextmanager
def alone(folder: Path, name: str, machine: Machine) -> Iterator[None]:
    """While this goes on, no other training writes the same folder.

    A killed `dvc repro` leaves its stage's process at work; the next run would write into the same files, and the two
    would end up as neither.

    Args:
        folder: the model's.
        name: of the model.
        machine: its main process alone holds the lock, which the system gives free however that ends.

    Raises:
        TrainingError: another process is at it.
    """
    place = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()
    lock, free = FileLock(cache_dir("training") / f"{place}.lock"), True
    if machine.main:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            free = False
    try:
        if not machine.tell(free):
            raise TrainingError(
                f"{name} is being trained already, into {folder}, by another process, which a killed `dvc repro` may "
                "have left behind (`pgrep -af train.py`): wait until it is done, or end it"
            )
        yield
    finally:
        if lock.is_locked:
            with suppress(OSError):  # Windows takes no name from an open file
                Path(lock.lock_file).unlink()  # before it is free: who gets it afterwards sees that it has no name
            lock.release()
