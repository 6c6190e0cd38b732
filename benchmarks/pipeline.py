"""How long the whole pipeline takes from nothing, how much memory its largest process needs, and how long a run
with nothing to do takes: python benchmarks/pipeline.py (in a fresh clone, after `make install`).

Downloads are counted too, unless limner's cache (LIMNER_CACHE) already has them.
"""

import argparse
import resource
import subprocess
import sys
import time
from pathlib import Path

DVC = str(Path(sys.executable).parent / "dvc")


def seconds(*command: str) -> float:
    """Run a command, showing what it prints; how long it took."""
    start = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - start


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    whole = seconds(DVC, "repro", "--force", "--no-run-cache")
    # Linux counts in KiB, macOS in bytes; the largest single process among all that ran.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    idle = sorted(seconds(DVC, "repro", "--quiet") for _ in range(5))
    print(f"the whole pipeline: {whole / 60:.1f} minutes, largest process {peak / 1e9:.2f} GB")
    print(f"nothing to do: {idle[2]:.2f} s (median of 5; {idle[0]:.2f} to {idle[-1]:.2f})")


if __name__ == "__main__":
    main()
