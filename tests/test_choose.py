"""Even steps through many."""

import pytest

from limner.choose import evenly


@pytest.mark.parametrize(
    ("count", "among", "phase", "chosen"),
    [(4, 100, 0.5, [12, 37, 62, 87]), (2, 5, 0.0, [0, 2]), (3, 3, 0.99, [0, 1, 2]), (4, 2, 0.5, [0, 0, 1, 1])],
)
def test_each_lies_in_its_share(count: int, among: int, phase: float, chosen: list[int]) -> None:
    assert evenly(count, among, phase) == chosen
