"""What `auto` means, and what a machine does with networks and tensors."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from limner import device, params
from limner.errors import ParamsError
from limner.train import machine
from limner.train.machine import Machine

from .tiny import ROOT

SETTINGS = params.load(ROOT / "params.yaml").train


def pretend(monkeypatch: pytest.MonkeyPatch, kind: str) -> Machine:
    """What is chosen by default on a machine with such a device."""
    monkeypatch.setattr(device, "choose", lambda wanted: torch.device(kind))
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: True)
    monkeypatch.setattr(device, "has_triton", lambda: True)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
    return machine.choose(SETTINGS)


def test_auto_on_each_device(monkeypatch: pytest.MonkeyPatch) -> None:
    cuda, cpu, mps = (pretend(monkeypatch, kind) for kind in ("cuda", "cpu", "mps"))
    assert (cuda.bfloat16, cuda.compile, cuda.channels_last, cuda.fused) == (True, True, True, True)
    assert (cpu.bfloat16, cpu.compile, cpu.channels_last, cpu.fused) == (False, False, True, True)
    assert (mps.bfloat16, mps.compile, mps.channels_last, mps.fused) == (False, False, False, False)
    assert {cuda.world, cpu.world, mps.world} == {1}


def test_each_can_be_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "choose", lambda wanted: torch.device("cuda"))
    said = replace(SETTINGS, precision="float32", compile=False, channels_last=False, fused=False, memory="mapped")
    plain = Machine(torch.device("cuda"), False, False, False, False, "mapped", 1)
    assert machine.choose(said) == plain


@pytest.mark.skipif(torch.cuda.is_available(), reason="of machines without CUDA")
def test_a_device_that_is_not_there_is_told_as_ever() -> None:
    with pytest.raises(ParamsError, match=r"train\.device: 'cuda' is not on this machine; allowed: auto"):
        machine.choose(replace(SETTINGS, device="cuda"))


def test_channels_last_is_an_order_of_memory() -> None:
    picture = torch.rand(2, 3, 4, 4)
    for wanted in (True, False):
        one = Machine(torch.device("cpu"), channels_last=wanted)
        assert one.lay(picture).is_contiguous(memory_format=torch.channels_last) is wanted
        network = one.place(nn.Conv2d(3, 5, 2))
        assert network.weight.is_contiguous(memory_format=torch.channels_last) is wanted


def test_bfloat16_multiplies_so_and_keeps_weights_in_float32() -> None:
    network = nn.Conv2d(1, 1, 1)
    made = Machine(torch.device("cpu"), bfloat16=True).fast(network)(torch.rand(1, 1, 2, 2))
    assert made.dtype == torch.bfloat16
    assert network.weight.dtype == torch.float32


def test_random_states_come_back() -> None:
    one = Machine(torch.device("cpu"))
    device.repeatable(5)
    states = one.randomness()

    def drawn() -> list[float]:
        import random

        import numpy as np

        return [random.random(), float(np.random.rand()), float(torch.rand(1))]  # noqa: NPY002

    first = drawn()
    one.restore_randomness(states)
    assert drawn() == first
