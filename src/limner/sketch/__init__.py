"""Drawing faces: a style is an effect, a file of `effects`, with its parameters from params.yaml."""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from limner import images
from limner.build import build
from limner.errors import LimnerError, ParamsError, choices
from limner.workers import parallel_map

EFFECTS = Path(__file__).parent / "effects"

Effect = Callable[[images.Image], images.Image]
"""From an (H, W, 3) RGB face to its (H, W) gray drawing, ink 0, paper 255."""


def effect_names() -> list[str]:
    """The names of the effects there are: the files of `effects`."""
    return sorted(path.stem for path in EFFECTS.glob("[!_]*.py"))


def load(style: str, block: dict[str, Any]) -> Effect:
    """The effect of a style of params.yaml: `effect` names its file, the other keys are its parameters.

    Raises:
        ParamsError: no such effect, or a parameter that it lacks, does not know or cannot take.
    """
    return make(block, f"styles.{style}")


def make(block: dict[str, Any], where: str) -> Effect:
    """The effect that `block` names with the block's parameters; `where` it stands begins what is said of mistakes.

    Raises:
        ParamsError: no such effect, or a parameter that it lacks, does not know or cannot take.
    """
    name = block.get("effect")
    if name not in effect_names():
        raise ParamsError(f"{where}.effect: no effect {name!r}; {choices(name, effect_names())}")
    return cast(Effect, build(effect_class(name), {key: block[key] for key in block if key != "effect"}, where))


def effect_class(name: str) -> Any:
    """The dataclass of the effect of this name, one of `effect_names`."""
    module = import_module(f"limner.sketch.effects.{name}")
    return getattr(module, "".join(part.capitalize() for part in name.split("_")))


def draw_all(effect: Effect, faces: Path, out: Path, workers: int = 0, may_lack: bool = False) -> None:
    """Draw every PNG of the folder `faces` into `out`, under its own name.

    Args:
        effect: what draws.
        faces: the folder.
        out: is made if it does not exist.
        workers: processes; 0: every core.
        may_lack: whether there may be no face: those of a set whose manifests are optional.

    Raises:
        LimnerError: there are no faces, or some cannot be read; the others are drawn all the same.
    """
    write_all(partial(_drawn, effect), faces, "faces", out, f"draw {out.name}", workers, may_lack)


def write_all(
    work: Callable[[Path], images.Image],
    folder: Path,
    what: str,
    out: Path,
    label: str,
    workers: int,
    may_lack: bool = False,
) -> None:
    """Write what `work` makes of every PNG of `folder`, which holds `what`, into `out`, under its own name.

    Raises:
        LimnerError: there are none, unless there may be none (`may_lack`), or `work` has raised one for some; the
            others are written all the same.
    """
    paths = sorted(folder.glob("*.png"))
    if not paths and not may_lack:
        raise LimnerError(f"{folder} holds no {what} (*.png) to draw")
    out.mkdir(parents=True, exist_ok=True)
    found = parallel_map(partial(_write, work, out), paths, label, workers)
    if problems := [problem for problem in found if problem]:
        head = f"{len(problems)} of {len(paths)} {what} could not be drawn:"
        raise LimnerError("\n  ".join([head, *problems]))


def _drawn(effect: Effect, face: Path) -> images.Image:
    return effect(images.read(face))


def _write(work: Callable[[Path], images.Image], out: Path, path: Path) -> str:
    """Write one drawing; what went wrong as a sentence, or nothing."""
    try:
        images.write(out / path.name, work(path))
    except LimnerError as error:
        return str(error)
    return ""
