"""How a network's weights begin."""

from torch import nn

NORMS = nn.BatchNorm2d | nn.InstanceNorm2d | nn.GroupNorm


def start_normal(module: nn.Module) -> None:
    """pix2pix's start: weights from N(0, 0.02), norm gains from N(1, 0.02), biases zero."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0, 0.02)
    elif isinstance(module, NORMS):
        nn.init.normal_(module.weight, 1, 0.02)
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | NORMS) and module.bias is not None:
        nn.init.zeros_(module.bias)
