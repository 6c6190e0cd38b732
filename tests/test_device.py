"""Where networks run: the best device there is, and a sentence for one that is not."""

import pytest
import torch

from limner import device
from limner.errors import ParamsError


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Pretend a machine with these accelerators."""

    def pretend(cuda: bool = False, mps: bool = False, cuda_bfloat16: bool = True, amx: bool = False) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
        monkeypatch.setattr(
            torch.cuda, "is_bf16_supported", lambda including_emulation: including_emulation or cuda_bfloat16
        )
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
        monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: amx)

    return pretend


def test_auto_takes_the_best(machine) -> None:  # type: ignore[no-untyped-def]
    machine(cuda=True, mps=True)
    assert device.choose("auto").type == "cuda"
    machine(mps=True)
    assert device.choose("auto").type == "mps"
    machine()
    assert device.choose("auto").type == "cpu"


def test_a_device_that_is_not_there_is_named_with_those_that_are(machine) -> None:  # type: ignore[no-untyped-def]
    machine(mps=True)
    with pytest.raises(ParamsError, match=r"'cuda' is not on this machine; allowed: auto, mps, cpu"):
        device.choose("cuda")
    assert device.choose("cpu").type == "cpu"


def test_auto_precision_follows_the_hardware(machine) -> None:  # type: ignore[no-untyped-def]
    machine(cuda=True, cuda_bfloat16=True)
    assert device.mixed(torch.device("cuda"), "auto")
    machine(cuda=True, cuda_bfloat16=False)
    assert not device.mixed(torch.device("cuda"), "auto")
    machine(amx=True)
    assert device.mixed(torch.device("cpu"), "auto")
    machine()
    assert not device.mixed(torch.device("cpu"), "auto")
    assert not device.mixed(torch.device("mps"), "auto")


def test_networks_are_compiled_where_the_compiler_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "has_triton", lambda: True)
    assert [device.compiled(torch.device(kind)) for kind in ("cuda", "mps", "cpu")] == [True, False, False]
    monkeypatch.setattr(device, "has_triton", lambda: False)
    assert not device.compiled(torch.device("cuda")), "an old card, or a system without Triton"


@pytest.mark.parametrize("kind", ["cpu", "cuda"])
def test_precision_can_be_said(kind: str) -> None:
    assert device.mixed(torch.device(kind), "bfloat16")
    assert not device.mixed(torch.device(kind), "float32")


def test_repeatable_repeats() -> None:
    drawn = []
    for _ in range(2):
        device.repeatable(7)
        drawn.append(torch.rand(3).tolist())
    assert drawn[0] == drawn[1]
