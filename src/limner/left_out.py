"""Models that are left out: what they need could not be had, and everything else is built all the same.

Each stage of such a model writes `left_out.txt`, a sentence, into its folders, and what DVC wants to find besides.
"""

from dataclasses import replace
from pathlib import Path

from limner import tables
from limner.blocks import Model
from limner.files import whole
from limner.params import Params

NOTE = "left_out.txt"
"""In a folder: why there is nothing else in it."""
PROBLEMS = Path("data/raw_problems.csv")


def reason(settings: Params, name: str, root: Path = Path()) -> str | None:
    """Why a model of the project at `root` is left out, as a sentence; None if it is not.

    Raises:
        ParamsError: params.yaml has no such model.
        SourceError: a table of faces is missing or unreadable.
    """
    model = settings.model(name)
    if lacking := _lacking(model, model.train.needs, root):
        why = _why(root / PROBLEMS, lacking)
        return f"{name} is left out: it needs {lacking}, of which {model.data}/faces.csv has no face" + (
            f" ({why.rstrip('.')})." if why else "."
        )
    if model.init in settings.models and model.init != name:
        before = reason(settings, model.init, root)
        return before and f"{name} is left out, since it starts from {model.init}. {before}"
    return None


def present(settings: Params, name: str, root: Path = Path()) -> Params:
    """The params without those of the model's suites that are left out."""
    model = settings.model(name)
    suites = {suite: block for suite, block in model.suites.items() if not _lacking(model, block.needs, root)}
    if len(suites) == len(model.suites):
        return settings
    return replace(settings, models={**settings.models, name: replace(model, suites=suites)})


def folders(settings: Params, name: str, *places: Path, empty: tuple[Path, ...] = ()) -> str | None:
    """Where the model is left out: say so in each of the folders `places`, and make those of `empty`.

    Returns:
        Why, or None if the model is built.
    """
    why = reason(settings, name)
    if why:
        print(why, flush=True)
        for place in places:
            _write(place / NOTE, why)
        for place in empty:
            place.mkdir(parents=True, exist_ok=True)
    return why


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
    why = folders(settings, name, run / "evaluation", empty=(run / "bars", run / "sheets"))
    if why:
        _write(Path("reports", name, "metrics.json"), "{}")
        _write(Path("models", f"{name}.md"), f"# {name}\n\n{why}")
    return why


def _lacking(model: Model, needs: tuple[str, ...], root: Path) -> str | None:
    """The first of the manifests that the model's data have no face of."""
    if not needs:
        return None
    _, lines = tables.rows(root / model.data / "faces.csv", needs=("manifest",))
    there = {line["manifest"] for line in lines}
    return next((manifest for manifest in needs if manifest not in there), None)


def _why(problems: Path, manifest: str) -> str:
    """What scrape says of a whole manifest."""
    if not problems.is_file():
        return ""
    _, lines = tables.rows(problems, needs=("id", "reason"))
    return next((line["reason"] for line in lines if line["id"] == manifest), "")


def _write(path: Path, text: str) -> None:
    with whole(path) as part:
        part.write_text(f"{text}\n", encoding="utf-8")
