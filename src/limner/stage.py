"""How a stage's script ends: an error that speaks to a person is one sentence, a bug keeps its traceback."""

import errno
import os
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from limner.errors import LimnerError, ParamsError, told

if TYPE_CHECKING:
    from limner.tables import Problem

REFUSED = {
    errno.ENOSPC: "the disk is full: make room, and run it again",
    errno.EDQUOT: "you may not use more of this disk: make room, and run it again",
    errno.EROFS: "nothing can be written there: it is read-only",
    errno.EMFILE: "too many files are open: raise the limit (ulimit -n), and run it again",
    errno.ENFILE: "too many files are open on this machine: end what else holds them, and run it again",
    errno.EACCES: "that is not yours to read or write: its permissions forbid it",
}
"""What a person has to put right, by the number of a system's error."""


def run(main: Callable[..., None], *arguments: str) -> None:
    """Call a stage's `main` with the command line's arguments; exit with 1 after a `LimnerError`, or a disk's.

    A stage stopped by Ctrl-C exits with 130, as a shell expects; what was done so far is kept in limner's cache.
    """
    try:
        main(*arguments)
    except LimnerError as error:
        print("limner:", "\n".join(map(told, str(error).split("\n"))), file=sys.stderr)
        if isinstance(error, ParamsError) and "DVC_STAGE" in os.environ:
            print(
                "limner: DVC clears a stage's outputs before it starts: put it right, and `dvc repro` brings back "
                "what was built before",
                file=sys.stderr,
            )
        raise SystemExit(1) from None
    except ModuleNotFoundError as error:
        if not error.name or error.name.partition(".")[0] == "limner":
            raise
        print(
            f"limner: {error.name} is not installed here: the install for painting alone has not all that this needs; "
            "README says how the whole is installed",
            file=sys.stderr,
        )
        raise SystemExit(1) from None
    except OSError as error:
        if error.errno not in REFUSED:
            raise
        print(f"limner: {error.filename or 'a file'}: {REFUSED[error.errno]}", file=sys.stderr)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        print("limner: interrupted; the next run goes on from what is done", file=sys.stderr)
        raise SystemExit(130) from None


def tell_again(problems: "Iterable[Problem]") -> None:
    """Say how, and where, what did not come can be asked for again: to DVC a stage that has ended is done."""
    stage = os.environ.get("DVC_STAGE")
    if stage and any(problem.what in ("failed", "left out") for problem in problems):
        print(
            f"limner: what did not come is asked for again by `dvc repro --force --single-item {stage}`, typed in "
            f"{os.environ.get('DVC_ROOT', os.curdir)}, and `dvc repro` there then builds on it",
            file=sys.stderr,
        )
