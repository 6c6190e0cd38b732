"""Every pair once an epoch, in an order that one state of a generator decides, and near each other in the file."""

import numpy as np
import pytest
import torch
from torch import Generator

from limner.errors import ParamsError
from limner.pairs import Feed, Pairs, Sources, open_pairs, settle
from limner.pairs.feed import Batches
from limner.pairs.pixels import WINDOW, Mapped
from tests.pairs.conftest import SIDE

CPU = torch.device("cpu")


@pytest.fixture
def small(many: Sources) -> Pairs:
    """All in one shard."""
    return open_pairs(many, "photo", SIDE)


@pytest.fixture
def large(many: Sources, small: Pairs) -> Pairs:
    """The same in ten shards."""
    pairs = Pairs.mapped(small.pixels.path, small.digest, many, "photo", SIDE, 8000)  # type: ignore[attr-defined]
    assert len(pairs.shard.unique()) > 2 * WINDOW
    return pairs


def drawn(seed: int) -> Generator:
    return Generator().manual_seed(seed)


@pytest.mark.parametrize(("length", "count"), [(7, 3), (9, 3), (5, 5), (23, 4), (1, 1)])
def test_batches_are_those_of_tensor_split(length: int, count: int) -> None:
    order = torch.randperm(length)
    batches = Batches(order, count)
    expected = order.tensor_split(count)
    assert len(batches) == count
    assert all(torch.equal(*both) for both in zip(batches, expected, strict=True))
    assert torch.equal(batches[-1], expected[-1])
    assert [part.tolist() for part in batches[1:]] == [part.tolist() for part in expected[1:]]
    with pytest.raises(IndexError):
        batches[count]


def test_a_small_set_is_shuffled_uniformly(small: Pairs) -> None:
    feed = Feed(small, 4, CPU)
    draw, same = drawn(3), drawn(3)
    for _ in range(2):
        expected = torch.randperm(len(small), generator=same).tensor_split(-(-len(small) // 4))
        assert all(torch.equal(*both) for both in zip(feed.epoch(draw), expected, strict=True))
    assert torch.equal(draw.get_state(), same.get_state())


def test_a_large_set_comes_once_and_window_by_window(large: Pairs) -> None:
    feed = Feed(large, 4, CPU)
    epochs = [torch.cat(list(feed.epoch(draw))) for draw in [drawn(0)] for _ in range(3)]
    for order in epochs:
        assert sorted(order.tolist()) == list(range(len(large)))
        shards = large.shard[order].tolist()
        first, last = (
            {shard: place for place, shard in way} for way in (list(enumerate(shards))[::-1], enumerate(shards))
        )
        for place in range(len(shards)):
            assert sum(first[shard] <= place <= last[shard] for shard in first) <= WINDOW
    assert not torch.equal(epochs[0], epochs[1])


def test_pairs_of_a_window_are_mixed(large: Pairs) -> None:
    order = torch.cat(list(Feed(large, 4, CPU).epoch(drawn(1))))
    shards = large.shard[order]
    assert (shards[1:] != shards[:-1]).float().mean() > 0.4


def test_the_order_does_not_depend_on_where_the_pixels_are(large: Pairs) -> None:
    mapped, held = (Feed(settle(large, memory, CPU), 4, CPU) for memory in ("mapped", "device"))
    assert (mapped.mapped, held.mapped) == (True, False)
    epochs = (feed.epoch(drawn(5)) for feed in (mapped, held))
    for one, other in zip(
        *(feed.batches(epoch) for feed, epoch in zip((mapped, held), epochs, strict=True)), strict=True
    ):
        assert torch.equal(one[0], other[0])
        assert torch.equal(one[1], other[1])


def test_it_goes_on_at_any_step(large: Pairs) -> None:
    feed, draw = Feed(large, 4, CPU), drawn(7)
    state = draw.get_state()
    whole = list(feed.batches(feed.epoch(draw)))
    again = Generator()
    again.set_state(state)
    rest = list(Feed(large, 4, CPU).batches(feed.epoch(again)[9:]))
    assert len(rest) == feed.steps - 9
    assert all(torch.equal(one[0], other[0]) for one, other in zip(whole[9:], rest, strict=True))


def test_reading_ahead_can_be_left_any_time(large: Pairs) -> None:
    feed = Feed(large, 4, CPU)
    batches = feed.batches(feed.epoch(drawn(0)))
    next(iter(batches))
    del batches
    assert len(list(feed.batches(feed.epoch(drawn(0))))) == feed.steps


def test_processes_share_each_batch(large: Pairs) -> None:
    one = Feed(large, 6, CPU)
    three = [Feed(large, 6, CPU, process, 3) for process in range(3)]
    epoch = one.epoch(drawn(2))
    for indices in epoch:
        parts = [feed.mine(indices) for feed in three]
        assert torch.equal(torch.cat(parts), indices)
        assert min(map(len, parts)) > 0
    whole, parts = one.batch(epoch[0]), [feed.batch(epoch[0]) for feed in three]
    assert torch.equal(whole[1], torch.cat([part[1] for part in parts]))


def test_more_processes_than_pairs_in_a_batch_are_refused(small: Pairs) -> None:
    with pytest.raises(ParamsError, match="a batch of 3 pairs cannot be shared by 4 processes"):
        Feed(small, 4, CPU, 0, 4)


def test_few_shards_are_mapped_at_once(large: Pairs) -> None:
    feed, pixels = Feed(large, 4, CPU), large.pixels
    assert isinstance(pixels, Mapped)
    for indices in feed.epoch(drawn(0)):
        feed.batch(indices)
        assert max(len(region._mapped) for region in (pixels._photos, pixels._sketches)) <= WINDOW


def test_neighbours_in_the_file_are_no_neighbours_in_a_film(many: Sources) -> None:
    numbers = np.array([int(id) for id in many.ids])
    assert sorted(numbers) == list(range(40))
    assert abs(np.corrcoef(numbers, np.arange(40))[0, 1]) < 0.4
