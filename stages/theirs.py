"""theirs: the outputs that the second report shows -> data/theirs: python stages/theirs.py MANIFEST."""

import sys

from limner import params, tables
from limner.experiments import theirs
from limner.stage import run


def main(manifest: str) -> None:
    """Fetch them; without the network the experiments go on without them, and say so."""
    problems = theirs.fetch(manifest, params.load().scrape)
    if problems:
        tables.write_problems(theirs.FOLDER / "problems.csv", problems, "What fetching met with")


if __name__ == "__main__":
    run(main, *sys.argv[1:])
