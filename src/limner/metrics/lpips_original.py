"""Learned perceptual distance, as it was first published."""

from functools import cache
from math import inf
from pathlib import Path
from pickle import UnpicklingError

import torch
from torch import Tensor
from torchvision.models import AlexNet_Weights, alexnet

from limner.errors import ModelError
from limner.nets.perceptual import Perceptual

TITLE = "LPIPS original: learned perceptual distance, ImageNet's AlexNet"
DIRECTION = "lower"
BOUNDS = (0, inf)

HEADS = "alex_lpips.pth"
"""Of data/weights: what the features' channels weigh."""
CHANNELS = (64, 192, 384, 256, 256)
TAPS = (1, 4, 7, 9, 11)
"""torchvision's layers after which features are taken: each convolution's ReLU."""


def lpips_original(fake: Tensor, real: Tensor, *, weights: Path) -> Tensor:
    """Weighted squared distance between the AlexNet features of two pictures: 0 for equal ones.

    Zhang et al., "The unreasonable effectiveness of deep features as a perceptual metric", CVPR 2018: the figures of
    lpips 0.1.4, LPIPS(net="alex", version="0.1")(fake, real, normalize=True). The backbone is torchvision's AlexNet,
    which torchvision fetches once (244 MB) where the machine reaches it; that is why `lpips` is the default instead.
    Pictures of less than 31 pixels are too small for it.

    Raises:
        ModelError: the backbone or the heads are missing or unusable.
    """
    distance: Tensor = _network(weights / HEADS, torch.hub.get_dir())(fake, real)
    return distance


@cache
def _network(heads: Path, hub: str) -> Perceptual:
    """The distance with the weights of `heads` on the backbone in `hub`, torch's folder of downloads."""
    if not heads.is_file():
        raise ModelError(f"{heads} is missing: `dvc repro scrape` fetches what data/manifests/models.csv names")
    source = AlexNet_Weights.IMAGENET1K_V1
    try:
        backbone = alexnet(weights=source, progress=False).features
    except (OSError, RuntimeError, UnpicklingError, EOFError) as error:
        raise ModelError(
            f"lpips_original needs torchvision's AlexNet, which cannot be had here ({error}): put {source.url} into "
            f"{hub}/checkpoints, or take the metric lpips instead"
        ) from error
    network = Perceptual(backbone, TAPS, CHANNELS)
    try:
        saved = torch.load(heads, map_location="cpu", weights_only=True)
        for place, head in enumerate(network.heads):
            head.data.copy_(saved[f"lin{place}.model.1.weight"])
    except (UnpicklingError, KeyError, RuntimeError, EOFError) as error:
        raise ModelError(f"{heads} does not hold the heads of lpips 0.1.4: {error}") from error
    return network.eval().requires_grad_(False).to(memory_format=torch.channels_last)
