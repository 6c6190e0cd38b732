"""The metrics' model files, and pictures made from a seed."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from limner import params
from limner.fetch.downloads import Downloads, Fetched
from limner.metrics import Setting, identity, lpips
from limner.params import Align
from limner.scrape import weights as models

ALIGN = Align(size=400, eyes=(200.0, 170.0), eye_distance=120.0, min_eye_distance=16.0, max_yaw=45.0, same_person=0.6)


@pytest.fixture(scope="session")
def weights(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the model files that metrics read, verified; fetched once into limner's cache."""
    wanted = [
        model for model in models.read(root / "data/manifests/models.csv") if model.file in (lpips.FILE, identity.FILE)
    ]
    with Downloads(params.load(root / "params.yaml").scrape) as downloads:
        fetched = list(downloads.stream([model.wanted for model in wanted], len(wanted)))
    for one in fetched:
        if not isinstance(one, Fetched):
            pytest.skip(f"the model files cannot be fetched here: {one}")
    folder = tmp_path_factory.mktemp("weights")
    assert models.install(wanted, fetched, folder) == []
    return folder


@pytest.fixture(scope="session")
def setting(weights: Path) -> Setting:
    return Setting(weights, ALIGN)


def picture(seed: int, size: int = 64, number: int = 1) -> Tensor:
    """(number, 3, size, size): smooth blobs of colour in [0, 1] with a little grain, from numpy's
    generator."""
    draw = np.random.default_rng(seed)
    coarse = torch.from_numpy(draw.random((number, 3, 8, 8), dtype=np.float32))
    smooth = F.interpolate(coarse, size=(size, size), mode="bilinear", align_corners=False)
    grain = torch.from_numpy(draw.random((number, 3, size, size), dtype=np.float32))
    return (0.9 * smooth + 0.1 * grain).clamp(0, 1)
