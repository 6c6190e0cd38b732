"""Early warning: of what is no number, and of networks that have given up."""

import math
from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from limner.errors import TrainingError
from limner.train.machine import Machine
from limner.train.watch import PATIENCE, WINDOW, Warned, Watch

from .tiny import RECIPE

MACHINE = Machine(torch.device("cpu"), bfloat16=True)


def told(step: int, right: float = 0.8, **other: float) -> dict[str, Tensor]:
    values = {"l1": 0.1 + 0.001 * (step % 7), "true_right": right, "painted_right": right} | other
    return {name: torch.tensor(value) for name, value in values.items()}


def pictures(step: int, spread: float = 1.0) -> Tensor:
    return torch.randn(2, 3, 16, 16, generator=torch.Generator().manual_seed(step)) * spread + 0.2


def watched(windows: int, spread: float = 1.0, right: Sequence[float] = (0.8,), still: bool = False) -> list[Warned]:
    """What is warned of.

    Args:
        windows: how many.
        spread: of what is painted.
        right: the share of patches judged right, by window, over and over.
        still: nothing else changes.
    """
    watch, found = Watch(MACHINE, RECIPE), list[Warned]()
    for step in range(windows * WINDOW):
        values = told(0 if still else step, right[step // WINDOW % len(right)])
        watch.see(step, values, pictures(step, spread), pictures(step + 10**6))
        if (step + 1) % 32 == 0:
            watch.check()
            found += watch.warn(step + 1)
    return found


def test_a_healthy_training_is_left_alone() -> None:
    assert watched(PATIENCE) == []


def test_what_is_no_number_is_told_with_its_step_and_what_to_try() -> None:
    watch = Watch(MACHINE, RECIPE)
    for step in range(20):
        watch.see(step, told(step, l1=math.nan if step == 11 else 0.1), pictures(step), pictures(step))
    with pytest.raises(
        TrainingError, match=r"at step 12 the loss `l1` is no finite number.* lower lr \(it is 0.002\)"
    ) as error:
        watch.check()
    assert "float32" in str(error.value)


def test_one_picture_for_all_is_told_once() -> None:
    found = watched(4, spread=1e-3)
    assert [(warned.step, warned.kind) for warned in found] == [(2 * WINDOW, "alike")]
    assert "painted pictures are nearly the same" in found[0].told


def test_a_discriminator_that_is_always_right_is_told() -> None:
    found = watched(PATIENCE, right=[1.0])
    assert [(warned.step, warned.kind) for warned in found] == [(PATIENCE * WINDOW, "right")]


def test_a_discriminator_that_only_guesses_is_told() -> None:
    found = watched(PATIENCE, right=[0.5])
    assert [(warned.step, warned.kind) for warned in found] == [(PATIENCE * WINDOW, "chance")]
    assert "50.0% of all patches right" in found[0].told


@pytest.mark.parametrize("right", [1.0, 0.5])
def test_windows_that_are_not_in_a_row_are_forgiven(right: float) -> None:
    assert watched(2 * PATIENCE, right=[right] * (PATIENCE - 1) + [0.8]) == []


def test_losses_that_stand_still_are_told() -> None:
    assert [warned.kind for warned in watched(1, still=True)] == ["frozen"]


def test_a_window_goes_on_after_a_stop() -> None:
    whole, first = Watch(MACHINE, RECIPE), Watch(MACHINE, RECIPE)
    for step in range(WINDOW):
        if step == 50:
            second = Watch(MACHINE, RECIPE)
            second.load_state_dict(first.state_dict())
            first = second
        for watch in (whole, first):
            watch.see(step, told(0), pictures(step, 1e-3), pictures(step))
    assert list(whole.warn(WINDOW)) == list(first.warn(WINDOW)) != []
