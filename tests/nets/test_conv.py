"""The convolutions of `limner.nets.conv` are torch's: values and gradients, also where they are computed otherwise."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from limner.nets import conv
from limner.nets.conv import Conv2d, DoubledConv2d
from limner.nets.norm import BatchNorm2d


class Called(TorchDispatchMode):
    """The names of torch's operators that are called."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.names.add(func.overloadpacket.__name__)
        return func(*args, **(kwargs or {}))


def called(layer: nn.Module, picture: Tensor) -> set[str]:
    with Called() as seen:
        layer(picture)
    return seen.names


def drawn(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)), dtype=torch.float64)


def passed(layer: Callable[[Tensor], Tensor], picture: Tensor, weights: list[Tensor]) -> list[Tensor]:
    """Values, and the gradients of a loss that weighs every value differently."""
    picture = picture.clone().requires_grad_(True)
    made = layer(picture)
    loss = (made * torch.arange(made.numel(), dtype=made.dtype).view_as(made).sin()).sum()
    return [made, *torch.autograd.grad(loss, [picture, *weights])]


@pytest.mark.parametrize(("kernel", "stride"), [(4, 2), (3, 1), (4, 1)])
@pytest.mark.parametrize("shape", [(2, 3, 4, 4), (1, 3, 2, 2), (2, 3, 4, 6)])
@pytest.mark.parametrize("order", [torch.channels_last, torch.contiguous_format])
def test_a_product_is_the_convolution(
    kernel: int, stride: int, shape: tuple[int, ...], order: torch.memory_format
) -> None:
    layer = Conv2d(3, 40, kernel, stride=stride, padding=1).double().to(memory_format=order)
    picture = drawn(*shape).contiguous(memory_format=order)
    ours = passed(layer, picture, list(layer.parameters()))
    torchs = passed(lambda x: F.conv2d(x, layer.weight, layer.bias, stride, 1), picture, list(layer.parameters()))
    assert "convolution" not in called(layer, picture)
    for one, other in zip(ours, torchs, strict=True):
        torch.testing.assert_close(one, other)


def test_a_product_has_first_and_second_derivatives() -> None:
    def made(x: Tensor, weight: Tensor) -> Tensor:
        result: Tensor = conv._Product.apply(x, weight, 2, 1)
        return result

    given = drawn(2, 2, 4, 4).requires_grad_(True), drawn(3, 2, 4, 4).requires_grad_(True)
    assert torch.autograd.gradcheck(made, given)
    assert torch.autograd.gradgradcheck(made, given)


def test_frozen_weights_pass_a_gradient_on() -> None:
    layer = Conv2d(3, 16, 4, stride=2, padding=1).double().requires_grad_(False)
    (ours,) = passed(layer, drawn(2, 3, 4, 4), [])[1:]
    (torchs,) = passed(lambda x: F.conv2d(x, layer.weight, layer.bias, 2, 1), drawn(2, 3, 4, 4), [])[1:]
    torch.testing.assert_close(ours, torchs)


def test_torch_convolves_where_there_are_many_places_or_no_gradient() -> None:
    layer = Conv2d(3, 16, 4, stride=2, padding=1).double()
    assert "convolution" in called(layer, drawn(2, 3, 16, 16))
    with torch.no_grad():
        assert "convolution" in called(layer, drawn(2, 3, 4, 4))


@pytest.mark.parametrize("side", [1, 2, 8])
@pytest.mark.parametrize("below", [2, 40])
@pytest.mark.parametrize("out", [3, 60])
def test_a_doubled_convolution_doubles_and_convolves(side: int, below: int, out: int) -> None:
    layer = DoubledConv2d(below, out, bias=True).double()
    picture = drawn(2, below, side, side)
    ours = passed(layer, picture, list(layer.parameters()))
    torchs = passed(
        lambda x: F.conv2d(F.interpolate(x, scale_factor=2, mode="nearest"), layer.weight, layer.bias, padding=1),
        picture,
        list(layer.parameters()),
    )
    for one, other in zip(ours, torchs, strict=True):
        torch.testing.assert_close(one, other)


def test_a_large_map_is_not_doubled() -> None:
    layer = DoubledConv2d(2, 3, bias=False).double()
    assert "upsample_nearest2d" not in called(layer, drawn(1, 2, 8, 8))
    with torch.no_grad():
        assert "upsample_nearest2d" in called(layer, drawn(1, 2, 8, 8))


def test_the_kernel_that_doubling_makes() -> None:
    """1 2 3 turned about and summed over two neighbours: 3, 3 + 2, 2 + 1, 1."""
    weight = torch.zeros(1, 1, 3, 3)
    weight[0, 0, 1] = torch.tensor([1.0, 2.0, 3.0])
    row = torch.tensor([3.0, 5.0, 3.0, 1.0])
    assert torch.equal(conv.doubled(weight)[0, 0], torch.stack([0 * row, row, row, 0 * row]))


@pytest.mark.parametrize("layer", [Conv2d(8, 64, 4, stride=2, padding=1), DoubledConv2d(8, 64, bias=True)])
def test_autocast_is_followed(layer: nn.Module) -> None:
    picture = drawn(2, 8, 4, 4).float()
    with torch.autocast("cpu", torch.bfloat16):
        made = layer(picture)
        with torch.no_grad():
            expected = layer(picture)
    assert made.dtype == expected.dtype == torch.bfloat16
    torch.testing.assert_close(made, expected, atol=0.02, rtol=0.02)


@pytest.mark.parametrize("order", [torch.channels_last, torch.contiguous_format])
def test_a_batch_norm_closes_up_its_gradient(order: torch.memory_format) -> None:
    """Half of a stack: its gradient has gaps, and is torch's without them."""
    seen: list[Tensor] = []

    def stacked(norm: nn.Module) -> Callable[[Tensor], Tensor]:
        def run(x: Tensor) -> Tensor:
            made: Tensor = norm(x)
            if isinstance(norm, BatchNorm2d):
                # Of what the norm itself made: the gradient that its own backward pass is given.
                made.grad_fn.next_functions[0][0].register_prehook(lambda given: seen.append(given[0]))  # type: ignore[union-attr]
            return torch.cat([made, 2 * made], dim=1)

        return run

    ours, torchs = BatchNorm2d(3).double(), nn.BatchNorm2d(3).double()
    picture = drawn(4, 3, 5, 5).contiguous(memory_format=order)
    for one, other in zip(
        passed(stacked(ours), picture, list(ours.parameters())),
        passed(stacked(torchs), picture, list(torchs.parameters())),
        strict=True,
    ):
        torch.testing.assert_close(one, other)
    assert len(seen) == 1
    assert seen[0].is_contiguous(memory_format=order)
    assert torch.equal(ours.running_var, torchs.running_var)  # type: ignore[arg-type]
