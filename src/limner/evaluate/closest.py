"""The most similar of many pictures: the retrieval floor, and what tells memorising from painting."""

from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from limner.images import Image, resize

SIDE = 32
"""Of the gray pictures that are compared, pixels: a person's frames differ in what is that large, and ten thousand of
them take 40 MB."""

Row = npt.NDArray[np.float32]
"""(SIDE * SIDE,) gray in [0, 1]."""


def small(image: Image) -> Row:
    """(H, W) or (H, W, 3) -> its row."""
    gray = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)
    return resize(gray, SIDE, SIDE).ravel().astype(np.float32) / np.float32(255)


def apart(one: Row, other: Row) -> float:
    """The root mean square difference of two gray pictures, in [0, 1]."""
    return float(np.sqrt(np.mean((one.astype(np.float64) - other) ** 2)))


class Closest:
    """Pictures that are looked up by how similar they are to another."""

    def __init__(self) -> None:
        self._known: dict[str, Row] = {}

    def add(self, id: str, image: Image) -> None:
        """One more picture, (H, W, 3) or (H, W) of any size, before the first is looked up."""
        self._known[id] = small(image)

    @cached_property
    def _rows(self) -> npt.NDArray[np.float32]:
        return np.stack(list(self._known.values()))

    @cached_property
    def _squares(self) -> Row:
        squares: Row = (self._rows**2).sum(axis=1)
        return squares

    def find(self, image: Image, without: str = "") -> tuple[str, float]:
        """The id of the closest picture, and how far it is (see `apart`); of equally close ones the first, and that
        called `without` only if there is no other. There must be one."""
        row = small(image)
        far = self._squares - 2 * self._rows @ row  # |a - b|^2 less the |b|^2 that all share
        ids = list(self._known)
        if without in self._known:
            far[ids.index(without)] = np.inf
        best = int(far.argmin())
        return ids[best], apart(self._rows[best], row)
