"""KID against its definition written out, its weights against repetition, its features against their authors'."""

import itertools
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from limner.errors import ModelError
from limner.metrics import kid, load
from limner.metrics.views.case import Case, Setting
from limner.nets.shift_tolerant import VGG, vgg
from tests.metrics.conftest import blur, face, picture


def patches(seed: int, pictures: int, number: int = 3, size: int = 5) -> Tensor:
    return torch.from_numpy(np.random.default_rng(seed).normal(seed / 9, 1, (pictures, number, size)))


def written_out(fake: Tensor, real: Tensor, mine: list[int], true: list[int]) -> float:
    """Mean over pairs of different patches within the fakes and within the truths, less twice that over all pairs
    between them; picture i is there mine[i] or true[i] times."""

    def members(features: Tensor, times: list[int]) -> list[tuple[tuple[int, int], np.ndarray]]:
        return [
            ((place, patch), features[place, patch].numpy())
            for place, count in enumerate(times)
            for _ in range(count)
            for patch in range(features.shape[1])
        ]

    def kernel(x: np.ndarray, y: np.ndarray) -> float:
        return float((x @ y / len(x) + 1) ** 3)

    def within(group: list[tuple[tuple[int, int], np.ndarray]]) -> float:
        return float(np.mean([kernel(x, y) for (i, x), (j, y) in itertools.product(group, group) if i != j]))

    fakes, reals = members(fake, mine), members(real, true)
    between = float(np.mean([kernel(x, y) for (_, x), (_, y) in itertools.product(fakes, reals)]))
    return within(fakes) + within(reals) - 2 * between


def test_it_is_its_definition() -> None:
    fake, real = patches(1, 4), patches(2, 6)
    assert kid.kid(fake, real).item() == pytest.approx(written_out(fake, real, [1] * 4, [1] * 6), abs=1e-9)


def test_float32_features_do_too() -> None:
    fake, real = patches(1, 4), patches(2, 6)
    assert kid.kid(fake.float(), real.float()).item() == pytest.approx(kid.kid(fake, real).item(), abs=1e-6)


def test_weights_are_repetitions_whose_patches_do_not_meet_themselves() -> None:
    fake, real = patches(3, 3), patches(4, 4)
    mine, true = [[1, 1, 1], [2, 0, 1], [0, 3, 0]], [[1, 1, 1, 1], [0, 2, 2, 0], [1, 0, 2, 1]]
    values = kid.value(kid.sums(fake, real), torch.tensor(mine), torch.tensor(true))
    expected = [written_out(fake, real, *counts) for counts in zip(mine, true, strict=True)]
    torch.testing.assert_close(values, torch.tensor(expected, dtype=torch.float64), atol=1e-9, rtol=1e-9)


def test_it_is_nought_in_the_mean_between_draws_of_the_same() -> None:
    draws = torch.from_numpy(np.random.default_rng(0).normal(0, 1, (200, 2, 8, 3, 5)))
    values = torch.stack([kid.kid(fake, real) for fake, real in draws])
    assert values.min() < 0 < values.max()
    assert values.mean().abs() < 3 * values.std() / len(values) ** 0.5


def test_it_does_not_matter_which_set_is_the_fake() -> None:
    fake, real = patches(1, 4), patches(2, 6)
    assert kid.kid(fake, real).item() == pytest.approx(kid.kid(real, fake).item(), abs=1e-12)


def test_a_large_set_is_summed_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    fake, real = patches(1, 9), patches(2, 7)
    whole = kid.kid(fake, real)
    monkeypatch.setattr(kid, "AT_ONCE", 100)
    torch.testing.assert_close(kid.kid(fake, real), whole)


# Of stlpips-pytorch 0.0.2, LPIPS(net="vgg", variant="shift_tolerant"): net(scaling_layer(2 * picture - 1))[2] of
# picture(1, 128): mean, deviation, the value of channel 7 at (3, 5).
RELU3_3 = (0.00613975, 0.05091813, 0.08792946)


def test_the_features_are_those_of_the_reference(weights: Path) -> None:
    maps = vgg(weights / VGG)(picture(1, 128))
    assert maps.shape == (1, 256, 33, 33)
    assert (maps.mean().item(), maps.std().item(), maps[0, 7, 3, 5].item()) == pytest.approx(RELU3_3, abs=1e-6)


def test_growing_blur_is_growing_distance(setting: Setting) -> None:
    (metric,) = load(["kid"])
    assert metric.over == "set"
    assert [figure.name for figure in metric.figures] == ["kid"]
    faces = face(96, number=4)
    values = []
    for amount in (0.5, 1.0, 2.0, 4.0):
        fakes, reals = metric.features(Case(blur(faces, amount), faces, setting))
        assert fakes.shape == reals.shape == (4, kid.GRID**2, 256)
        values.append(kid.kid(fakes, reals).item())
    assert np.all(np.diff(values) > 0), values


def test_a_missing_or_broken_file_is_named(tmp_path: Path) -> None:
    (metric,) = load(["kid"])
    case = Case(picture(1), picture(2), Setting(tmp_path, None))
    with pytest.raises(ModelError, match=r"is missing.*scrape"):
        metric.features(case)
    (tmp_path / VGG).write_bytes(b"not a model")
    with pytest.raises(ModelError, match=VGG):
        metric.features(case)
