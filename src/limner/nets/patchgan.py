"""The discriminator: pix2pix's PatchGAN, which judges each patch of the pair (input, output) by itself.

Isola et al., CVPR 2017 (phillipi/pix2pix, models.lua). Its receptive field is 16, 34, 70, 142 or 286
pixels for 1 to 5 strided layers; for smaller pictures fewer layers keep a patch smaller than the face.
"""

from torch import Tensor, nn


def layers_for(size: int) -> int:
    """Strided layers for pictures of `size` pixels: 3 (a 70-pixel patch) at 256, one fewer each halving."""
    return max(1, size.bit_length() - 6)


class PatchGAN(nn.Module):
    """Pair to a map of scores, (N, channels, S, S) -> (N, 1, s, s): positive where a patch looks true.

    Args:
        channels: channels of the pair, input and output stacked.
        width: channels after the first layer; they double a layer, to at most 8 times it.
        layers: strided layers.
    """

    def __init__(self, channels: int, width: int, layers: int) -> None:
        super().__init__()
        parts: list[nn.Module] = [nn.Conv2d(channels, width, 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
        below = width
        for level in range(1, layers + 1):
            out = width * min(2**level, 8)
            stride = 1 if level == layers else 2
            parts += [
                nn.Conv2d(below, out, 4, stride=stride, padding=1, bias=False),
                nn.BatchNorm2d(out),
                nn.LeakyReLU(0.2),
            ]
            below = out
        parts.append(nn.Conv2d(below, 1, 4, stride=1, padding=1))
        self.judge = nn.Sequential(*parts)

    def forward(self, pair: Tensor) -> Tensor:
        """(N, channels, S, S) in [-1, 1] -> (N, 1, s, s), unbounded scores."""
        scores: Tensor = self.judge(pair)
        return scores
