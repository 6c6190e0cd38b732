"""A trained generator as one ONNX file, for what has no torch: onnxruntime, a browser, a phone.

The file takes `picture`, (N, inputs, size, size) float32 in [-1, 1] for any N, and gives `painted`,
(N, outputs, size, size). That of a model that knows labels takes `label` too, (N, labels) float32: 1 for the picture's
own, -1 for the others, 0 for all where it is not known; the card has their names. It carries the model's card as JSON
under the metadata key `limner`, so it is usable alone.

ONNX: https://onnx.ai/onnx/repo-docs/IR.html
"""

import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import onnx
import torch
from torch import Tensor, nn

from limner.files import whole
from limner.nets import card as cards
from limner.nets.card import METADATA, ONNX, Card
from limner.nets.plain import plain
from limner.pairs.labels import stacked

OPSET = 20
"""Of November 2023: onnxruntime reads it since 1.17."""

MOST_BYTES = 2**31 - 2**20
"""A protobuf message ends at 2 GiB; the graph around the weights takes far less than the rest."""


def write(folder: Path, card: Card, network: nn.Module) -> None:
    """Write `model.onnx` into a model's folder; weights that one file cannot hold make none, and it is said."""
    size = sum(tensor.nbytes for tensor in network.state_dict().values())
    if size > MOST_BYTES:
        print(f"{card.name}: no {ONNX}, since its weights take {size / 2**30:.1f} GiB and an ONNX file ends at 2")
        return
    data = encode(card, network)
    with whole(folder / ONNX) as part:
        part.write_bytes(data)


def encode(card: Card, network: nn.Module) -> bytes:
    """The ONNX file of a generator, as it is applied: in eval mode and float32. Equal weights make equal bytes.

    Args:
        card: what the network is.
        network: on any device, in any mode and layout; it stays as it is.
    """
    kept: nn.Module = plain(network)
    names, example = ["picture"], [torch.zeros(2, card.inputs, card.size, card.size, dtype=torch.float32)]
    if card.labels:
        kept, names = _Told(kept), [*names, "label"]
        example.append(torch.zeros(2, len(card.labels), dtype=torch.float32))
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        # Tracing is the older of torch's two exporters and warns of that. It takes half a second and the newer one
        # nine; it writes neither paths nor stack traces into the file; and it needs two packages fewer.
        path = Path(folder) / ONNX
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            kept,
            tuple(example),
            path,
            dynamo=False,
            opset_version=OPSET,
            input_names=names,
            output_names=["painted"],
            dynamic_axes={name: {0: "N"} for name in (*names, "painted")},
        )
        model = onnx.load_model(path)
    for field in ("producer_name", "producer_version", "doc_string"):  # another release of torch, the same model
        model.ClearField(field)
    onnx.helper.set_model_props(model, {METADATA: cards.encode(card)})
    onnx.checker.check_model(model, full_check=True)
    data: bytes = model.SerializeToString(deterministic=True)
    return data


class _Told(nn.Module):
    """A network that takes picture and label apart."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.eval()

    def forward(self, picture: Tensor, label: Tensor) -> Tensor:
        """(N, inputs, S, S) and (N, L) -> (N, outputs, S, S)."""
        painted: Tensor = self.network(stacked(picture, label))
        return painted
