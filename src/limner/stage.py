"""How a stage's script ends: an error that speaks to a person is one sentence, a bug keeps its traceback."""

import sys
from collections.abc import Callable

from limner.errors import LimnerError


def run(main: Callable[..., None], *arguments: str) -> None:
    """Call a stage's `main` with the command line's arguments; exit with 1 after a `LimnerError`.

    A stage stopped by Ctrl-C exits with 130, as a shell expects; what was done so far is kept in limner's cache.
    """
    try:
        main(*arguments)
    except LimnerError as error:
        print(f"limner: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        print("limner: interrupted; the next run goes on from what is done", file=sys.stderr)
        raise SystemExit(130) from None
