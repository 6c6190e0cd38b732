"""What runs a model: torch where it is installed, else onnxruntime. Both give the same picture, but for
single values that differ by 1 of 255.

Only the backend that is used is imported.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from limner.errors import ModelError, ParamsError, choices
from limner.nets import card as cards
from limner.nets.card import METADATA, ONNX, WEIGHTS, Card

Pictures = npt.NDArray[np.uint8]
"""(N, C, S, S) in [0, 255]."""
Choice = Literal["auto", "torch", "onnx"]
Device = Literal["auto", "cpu", "cuda", "mps"]

MODELS = Path("models")


class Backend(Protocol):
    """A model ready to be applied."""

    card: Card
    name: str

    def __call__(self, pictures: Pictures, label: str = "") -> Pictures:
        """(N, inputs, size, size) -> (N, outputs, size, size); `label` is that of all, "" if it is not known."""
        ...


class Torch:
    """The network itself."""

    name = "torch"

    def __init__(self, folder: Path, device: Device) -> None:
        from limner import device as devices
        from limner.apply import Translator

        self._translator = Translator(folder, devices.choose(device, "--device"))
        self.card = self._translator.card

    def __call__(self, pictures: Pictures, label: str = "") -> Pictures:
        import torch

        return np.asarray(self._translator(torch.from_numpy(pictures), [label] * len(pictures)).numpy())


class Onnx:
    """The exported network, which carries its card."""

    name = "onnxruntime"

    def __init__(self, file: Path, device: Device) -> None:
        import onnxruntime

        provided = onnxruntime.get_available_providers()
        there: dict[str, str] = {
            name: provider
            for name, provider in (("cuda", "CUDAExecutionProvider"), ("cpu", "CPUExecutionProvider"))
            if provider in provided
        }
        if device not in ("auto", *there):
            raise ParamsError(
                f"--device: onnxruntime has no {device!r} on this machine; {choices(device, ('auto', *there))}"
            )
        providers = list(there.values()) if device == "auto" else [there[device]]
        try:
            self._session: Any = onnxruntime.InferenceSession(file, providers=providers)
        except Exception as error:  # onnxruntime's errors share no class but this
            raise ModelError(f"{file} holds no usable model: {error}") from error
        told = self._session.get_modelmeta().custom_metadata_map
        if METADATA not in told:
            raise ModelError(f"{file} is no model of limner's: it carries no card (metadata {METADATA!r})")
        self.card = cards.decode(told[METADATA], str(file))

    def __call__(self, pictures: Pictures, label: str = "") -> Pictures:
        given = {"picture": pictures.astype(np.float32) / 127.5 - 1}
        if self.card.labels:
            given["label"] = np.tile(np.asarray(self.card.code(label), np.float32), (len(pictures), 1))
        (painted,) = self._session.run(["painted"], given)
        return np.asarray(np.rint((painted.clip(-1, 1) + 1) * 127.5), np.uint8)


def load(model: str, wanted: Choice, device: Device) -> Backend:
    """A model by its folder, its name below models/, or its ONNX file.

    Raises:
        ModelError: there is no such model, or none that this machine can run; with what is missing.
        ParamsError: this machine has no such device.
    """
    place = _place(model)
    alone = place.is_file()
    onnx = place if alone else place / ONNX
    if not alone:
        cards.read(place)  # says what is there if this is none
    torch_lacks = f"{place} is an ONNX file, which torch does not read" if alone else _lacks("torch", place / WEIGHTS)
    onnx_lacks = _lacks("onnxruntime", onnx)
    if wanted != "onnx" and not torch_lacks:
        return Torch(place, device)
    if wanted != "torch" and not onnx_lacks:
        return Onnx(onnx, device)
    reasons = {"torch": [torch_lacks], "onnx": [onnx_lacks], "auto": [torch_lacks, onnx_lacks]}[wanted]
    raise ModelError(f"{model} cannot be applied: {'; '.join(reasons)}")


def _place(model: str) -> Path:
    path = Path(model)
    return MODELS / path if not path.exists() and (MODELS / path).is_dir() else path


def _lacks(package: str, file: Path) -> str:
    """Why a package cannot run the model in a file; nothing if it can."""
    if find_spec(package) is None:
        return f"{package} is not installed (pip install {package})"
    if not file.is_file():
        return f"{file} is missing (the end of a training writes it: `dvc repro`)"
    return ""
