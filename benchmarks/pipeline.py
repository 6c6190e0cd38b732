"""How long the whole pipeline takes from nothing, how much memory its largest process needs, and how long a run
with nothing to do takes, also beside one of a DVC project of a single stage: python benchmarks/pipeline.py (in a fresh
clone, after `make install`).

Downloads are counted too, unless limner's cache (LIMNER_CACHE) already has them.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

DVC = str(Path(sys.executable).parent / "dvc")
ROUNDS = 7


def seconds(*command: str, folder: Path = Path()) -> float:
    """Run a command, showing what it prints; how long it took."""
    start = time.perf_counter()
    subprocess.run(command, check=True, cwd=folder)
    return time.perf_counter() - start


def single_stage(folder: Path) -> None:
    """Make `folder` a DVC project of one stage that is up to date, with this one's settings."""
    subprocess.run(["git", "init", "--quiet"], check=True, cwd=folder)
    subprocess.run([DVC, "init", "--quiet"], check=True, cwd=folder)
    (folder / ".dvc/config").write_bytes(Path(".dvc/config").read_bytes())
    (folder / "dvc.yaml").write_text("stages: {one: {cmd: echo 1 > one.txt, outs: [one.txt]}}\n")
    subprocess.run([DVC, "repro", "--quiet"], check=True, cwd=folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--idle", action="store_true", help="only the run with nothing to do")
    if not parser.parse_args().idle:
        whole = seconds(DVC, "repro", "--force", "--no-run-cache")
        # Linux counts in KiB, macOS in bytes; the largest single process among all that ran.
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        print(f"the whole pipeline: {whole / 60:.1f} minutes, largest process {peak / 1e9:.2f} GB")
    with tempfile.TemporaryDirectory() as name:
        single_stage(Path(name))
        times = [
            (seconds(DVC, "repro", "--quiet"), seconds(DVC, "repro", "--quiet", folder=Path(name)))
            for _ in range(ROUNDS)
        ]
    ours, single = (sorted(one) for one in zip(*times, strict=True))
    print(
        f"nothing to do: {median(ours):.2f} s (median of {ROUNDS}; {ours[0]:.2f} to {ours[-1]:.2f}), "
        f"{median(one / other for one, other in times):.1f} times a single stage's {median(single):.2f} s"
    )


if __name__ == "__main__":
    main()
