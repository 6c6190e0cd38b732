"""Rank by hand."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from limner.metrics import load
from limner.metrics.rank import rank
from limner.metrics.views.case import Case, Setting
from tests.metrics.conftest import face

NAN = float("nan")


def on_a_line(*places: float) -> Tensor:
    """(N, 128): embeddings of which only the first number differs."""
    vectors = torch.zeros(len(places), 128)
    vectors[:, 0] = torch.tensor(places)
    return vectors


def test_the_places_of_three_fakes_among_seven_truths() -> None:
    truths = on_a_line(0, 1, 2, 3, 4, 5, 6)
    fakes = on_a_line(0.1, 0.1, 0.1, 0.1)
    # Nearest first: 0, 1, 2, 3, 4, 5, 6.
    figures = rank(fakes, truths, torch.tensor([0, 1, 4, 5]))
    assert figures.tolist() == [[1, 1], [0, 1], [0, 1], [0, 0]]


def test_the_truths_themselves_are_all_recognised() -> None:
    truths = torch.randn(9, 128, generator=torch.Generator().manual_seed(0))
    assert rank(truths, truths, torch.arange(9)).min() == 1


def test_copies_of_a_truth_do_no_harm() -> None:
    truths = torch.randn(4, 128, generator=torch.Generator().manual_seed(0)).repeat(9, 1)
    fakes = truths[:4] + 0.01
    assert rank(fakes, truths, torch.tensor([0, 13, 26, 35])).min() == 1


def test_who_is_which_does_not_depend_on_the_order() -> None:
    draw = torch.Generator().manual_seed(1)
    truths, fakes = torch.randn(20, 128, generator=draw), torch.randn(30, 128, generator=draw)
    truth = torch.randint(20, (30,), generator=draw)
    order = torch.randperm(20, generator=draw)
    torch.testing.assert_close(rank(fakes, truths[order], order.argsort()[truth]), rank(fakes, truths, truth))


def test_growing_noise_is_fewer_recognised() -> None:
    draw = torch.Generator().manual_seed(2)
    truths = torch.randn(100, 128, generator=draw)
    noise = torch.randn(100, 128, generator=draw)
    shares = torch.stack([rank(truths + amount * noise, truths, torch.arange(100)).mean(0) for amount in (0, 3, 5, 9)])
    assert (shares.diff(dim=0) < 0).all(), shares
    assert (shares[1:, 1] > shares[1:, 0]).all()


def test_what_cannot_be_known_is_nan() -> None:
    truths = on_a_line(0, 1, NAN)
    figures = rank(on_a_line(0, NAN, 1, 1), truths, torch.tensor([0, 0, 2, 1]))
    assert figures[[0, 3]].tolist() == [[1, 1], [1, 1]]
    assert figures[1:3].isnan().all(), "no embedding of the fake; none of its truth"
    assert rank(on_a_line(0), on_a_line(0), torch.tensor([0])).isnan().all(), "nobody to be taken for"
    assert rank(on_a_line(), truths, torch.zeros(0, dtype=torch.long)).shape == (0, 2)


def test_a_suites_metric_keeps_the_embeddings_and_judges_them_together(setting: Setting) -> None:
    (metric,) = load(["rank"])
    assert metric.over == "suite"
    assert [figure.name for figure in metric.figures] == ["rank_1", "rank_5"]
    faces = face(number=2)
    fakes, reals = metric.features(Case(faces, faces[:1], setting))
    assert fakes.shape == (2, 128)
    assert reals.shape == (1, 128)
    stranger = reals + 1
    judged = metric.judge(fakes, torch.cat([stranger, reals]), torch.tensor([1, 0]))
    assert judged.tolist() == [[1, 1], [0, 1]]
    with pytest.raises(AssertionError, match="features"):
        metric(Case(faces, faces, setting))


def test_no_eyes_no_embedding(weights: Path) -> None:
    (metric,) = load(["rank"])
    white = torch.ones(1, 3, 64, 64)
    fakes, reals = metric.features(Case(white, white, Setting(weights, None)))
    assert fakes.isnan().all()
    assert reals.isnan().all()
