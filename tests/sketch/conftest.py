"""Faces to draw: one that is painted here, and some real ones."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml

from limner import images
from limner.images import Image


@pytest.fixture(scope="session")
def blocks(root: Path) -> dict[str, dict[str, Any]]:
    """The `styles:` of params.yaml."""
    return dict(yaml.safe_load((root / "params.yaml").read_text(encoding="utf-8"))["styles"])


def paint_face(background: int, skin: int) -> Image:
    """A 400x400 face of ellipses: even skin, dark hair, brows, eyes, nostrils and mouth."""
    photo = np.full((400, 400, 3), background, np.uint8)
    cv2.ellipse(photo, (200, 210), (150, 200), 0, 0, 360, (skin // 6,) * 3, -1, cv2.LINE_AA)
    cv2.ellipse(photo, (200, 240), (115, 165), 0, 0, 360, (skin,) * 3, -1, cv2.LINE_AA)
    for x in (140, 260):
        cv2.ellipse(photo, (x, 135), (32, 6), 0, 0, 360, (skin // 5,) * 3, -1, cv2.LINE_AA)
        cv2.ellipse(photo, (x, 170), (24, 10), 0, 0, 360, (min(skin + 30, 255),) * 3, -1, cv2.LINE_AA)
        cv2.circle(photo, (x, 170), 9, (skin // 8,) * 3, -1, cv2.LINE_AA)
    for x in (186, 214):
        cv2.ellipse(photo, (x, 245), (8, 4), 0, 0, 360, (skin // 5,) * 3, -1, cv2.LINE_AA)
    cv2.ellipse(photo, (200, 300), (45, 10), 0, 0, 360, (skin // 3,) * 3, -1, cv2.LINE_AA)
    return cv2.GaussianBlur(photo, (0, 0), 1.0).astype(np.uint8)


@pytest.fixture(scope="session", params=[(45, 170), (230, 190), (225, 80)], ids=["dark", "light", "brown"])
def painted(request: pytest.FixtureRequest) -> Image:
    """A painted face before a dark ground, a light one, and a dark-skinned one before a light ground."""
    return paint_face(*request.param)


@pytest.fixture(scope="session")
def portraits(shared: Path) -> list[Image]:
    """Four real faces, roughly where align would put them."""
    paths = sorted((shared / "frll" / "inst" / "neutral_front").glob("*.jpg"))[::8]
    return [images.resize(images.read(path)[230:1030, 275:1075], 400, 400) for path in paths]
