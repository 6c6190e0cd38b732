"""Where an evaluation lies: a model of this workspace, one of a DVC experiment or any revision, or a folder."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import yaml

from limner.errors import LimnerError, choices
from limner.left_out import NOTE

PICTURES, METRICS, DRAWN = "pictures.csv", "metrics.csv", "drawn.csv"
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


def find(what: str, model: str | None, root: Path = Path()) -> dict[str, Measured]:
    """The evaluations that `what` names, by model.

    Args:
        what: a folder that holds pictures.csv, a model of params.yaml, `REVISION:MODEL`, or a revision: an experiment's
            name, a branch, a tag, a commit, or `workspace`; of a revision alone all its models are meant, or `model`.
        model: the one that is asked for.
        root: of the project.

    Raises:
        LimnerError: there is no such thing, or it was not evaluated.
    """
    if (Path(what) / PICTURES).is_file():
        return {
            Path(what).name: _parse(
                what, *((Path(what) / name).read_text("utf-8") for name in (PICTURES, METRICS, DRAWN))
            )
        }
    here = _models((root / "params.yaml").read_text("utf-8")) if (root / "params.yaml").is_file() else []
    if what in here:
        return {what: _read(None, what, root)}
    revision, _, named = what.partition(":")
    wanted = named or model
    if revision == HERE:
        built = here if wanted else [name for name in here if not (root / _folder(name) / NOTE).is_file()]
        return {name: _read(None, name, root) for name in _wanted(built, wanted, what)}
    there = _models(_text("params.yaml", revision, root, here))
    return {name: _read(revision, name, root) for name in _wanted(there, wanted, what)}


def _wanted(there: list[str], wanted: str | None, what: str) -> list[str]:
    if wanted is None:
        return there
    if wanted not in there:
        raise LimnerError(f"{what} has no model {wanted!r}; {choices(wanted, there)}")
    return [wanted]


def _models(params: str) -> list[str]:
    tree = yaml.safe_load(params)
    return list(tree["models"]) if isinstance(tree, dict) and isinstance(tree.get("models"), dict) else []


def _read(revision: str | None, model: str, root: Path) -> Measured:
    folder = _folder(model)
    if revision is None and (root / folder / NOTE).is_file():
        raise LimnerError((root / folder / NOTE).read_text(encoding="utf-8").strip())
    texts = (_text(f"{folder}/{name}", revision, root, []) for name in (PICTURES, METRICS, DRAWN))
    return _parse(f"{revision}:{model}" if revision else model, *texts)


def _folder(model: str) -> str:
    """Where evaluate writes the tables of a model."""
    return f"runs/{model}/evaluation"


def _text(path: str, revision: str | None, root: Path, models: Iterable[str]) -> str:
    if revision is None:
        try:
            return (root / path).read_text("utf-8")
        except FileNotFoundError:
            raise LimnerError(f"{root / path} does not exist: `dvc repro` measures the models first") from None
    import dvc.api  # takes most of a second, which only revisions are worth
    from dvc.exceptions import DvcException
    from dvc.scm import RevError

    try:
        return str(dvc.api.read(path, repo=str(root), rev=revision))
    except RevError:
        known = f"a model of params.yaml ({', '.join(models)})" if models else "a model of params.yaml"
        raise LimnerError(
            f"{revision!r} is neither a folder with a {PICTURES}, nor {known}, nor a revision or experiment of this "
            "project (`dvc exp show` lists them)"
        ) from None
    except (DvcException, FileNotFoundError) as error:
        raise LimnerError(f"{path} of {revision} is not in DVC's cache: {error}; `dvc pull` may fetch it") from error


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
