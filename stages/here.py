"""Imported first by every stage: limner is then that of the checkout which the script belongs to. DVC runs queued
experiments in a copy of the project, whereas the installed limner is always the project's own."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
