"""One way to show how far a long piece of work is."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Never

from tqdm import tqdm


@contextmanager
def progress(total: int, label: str, done: int = 0, unit: str = "", silent: bool = False) -> Iterator["tqdm[Never]"]:
    """A bar to `update()`. Where nobody watches (a log, a test) it is one line at the end; `silent`: nothing."""
    with tqdm(total=total, desc=label, initial=done, unit=unit, smoothing=0.1, disable=silent or None) as bar:
        yield bar
    if bar.disable and not silent:
        tail = getattr(bar, "postfix", None)  # a bar that is not shown has none until it is set
        print(f"{label}: {total} done{f', {tail}' if tail else ''}", file=sys.stderr)
