"""The parts of a face as masks, drawn from its landmarks."""

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from limner.mesh import IRISES, LEFT_CHEEK, LEFT_EYE, NOSE, OUTER_LIPS, OVAL, RIGHT_CHEEK, RIGHT_EYE

REGIONS = ("left_eye", "right_eye", "nose", "mouth", "skin", "rest")
"""The parts of a picture; left and right are the person's own."""

# Outlines from the back to the front, what each gains all round (of the eye distance), and the part it belongs to:
# an eye's lids lie outside its outline, a nose's wings outside its ridge.
LAYERS = ((OVAL, 0.0, "skin"), (NOSE, 0.06, "nose"), (OUTER_LIPS, 0.06, "mouth"))
EYES = ((LEFT_EYE, 0.16, "left_eye"), (RIGHT_EYE, 0.16, "right_eye"))
OPENING = 0.05
"""What the opening of an eye gains all round when it is looked at alone, of the eye distance: its lashes."""
CHEEK = 0.15
"""Radius of a cheek's patch, of the eye distance."""
FINE = 16
"""Steps of a pixel that outlines are drawn to."""

Array = npt.NDArray[np.float64]


def regions(landmarks: Tensor, height: int, width: int) -> Tensor:
    """(N, 478, 2) x, y in pixels -> (N, len(REGIONS), height, width) of 0 and 1, each pixel in one region; all 0
    where the landmarks are nan."""
    masks = torch.zeros(len(landmarks), len(REGIONS), height, width)
    for mask, points in zip(masks, landmarks.cpu().double().numpy(), strict=True):
        if np.isfinite(points).all():
            numbers = torch.from_numpy(_numbered(points, height, width)).long()
            mask.copy_(torch.nn.functional.one_hot(numbers, len(REGIONS)).permute(2, 0, 1))
    return masks.to(landmarks)


def eyes(landmarks: Tensor, height: int, width: int) -> Tensor:
    """(N, 478, 2) x, y in pixels -> (N, 2, height, width) of 0 and 1: the openings of the left and of the right eye,
    lashes included; all 0 where the landmarks are nan."""
    masks = torch.zeros(len(landmarks), 2, height, width)
    margins = OPENING * eye_distance(landmarks)
    for mask, points, margin in zip(masks, landmarks.cpu().double().numpy(), margins.tolist(), strict=True):
        if np.isfinite(points).all():
            opened = [_filled(points[outline], margin, height, width) for outline in (LEFT_EYE, RIGHT_EYE)]
            mask.copy_(torch.from_numpy(np.stack(opened)))
    return masks.to(landmarks)


def cheeks(landmarks: Tensor, height: int, width: int) -> Tensor:
    """(N, 478, 2) x, y in pixels -> (N, 2, height, width) of 0 and 1: a disc on the left and on the right cheek; all 0
    where the landmarks are nan or the cheek is outside."""
    x = torch.arange(width).to(landmarks)
    y = torch.arange(height).to(landmarks)[:, None]
    centres = landmarks[:, [LEFT_CHEEK, RIGHT_CHEEK], :, None, None]
    away = (x - centres[:, :, 0]) ** 2 + (y - centres[:, :, 1]) ** 2
    return (away <= (CHEEK * eye_distance(landmarks)[:, None, None, None]) ** 2).to(landmarks)


def eye_distance(landmarks: Tensor) -> Tensor:
    """(N, 478, 2) -> (N,): pixels between the irises."""
    one, other = landmarks[:, IRISES].unbind(1)
    distance: Tensor = (one - other).norm(dim=1)
    return distance


def _numbered(points: Array, height: int, width: int) -> npt.NDArray[np.uint8]:
    """(478, 2) -> (height, width): each pixel's place in REGIONS."""
    left, right = points[IRISES]
    distance = float(np.hypot(*(left - right)))
    canvas = np.full((height, width), REGIONS.index("rest"), np.uint8)
    for outline, margin, name in (*LAYERS, *EYES):
        canvas[_filled(points[outline], margin * distance, height, width)] = REGIONS.index(name)
    return canvas


def _filled(outline: Array, margin: float, height: int, width: int) -> npt.NDArray[np.bool_]:
    """The convex hull of an outline, widened by `margin` pixels."""
    hull = cv2.convexHull((outline * FINE).round().astype(np.int32))
    mask = np.zeros((height, width), np.uint8)
    cv2.fillConvexPoly(mask, hull, 1, shift=4)
    if margin:
        cv2.polylines(mask, [hull], True, 1, thickness=max(1, round(2 * margin)), shift=4)
    return mask.astype(bool)
