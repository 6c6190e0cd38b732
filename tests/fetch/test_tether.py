"""Processes that leave nothing behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from limner.fetch import tether

HELD = """
import subprocess, sys, time
print("said", *sys.argv[1:], sys.stdin.read(), file=sys.stderr)
child = subprocess.Popen(["sleep", "300"])
with open(sys.argv[1], "w") as stream:
    stream.write(f"{child.pid}\\n")
if sys.argv[2:] == ["waits"]:
    time.sleep(300)
sys.exit(3)
"""


@pytest.fixture(autouse=True)
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """held FILE [waits]: starts a process, writes its number to the file, and fails, or waits for ever."""
    (tmp_path / "held.py").write_text(HELD)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")


def started(path: Path) -> int:
    """The process that is named there, in time."""
    for _ in range(600):
        if path.is_file() and (text := path.read_text()).endswith("\n"):
            return int(text)
        time.sleep(0.05)
    raise AssertionError("it has not begun")


def gone(process: int) -> bool:
    """Whether it ends, at once or nearly so; until somebody asks what became of it, its number stays."""
    for _ in range(200):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        state = Path(f"/proc/{process}/stat")
        if state.is_file() and state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


def test_what_it_says_is_told_and_what_it_left_behind_is_ended(tmp_path: Path) -> None:
    assert tether.run("held", [str(tmp_path / "child")], 60.0) == (3, f"said {tmp_path / 'child'} \n")
    assert gone(started(tmp_path / "child"))


def test_when_its_time_is_over_all_of_it_ends(tmp_path: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        tether.run("held", [str(tmp_path / "child"), "waits"], 3.0)
    assert gone(started(tmp_path / "child"))


def test_it_ends_when_who_started_it_is_interrupted(tmp_path: Path) -> None:
    told = f"from limner.fetch import tether; tether.run('held', [{str(tmp_path / 'child')!r}, 'waits'], 300.0)"
    with subprocess.Popen([sys.executable, "-c", told], stderr=subprocess.DEVNULL) as starter:
        child = started(tmp_path / "child")
        starter.send_signal(signal.SIGINT)
    assert gone(child)
