"""Imported first by every stage: limner is then that of the checkout which the script belongs to. DVC runs queued
experiments in a copy of the project, whereas the installed limner is always the project's own."""

import os
import sys
from pathlib import Path

SOURCE = str(Path(__file__).resolve().parent.parent / "src")
sys.path.insert(0, SOURCE)
# Worker processes are forked off a server that knows nothing of this one's path.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [SOURCE, os.environ.get("PYTHONPATH")]))
