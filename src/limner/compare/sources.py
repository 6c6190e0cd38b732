"""Where an evaluation lies: a model of this workspace, one of a DVC experiment or any revision, or a folder."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from limner import plain
from limner.errors import LimnerError, choices
from limner.left_out import NOTE

PICTURES, METRICS, DRAWN = "pictures.csv", "metrics.csv", "drawn.csv"
TABLES = (PICTURES, METRICS, DRAWN)
HERE = "workspace"
"""The name of what is not committed, as DVC has it."""


@dataclass(frozen=True)
class Measured:
    """One evaluation, as it was written."""

    name: str
    pictures: pd.DataFrame
    """pictures.csv, figures as numbers."""
    directions: dict[str, str]
    """By figure, `higher` or `lower`."""
    drawn: dict[str, list[str]]
    """By suite, the styles that count in its mean."""
    makes: str
    """What the pictures are: `sketch` or `photo`."""


def find(what: str, model: str | None, root: Path = Path()) -> tuple[dict[str, Measured], dict[str, str]]:
    """The evaluations that `what` names, by model, and why each other one of its models was skipped.

    Args:
        what: a folder that holds pictures.csv, a model of params.yaml, `REVISION:MODEL`, or a revision: an experiment's
            name, a branch, a tag, a commit, or `workspace`; of a revision alone `model` is meant, or all its models
            but those that were left out or not built.
        model: the one that is asked for.
        root: of the project.

    Raises:
        LimnerError: there is no such thing, or it was not evaluated.
    """
    if (Path(what) / PICTURES).is_file():
        return {Path(what).name: _parse(what, *((Path(what) / name).read_text("utf-8") for name in TABLES))}, {}
    here = _models(plain.read(root / "params.yaml")) if (root / "params.yaml").is_file() else []
    if what in here:
        return {what: _read(None, what, root)}, {}
    name, _, named = what.partition(":")
    revision = None if name == HERE else name
    told = f"params.yaml of {revision}"
    there = here if revision is None else _models(plain.parse(_text("params.yaml", revision, root, here), told))
    if wanted := named or model:
        if wanted not in there:
            raise LimnerError(f"{what} has no model {wanted!r}; {choices(wanted, there)}")
        return {wanted: _read(revision, wanted, root)}, {}
    if not there:
        raise LimnerError(f"params.yaml of {what} has no models")
    return _built(what, revision, there, root)


def _built(
    what: str, revision: str | None, models: list[str], root: Path
) -> tuple[dict[str, Measured], dict[str, str]]:
    found, skipped = {}, {}
    for model in models:
        try:
            found[model] = _read(revision, model, root)
        except LimnerError as error:
            skipped[model] = str(error)
    if not found:
        first = next(iter(skipped.values()))  # a dozen reasons, mostly the same, would be no sentence
        raise LimnerError(f"none of the models of {what} was measured ({', '.join(skipped)}): {first}")
    return found, skipped


def _models(tree: Any) -> list[str]:
    return list(tree["models"]) if isinstance(tree, dict) and isinstance(tree.get("models"), dict) else []


def _read(revision: str | None, model: str, root: Path) -> Measured:
    folder = _folder(model)
    try:
        texts = [_text(f"{folder}/{name}", revision, root) for name in TABLES]
    except LimnerError as error:
        raise LimnerError(_note(folder, revision, root) or str(error)) from None
    return _parse(f"{revision}:{model}" if revision else model, *texts)


def _note(folder: str, revision: str | None, root: Path) -> str:
    """Why a model was left out, as its stages noted it in place of the tables; nothing if it was not."""
    try:
        return _text(f"{folder}/{NOTE}", revision, root).strip()
    except LimnerError:
        return ""


def _folder(model: str) -> str:
    """Where evaluate writes the tables of a model."""
    return f"runs/{model}/evaluation"


def _text(path: str, revision: str | None, root: Path, models: Iterable[str] = ()) -> str:
    if revision is None:
        try:
            return (root / path).read_text("utf-8")
        except FileNotFoundError:
            raise LimnerError(f"{root / path} does not exist: `dvc repro` measures the models first") from None
    import dvc.api  # takes most of a second, which only revisions are worth
    from dvc.exceptions import DvcException
    from dvc.scm import SCM, SCMError
    from dvc_data.index import DataIndexError

    try:
        # Of a revision DVC opens the whole repository, of which the project may be a folder: experiments/ is one.
        place = root.resolve().relative_to(Path(SCM(str(root)).root_dir).resolve())
        return str(dvc.api.read((place / path).as_posix(), repo=str(root), rev=revision))
    except SCMError:  # also of a folder in no repository
        known = f"a model of params.yaml ({', '.join(models)})" if models else "a model of params.yaml"
        raise LimnerError(
            f"{revision!r} is neither a folder with a {PICTURES}, nor {known}, nor a revision or experiment of this "
            "project (`dvc exp show` lists them)"
        ) from None
    except (DvcException, DataIndexError, FileNotFoundError) as error:
        raise LimnerError(
            f"{path} of {revision} is neither in git nor in DVC's cache: {error}; `dvc pull` may fetch it"
        ) from error


def _parse(name: str, pictures: str, named: str, counted: str) -> Measured:
    def table(text: str) -> pd.DataFrame:
        return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)

    figures = table(named)
    rows = table(pictures)
    columns = [column for column in figures["figure"] if column in rows.columns]
    rows[columns] = rows[columns].apply(pd.to_numeric, errors="coerce")
    styles = table(counted)
    drawn = {str(suite): list(part["style"]) for suite, part in styles.groupby("suite", sort=False)}
    directions = dict(zip(figures["figure"], figures["direction"], strict=True))
    return Measured(name, rows, directions, drawn, ", ".join(styles["makes"].unique()))
