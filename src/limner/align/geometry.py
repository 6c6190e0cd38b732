"""Levelling a face: the similarity transform that puts both irises where every face has them.

Points are (x, y) pixels with pixel centres at whole numbers, x to the right, y down; matrices are (2, 3)
and map a point of the photo to one of the aligned frame. `left` and `right` are as seen in the picture.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def similarity(irises: Floats, eyes: tuple[float, float], eye_distance: float) -> Floats:
    """The (2, 3) similarity that levels `irises`, (2, 2) left and right, with their midpoint at `eyes` and
    `eye_distance` between them."""
    across = irises[1] - irises[0]
    # As complex numbers, turning and scaling are one multiplication: a * across = eye_distance.
    a = eye_distance / complex(across[0], across[1])
    turn = np.array([[a.real, -a.imag], [a.imag, a.real]])
    return np.column_stack([turn, np.asarray(eyes) - turn @ irises.mean(axis=0)])


def about(middle: Floats, to: Floats, degrees: float, scale: float) -> Floats:
    """The (2, 3) similarity that turns clockwise and scales about `middle`, (2,), and puts that at `to`, (2,)."""
    across, down = scale * np.cos(np.radians(degrees)), scale * np.sin(np.radians(degrees))
    turn = np.array([[across, -down], [down, across]])
    return np.column_stack([turn, to - turn @ middle])


def after(second: Floats, first: Floats) -> Floats:
    """The (2, 3) similarity that does `first`, then `second`."""
    return np.column_stack([second[:, :2] @ first[:, :2], second[:, :2] @ first[:, 2] + second[:, 2]])


def transform(matrix: Floats, points: Floats) -> Floats:
    """Map (N, 2) points, or (N, 3) whose third coordinate is a depth that only scales."""
    moved = points.copy()
    moved[:, :2] = points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    moved[:, 2:] = points[:, 2:] * scale(matrix)
    return moved


def inverse(matrix: Floats) -> Floats:
    """The (2, 3) similarity back from the frame to the photo."""
    turn = np.linalg.inv(matrix[:, :2])
    return np.column_stack([turn, -turn @ matrix[:, 2]])


def scale(matrix: Floats) -> float:
    """Pixels of the frame a pixel of the photo."""
    return float(np.hypot(matrix[0, 0], matrix[1, 0]))


def distance(irises: Floats) -> float:
    """Pixels between the two irises."""
    return float(np.hypot(*(irises[1] - irises[0])))


def roll(irises: Floats) -> float:
    """Degrees by which the eye line falls to the right in the picture, in (-180, 180]."""
    x, y = irises[1] - irises[0]
    return float(np.degrees(np.arctan2(y, x)))


def yaw(pose: Floats) -> float:
    """Degrees by which the head turns about its own height, 0 when it faces the camera, positive to the right
    of the picture.

    `pose` is the (4, 4) transform of a canonical head to the camera's coordinates (x right, y up, z towards
    the viewer): its third column is where the nose points.
    """
    return float(np.degrees(np.arctan2(pose[0, 2], pose[2, 2])))
