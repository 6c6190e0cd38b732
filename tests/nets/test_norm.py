"""What each norm takes its mean over, by hand."""

import pytest
import torch
from torch import Tensor, nn

from limner.nets.norm import norm
from limner.recipe import Norm


def maps(channels: int) -> Tensor:
    """(3, C, 2, 4), of which each picture and channel has a level and a spread of its own."""
    draw = torch.Generator().manual_seed(0)
    level, spread = torch.randn(3, channels, 1, 1, generator=draw), torch.rand(3, channels, 1, 1, generator=draw) + 0.5
    return 5 * level + spread * torch.randn(3, channels, 2, 4, generator=draw)


def gained(kind: Norm, channels: int) -> nn.Module:
    """A norm whose gains are 2 and whose offsets, channel by channel, 0, 1, 2, ..."""
    layer = norm(kind, channels)
    assert isinstance(layer.weight, Tensor)
    assert isinstance(layer.bias, Tensor)
    assert layer.weight.shape == layer.bias.shape == (channels,)
    nn.init.constant_(layer.weight, 2.0)
    layer.bias.data = torch.arange(float(channels))
    return layer


def expected(x: Tensor, over: tuple[int, ...]) -> Tensor:
    """Of maps in groups (N, G, C / G, H, W), with the gains and offsets of `gained`."""
    centred = x - x.mean(over, keepdim=True)
    normed = (centred / centred.square().mean(over, keepdim=True).sqrt()).flatten(1, 2)
    return 2 * normed + torch.arange(float(normed.shape[1])).view(-1, 1, 1)


@pytest.mark.parametrize(("channels", "groups"), [(8, 1), (16, 1), (32, 2), (64, 4)])
def test_a_group_norm_takes_sixteen_channels_of_a_picture_or_all_there_are(channels: int, groups: int) -> None:
    x = maps(channels)
    grouped = x.unflatten(1, (groups, channels // groups))
    torch.testing.assert_close(gained("group", channels)(x), expected(grouped, (2, 3, 4)), rtol=1e-3, atol=1e-3)


def test_an_instance_norm_takes_a_channel_of_a_picture_whether_it_learns_or_is_applied() -> None:
    layer, x = gained("instance", 8), maps(8)
    for learns in (True, False):
        torch.testing.assert_close(layer.train(learns)(x), expected(x[:, None], (3, 4)), rtol=1e-3, atol=1e-3)


def test_a_batch_norm_takes_a_channel_of_all_pictures_and_is_applied_with_running_means() -> None:
    layer, x = gained("batch", 8), maps(8)
    for _ in range(200):  # each of which moves the running means by a tenth of the way
        learned = layer(x)
    torch.testing.assert_close(learned, expected(x[:, None], (0, 3, 4)), rtol=1e-3, atol=1e-3)
    one = layer.eval()(x[:1])
    # Running variances are those of samples, with 23 degrees of freedom of 24 values.
    offsets = torch.arange(8.0).view(-1, 1, 1)
    torch.testing.assert_close(one - offsets, (learned[:1] - offsets) * (23 / 24) ** 0.5, rtol=1e-3, atol=1e-3)


def test_without_a_norm_nothing_changes() -> None:
    x = maps(8)
    assert torch.equal(norm("none", 8)(x), x)
