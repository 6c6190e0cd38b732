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


@pytest.mark.parametrize("writes", [None, "data/sketches/inker"])
def test_a_model_that_writes_is_named_by_the_stage_that_draws(root: Path, writes: str | None) -> None:
    """Else no stage would make its drawings."""
    file = root / "experiments/params.yaml"
    settings = params.load(file)
    inker = replace(settings.model("sketcher"), writes=writes)
    more = replace(settings, models={**settings.models, "inker": inker})
    if writes is None:
        fitting.check_pipeline(more, file)
        return
    with pytest.raises(ParamsError, match=r"models\.inker\.writes: no stage of .* names artist_sketcher and sketcher"):
        fitting.check_pipeline(more, file)


def test_it_writes_where_that_stage_says(root: Path) -> None:
    file = root / "experiments/params.yaml"
    settings = params.load(file)
    moved = {"sketcher": replace(settings.model("sketcher"), writes="data/sketches/learned")}
    with pytest.raises(ParamsError, match=r"models\.sketcher\.writes: no stage of .* write data/sketches/learned"):
        fitting.check_pipeline(replace(settings, models=moved), file)
