"""The perceptual loss: how far apart two pictures are to a network that has learned to see.

Johnson et al., "Perceptual losses for real-time style transfer and super-resolution", ECCV 2016; on the VGG16 without
aliasing of Ghildyal and Liu, ECCV 2022, which forgives a shift of a pixel. Its features are compared at unit length, as
LPIPS does (Zhang et al., CVPR 2018). Pictures are measured by AlexNet, so that nothing is trained on its own measure.
"""

from pathlib import Path

import torch
from torch import Tensor, nn

from limner.nets.perceptual import scaled
from limner.nets.shift_tolerant import VGG, vgg

TAPS = (3, 8, 15)
"""The layers that are compared, by their place: relu1_2, relu2_2 and relu3_3."""


class PerceptualLoss(nn.Module):
    """(N, 1 or 3, S, S) twice, in [-1, 1] -> a scalar: mean squared distance of the features, summed over layers.

    Args:
        weights: the folder of the network's weights, data/weights.

    Raises:
        ModelError: its file is missing or unusable.
    """

    def __init__(self, weights: Path) -> None:
        super().__init__()
        self.layers = vgg(weights / VGG).features

    def forward(self, painted: Tensor, truth: Tensor) -> Tensor:
        with torch.no_grad():
            true = self._maps(truth)
        far = [(one - other).square().sum(1).mean() for one, other in zip(self._maps(painted), true, strict=True)]
        return torch.stack(far).sum()

    def _maps(self, pictures: Tensor) -> list[Tensor]:
        x = scaled((pictures.expand(-1, 3, -1, -1) + 1) / 2)
        maps = []
        for place, layer in enumerate(self.layers):
            x = layer(x)
            if place in TAPS:
                values = x.float()
                maps.append(values / (torch.linalg.vector_norm(values, dim=1, keepdim=True) + 1e-3))
        return maps
