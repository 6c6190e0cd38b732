"""What is rubbed out of drawings weighs more, where a recipe says so: from params.yaml to the loss."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from limner import fitting, images, params
from limner.blocks import Altered
from limner.errors import LimnerError, ParamsError
from limner.pairs import Augment, Pairs, Sources, find, open_pairs, parted
from limner.pairs.augment import JITTER
from limner.train import settings as of
from limner.train.losses import missing_loss
from limner.train.machine import Machine
from limner.train.objective import Objective
from limner.train.plan import Places
from limner.train.seen import seen

from .tiny import AUGMENT, CARD, PLAN, RECIPE, go, trainer, written

CPU = torch.device("cpu")
RUBBED = slice(20, 34), slice(8, 26)
"""Rows and columns of the drawing's outline that are rubbed out, pixels."""


@pytest.fixture
def rubbed(places: Places) -> Places:
    """The tiny training's drawings, and beside them those of the first six faces with a part of the outline gone."""
    for index in range(6):
        drawing = images.read_gray(places.sketches / f"effects/ink/f{index}.png")
        drawing[RUBBED] = 255
        images.write(places.sketches / f"altered/gone/f{index}.png", drawing)
    return places


def sources(places: Places, *styles: str) -> Sources:
    folders = {"ink": places.sketches / "effects/ink", "gone": places.sketches / "altered/gone"}
    return find(places.faces, {style: folders[style] for style in styles}, [f"f{index}" for index in range(6)])


def opened(places: Places, *styles: str, side: int = 64) -> Pairs:
    return open_pairs(sources(places, *styles), "photo", side, {"gone": places.sketches / "effects/ink"})


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("styles", [("ink", "gone"), ("gone", "ink"), ("gone",)])
def test_what_a_drawing_lacks_is_where_it_differs_from_the_whole_one(
    rubbed: Places, styles: tuple[str, ...], held: bool
) -> None:
    """Whether the whole ones are learned too or not; and whole drawings lack nothing."""
    pairs = opened(rubbed, *styles)
    alone = open_pairs(sources(rubbed, *styles), "photo", 64)
    assert pairs.names == alone.names
    more = 0 if "ink" in styles else 6
    assert pairs.bytes == alone.bytes + more * 64**2
    pairs = pairs.to(CPU) if held else pairs
    order = torch.randperm(len(pairs), generator=torch.Generator().manual_seed(0))
    (drawing, target), (same, photo) = pairs.batch(order), alone.batch(order)
    assert torch.equal(drawing, same)
    assert torch.equal(target[:, :3], photo)
    for at, index in enumerate(order.tolist()):
        style, id = pairs.names[index]
        ink = images.read_gray(rubbed.sketches / f"effects/ink/{id}.png")
        expected = np.zeros((64, 64), np.uint8)
        if style == "gone":
            expected[RUBBED] = np.where(ink[RUBBED] == 255, 0, 255)
            assert expected.any()
        assert np.array_equal(target[at, 3], expected)
    few = pairs.take([1, 0])
    assert torch.equal(few.batch(torch.tensor([1]))[1], pairs.batch(torch.tensor([0]))[1])


def test_pairs_that_are_compared_with_others_are_others(rubbed: Places) -> None:
    """Though the files are the same: both styles, one of which is taken for the whole of the other."""
    both = sources(rubbed, "ink", "gone")
    one, other = (rubbed.sketches / name for name in ("effects/ink", "altered/gone"))
    digests = {open_pairs(both, "photo", 64, whole).digest for whole in ({"gone": one}, {"ink": other}, None)}
    assert len(digests) == 3


def test_a_few_of_them_and_whole_drawings_that_are_elsewhere(rubbed: Places) -> None:
    """As `most` thins them; of a folder without the whole ones it is said what they are needed for."""
    plan = replace(PLAN, rubbed={"gone": "ink"}, most={"gone": 2, "ink": 3})
    card, recipe = replace(CARD, styles=("ink", "gone")), replace(RECIPE, missing=100.0, unmoved=0.5)
    pictures = seen(rubbed, card, replace(AUGMENT, zoom=(1.0, JITTER)), plan, recipe)
    assert [style for style, _ in pictures.learned.names] == ["ink"] * 3 + ["gone"] * 2
    for pairs, side in ((pictures.learned, 72), (pictures.unmoved, 64)):
        assert pairs is not None
        _, target = pairs.batch(torch.arange(5))
        assert target.shape == (5, 4, side, side)
        assert [bool(part.any()) for part in target[:, 3]] == [False] * 3 + [True] * 2
    assert pictures.shown.batch(torch.arange(1))[1].shape[1] == 3
    only = replace(rubbed, sketches=rubbed.sketches / "altered/gone")
    with pytest.raises(LimnerError, match=r"no drawings in the style 'ink' .*weighs what is missing"):
        seen(only, replace(card, styles=("gone",)), AUGMENT, plan, recipe)


def test_it_is_moved_with_the_photo(rubbed: Places) -> None:
    """And where nobody asks, there is no such channel."""
    drawing, target = opened(rubbed, "gone", side=72).batch(torch.arange(6))
    augment = Augment(64, (JITTER, JITTER), flip=True)
    assert augment.side == 72
    _, varied = augment(drawing, target, torch.Generator().manual_seed(3))
    photo, missing = parted(varied)
    _, alone = augment(drawing, target[:, :3], torch.Generator().manual_seed(3))
    assert torch.equal(photo, alone)
    assert missing.shape == (6, 1, 64, 64)
    assert (float(missing.amin()), float(missing.amax())) == pytest.approx((0, 1), abs=1e-6)
    _, again = augment(drawing, target[:, 3:].expand(-1, 3, -1, -1), torch.Generator().manual_seed(3))
    assert torch.equal(missing, (again[:, :1] + 1) / 2)
    picture, nothing = parted(alone)
    assert torch.equal(picture, alone)
    assert nothing.shape == (6, 0, 64, 64)
    assert [part.shape[1] for part in parted(torch.zeros(6, 1, 64, 64))] == [1, 0]


def test_the_loss_is_the_share_of_l1_that_lies_there() -> None:
    """Two of 32 pixels a picture, of which one is half missing: 1.5 of 32 parts of a difference of 0.5."""
    painted, truth, missing = torch.zeros(2, 3, 4, 8), torch.full((2, 3, 4, 8), 0.5), torch.zeros(2, 1, 4, 8)
    missing[:, 0, 0, :2] = torch.tensor([1.0, 0.5])
    assert float(missing_loss(painted, truth, missing)) == pytest.approx(0.5 * 1.5 / 32)
    assert float(missing_loss(painted, truth, torch.ones_like(missing))) == 0.5


@pytest.mark.parametrize(("weight", "asked"), [(0.0, 1), (30.0, 1), (30.0, 0)])
def test_it_is_weighed_and_told_where_it_is_asked(weight: float, asked: int) -> None:
    own = Objective(replace(RECIPE, l1=2.0, ssim=0.0, missing=weight), Machine(CPU), Path("nowhere"))
    painted, truth = torch.zeros(2, 3, 16, 16), torch.full((2, 3, 16, 16), 0.5)
    missing = torch.full((2, asked, 16, 16), 0.25)
    loss, told = own.paint(lambda pair: [pair.mean(1, keepdim=True)], painted[:, :1], truth, painted, missing)
    assert float(told["l1"]) == 0.5
    if not (weight and asked):
        assert "missing" not in told
        return
    assert float(told["missing"]) == pytest.approx(0.125)
    assert float(loss) == pytest.approx(float(told["generator"]) + 2 * 0.5 + 30 * 0.125)


def test_a_training_heeds_it(rubbed: Places) -> None:
    """And comes out the same again."""
    card, plan = replace(CARD, styles=("ink", "gone")), replace(PLAN, rubbed={"gone": "ink"})
    trained = []
    for weight in (0.0, 100.0, 100.0):
        go(rubbed, replace(RECIPE, missing=weight), card, plan)
        trained.append(written(rubbed))
    without, heeding, again = trained
    weights = str(rubbed.model / "weights.safetensors")
    assert without[weights] != heeding[weights]
    assert again == heeding


def test_pairs_that_lack_nothing_are_learned_as_ever(places: Places) -> None:
    """Whatever `missing` weighs."""
    learned = [trainer(places, recipe=replace(RECIPE, missing=weight)) for weight in (0.0, 100.0)]
    for one in learned:
        for _ in range(4):
            one.learn()
    first, second = (one.generator.state_dict() for one in learned)
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert "missing" not in learned[1].tally.means(Machine(CPU))


def settings(root: Path, **altered: Altered) -> params.Params:
    loaded = params.load(root / "experiments/params.yaml")
    return replace(loaded, altered={**loaded.altered, **altered})


def test_who_is_told_what_was_rubbed_out(root: Path) -> None:
    """A painter whose recipe asks: of the styles with something erased, and of no others."""
    loaded = settings(root)
    told = {name: of.plan(loaded.of(name), name).rubbed for name in loaded.models}
    rubbed = dict.fromkeys(("rubbed1", "rubbed2", "rubbed3", "no_left_eye", "no_right_eye"), "stamp")
    assert {name: styles for name, styles in told.items() if styles} == dict.fromkeys(
        ("repairer", "repairer_loose"), rubbed
    )
    model = replace(loaded.model("repairer"), learns="sketch")
    assert not of.plan(replace(loaded, models={"repairer": model}).of("repairer"), "repairer").rubbed


def test_lines_that_are_moved_as_well_as_rubbed_out_tell_nothing(root: Path) -> None:
    path = root / "experiments/params.yaml"
    fitting.check(settings(root), path)
    moved = settings(root, rubbed2=Altered(of="stamp", erase="any", wobble=2.0))
    with pytest.raises(ParamsError, match=r"models\.repairer\.train\.styles: .* in rubbed2 lines are moved"):
        fitting.check(moved, path)
    unused = settings(root, elsewhere=Altered(of="stamp", erase="any", shift=2.0))
    fitting.check(unused, path)
