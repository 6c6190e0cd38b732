"""Whether processes are left where the one that started them is killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path


def leaves_nobody_behind(script: Path, end: signal.Signals = signal.SIGKILL) -> None:
    """Run a script until one of its workers has printed a line, kill its main process alone, and see the others end."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, str(script)], start_new_session=True, **pipes) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "going\n"
        os.kill(process.pid, end)
        try:
            # Both pipes end with the last that holds them: the workers, their server, the tracker of resources.
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    assert process.returncode == -end
