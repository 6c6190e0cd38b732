"""Models that are left out: what they need could not be had, and everything else is built all the same.

Each stage of such a model writes `left_out.txt`, a sentence, into its folders, and what DVC wants to find besides.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from limner import tables
from limner.blocks import Model
from limner.files import whole
from limner.params import Params

NOTE = "left_out.txt"
"""In a folder: why there is nothing else in it."""
SUITES = "left_out.csv"
"""In a model's evaluation: the suites that are not in its other tables, and why (columns suite, reason)."""
PROBLEMS = Path("data/raw_problems.csv")


def reason(settings: Params, name: str, root: Path = Path()) -> str | None:
    """Why a model of the project at `root` is left out, as a sentence; None if it is not.

    Raises:
        ParamsError: params.yaml has no such model.
        SourceError: a table of faces is missing or unreadable.
    """
    model = settings.model(name)
    if told := _told(name, model, model.train.needs, root):
        return told
    if model.init in settings.models and model.init != name:
        before = reason(settings, model.init, root)
        return before and f"{name} is left out, since it starts from {model.init}. {before}"
    return None


def suites(settings: Params, name: str, root: Path = Path()) -> dict[str, str]:
    """By suite of the model that is left out though the model is not, why, as a sentence."""
    model = settings.model(name)
    told = {suite: _told(f"{name}/{suite}", model, block.needs, root) for suite, block in model.suites.items()}
    return {suite: why for suite, why in told.items() if why}


def present(settings: Params, name: str, root: Path = Path()) -> Params:
    """The params without those of the model's suites that are left out, which are not all (`unmeasured`)."""
    model, without = settings.model(name), suites(settings, name, root)
    kept = {suite: block for suite, block in model.suites.items() if suite not in without}
    return replace(settings, models={**settings.models, name: replace(model, suites=kept)}) if without else settings


def unmeasured(settings: Params, name: str, root: Path = Path()) -> str | None:
    """Why nothing is measured of a model: it is left out, or each of its suites is; None if something is."""
    without = suites(settings, name, root)
    all_of_them = len(without) == len(settings.model(name).suites)
    return reason(settings, name, root) or (" ".join(without.values()) if all_of_them else None)


def folders(settings: Params, name: str, *places: Path, empty: tuple[Path, ...] = ()) -> str | None:
    """Where the model is left out: say so in each of the folders `places`, and make those of `empty`.

    Returns:
        Why, or None if the model is built.
    """
    return _noted(reason(settings, name), places, empty)


def pictures(settings: Params, name: str, made: Path) -> str | None:
    """`folders` for what is made of the suites' pictures."""
    return _noted(unmeasured(settings, name), (made,))


def training(settings: Params, name: str) -> str | None:
    """`folders` for the stage that trains."""
    model, diary = Path("models", name), Path("runs", name, "training")
    logs = diary / "plots"
    why = folders(settings, name, model, diary, diary / "snapshots", empty=(logs / "metrics", logs / "images"))
    if why:
        _write(diary / "metrics.json", "{}")
        tables.write_rows(diary / "warnings.csv", ("step", "kind", "told"), ())
        tables.write_rows(diary / "pairs.csv", ("style", "pairs"), ())
    return why


def evaluation(settings: Params, name: str) -> str | None:
    """`folders` for the stage that measures."""
    run = Path("runs", name)
    why = _noted(unmeasured(settings, name), (run / "evaluation",), (run / "bars", run / "sheets"))
    if why:
        _write(Path("reports", name, "metrics.json"), "{}")
        _write(Path("models", f"{name}.md"), f"# {name}\n\n{why}")
    return why


def _noted(why: str | None, places: Iterable[Path], empty: Iterable[Path] = ()) -> str | None:
    if why:
        print(why, flush=True)
        for place in places:
            _write(place / NOTE, why)
        for place in empty:
            place.mkdir(parents=True, exist_ok=True)
    return why


def _told(what: str, model: Model, needs: tuple[str, ...], root: Path) -> str | None:
    """That `what` is left out and why, if the model's data have no face of one of the manifests it needs."""
    if not needs:
        return None
    _, lines = tables.rows(root / model.data / "faces.csv", needs=("manifest",))
    there = {line["manifest"] for line in lines}
    lacking = next((manifest for manifest in needs if manifest not in there), None)
    if lacking is None:
        return None
    why = _why(root / PROBLEMS, lacking).rstrip(".")
    told = f"{what} is left out: it needs {lacking}, of which {model.data}/faces.csv has no face"
    return f"{told} ({why})." if why else f"{told}."


def _why(problems: Path, manifest: str) -> str:
    """What scrape says of a whole manifest."""
    if not problems.is_file():
        return ""
    _, lines = tables.rows(problems, needs=("id", "reason"))
    return next((line["reason"] for line in lines if line["id"] == manifest), "")


def _write(path: Path, text: str) -> None:
    with whole(path) as part:
        part.write_text(f"{text}\n", encoding="utf-8")
