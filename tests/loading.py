"""What a process has loaded once it imported something: the truth about imports, which a running test cannot see."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = ("numpy", "pandas", "cv2")

CODE = """
import importlib, json, os, runpy, sys
first, asked = json.loads(sys.argv[1])
for name in first:
    importlib.import_module(name)
for one in asked:
    if os.fork() == 0:
        for name in one:
            runpy.run_path(name, run_name="stage") if name.endswith(".py") else importlib.import_module(name)
        print(json.dumps({name: getattr(module, "__file__", None) for name, module in sys.modules.items()}), flush=True)
        os._exit(0)
    if os.wait()[1]:
        sys.exit(f"{one} cannot be imported")
"""


@cache
def loaded(asked: Sequence[tuple[str, ...]], first: tuple[str, ...] = LIBRARIES) -> list[dict[str, str | None]]:
    """For each of `asked`, the modules that a process has loaded after it, and their files.

    Args:
        asked: scripts (relative to the project's root) and modules, imported one after the other.
        first: libraries that are imported once for all, since they take longest. The processes are forks.
    """
    command = [sys.executable, "-c", CODE, json.dumps([first, asked])]
    path = os.pathsep.join(filter(None, [str(ROOT / "src"), str(ROOT / "stages"), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
