"""Batch norm over several processes is that of the whole batch: two real processes, whose slices differ in length."""

from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor, nn

from limner.train.norm import synchronised


def pictures() -> Tensor:
    return torch.randn(5, 3, 4, 4, generator=torch.Generator().manual_seed(0)) * 3 + 100


def norm() -> nn.Sequential:
    torch.manual_seed(1)
    layer = nn.BatchNorm2d(3)
    nn.init.normal_(layer.weight)
    nn.init.normal_(layer.bias)
    return nn.Sequential(layer)


def passed(network: nn.Module, x: Tensor, first: int) -> dict[str, Tensor]:
    """Values and gradients, of a loss that weighs every value differently."""
    weights = torch.arange(5.0 * 48).reshape(5, 3, 4, 4)[first : first + len(x)].sin()
    x = x.clone().requires_grad_(True)
    made = network(x)
    (made * weights).sum().backward()
    (gradient,) = torch.autograd.grad((network(x) * weights).sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(gradient.square().sum(), x)
    assert x.grad is not None
    own = {name: weight.grad for name, weight in network.named_parameters() if weight.grad is not None}
    buffers = dict(network.named_buffers())
    return {"made": made.detach(), "gradient": x.grad, "second": second, **own, **buffers}


def process(rank: int, folder: str) -> None:
    dist.init_process_group("gloo", f"file://{folder}/store", rank=rank, world_size=2)
    part = slice(0, 3) if rank == 0 else slice(3, 5)
    torch.save(passed(synchronised(norm()), pictures()[part], part.start), f"{folder}/{rank}.pt")
    dist.destroy_process_group()


def test_two_processes_norm_as_one(tmp_path: Path) -> None:
    torch.multiprocessing.spawn(process, (str(tmp_path),), nprocs=2)  # type: ignore[no-untyped-call]
    parts = [torch.load(tmp_path / f"{rank}.pt") for rank in (0, 1)]
    plain = passed(norm(), pictures(), 0)
    for name in ("made", "gradient", "second"):
        assert torch.allclose(torch.cat([part[name] for part in parts]), plain[name], atol=1e-4), name
    for name in ("0.weight", "0.bias"):
        assert torch.allclose(sum(part[name] for part in parts), plain[name], rtol=1e-4, atol=1e-4), name
    for name in ("0.running_mean", "0.running_var", "0.num_batches_tracked"):
        for part in parts:
            assert torch.allclose(part[name], plain[name], rtol=1e-5), name


def test_it_keeps_names_and_weights_and_is_plain_where_nothing_is_learned() -> None:
    plain, shared = norm().eval(), synchronised(norm()).eval()
    assert list(plain.state_dict()) == list(shared.state_dict())
    assert torch.equal(plain(pictures()), shared(pictures()))
