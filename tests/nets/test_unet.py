"""The U-Net: shapes at every size, and a bottleneck that knows its picture even at batch 1."""

import pytest
import torch
import torch.nn.functional as F

from limner.nets.attention import SelfAttention
from limner.nets.start import start_normal
from limner.nets.unet import UNet


def network(size: int, inputs: int = 1, outputs: int = 3, width: int = 4) -> UNet:
    torch.manual_seed(0)
    made = UNet(size, inputs, outputs, width, dropout=0.5)
    for module in made.modules():
        start_normal(module)
    return made


@pytest.mark.parametrize("size", [64, 128, 256, 512])
@pytest.mark.parametrize(("inputs", "outputs"), [(1, 3), (3, 1)])
def test_keeps_the_side_and_stays_in_range(size: int, inputs: int, outputs: int) -> None:
    painted = network(size, inputs, outputs)(torch.rand(2, inputs, size, size) * 2 - 1)
    assert painted.shape == (2, outputs, size, size)
    assert painted.abs().max() <= 1


@pytest.mark.parametrize(("size", "layers"), [(64, 6), (128, 7), (256, 8), (512, 9)])
def test_halves_down_to_one_pixel(size: int, layers: int) -> None:
    made = network(size)
    assert len(made.down) == len(made.up) == layers
    x = torch.zeros(1, 1, size, size)
    made.eval()
    for layer in made.down:
        x = layer(x)
    assert x.shape[2:] == (1, 1)


def test_channels_double_from_width_to_eight_times_it() -> None:
    convs = [module for module in network(256).down.modules() if isinstance(module, torch.nn.Conv2d)]
    assert [conv.out_channels for conv in convs] == [4, 8, 16, 32, 32, 32, 32, 32]


def test_bottleneck_is_alive_at_batch_one() -> None:
    """What the innermost layer sends up must depend on the picture: a norm over one value would not let it."""
    made = network(64).train()
    seen: list[torch.Tensor] = []
    made.up[0].register_forward_hook(lambda module, given, sent: seen.append(sent.detach().clone()))
    for dropout in made.modules():
        if isinstance(dropout, torch.nn.Dropout):
            dropout.eval()
    for value in (-1.0, 1.0):
        made(torch.full((1, 1, 64, 64), value) + torch.linspace(0, 0.5, 64))
    assert (seen[0] - seen[1]).abs().max() > 1e-3 * seen[0].abs().max()


@pytest.mark.parametrize("size", [100, 8, 0])
def test_refuses_other_sides(size: int) -> None:
    with pytest.raises(ValueError, match="power of two"):
        UNet(size, 1, 3, 4, 0.0)


def test_dropout_only_where_asked() -> None:
    assert not [module for module in UNet(64, 1, 3, 4, 0.0).modules() if isinstance(module, torch.nn.Dropout)]
    assert len([module for module in UNet(64, 1, 3, 4, 0.5).modules() if isinstance(module, torch.nn.Dropout)]) == 3


def test_attention_sees_the_whole_map_and_begins_at_nothing() -> None:
    """One far pixel changes what a place gets, by a mean of what all places hold; at first nothing is added."""
    torch.manual_seed(0)
    layer, x = SelfAttention(16), torch.randn(2, 16, 8, 8)
    assert torch.equal(layer(x), x)
    torch.nn.init.ones_(layer.share)
    far = x.clone()
    far[:, :, 7, 7] += 1
    changed = (layer(far) - layer(x))[:, :, 0, 0]
    assert changed.abs().min() > 0
    # Were all places alike, the mean of what they hold would be what each holds.
    flat = x[:, :, :1, :1].expand_as(x)
    torch.testing.assert_close(layer(flat) - flat, layer.out(layer.value(flat)))


def test_attention_is_torchs_own() -> None:
    """Which looks for each place (second from last) at what the places hold (last)."""
    torch.manual_seed(0)
    layer, x = SelfAttention(64), torch.randn(2, 64, 6, 8)
    torch.nn.init.constant_(layer.share, 0.5)
    for place in (layer.ask, layer.key):
        torch.nn.init.normal_(place.weight, std=0.3)  # so that some places count for much and others for little
    ask, key, value = (place(x).flatten(2).mT for place in (layer.ask, layer.key, layer.value))
    seen = F.scaled_dot_product_attention(ask, key, value).mT.unflatten(2, (6, 8))
    torch.testing.assert_close(layer(x), x + 0.5 * layer.out(seen))


@pytest.mark.parametrize("side", [8, 16, 32])
def test_attention_is_where_it_is_asked_for(side: int) -> None:
    made = UNet(64, 1, 3, 4, attention=side)
    sides: list[int] = []
    for module in made.modules():
        if isinstance(module, SelfAttention):
            module.register_forward_hook(lambda module, given, sent: sides.append(sent.shape[2]))
    assert made(torch.zeros(1, 1, 64, 64)).shape == (1, 3, 64, 64)
    assert sides == [side]


def test_mirror_shows_the_other_half_at_the_same_place() -> None:
    """Blind to the picture itself, the network does to the mirror image what a plain one does to a picture."""
    plain, both = UNet(64, 1, 3, 4).eval(), UNet(64, 1, 3, 4, mirror=True).eval()
    weights = plain.state_dict()
    first = next(name for name in weights if weights[name].shape == (4, 1, 4, 4))
    both.load_state_dict(weights | {first: torch.cat([torch.zeros(4, 1, 4, 4), weights[first]], dim=1)})
    x = torch.randn(2, 1, 64, 64)
    torch.testing.assert_close(both(x), plain(x.flip(3)))


def test_refuses_attention_where_there_is_no_such_map() -> None:
    with pytest.raises(ValueError, match="no map of 64"):
        UNet(64, 1, 3, 4, attention=64)
