"""Whether the two eyes of a face belong together."""

from math import inf

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from limner.mesh import IRISES
from limner.metrics.views import masks
from limner.metrics.views.colours import gray, under

TITLE = "Eye match: how far the difference between the two eyes is from the truth's"
PARTS = {"colour": "colour, Delta E", "size": "size, |ln of the ratio|"}
DIRECTION = "lower"
BOUNDS = (0, inf)
LEARNS = ("photo",)

UNIT = 96
"""Pixels of the eye distance at which sizes are compared."""
WIDE, HIGH = 0.30, 0.16
"""Half the sides of what is taken as the truth's eye, of the eye distance."""
SEARCH = 0.08
"""How far from its iris an eye is looked for, of the eye distance."""
MOST, STEPS = np.log(1.6), 12
"""Eyes are looked for up to so much larger and smaller, natural logarithm, in so many steps each way."""

Plane = npt.NDArray[np.float32]


def eye_match(fake: Tensor, real: Tensor, *, found: Tensor, landmarks: Tensor) -> Tensor:
    """(N, 2): how far the difference between the two eyes of a face, in colour and in size, is from the truth's; 0 for
    equal pictures, and whatever is wrong with both eyes alike does not count. Where the eyes are does not matter either
    (see `places`): each is looked for in the picture that it is in.

    Colour: the difference, left minus right, of the mean CIE L*a*b* of the eyes' openings, lashes included; in the fake
    minus in the truth, Euclidean (2.3 is just noticeable).
    Size: how much larger an eye of the fake is than the truth's, as that enlargement of the truth's eye which
    correlates best with the fake around its iris; natural logarithm, left minus right, absolute. At most .94; an eye in
    which nothing resembles the truth's comes near .47. Of the face mesh alone sizes cannot be had: it finds an eye
    enlarged by 1.4 to be 1.04 times as wide.

    Of real faces of 128 (64) pixels whose left eye was

    changed                                     colour       size
    blurred, sigma 5% of the eye distance     1.9 (1.9)    .02 (.02)
    blurred, sigma 10%                        7.7 (7.4)    .08 (.10)
    given a blue iris                          12 (10)     .01 (.01)
    lightened by a quarter                    8.8 (9.5)    .01 (.02)
    enlarged by 1.2 (ln: .18)                 1.9 (4.0)    .17 (.16)
    enlarged by 1.4 (ln: .34)                 3.1 (6.5)    .31 (.29)
    shrunk by .8 (ln: -.22)                   4.4 (6.8)    .23 (.22)
    moved by 10% of the eye distance          1.0 (0.9)    .01 (.02)
    erased                                     25 (23)     .44 (.44)
    the right one, mirrored                   2.8 (3.1)    .08 (.07)
    the same person's of another moment       2.3 (2.0)    .10 (.09)
    somebody else's                            11 (11)     .33 (.30)

    Of whole faces that were blurred (4%), grained, faded or reddened, the colour is .5 to 1.5 and the size at most .02.

    nan where no face is found in the fake or in the truth.
    """
    colour = (_apart(fake, found) - _apart(real, landmarks)).norm(dim=1)
    return torch.stack([colour, _sizes(fake, real, found, landmarks)], 1)


def _apart(pictures: Tensor, landmarks: Tensor) -> Tensor:
    """(N, 3): the left eye's mean colour minus the right one's."""
    left, right = under(pictures, masks.eyes(landmarks, *pictures.shape[-2:])).unbind(1)
    return left - right


def _sizes(fake: Tensor, real: Tensor, found: Tensor, landmarks: Tensor) -> Tensor:
    """(N,): |ln of how much larger the left eye is than the truth's, minus that of the right one|."""
    mine, true = (np.ascontiguousarray(255 * gray(one).detach().cpu().numpy()[:, 0]) for one in (fake, real))
    values = []
    truths: dict[int, list[tuple[list[Plane], float]]] = {}
    for at in range(len(fake)):
        of = at if len(real) > 1 else 0
        here, there = (one[place, IRISES].cpu().double().numpy() for one, place in ((found, at), (landmarks, of)))
        if not (np.isfinite(here).all() and np.isfinite(there).all()):
            values.append(np.nan)
            continue
        unit = UNIT / float(np.hypot(*(there[0] - there[1])))
        if of not in truths:
            truths[of] = [_eye(true[of], iris, unit) for iris in there]
        right, left = (
            _larger(mine[at], iris, unit, eyes) - itself for iris, (eyes, itself) in zip(here, truths[of], strict=True)
        )
        values.append(abs(left - right))
    return torch.tensor(values).to(fake)


def _eye(picture: Plane, iris: npt.NDArray[np.float64], unit: float) -> tuple[list[Plane], float]:
    """The truth's eye in all sizes; and how much larger it is found to be than itself, but for rounding 0."""
    shapes = [(WIDE * scale, HIGH * scale, unit * scale) for scale in np.exp(_scales())]
    eyes = [_cut(picture, iris, scaled, wide, high) for wide, high, scaled in shapes]
    return eyes, _larger(picture, iris, unit, eyes)


def _larger(picture: Plane, iris: npt.NDArray[np.float64], unit: float, eyes: list[Plane]) -> float:
    """Natural logarithm of how much larger than the truth's the eye around `iris` is, between the steps by a parabola.

    Args:
        picture: (H, W) gray.
        iris: x, y in pixels.
        unit: by which the picture is enlarged.
        eyes: the truth's in all sizes.
    """
    around = _cut(picture, iris, unit, np.exp(MOST) * WIDE + SEARCH, np.exp(MOST) * HIGH + SEARCH)
    alike = [float(cv2.matchTemplate(around, eye, cv2.TM_CCOEFF_NORMED).max()) for eye in eyes]
    best, steps = int(np.argmax(alike)), _scales()
    between = 0.0
    if 0 < best < len(alike) - 1:
        before, at, after = alike[best - 1 : best + 2]
        bend = before - 2 * at + after
        between = 0.5 * (before - after) / bend if bend < 0 else 0.0
    return float(steps[best] + between * (steps[1] - steps[0]))


def _scales() -> npt.NDArray[np.float64]:
    return np.linspace(-MOST, MOST, 2 * STEPS + 1)


def _cut(picture: Plane, centre: npt.NDArray[np.float64], scale: float, wide: float, high: float) -> Plane:
    """What lies within `wide` and `high` units of x, y `centre`, enlarged by `scale`; the border's values outside."""
    x, y = int(wide * UNIT), int(high * UNIT)
    move = np.array([[scale, 0, x - scale * centre[0]], [0, scale, y - scale * centre[1]]])
    size = (2 * x + 1, 2 * y + 1)
    cut = cv2.warpAffine(picture, move, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return cut.astype(np.float32, copy=False)
