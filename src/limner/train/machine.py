"""The machine a training runs on: device, precision, processes, and what they need to learn as one.

Processes are started by a launcher (`train.launch`: accelerate's, or torchrun) and each is given its device by
accelerate. Every process holds the same networks and its slice of each batch; what they must agree on goes through
here, and with one process costs nothing.
"""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np
import torch
import torch.distributed as dist
from accelerate.state import PartialState
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from limner import device as devices
from limner.blocks import Train
from limner.train.norm import synchronised

Network = TypeVar("Network", bound=nn.Module)
Value = TypeVar("Value")


@dataclass(frozen=True)
class Machine:
    """Where and how networks run. Its fields are all that a result may depend on."""

    device: torch.device
    bfloat16: bool = False
    """Multiply in bfloat16; weights, losses and optimisers stay in float32."""
    compile: bool = False
    channels_last: bool = True
    fused: bool = True
    """One kernel a step of the optimiser."""
    memory: str = "auto"
    """Where pairs lie (`limner.pairs.settle`)."""
    world: int = 1
    """Processes that learn together."""

    @property
    def rank(self) -> int:
        """Which of the processes this is."""
        return dist.get_rank() if self.world > 1 else 0

    @property
    def main(self) -> bool:
        """Whether this process writes files and speaks."""
        return self.rank == 0

    def place(self, network: Network) -> Network:
        """The network on this machine, with batch norms over all processes' pictures."""
        if self.world > 1:
            network = synchronised(network)
        network = network.to(self.device)
        return network.to(memory_format=torch.channels_last) if self.channels_last else network

    def fast(self, network: nn.Module) -> Callable[..., Any]:
        """The network's forward pass: in the chosen precision, compiled where that is chosen."""
        forward: Callable[..., Any] = torch.compile(network) if self.compile else network

        def run(*pictures: Tensor) -> Any:
            with devices.autocast(self.device, self.bfloat16):
                return forward(*pictures)

        return run

    def shared(self, network: nn.Module) -> nn.Module:
        """The network as it is trained: a backward pass leaves the mean gradient of all processes.

        Buffers are not broadcast: the batch norms' agree already, and writing them between the two passes of a
        discriminator would spoil the first one's graph.
        """
        if self.world == 1:
            return network
        ids = [self.device] if self.device.type == "cuda" else None
        return DistributedDataParallel(
            network, device_ids=ids, forward_sync_buffers=False, gradient_as_bucket_view=True
        )

    def adam(self, network: nn.Module, lr: float, beta1: float) -> torch.optim.Adam:
        """An optimiser of those of the network's weights that are trained."""
        trained = [weight for weight in network.parameters() if weight.requires_grad]
        return torch.optim.Adam(trained, lr=lr, betas=(beta1, 0.999), fused=self.fused)

    def lay(self, pictures: Tensor) -> Tensor:
        """Pictures, (N, C, S, S), in the order of memory that convolutions are fastest with."""
        return pictures.contiguous(memory_format=torch.channels_last) if self.channels_last else pictures

    def total(self, tensor: Tensor) -> Tensor:
        """The sum over all processes."""
        if self.world > 1:
            tensor = tensor.clone()
            dist.all_reduce(tensor)
        return tensor

    def tell(self, value: Value) -> Value:
        """What the main process has, in all processes."""
        if self.world == 1:
            return value
        box = [value]
        dist.broadcast_object_list(box, src=0, device=self.device if self.device.type == "cuda" else None)
        return box[0]

    def any(self, flag: bool) -> bool:
        """Whether any process says so."""
        if self.world == 1:
            return flag
        votes = torch.tensor(float(flag), device=self.device)
        dist.all_reduce(votes)
        return bool(votes > 0)

    def gather(self, value: Value) -> list[Value]:
        """What each process has, by process."""
        if self.world == 1:
            return [value]
        values = [value] * self.world
        dist.all_gather_object(values, value)
        return values

    def randomness(self) -> list[dict[str, Any]]:
        """The state of every random generator, by process."""
        return self.gather(_randomness(self.device))

    def restore_randomness(self, states: list[dict[str, Any]]) -> None:
        """Go on drawing where `randomness` was asked for."""
        state = states[self.rank]
        random.setstate(state["python"])
        kind, keys, place, gauss, cached = state["numpy"]
        np.random.set_state((kind, keys.numpy().astype(np.uint32), place, gauss, cached))  # noqa: NPY002
        torch.set_rng_state(state["torch"])
        if self.device.type == "cuda":
            torch.cuda.set_rng_state(state["device"], self.device)
        elif self.device.type == "mps":
            torch.mps.set_rng_state(state["device"])

    def held(self) -> float | None:
        """Greatest part of a GPU's memory held so far, GB; None without a GPU."""
        return torch.cuda.max_memory_allocated(self.device) / 1e9 if self.device.type == "cuda" else None


def _randomness(device: torch.device) -> dict[str, Any]:
    kind, keys, place, gauss, cached = cast(tuple[Any, ...], np.random.get_state())  # noqa: NPY002
    state: dict[str, Any] = {
        "python": random.getstate(),
        "numpy": (kind, torch.from_numpy(keys.astype(np.int64)), int(place), int(gauss), float(cached)),
        "torch": torch.get_rng_state(),
    }
    if device.type == "cuda":
        state["device"] = torch.cuda.get_rng_state(device)
    elif device.type == "mps":
        state["device"] = torch.mps.get_rng_state()
    return state


def choose(settings: Train) -> Machine:
    """What `train:` asks for, as far as this machine has it; with `auto` the best there is.

    Under a launcher this joins the other processes.

    Raises:
        ParamsError: there is no such device.
    """
    device, world = devices.choose(settings.device), 1
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        state = PartialState(cpu=device.type == "cpu")
        device, world = state.device, state.num_processes

    def wanted(value: bool | str, auto: bool) -> bool:
        return auto if value == "auto" else bool(value)

    return Machine(
        device=device,
        bfloat16=devices.mixed(device, settings.precision),
        compile=wanted(settings.compile, devices.compiled(device)),
        channels_last=wanted(settings.channels_last, device.type != "mps"),
        fused=wanted(settings.fused, device.type != "mps"),
        memory=settings.memory,
        world=world,
    )
