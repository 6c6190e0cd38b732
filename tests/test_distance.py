"""How far it is to what is 0."""

import numpy as np

from limner.distance import to_zero


def test_it_is_exact_wherever_its_memory_begins() -> None:
    draw = np.random.default_rng(0)
    masks = (
        (draw.random((121, 105)) > 0.002).astype(np.uint8),
        np.pad(np.zeros((1, 1), np.uint8), 40, constant_values=1),
    )
    for mask in masks:
        y, x = np.indices(mask.shape)
        zeros = np.argwhere(mask == 0)
        squares = ((np.stack([y, x], -1)[:, :, None] - zeros) ** 2).sum(-1).min(-1)
        kept = []
        for size in draw.integers(1, 90_000, 50):
            kept.append(np.empty(size, np.uint8))  # what comes next lies elsewhere
            assert np.array_equal(to_zero(mask), np.sqrt(squares).astype(np.float32))
