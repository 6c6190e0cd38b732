"""A network as it is kept: with weights that are numbers, whatever they are while it is trained."""

import copy
from typing import TypeVar, cast

import torch
from torch import nn
from torch.nn.utils import parametrize

Network = TypeVar("Network", bound=nn.Module)


def plain(network: Network) -> Network:
    """A copy on the CPU, in eval mode, with weights that are numbers and not computed (as by spectral norm, or from
    the factors of an adapter)."""
    copied = copy.deepcopy(network).to("cpu", torch.float32).to(memory_format=torch.contiguous_format)
    copied.eval().requires_grad_(False)
    for module in copied.modules():
        if parametrize.is_parametrized(module):
            weights = {name: getattr(module, name) for name in cast(nn.ModuleDict, module.parametrizations)}
            # What `remove_parametrizations` does; that, however, changes the class, which original and copy share.
            module.__class__ = type(module).__bases__[0]
            del module.parametrizations
            for name, weight in weights.items():
                module.register_parameter(name, nn.Parameter(weight, requires_grad=False))
    return copied
