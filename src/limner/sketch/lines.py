"""Lines that follow the edges: differences of Gaussians smoothed along the flow (tones as in `tone`)."""

import cv2
import numpy as np

from limner.sketch.tone import Tone, blur, ramp


def lines(image: Tone, sigma: float, contrast: float) -> Tone:
    """Ink, 0 to 1, of pen lines on the dark lines and edges of `image`, about two `sigma` pixels wide.

    Full where the `difference` is `contrast` tones or more, none where it is less than a third of that.
    """
    return ramp(-difference(image, sigma, 2 * sigma), 0.3 * contrast, contrast)


def difference(image: Tone, sigma: float, flow: float) -> Tone:
    """Difference of Gaussians of `sigma` and 1.6 `sigma` pixels, blurred by `flow` pixels along the edges.

    Below 0 on a dark line and on the dark side of an edge. Along the edges broken lines close up, and noise,
    which has no direction, averages out (Kang, Lee & Chui 2007, Coherent Line Drawing; Kyprianidis & Doellner
    2008).
    """
    return _along(blur(image, sigma) - blur(image, 1.6 * sigma), *_tangents(image, 1.5 * sigma), flow)


def _tangents(image: Tone, sigma: float) -> tuple[Tone, Tone]:
    """x and y of the unit vector along the edges: the structure tensor's minor eigenvector."""
    smooth = blur(image, 0.5 * sigma)
    dx = cv2.Scharr(smooth, cv2.CV_32F, 1, 0)
    dy = cv2.Scharr(smooth, cv2.CV_32F, 0, 1)
    xx, xy, yy = (blur(product, sigma) for product in (dx * dx, dx * dy, dy * dy))
    normal = 0.5 * np.arctan2(2 * xy, xx - yy)
    return -np.sin(normal), np.cos(normal)


def _along(image: Tone, tx: Tone, ty: Tone, sigma: float) -> Tone:
    """Blur `image` by about `sigma` pixels along the field (tx, ty).

    Three passes of (1/4, 1/2, 1/4) at distances d, 2d and 4d, of variance 21/2 d^2 together. Each looks both
    ways along its own tangent: so the passes bend with the field, and the sign of a tangent does not matter.
    """
    ys, xs = np.indices(image.shape, dtype=np.float32)
    for step in (1, 2, 4):
        distance = step * sigma / 10.5**0.5
        dx, dy = distance * tx, distance * ty
        ahead = cv2.remap(image, xs + dx, ys + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        behind = cv2.remap(image, xs - dx, ys - dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        image = 0.5 * image + 0.25 * (ahead + behind)
    return image
