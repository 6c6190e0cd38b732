"""Real faces with one feature moved, resized, recoloured or gone."""

import cv2
import numpy as np
import numpy.typing as npt
from torch import Tensor

from limner.evaluate.engine import to_tensor
from limner.images import Image

Points = npt.NDArray[np.float32]


def pixels(face: Tensor) -> Image:
    """(1, 3, H, W) in [0, 1] -> (H, W, 3)."""
    values: npt.NDArray[np.float32] = (255 * face[0]).round().permute(1, 2, 0).numpy()
    return np.ascontiguousarray(values.astype(np.uint8))


def patch(points: Points, side: int, softness: float = 1.0) -> npt.NDArray[np.float32]:
    """(side, side, 1) in [0, 1]: the hull of `points` and its surroundings, with a soft edge."""
    mask = np.zeros((side, side), np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(points.round().astype(np.int32)), 1)
    wide = 2 * round(0.045 * side) + 1
    mask = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide)))
    return cv2.GaussianBlur(mask.astype(np.float32), (0, 0), softness * side / 85)[..., None]


def mixed(face: Tensor, other: npt.NDArray[np.float32], points: Points) -> Tensor:
    """(1, 3, H, W): `other` (H, W, 3) of [0, 255] laid over a face where it has the feature of `points`."""
    image = pixels(face)
    mask = patch(points, len(image))
    return to_tensor([np.rint(image * (1 - mask) + other * mask).clip(0, 255).astype(np.uint8)])


def erased(face: Tensor, points: Points) -> Tensor:
    """(1, 3, H, W): skin in place of the feature of `points`."""
    image = pixels(face)
    hole = (patch(points, len(image)) > 0.3).astype(np.uint8)
    filled = cv2.GaussianBlur(cv2.inpaint(image, hole, 3, cv2.INPAINT_TELEA), (0, 0), len(image) / 64)
    return mixed(face, filled.astype(np.float32), points)


def altered(face: Tensor, points: Points, move: tuple[float, float] = (0.0, 0.0), scale: float = 1.0) -> Tensor:
    """(1, 3, H, W): the feature of `points` moved by (x, y) pixels and enlarged about its middle."""
    image, base = pixels(face), pixels(erased(face, points)).astype(np.float32)
    side, mask = len(image), patch(points, len(image))
    centre = points.mean(axis=0)
    shift = centre + move - scale * centre
    warp = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    moved = cv2.warpAffine(image, warp, (side, side), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    there = cv2.warpAffine(mask, warp, (side, side))[..., None]
    return to_tensor([np.rint(base * (1 - there) + moved * there).clip(0, 255).astype(np.uint8)])
