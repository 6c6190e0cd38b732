"""The PatchGAN: its patches are as large as they are said to be."""

import pytest
import torch

from limner.nets.patchgan import PatchGAN, layers_for


@pytest.mark.parametrize(("layers", "field"), [(1, 16), (2, 34), (3, 70), (4, 142)])
def test_receptive_field(layers: int, field: int) -> None:
    """One score depends on a patch of `field` pixels and on nothing outside: counted by its gradient."""
    judge = PatchGAN(4, 4, layers).eval()
    picture = torch.rand(1, 4, 400, 400, requires_grad=True)
    scores = judge(picture)
    scores[0, 0, scores.shape[2] // 2, scores.shape[3] // 2].backward()
    assert picture.grad is not None
    touched = picture.grad[0].abs().sum(0).nonzero()
    extent = (touched.max(0).values - touched.min(0).values + 1).tolist()
    assert extent == [field, field]


@pytest.mark.parametrize(("size", "layers"), [(64, 1), (128, 2), (256, 3), (512, 4)])
def test_a_patch_stays_smaller_than_the_face(size: int, layers: int) -> None:
    assert layers_for(size) == layers
    assert PatchGAN(4, 4, layers)(torch.rand(1, 4, size, size)).shape[1] == 1
