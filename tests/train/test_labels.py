"""A model that is told a label: here all drawings are alike, and only the label says which colour is meant."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from limner import images, tables
from limner.apply import Translator
from limner.errors import LimnerError, ModelError, SourceError
from limner.nets import store
from limner.train import start
from limner.train.plan import Places

from . import tiny
from .conftest import Interrupted
from .tiny import CARD, RECIPE, elsewhere, go, written

TOLD = replace(CARD, label="ink_of")
COLOURS = {"red": (200, 30, 30), "blue": (30, 30, 200)}
LABELS = ("red", "blue", "red", "blue", "red", "blue", "red", "blue")


def relabel(places: Places, labels: tuple[str, ...]) -> None:
    known = tables.read(places.times)
    tables.write(places.times, known.assign(ink_of=labels))


@pytest.fixture
def coloured(places: Places) -> Places:
    """Faces of the colour their label names, their drawings all the same."""
    for index, label in enumerate(LABELS):
        images.write(places.faces / f"f{index}.png", np.full((64, 64, 3), COLOURS[label], np.uint8))
        images.write(places.sketches / f"effects/ink/f{index}.png", np.full((64, 64), 128, np.uint8))
    relabel(places, LABELS)
    return places


def colour(picture: np.ndarray) -> str:
    mean = picture.reshape(-1, 3).mean(0)
    return "red" if mean[0] > mean[2] + 80 else "blue" if mean[2] > mean[0] + 80 else "neither"


def test_it_paints_what_the_label_says(coloured: Places) -> None:
    go(coloured, replace(RECIPE, epochs=16), TOLD)
    card, network = store.load(coloured.model)
    assert (card.label, card.labels) == ("ink_of", ("blue", "red"))
    assert network.down[0][0].weight.shape[1] == 1 + 2  # type: ignore[index, union-attr]
    judge = store.load_discriminator(coloured.model)
    assert judge["judge.0.0.weight"].shape[1] == 1 + 2 + 3, "the discriminator is told as well"
    translator = Translator(coloured.model, torch.device("cpu"))
    drawing = torch.full((2, 1, 64, 64), 128, dtype=torch.uint8)
    painted = translator(drawing, ["red", "blue"]).permute(0, 2, 3, 1).numpy()
    assert [colour(picture) for picture in painted] == ["red", "blue"]
    unknown = translator(drawing)
    assert torch.equal(unknown, translator(drawing, ["", "green"]))
    assert not torch.equal(unknown[0], translator(drawing, ["red", ""])[0])
    for index in (6, 7):
        shown = images.read(coloured.training / f"snapshots/000016/ink~f{index}.png")
        assert colour(shown) == LABELS[index], "snapshots are told, too"


def test_a_stopped_training_goes_on_and_ends_with_the_same_bytes(coloured: Places, interrupted: Interrupted) -> None:
    go(coloured, card=TOLD)
    stopped = elsewhere(coloured, "stopped")
    interrupted(4, lambda: go(stopped, card=TOLD))
    go(stopped, card=TOLD)
    assert list(written(coloured).values()) == list(written(stopped).values())


def test_other_labels_are_another_training(coloured: Places) -> None:
    def key() -> str:
        keys: list[str] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("limner.train.run.Checkpoint", lambda key, _: keys.append(key) or _none())
            with pytest.raises(_Enough):
                go(coloured, card=TOLD)
        return keys[0]

    before = key()
    assert key() == before
    relabel(coloured, (*LABELS[:4], "", *LABELS[5:]))
    assert key() != before


class _Enough(Exception):
    pass


def _none() -> None:
    raise _Enough


def test_a_face_of_unknown_label_has_planes_of_zeros(coloured: Places) -> None:
    relabel(coloured, ("red", "", "red", "blue", "red", "blue", "red", "green"))
    go(coloured, replace(RECIPE, epochs=1), TOLD)
    card, _ = store.load(coloured.model)
    assert card.labels == ("blue", "red"), "of the faces it learns from; f7 is for testing"
    assert card.code("blue") == (1.0, -1.0)
    assert card.code("") == card.code("green") == (0.0, 0.0)


def test_a_model_that_starts_from_another_keeps_its_labels(coloured: Places) -> None:
    go(coloured, replace(RECIPE, epochs=1), TOLD)
    relabel(coloured, ("red",) * 8)
    red = replace(elsewhere(coloured, "red"), init=coloured.model)
    go(red, replace(RECIPE, epochs=1, lr=1e-9), TOLD)
    assert store.load(red.model)[0].labels == ("blue", "red")
    relabel(coloured, ("green",) * 8)
    with pytest.raises(ModelError, match="that model was not told of ink_of green, only of blue, red"):
        go(red, replace(RECIPE, epochs=1), TOLD)
    with pytest.raises(ModelError, match=r"that model has labels \('blue', 'red'\) instead of \(\)"):
        go(red, replace(RECIPE, epochs=1), CARD)


def test_labels_that_cannot_be_are_refused(coloured: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceError, match=r"lacks the columns age; it has id, time, ink_of"):
        go(coloured, card=replace(CARD, label="age"))
    monkeypatch.setattr(start, "MOST_LABELS", 4)
    with pytest.raises(LimnerError, match=r"'id' .* holds 6 labels \(f0, f1, f2, \.\.\.\); 4 are allowed"):
        go(coloured, card=replace(CARD, label="id"))
    relabel(coloured, ("",) * 6 + ("red", "blue"))
    with pytest.raises(LimnerError, match=r"'ink_of' .*models\.tiny\.train\.labels.* is empty for every face"):
        go(coloured, card=TOLD)


def test_held_out_faces_are_told_too(weighed: Places, coloured: Places) -> None:
    """Of the two groups one is held out; the card knows the labels of both."""
    relabel(coloured, ("red",) * 3 + ("blue",) * 3 + ("red", "blue"))
    go(coloured, replace(RECIPE, epochs=1), TOLD, replace(tiny.PLAN, patience=3, validate=0.5))
    assert store.load(coloured.model)[0].labels == ("blue", "red")
    assert (coloured.training / "plots/metrics/validation_lpips.tsv").is_file()
