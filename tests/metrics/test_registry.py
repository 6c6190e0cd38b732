"""The file name is the registration; what a metric needs it is given."""

from pathlib import Path

import pytest
import torch

from limner import metrics
from limner.errors import LimnerError, ModelError, ParamsError
from limner.metrics import Setting
from tests.metrics.conftest import ALIGN, picture


def test_every_file_is_a_metric() -> None:
    assert set(metrics.names()) >= {"l1", "psnr", "ssim", "fsim", "lpips", "identity"}
    folder = Path(metrics.__path__[0])
    assert metrics.names() == sorted(file.stem for file in folder.glob("[!_]*.py"))


def test_the_order_is_the_wanted_one() -> None:
    loaded = metrics.load(["psnr", "l1"], Setting(Path("nowhere"), ALIGN))
    assert [metric.name for metric in loaded] == ["psnr", "l1"]
    assert [metric.direction for metric in loaded] == ["higher", "lower"]


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ParamsError, match=r"no metric 'lpisp'.*fsim.*did you mean 'lpips'"):
        metrics.load(["l1", "lpisp"], Setting(Path("nowhere"), ALIGN))


@pytest.mark.parametrize("name", ["lpips", "identity"])
def test_missing_weights_are_named(name: str, tmp_path: Path) -> None:
    (metric,) = metrics.load([name], Setting(tmp_path, ALIGN))
    with pytest.raises(ModelError, match=rf"{tmp_path.name}.* is missing.*scrape"):
        metric(picture(0), picture(1))


@pytest.mark.parametrize("name", ["lpips", "identity"])
@pytest.mark.parametrize("content", [b"", b"not a model", b"\x01\x05con_4\x01\x02"])
def test_a_file_that_is_no_model_is_refused(name: str, content: bytes, tmp_path: Path) -> None:
    from limner.metrics import identity, lpips

    (tmp_path / {"lpips": lpips, "identity": identity}[name].FILE).write_bytes(content)
    (metric,) = metrics.load([name], Setting(tmp_path, ALIGN))
    with pytest.raises(ModelError, match=tmp_path.name):
        metric(picture(0), picture(1))


@pytest.mark.parametrize("shape", [(2, 3, 64, 64), (3, 3, 32, 32)])
def test_pictures_that_do_not_fit_each_other_are_refused(shape: tuple[int, ...]) -> None:
    (metric,) = metrics.load(["l1"], Setting(Path("nowhere"), ALIGN))
    with pytest.raises(LimnerError, match=r"l1 cannot compare"):
        metric(picture(0, number=3), torch.zeros(shape))
