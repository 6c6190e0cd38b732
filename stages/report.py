"""Write reports/index.html, its pictures and the README's picture."""

import sys
from pathlib import Path

from limner import params, stage
from limner.report.page import write_report


def main() -> None:
    write_report(Path(), params.load())


if __name__ == "__main__":
    stage.run(main, *sys.argv[1:])
