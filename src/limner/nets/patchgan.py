"""The discriminator: pix2pix's PatchGAN, which judges each patch of the pair (input, output) by itself.

Isola et al., CVPR 2017 (phillipi/pix2pix, models.lua). Its receptive field is 16, 34, 70, 142 or 286
pixels for 1 to 5 strided layers; for smaller pictures fewer layers keep a patch smaller than the face.
"""

from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from limner.nets.norm import norm
from limner.recipe import Norm


def layers_for(size: int) -> int:
    """Strided layers for pictures of `size` pixels: 3 (a 70-pixel patch) at 256, one fewer each halving."""
    return max(1, size.bit_length() - 6)


class PatchGAN(nn.Module):
    """Pair to maps of features and a map of scores, which is positive where a patch looks true.

    Args:
        channels: channels of the pair, input and output stacked.
        width: channels after the first layer; they double a layer, to at most 8 times it.
        layers: strided layers.
        kind: of norm, after every convolution but the first and the last.
        spectral: divide each convolution's weights by their greatest singular value (Miyato et al., "Spectral
            normalization for generative adversarial networks", ICLR 2018).
    """

    def __init__(self, channels: int, width: int, layers: int, kind: Norm = "batch", spectral: bool = False) -> None:
        super().__init__()

        def conv(below: int, out: int, stride: int, bias: bool) -> nn.Module:
            made = nn.Conv2d(below, out, 4, stride=stride, padding=1, bias=bias)
            return spectral_norm(made) if spectral else made

        self.judge = nn.ModuleList([nn.Sequential(conv(channels, width, 2, True), nn.LeakyReLU(0.2))])
        below = width
        for level in range(1, layers + 1):
            out = width * min(2**level, 8)
            layer = conv(below, out, 1 if level == layers else 2, kind == "none")
            self.judge.append(nn.Sequential(layer, norm(kind, out), nn.LeakyReLU(0.2)))
            below = out
        self.judge.append(conv(below, 1, 1, True))

    def forward(self, pair: Tensor) -> list[Tensor]:
        """(N, channels, S, S) in [-1, 1] -> the maps of every layer; the last is (N, 1, s, s), unbounded scores."""
        maps = []
        for layer in self.judge:
            pair = layer(pair)
            maps.append(pair)
        return maps
