"""Whether the pictures as a set look like true ones, in patches."""

from math import inf
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from limner.nets.shift_tolerant import VGG, vgg

TITLE = "KID: kernel distance of the two sets of pictures, patches of VGG16 features"
DIRECTION = "lower"
BOUNDS = (-inf, inf)
OVER = "set"

LEAST = 50
"""True pictures below which it is not worth asking."""
SIDE = 128
"""Pixels that every picture is brought to, so that models of different sizes compare."""
GRID = 4
"""Patches a side of a picture."""
AT_ONCE = 2**22
"""Kernel values that are in memory together."""


class Sums(NamedTuple):
    """Kernel values of patches, summed by the two pictures that they are from; float64."""

    fakes: Tensor
    """(N, N), without those of a patch with itself."""
    reals: Tensor
    """(M, M), without those of a patch with itself."""
    between: Tensor
    """(N, M)."""
    patches: int
    """Of a picture."""


def features(fake: Tensor, real: Tensor, *, weights: Path) -> tuple[Tensor, Tensor]:
    """(N, P, D) and (N or 1, P, D): relu3_3 of the shift-tolerant VGG16, averaged over a grid of 4 x 4 patches, each
    patch's vector brought to a mean square of 1: this network's values are so small that the kernel would be linear.

    Raises:
        ModelError: the file of weights is missing or unusable.
    """
    network = vgg(weights / VGG)
    return _patches(network(_sized(fake))), _patches(network(_sized(real)))


def kid(fake: Tensor, real: Tensor) -> Tensor:
    """(): the unbiased squared maximum mean discrepancy of two sets of patches, (N, P, D) and (M, P, D); about 0 for
    two draws of the same pictures, and may be below.

    Binkowski et al., "Demystifying MMD GANs", ICLR 2018: kernel (x . y / D + 1) ** 3. The paper's features are those
    of an Inception network of whole pictures; these are of patches of aligned faces, so the figures compare with each
    other and not with published ones.
    """
    return value(sums(fake, real), torch.ones(1, len(fake)), torch.ones(1, len(real)))[0]


def sums(fake: Tensor, real: Tensor) -> Sums:
    """What `value` needs of (N, P, D) and (M, P, D); memory grows with N * M, not with their squares times P."""
    fakes, reals = _summed(fake, fake), _summed(real, real)
    fakes.diagonal().sub_(_kernel_of_itself(fake))
    reals.diagonal().sub_(_kernel_of_itself(real))
    return Sums(fakes, reals, _summed(fake, real), fake.shape[1])


def value(of: Sums, fake_weights: Tensor, real_weights: Tensor) -> Tensor:
    """(B,): KID of B sets that hold each fake `fake_weights` (B, N) times and each truth `real_weights` (B, M) times,
    as a bootstrap draws them. No patch is compared with itself, nor with its own copies. nan where a set is empty."""
    mine, true = fake_weights.to(of.fakes), real_weights.to(of.reals)
    between = torch.einsum("bn,nm,bm->b", mine, of.between, true)
    between = between / (of.patches**2 * mine.sum(1) * true.sum(1))
    return _within(of.fakes, mine, of.patches) + _within(of.reals, true, of.patches) - 2 * between


def _within(kernel: Tensor, weights: Tensor, patches: int) -> Tensor:
    """(N, N) and (B, N) -> (B,): mean over all pairs of different patches."""
    pairs = (patches * weights.sum(1)) ** 2 - patches * weights.square().sum(1)
    return torch.einsum("bn,nm,bm->b", weights, kernel, weights) / pairs


def _kernel(products: Tensor, dimensions: int) -> Tensor:
    return (products / dimensions + 1) ** 3


def _kernel_of_itself(patches: Tensor) -> Tensor:
    """(N, P, D) -> (N,): sum over a picture's patches of the kernel of each with itself."""
    return _kernel(patches.double().square().sum(2), patches.shape[2]).sum(1)


def _summed(one: Tensor, other: Tensor) -> Tensor:
    """(N, P, D) and (M, P, D) -> (N, M): the kernel summed over both pictures' patches."""
    columns = other.double().flatten(0, 1).T
    number, patches, dimensions = one.shape
    step = max(1, AT_ONCE // (patches * columns.shape[1]))
    rows = []
    for start in range(0, number, step):
        part = one[start : start + step].double()
        kernel = _kernel(part.flatten(0, 1) @ columns, dimensions)
        rows.append(kernel.reshape(len(part), patches, len(other), patches).sum((1, 3)))
    return torch.cat(rows)


def _sized(pictures: Tensor) -> Tensor:
    if pictures.shape[-2:] == (SIDE, SIDE):
        return pictures
    return F.interpolate(pictures, (SIDE, SIDE), mode="bilinear", antialias=True)


def _patches(maps: Tensor) -> Tensor:
    """(N, D, h, w) -> (N, GRID * GRID, D)."""
    vectors = F.adaptive_avg_pool2d(maps, GRID).flatten(2).mT
    scaled: Tensor = F.normalize(vectors, dim=2) * vectors.shape[2] ** 0.5
    return scaled
