"""The order of an epoch, and its batches."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import overload

import torch
from torch import Generator, Tensor

from limner.errors import ParamsError
from limner.pairs.augment import send
from limner.pairs.pairs import Pairs
from limner.pairs.pixels import WINDOW, Mapped

Batch = tuple[Tensor, Tensor]
"""(input, target) of `Pairs.batch` on the device that trains."""

AHEAD = 8
"""Batches that are read from a file before they are needed: enough to bridge the reading of new shards."""


class Batches(Sequence[Tensor]):
    """The indices of an epoch's batches: (B,) int64 each, of nearly equal lengths.

    A last one of a single pair would upset the batch norms.
    """

    def __init__(self, order: Tensor, number: int) -> None:
        self.order, self.number = order, number

    def __len__(self) -> int:
        return self.number

    @overload
    def __getitem__(self, index: int) -> Tensor: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Tensor]: ...
    def __getitem__(self, index: int | slice) -> Tensor | Sequence[Tensor]:
        """As of `order.tensor_split(number)`, without making all of them."""
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(self.number))]
        if not -self.number <= index < self.number:
            raise IndexError(index)
        index %= self.number
        size, longer = divmod(len(self.order), self.number)
        start = index * size + min(index, longer)
        return self.order[start : start + size + (index < longer)]


class Feed:
    """Batches of pairs for a training of one or more processes.

    Every pair comes once an epoch. What fits into `WINDOW` shards is shuffled uniformly. Of more, the shards are
    shuffled, and then the pairs of each few that are mapped together; since the file's own order says nothing of what
    is shown, each such window is a fair sample of all pairs.

    Args:
        pairs: where `limner.pairs.settle` put them.
        size: of a batch, over all processes.
        device: that trains.
        process: which of the processes this is; each gets its part of each batch.
        processes: how many there are.

    Raises:
        ParamsError: a batch has fewer pairs than there are processes.
    """

    def __init__(self, pairs: Pairs, size: int, device: torch.device, process: int = 0, processes: int = 1) -> None:
        self.pairs, self.device = pairs, device
        self.process, self.processes = process, processes
        self.mapped = isinstance(pairs.pixels, Mapped)
        self.pinned = self.mapped and device.type == "cuda"
        self.steps = -(-len(pairs) // size)
        if len(pairs) // self.steps < processes:
            raise ParamsError(
                f"a batch of {len(pairs) // self.steps} pairs cannot be shared by {processes} processes: "
                "make `batch` larger, or start fewer processes"
            )

    def epoch(self, draw: Generator) -> Batches:
        """The next epoch's batches over all processes; the state of `draw`, of the CPU, alone decides them."""
        return Batches(self._order(draw), self.steps)

    def mine(self, indices: Tensor) -> Tensor:
        """This process's part of a batch: of the pairs' numbers, (B,) int64, in one piece."""
        return indices.tensor_split(self.processes)[self.process]

    def first(self, length: int) -> int:
        """Where this process's part of a batch of `length` pairs begins."""
        size, longer = divmod(length, self.processes)
        return self.process * size + min(self.process, longer)

    def batch(self, indices: Tensor) -> Batch:
        """The pixels of this process's part of a batch, which is (B,) int64, numbers of pairs."""
        return self._send(self._gather(indices))

    def batches(self, epoch: Iterable[Tensor]) -> Iterator[Batch]:
        """`batch` of each; those of a file are read by a thread while the one before is learned from."""
        gathered = _ahead(self._gather, epoch) if self.mapped else map(self._gather, epoch)
        return map(self._send, gathered)

    def codes(self, indices: Tensor) -> Tensor:
        """(b, L) float32 on the device: what fills the planes of this process's part of (B,) numbers of pairs."""
        return send(self.pairs.codes[self.mine(indices)], self.device)

    def _order(self, draw: Generator) -> Tensor:
        shards, shard_of = torch.unique(self.pairs.shard, return_inverse=True)
        if len(shards) <= WINDOW:
            return torch.randperm(len(self.pairs), generator=draw)
        members = torch.split(torch.argsort(shard_of, stable=True), torch.bincount(shard_of).tolist())
        mixed = []
        for some in torch.randperm(len(shards), generator=draw).tensor_split(-(-len(shards) // WINDOW)):
            window = torch.cat([members[shard] for shard in some.tolist()])
            mixed.append(window[torch.randperm(len(window), generator=draw)])
        return torch.cat(mixed)

    def _gather(self, indices: Tensor) -> Batch:
        return self.pairs.batch(self.mine(indices), self.pinned)

    def _send(self, batch: Batch) -> Batch:
        first, second = (pictures.to(self.device, non_blocking=self.pinned) for pictures in batch)
        return first, second


def _ahead(gather: Callable[[Tensor], Batch], epoch: Iterable[Tensor]) -> Iterator[Batch]:
    """`gather` of each, by a thread that is a little ahead."""
    with ThreadPoolExecutor(1) as pool:
        waiting: deque[Future[Batch]] = deque()
        for indices in epoch:
            waiting.append(pool.submit(gather, indices))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
