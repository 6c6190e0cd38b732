"""Programs as a person calls them in a folder: git, DVC and limner of this environment, as nobody in particular."""

import os
import subprocess
import sys
from pathlib import Path

BIN = Path(sys.executable).parent


def call(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """What it printed; `subprocess.CalledProcessError` if it failed."""
    quiet = {"DVC_NO_ANALYTICS": "1", "GIT_CONFIG_GLOBAL": os.devnull, "COLUMNS": "140"}
    name = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    environment = {**os.environ, **quiet, **name, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)


def run(folder: Path, *command: str) -> str:
    return call(folder, *command).stdout
