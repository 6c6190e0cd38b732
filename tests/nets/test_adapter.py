"""Adapters: a small part of a network is trained, and what it was and what changed make the same network again."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from limner.blocks import Tune
from limner.errors import ModelError
from limner.nets import adapter, store
from limner.nets.plain import plain
from limner.nets.unet import UNet
from limner.train.mean import RunningMean

from ..train.tiny import CARD

LAST = "up.5.1.bias"


def learned(tune: Tune, steps: int = 3) -> tuple[dict[str, Tensor], UNet, UNet]:
    """The weights at the start, an adapted network some steps later, and its running mean."""
    torch.manual_seed(0)
    network = CARD.network()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    adapter.adapt(network, tune)
    mean = RunningMean(network, 0.5)
    optimiser = torch.optim.Adam([weight for weight in network.parameters() if weight.requires_grad], lr=1e-2)
    for step in range(steps):
        optimiser.zero_grad()
        network(torch.randn(2, 1, 64, 64)).square().mean().backward()
        optimiser.step()
        mean.update(step)
    return before, network, mean.network


@pytest.mark.parametrize("tune", ["norms", "lora"])
def test_at_first_nothing_is_changed(tune: Tune) -> None:
    torch.manual_seed(0)
    network = CARD.network().eval()
    picture = torch.randn(1, 1, 64, 64)
    before = network(picture)
    adapter.adapt(network, tune)
    assert torch.equal(network(picture), before)


def test_norms_change_no_convolution_but_the_last_one_s_bias() -> None:
    before, _, mean = learned("norms")
    after = plain(mean).state_dict()
    changed = {name for name, value in after.items() if not torch.equal(value, before[name])}
    assert changed == set(adapter.changes(mean))
    assert {name for name in changed if before[name].ndim == 4} == set()
    assert {"down.1.2.weight", "down.1.2.running_mean", LAST} <= changed
    assert "down.0.0.bias" not in changed


def test_lora_changes_every_convolution_by_a_low_rank() -> None:
    before, _, mean = learned("lora")
    after = plain(mean).state_dict()
    convolutions = [name for name, value in before.items() if value.ndim == 4]
    assert len(convolutions) == 12
    for name in convolutions:
        change = (after[name] - before[name]).flatten(1)
        assert 0 < torch.linalg.matrix_rank(change, rtol=1e-4) <= adapter.RANK


@pytest.mark.parametrize("tune", ["norms", "lora"])
def test_the_start_and_the_changes_make_the_network_again(tune: Tune, tmp_path: Path) -> None:
    before, _, mean = learned(tune)
    first = CARD.network()
    first.load_state_dict(before)
    store.save(tmp_path / "start", CARD, first)
    adapter.save(tmp_path / "own", mean)
    store.save(tmp_path / "own", CARD, plain(mean))
    (tmp_path / "own" / store.WEIGHTS).rename(tmp_path / "whole")
    card, network = adapter.load(tmp_path / "own", tmp_path / "start")
    assert card == CARD
    assert not network.training
    joined, whole = network.state_dict(), load_file(tmp_path / "whole")
    assert joined.keys() == whole.keys()
    for name, value in whole.items():
        torch.testing.assert_close(joined[name], value, rtol=0, atol=0 if tune == "norms" else 1e-6)


def test_an_adapter_is_small(tmp_path: Path) -> None:
    sizes = {}
    for tune in ("norms", "lora"):
        network = UNet(64, 1, 3, 32)
        whole = sum(value.nbytes for value in network.state_dict().values())
        adapter.adapt(network, tune)  # type: ignore[arg-type]
        adapter.save(tmp_path, network)
        sizes[tune] = (tmp_path / adapter.ADAPTER).stat().st_size / whole
    assert sizes["norms"] < 0.01
    assert sizes["norms"] < sizes["lora"] < 0.1


def test_a_running_mean_follows_the_factors() -> None:
    _, network, mean = learned("lora")
    for one, other in zip(adapter.changes(network).values(), adapter.changes(mean).values(), strict=True):
        assert one.shape == other.shape
        assert one.data_ptr() != other.data_ptr()
    own, _, other = (plain(one).state_dict()["down.1.1.weight"] for one in (network, CARD.network(), mean))
    assert not torch.equal(own, other)
    assert (own - other).abs().max() < 0.1


def test_the_network_stays_as_it_is_when_a_plain_one_is_made_of_it() -> None:
    _, network, _ = learned("lora", 1)
    picture = torch.randn(1, 1, 64, 64)
    network.eval()
    kept = network(picture)
    torch.testing.assert_close(plain(network)(picture), kept)
    assert torch.equal(network(picture), kept)


def test_all_is_no_adapter() -> None:
    network = CARD.network()
    adapter.adapt(network, "all")
    assert all(weight.requires_grad for weight in network.parameters())


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"up.9.1.bias": torch.zeros(3)}, "changes up.9.1.bias, which"),
        (
            {"down.1.1.weight.up": torch.zeros(8, 4), "down.1.1.weight.down": torch.zeros(4, 9)},
            "does not fit its shape",
        ),
        ({"down.1.1.weight.up": torch.zeros(8, 4)}, "cannot be joined"),
        ({LAST: torch.zeros(4)}, "cannot be joined"),
    ],
)
def test_an_adapter_of_another_network_is_refused(changes: dict[str, Tensor], told: str, tmp_path: Path) -> None:
    store.save(tmp_path / "start", CARD, CARD.network())
    store.save(tmp_path / "own", CARD, CARD.network())
    save_file(changes, tmp_path / "own" / adapter.ADAPTER)
    with pytest.raises(ModelError, match=told):
        adapter.load(tmp_path / "own", tmp_path / "start")


def test_a_folder_without_an_adapter_is_refused(tmp_path: Path) -> None:
    store.save(tmp_path, CARD, CARD.network())
    with pytest.raises(ModelError, match="cannot be joined"):
        adapter.load(tmp_path, tmp_path)
