"""What a pipeline does not read of its params.yaml is refused beside it."""

from dataclasses import replace
from pathlib import Path

import pytest

from limner import fitting, params
from limner.errors import ParamsError


def check(pipeline: str, root: Path, tests: str | None) -> None:
    """The pipeline of a folder whose painter has its suites' drawings in `tests`."""
    settings = params.load(root / "params.yaml")
    models = {"painter": replace(settings.model("painter"), sketches="data/sketches/effects", tests=tests)}
    fitting.check_pipeline(replace(settings, models=models), root / pipeline / "params.yaml")


def test_drawings_that_no_stage_depends_on_are_refused(root: Path) -> None:
    with pytest.raises(ParamsError, match=r"models\.painter\.tests: no stage of .*dvc\.yaml depends on it"):
        check("", root, "data/sketches")


@pytest.mark.parametrize("tests", [None, "data/sketches/effects", "data/sketches/effects/stamp"])
def test_those_below_what_the_model_learns_from_are_depended_on(root: Path, tests: str | None) -> None:
    check("", root, tests)
