"""The metrics' model files, and pictures to be measured: made from a seed, or of a face."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import skimage.data
import torch
from torch import Tensor
from torch.nn import functional as F
from torchvision.models import AlexNet_Weights

from limner import images, params
from limner.align.landmarks import close_shared
from limner.chip import FILE as EMBEDDING
from limner.evaluate.engine import to_tensor
from limner.fetch.downloads import Downloads, Fetched
from limner.metrics import load, lpips_original
from limner.metrics.views import points
from limner.metrics.views.case import Case, Setting
from limner.nets import shift_tolerant
from limner.scrape import weights as models

EYES = ((0.35, 0.425), (0.65, 0.425))
"""Where `face` has its irises, as shares of the sides."""
FILES = {EMBEDDING, points.FILE, shift_tolerant.ALEXNET, shift_tolerant.VGG, lpips_original.HEADS}


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """As evaluate runs: on small pictures, threads wait for each other longer than they work."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def weights(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the model files that metrics read, verified; fetched once into limner's cache."""
    wanted = [model for model in models.read(root / "data/manifests/models.csv") if model.file in FILES]
    with Downloads(params.load(root / "params.yaml").scrape) as downloads:
        fetched = list(downloads.stream([model.wanted for model in wanted], len(wanted)))
    for one in fetched:
        if not isinstance(one, Fetched):
            pytest.skip(f"the model files cannot be fetched here: {one}")
    folder = tmp_path_factory.mktemp("weights")
    assert models.install(wanted, fetched, folder) == []
    return folder


@pytest.fixture(scope="session")
def setting(weights: Path) -> Iterator[Setting]:
    yield Setting(weights, EYES)
    close_shared()


@pytest.fixture(scope="session")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of torch's downloads that holds an AlexNet which has learned nothing, made from a seed."""
    draw = np.random.default_rng(0)
    state = {}
    for layer, shape in (
        (0, (64, 3, 11)),
        (3, (192, 64, 5)),
        (6, (384, 192, 3)),
        (8, (256, 384, 3)),
        (10, (256, 256, 3)),
    ):
        size = (*shape, shape[-1])
        spread = np.sqrt(2 / np.prod(size[1:]))
        state[f"features.{layer}.weight"] = torch.from_numpy(draw.normal(0, spread, size).astype(np.float32))
        state[f"features.{layer}.bias"] = torch.from_numpy(draw.normal(0, 0.1, size[0]).astype(np.float32))
    for layer, size in ((1, (4096, 9216)), (4, (4096, 4096)), (6, (1000, 4096))):
        # Not used; one number stands for all, so that the file stays small.
        state[f"classifier.{layer}.weight"] = torch.zeros(1, 1).expand(size)
        state[f"classifier.{layer}.bias"] = torch.zeros(1).expand(size[0])
    home = tmp_path_factory.mktemp("torch")
    file = home / "hub" / "checkpoints" / AlexNet_Weights.IMAGENET1K_V1.url.rpartition("/")[2]
    file.parent.mkdir(parents=True)
    torch.save(state, file)
    return home


def picture(seed: int, size: int = 64, number: int = 1) -> Tensor:
    """(number, 3, size, size): smooth blobs of colour in [0, 1] with a little grain, from numpy's
    generator."""
    draw = np.random.default_rng(seed)
    coarse = torch.from_numpy(draw.random((number, 3, 8, 8), dtype=np.float32))
    smooth = F.interpolate(coarse, size=(size, size), mode="bilinear", align_corners=False)
    grain = torch.from_numpy(draw.random((number, 3, size, size), dtype=np.float32))
    return (0.9 * smooth + 0.1 * grain).clamp(0, 1)


@cache
def face(size: int = 128, number: int = 1) -> Tensor:
    """(number, 3, size, size): the astronaut that scikit-image ships, her irises at EYES, and the same moved by two
    pixels, four ..."""
    whole = skimage.data.astronaut()
    crops = [whole[37 - 2 * place : 190 - 2 * place, 149 + place : 302 + place] for place in range(number)]
    return to_tensor([images.resize(np.ascontiguousarray(crop), size, size) for crop in crops])


def measure(name: str, fake: Tensor, real: Tensor, setting: Setting) -> Tensor:
    """(N, K): a metric's figures."""
    return load([name])[0](Case(fake, real, setting))


def blur(x: Tensor, amount: float) -> Tensor:
    """By a Gaussian of sigma `amount`, pixels."""
    from torchvision.transforms.v2.functional import gaussian_blur

    return gaussian_blur(x, [31, 31], [amount, amount])


def posterise(x: Tensor, levels: float) -> Tensor:
    """Each channel to so many values."""
    return (x * (levels - 1)).round() / (levels - 1)
