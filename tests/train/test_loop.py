"""A step: nothing in it waits for the device, and its mean of weights is the written one."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from limner import images
from limner.errors import TrainingError
from limner.pairs import JITTER, Augment, to_unit
from limner.train.losses import slope_loss
from limner.train.mean import RunningMean
from limner.train.objective import stack
from limner.train.plan import Places

from .tiny import RECIPE, trainer


def equal(one: Any, other: Any) -> bool:
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return list(one) == list(other) and all(equal(value, other[key]) for key, value in one.items())
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    return bool(one == other)


class Waits(TorchDispatchMode):
    """Notes what would read a value back from a device."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func.name() in ("aten::_local_scalar_dense", "aten::nonzero", "aten::equal", "aten::is_nonzero"):
            self.found.append(func.name())
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("zoom", [None, (1.0, JITTER)])
def test_a_step_waits_for_nothing(places: Places, zoom: tuple[float, float] | None) -> None:
    one = trainer(places, Augment(64, zoom, flip=True))
    with Waits() as waits:
        for _ in range(4):  # into the second epoch
            one.learn()
    assert waits.found == []
    with Waits() as waits:
        one.check()
    assert waits.found, "and this would have been seen"


def test_r1_keeps_the_discriminator_flat(places: Places) -> None:
    """Nor does it wait for the device, in the steps that look at the slope and in the others."""
    steep = []
    for r1 in (0.0, 10.0):
        recipe = replace(RECIPE, r1=r1, discriminator_norm="none", epochs=12)
        one = trainer(places, Augment(64, None, flip=False), recipe)
        with Waits() as waits:
            while not one.done:
                one.learn()
        assert waits.found == []
        draw = torch.Generator().manual_seed(0)
        picture, truth = (torch.rand(4, channels, 64, 64, generator=draw) * 2 - 1 for channels in (1, 3))
        slope = slope_loss(lambda true: one.discriminator(stack(picture, true))[-1], truth)  # noqa: B023
        steep.append(float(slope.detach()))
    assert steep[1] < steep[0] / 2


def test_parts_of_a_batch_are_varied_as_the_whole() -> None:
    pictures = torch.randint(0, 256, (5, 3, 71, 71), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    augment = Augment(64, (1.0, JITTER), flip=True)
    whole = augment(pictures, pictures, torch.Generator().manual_seed(1))
    for part in (slice(0, 3), slice(3, 5)):
        own = augment(pictures[part], pictures[part], torch.Generator().manual_seed(1), 5, part.start)
        assert torch.equal(own[0], whole[0][part])


def test_the_mean_follows_as_written() -> None:
    network = nn.Sequential(nn.Linear(1, 1, bias=False), nn.BatchNorm1d(1))
    mean = RunningMean(network, 0.5)
    seen = []
    for step, value in enumerate((1.0, 2.0, 4.0)):
        network[0].weight.data.fill_(value)
        network[1].num_batches_tracked.fill_(step + 1)
        mean.update(step)
        seen.append(float(mean.network[0].weight))
    first, second = 2 / 11, 3 / 12
    expected = [1.0, 1.0 * first + 2.0 * (1 - first)]
    expected.append(expected[1] * second + 4.0 * (1 - second))
    assert seen == pytest.approx(expected)
    assert int(mean.network[1].num_batches_tracked) == 3
    assert not mean.network.training


def test_weights_that_are_no_numbers_are_not_kept(places: Places) -> None:
    one = trainer(places, Augment(64, None, flip=True))
    one.learn()
    one.check()
    one.generator.up[0][1].weight.data[0, 0, 0, 0] = torch.inf  # type: ignore[index, union-attr, call-overload]
    with pytest.raises(TrainingError, match="after step 1 some weights are no finite numbers"):
        one.check()


def test_the_last_epochs_show_the_pictures_as_they_are(places: Places) -> None:
    """Of four epochs of three batches, the last two."""
    one = trainer(places, Augment(64, (1.1, JITTER), flip=False), replace(RECIPE, unmoved=0.5))
    shown, paint = list[torch.Tensor](), one._paint

    def look(picture: torch.Tensor) -> torch.Tensor:
        shown.extend(picture)
        painted: torch.Tensor = paint(picture)
        return painted

    one._paint = look
    while not one.done:
        one.learn()
    drawings = [
        to_unit(torch.from_numpy(images.read_gray(path))) for path in (places.sketches / "effects/ink").glob("*.png")
    ]
    known = [any(torch.equal(picture[0], drawing) for drawing in drawings) for picture in shown]
    assert known == [False] * 12 + [True] * 12


def test_an_epoch_goes_on_as_it_began_when_the_end_is_moved(places: Places) -> None:
    """A training for so many seconds tells anew at each step how many steps it has."""
    one = trainer(places, Augment(64, (1.1, JITTER), flip=False), replace(RECIPE, unmoved=0.5))
    one.learn()
    one.steps = 1
    while one.place:
        one.learn()
    assert one.lesson is one.moved
    one.learn()
    assert one.lesson is one.unmoved


@pytest.mark.parametrize(("steps", "epochs"), [(1, 1), (3, 1), (4, 2), (300, 100)])
def test_as_many_epochs_as_make_so_many_steps(places: Places, steps: int, epochs: int) -> None:
    """Three batches an epoch; the last epoch is a whole one too."""
    one = trainer(places, Augment(64, (1.1, JITTER), flip=False), replace(RECIPE, epochs=None, steps=steps))
    assert (one.epochs, one.steps) == (epochs, 3 * epochs)


@pytest.mark.parametrize(
    ("decay", "paces"),
    [
        (0.0, [1.0] * 12),
        (0.25, [1.0] * 10 + [2 / 3, 1 / 3]),  # the last three steps, the first of which is still a whole one
        (1.0, [1 - step / 12 for step in range(12)]),
    ],
)
def test_both_step_sizes_fall_to_nothing_over_the_last_of_the_training(
    places: Places, decay: float, paces: list[float]
) -> None:
    """Of four epochs of three batches."""
    one = trainer(places, Augment(64, None, flip=False), replace(RECIPE, lr=2e-3, discriminator_lr=1e-3, decay=decay))
    seen = []
    while not one.done:
        one.learn()
        seen.append([one.optimisers[name].param_groups[0]["lr"] for name in ("generator", "discriminator")])
    assert seen == [pytest.approx([2e-3 * pace, 1e-3 * pace]) for pace in paces]


@pytest.mark.parametrize("unmoved", [0.0, 0.7])
def test_the_state_says_all(places: Places, tmp_path: Path, unmoved: float) -> None:
    """Of two trainers one goes on from the other's state, in the middle of an epoch: all that follows is equal."""
    recipe = replace(RECIPE, unmoved=unmoved)
    one = trainer(places, Augment(64, (1.0, JITTER), flip=True), recipe)
    for _ in range(4):
        one.learn()
    torch.save(one.state_dict(), tmp_path / "state")
    other = trainer(places, Augment(64, (1.0, JITTER), flip=True), recipe)
    other.load_state_dict(torch.load(tmp_path / "state", weights_only=True))
    for _ in range(3):
        one.learn()
        other.learn()
    mine, theirs = one.state_dict(), other.state_dict()
    assert equal(mine, theirs)
