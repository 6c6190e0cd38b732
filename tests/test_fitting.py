"""What a pipeline does not read of its params.yaml is refused beside it."""

from dataclasses import replace
from pathlib import Path

import pytest

from limner import fitting, params, sketches
from limner.blocks import DataSet
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


@pytest.mark.parametrize(
    "writes",
    [
        "data/photos/ana",
        "data/sketches/../photos",
        "data/faces",
        "data/sketches",
        "data/sketches/effects/stamp",
        "data/sketches/Altered",
        "data/sketches/..",
        "data/boxed/sketches/learned",
        "runs/painter",
        "runs/sketcher/pictures",
        "/data/sketches/learned",
        "",
    ],
)
def test_a_model_writes_no_folder_that_may_hold_anything_else(root: Path, writes: str) -> None:
    """DVC empties it before the stage starts, whatever there is in it."""
    file = root / "params.yaml"
    settings = params.load(file)
    moved = {**settings.models, "painter": replace(settings.model("painter"), writes=writes)}
    with pytest.raises(ParamsError, match=r"models\.painter\.writes: .* DVC empties it .*runs/painter/pictures"):
        fitting.check(replace(settings, models=moved), file)


@pytest.mark.parametrize("writes", [None, "runs/painter/pictures/", "data/sketches/own", "data/boxed/sketches/own"])
def test_it_writes_drawings_or_pictures_of_its_own(root: Path, writes: str | None) -> None:
    file = root / "params.yaml"
    settings = replace(params.load(file), sets={"boxed": DataSet("box")})
    moved = {**settings.models, "painter": replace(settings.model("painter"), writes=writes)}
    fitting.check(replace(settings, models=moved), file)


def test_two_models_do_not_write_one_folder(root: Path) -> None:
    file = root / "params.yaml"
    settings = params.load(file)
    both = {**settings.models, "inker": replace(settings.model("sketcher"), writes="data/sketches/Learned/")}
    with pytest.raises(ParamsError, match=r"models\.inker\.writes: sketcher writes data/sketches/learned too"):
        fitting.check(replace(settings, models=both), file)


def test_the_families_of_drawings_are_those_that_all_stages_read() -> None:
    assert fitting.FAMILIES == sketches.FAMILIES


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *[("eyes", eyes) for eyes in ((2000.0, 170.0), (-200.0, 170.0), (200.0, 400.0), (200.0, -1.0), (59.0, 170.0))],
        *[("eye_distance", 1e9), ("size", 200)],
    ],
)
def test_both_eyes_lie_inside_the_frame(root: Path, key: str, value: object) -> None:
    file = root / "params.yaml"
    settings = params.load(file)
    moved = replace(settings, align=replace(settings.align, **{key: value}))
    with pytest.raises(ParamsError, match=r"align\.eyes, align\.eye_distance: the irises .* inside the .*align\.size"):
        fitting.check(moved, file)


def test_what_is_missing_is_not_weighed_where_nothing_is_erased(root: Path) -> None:
    recipe = replace(params.load(root / "params.yaml").recipes["limner"], missing=100.0)
    for pipeline in ("", "experiments"):
        file = root / pipeline / "params.yaml"
        settings = params.load(file)
        asking = replace(settings, recipes={**settings.recipes, "limner": recipe})
        if pipeline:
            fitting.check_pipeline(asking, file)
            continue
        with pytest.raises(ParamsError, match=r"recipe of models\.\w+ weighs .*`missing`.* no stage .* erases"):
            fitting.check_pipeline(asking, file)


@pytest.mark.parametrize(("key", "names"), [("metrics", ("l1", "psnr", "l1")), ("beside", ("copy", "copy"))])
def test_what_is_measured_is_named_once(root: Path, key: str, names: tuple[str, ...]) -> None:
    file = root / "params.yaml"
    settings = params.load(file)
    twice = replace(settings, evaluate=replace(settings.evaluate, **{key: names}))
    with pytest.raises(ParamsError, match=rf"evaluate\.{key}: '{names[0]}' stands there twice"):
        fitting.check(twice, file)


@pytest.mark.parametrize("where", ["train", r"suites\.unseen"])
def test_a_style_is_learned_and_tested_once(root: Path, where: str) -> None:
    file = root / "params.yaml"
    settings = params.load(file)
    painter, styles = settings.model("painter"), ("stamp", "hatch", "stamp")
    suites = {**painter.suites, "unseen": replace(painter.suites["unseen"], styles=styles)}
    changed = {"train": replace(painter.train, styles=styles)} if where == "train" else {"suites": suites}
    twice = replace(settings, models={**settings.models, "painter": replace(painter, **changed)})
    with pytest.raises(ParamsError, match=rf"models\.painter\.{where}\.styles: 'stamp' stands there twice"):
        fitting.check(twice, file)
