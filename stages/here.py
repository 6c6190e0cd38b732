"""Imported first by every stage: limner is then that of the checkout which the script belongs to. DVC runs queued
experiments in a copy of the project, whereas the installed limner is always the project's own."""

import os
import sys
from pathlib import Path
from types import TracebackType


def _told(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Ctrl-C while a stage still imports what it needs, in the words of one that has begun (see limner.stage)."""
    if issubclass(kind, KeyboardInterrupt):
        print("limner: interrupted; the next run goes on from what is done", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _told

SOURCE = str(Path(__file__).resolve().parent.parent / "src")
sys.path.insert(0, SOURCE)
# Worker processes are forked off a server that knows nothing of this one's path.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [SOURCE, os.environ.get("PYTHONPATH")]))
