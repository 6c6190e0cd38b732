"""theirs: the outputs that the second report shows -> data/theirs: python stages/theirs.py MANIFEST."""

import sys

import here  # noqa: F401
from limner import params, tables
from limner.experiments import theirs
from limner.stage import run, tell_again


def main(manifest: str) -> None:
    """Fetch them; without the network the experiments go on without them, and say so."""
    problems = theirs.fetch(manifest, params.load().scrape)
    if problems:
        tables.write_problems(theirs.FOLDER / "problems.csv", problems, "What fetching met with")
    tell_again(problems)


if __name__ == "__main__":
    run(main, *sys.argv[1:])
