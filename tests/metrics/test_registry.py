"""The file name is the registration; what a metric needs it is given."""

from pathlib import Path

import pytest
import torch

from limner import metrics
from limner.chip import FILE as EMBEDDING
from limner.errors import LimnerError, ModelError, ParamsError
from limner.metrics.views.case import Case, Setting
from limner.nets.shift_tolerant import ALEXNET
from tests.metrics.conftest import EYES, measure, picture


def test_every_file_is_a_metric_and_says_what_it_is() -> None:
    folder = Path(metrics.__path__[0])
    assert metrics.names() == sorted(file.stem for file in folder.glob("[!_]*.py"))
    figures = [figure for metric in metrics.load(metrics.names()) for figure in metric.figures]
    assert len({figure.name for figure in figures}) == len(figures)
    for figure in figures:
        assert figure.label
        assert figure.title.startswith(figure.label.partition(",")[0])
        assert figure.direction in ("higher", "lower")


def test_the_order_is_the_wanted_one() -> None:
    loaded = metrics.load(["psnr", "l1"])
    assert [metric.name for metric in loaded] == ["psnr", "l1"]
    assert [figure.direction for metric in loaded for figure in metric.figures] == ["higher", "lower"]


def test_a_metric_of_several_figures_names_each() -> None:
    (metric,) = metrics.load(["landmarks"])
    names = [(figure.name, figure.metric, figure.direction) for figure in metric.figures]
    assert names == [
        ("landmarks_eye", "landmarks", "lower"),
        ("landmarks_mouth", "landmarks", "lower"),
        ("landmarks_jaw", "landmarks", "lower"),
        ("landmarks_found", "landmarks", "higher"),
    ]
    assert metric.figures[0].label == "Landmarks, worse eye"


def test_of_drawings_only_what_says_something_of_drawings() -> None:
    assert [metric.name for metric in metrics.load(["l1", "colour", "tone"], "sketch")] == ["l1"]
    assert [metric.name for metric in metrics.load(["l1", "colour", "tone"], "photo")] == ["l1", "colour", "tone"]


def test_what_looks_at_more_than_a_picture_says_so() -> None:
    over = {metric.name: metric.over for metric in metrics.load(metrics.names())}
    assert {name: kind for name, kind in over.items() if kind != "picture"} == {"rank": "suite", "kid": "set"}


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ParamsError, match=r"no metric 'lpisp'.*fsim.*did you mean 'lpips'"):
        metrics.load(["l1", "lpisp"])


@pytest.mark.parametrize("name", ["lpips", "identity"])
def test_missing_weights_are_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=rf"{tmp_path.name}.* is missing.*scrape"):
        measure(name, picture(0), picture(1), Setting(tmp_path, EYES))


@pytest.mark.parametrize(("name", "file"), [("lpips", ALEXNET), ("identity", EMBEDDING)])
@pytest.mark.parametrize("content", [b"", b"not a model", b"\x01\x05con_4\x01\x02"])
def test_a_file_that_is_no_model_is_refused(name: str, file: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / file).write_bytes(content)
    with pytest.raises(ModelError, match=tmp_path.name):
        measure(name, picture(0), picture(1), Setting(tmp_path, EYES))


@pytest.mark.parametrize("shape", [(2, 3, 64, 64), (3, 3, 32, 32)])
def test_pictures_that_do_not_fit_each_other_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(LimnerError, match="cannot be compared"):
        Case(picture(0, number=3), torch.zeros(shape), Setting(Path("nowhere"), None))
