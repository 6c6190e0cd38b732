"""Pairs go to the device when they fit there."""

from types import SimpleNamespace

import pytest
import torch

from limner.errors import ParamsError
from limner.pairs import Sources, open_pairs, place, settle
from limner.pairs.pixels import Held, Mapped
from tests.pairs.conftest import SIDE

CPU = torch.device("cpu")


def test_auto_weighs_the_pairs_against_the_free_memory(many: Sources, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = open_pairs(many, "photo", SIDE)
    for free, kind in [(4 * pairs.bytes, Held), (4 * pairs.bytes - 4, Mapped)]:
        monkeypatch.setattr(place.psutil, "virtual_memory", lambda free=free: SimpleNamespace(available=free))
        assert isinstance(settle(pairs, "auto", CPU).pixels, kind)
    monkeypatch.setattr(place.psutil, "virtual_memory", lambda: SimpleNamespace(available=1e15))
    monkeypatch.setattr(place, "MOST_ON_CPU", pairs.bytes - 1)
    assert isinstance(settle(pairs, "auto", CPU).pixels, Mapped)


def test_it_can_be_said(many: Sources) -> None:
    pairs = open_pairs(many, "photo", SIDE)
    assert isinstance(settle(pairs, "device", CPU).pixels, Held)
    assert settle(pairs, "mapped", CPU) is pairs
    with pytest.raises(ParamsError, match=r"train\.memory: 'disk'; allowed: auto, device, mapped"):
        settle(pairs, "disk", CPU)
