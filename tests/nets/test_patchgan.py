"""The PatchGAN: its patches are as large as they are said to be."""

import pytest
import torch

from limner.nets.patchgan import PatchGAN, layers_for


@pytest.mark.parametrize(("layers", "field"), [(1, 16), (2, 34), (3, 70), (4, 142)])
def test_receptive_field(layers: int, field: int) -> None:
    """One score depends on a patch of `field` pixels and on nothing outside: counted by its gradient."""
    judge = PatchGAN(4, 4, layers).eval()
    picture = torch.rand(1, 4, 400, 400, requires_grad=True)
    scores = judge(picture)[-1]
    scores[0, 0, scores.shape[2] // 2, scores.shape[3] // 2].backward()
    assert picture.grad is not None
    touched = picture.grad[0].abs().sum(0).nonzero()
    extent = (touched.max(0).values - touched.min(0).values + 1).tolist()
    assert extent == [field, field]


@pytest.mark.parametrize(("size", "layers"), [(64, 1), (128, 2), (256, 3), (512, 4)])
def test_a_patch_stays_smaller_than_the_face(size: int, layers: int) -> None:
    assert layers_for(size) == layers
    assert PatchGAN(4, 4, layers)(torch.rand(1, 4, size, size))[-1].shape[1] == 1


def test_spectral_weights_stretch_nothing_by_more_than_one() -> None:
    """After some power iterations the greatest singular value of each convolution's weights is 1."""
    torch.manual_seed(0)
    judge = PatchGAN(4, 8, 2, "none", spectral=True)
    for _ in range(30):
        judge(torch.rand(1, 4, 64, 64))
    for module in judge.modules():
        if isinstance(module, torch.nn.Conv2d):
            assert float(torch.linalg.matrix_norm(module.weight.flatten(1), 2)) == pytest.approx(1, abs=0.01)
