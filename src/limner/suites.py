"""What a model is measured on: its suites as lists of samples, each an input, the truth and the model's
output; and which of its faces it learned from.

runs/MODEL/suites/SEED/SUITE/STYLE/ID.png     what the model trained from SEED made of each sample
runs/MODEL/suites/erased/SUITE/STYLE/ID.png   the inputs of suites that erase something
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

from limner import sketches, tables
from limner.blocks import Model, Suite
from limner.choose import few, named
from limner.errors import LimnerError, choices
from limner.images import Image, read, read_gray, resize

WHO = ("person", "group")


@dataclass(frozen=True)
class Sample:
    """One input of a model and what should come of it: files of any size."""

    suite: str
    style: str
    id: str
    person: str
    group: str
    """Of the split: faces of one group are much alike."""
    photo: Path
    sketch: Path
    """The drawing, whole."""
    input: Path
    """What the model is given: the photo, the drawing, or the drawing with a feature erased."""
    made: Path
    """The folder of what the model made of its suites, runs/MODEL/suites."""
    learns: str
    """`photo` or `sketch`: which of the two is the truth."""

    @property
    def truth(self) -> Path:
        """The file of what the model should have made."""
        return self.photo if self.learns == "photo" else self.sketch

    def output(self, seed: int) -> Path:
        """The file of what the model trained from `seed` made; it may not exist (of a training face nothing need
        be translated)."""
        return self.made / str(seed) / self.suite / self.style / f"{self.id}.png"

    def read_input(self, size: int) -> Image:
        """(size, size) gray drawing or (size, size, 3) photo."""
        return _sized(read_gray(self.input) if self.learns == "photo" else read(self.input), size)

    def read_truth(self, size: int) -> Image:
        """(size, size, 3) photo or (size, size) gray drawing."""
        return _truth(self.truth, size, gray=self.learns == "sketch")

    def read_output(self, size: int, seed: int) -> Image:
        """What the model trained from `seed` made, of the truth's shape.

        Raises:
            LimnerError: the model has not translated this input.
        """
        output = self.output(seed)
        if not output.is_file():
            raise LimnerError(
                f"{output} is missing: the model has made nothing of {self.id!r} in the style "
                f"{self.style!r}; translate it first (`dvc repro` does)"
            )
        return _sized(read(output) if self.learns == "photo" else read_gray(output), size)


def _sized(image: Image, size: int) -> Image:
    return resize(image, size, size)


@lru_cache(maxsize=64)  # one photo is the truth of all its drawings, one after the other
def _truth(path: Path, size: int, gray: bool) -> Image:
    return _sized(read_gray(path) if gray else read(path), size)


class Faces:
    """The aligned faces, their drawings, and what one model makes of them."""

    def __init__(self, name: str, model: Model, root: Path = Path()) -> None:
        """`name`: of the model, whose block is `model`; `root`: of the project.

        Raises:
            SourceError: the model's split.csv or faces.csv is missing or lacks a column.
        """
        self.model = model
        data = root / model.data
        self.photos = data / "faces"
        split = tables.read(data / "split.csv", needs=("id", "person", "group", "split"))
        label = [model.train.labels] if model.train.labels else []
        known = tables.read(data / "faces.csv", needs=("id", "manifest", *label))
        self.labels = dict(zip(known["id"], known[label[0]], strict=True)) if label else {}
        """By id, what the model is told of each face; empty if it is told nothing."""
        self.table = split.merge(known[["id", "manifest"]], on="id", validate="1:1")
        """One row a face, in the order of the split: id, person, group, split, manifest."""
        self._people, self._groups = (dict(zip(self.table["id"], self.table[key], strict=True)) for key in WHO)
        self.drawings = sketches.folders(root / model.drawings)
        self._taught = sketches.folders(root / model.sketches)
        self.made = root / "runs" / name / "suites"

    def samples(self, suite: Suite, name: str) -> list[Sample]:
        """What `suite` holds, face by face in the order of the split, each in every style it is drawn in.

        Raises:
            LimnerError: the suite is empty, or names a style, a person or a manifest that there is not.
        """
        self._refuse_unknown(suite, name)
        chosen = self.table
        if suite.people is not None:
            chosen = chosen[chosen["person"].isin(named(suite.people, self._people.values()))]
        if suite.manifests is not None:
            chosen = chosen[chosen["manifest"].isin(suite.manifests)]
        if suite.split == "learned":
            return self._learned(suite, name, set(chosen["id"]))
        if suite.split != "all":
            chosen = chosen[chosen["split"] == suite.split]
        drawn = {style: {path.stem for path in self.drawings[style].glob("*.png")} for style in suite.styles}
        some = set[str]().union(*drawn.values())  # not every face is drawn by hand
        found = [
            self.sample(style, face, name, bool(suite.erase))
            for face in few([face for face in chosen["id"] if face in some], suite.most)
            for style in suite.styles
            if face in drawn[style]
        ]
        if not found:
            raise LimnerError(f"suite {name!r} is empty: {self._why_empty(suite, len(chosen))}")
        return found

    def _learned(self, suite: Suite, name: str, among: set[str]) -> list[Sample]:
        """The samples of a suite of trained faces: those of each style may be others."""
        by_style = {
            style: few([face for face in self.learned(style) if face in among], suite.most) for style in suite.styles
        }
        found = [
            self.sample(style, face, name, bool(suite.erase))
            for face in self.table["id"]
            for style, faces in by_style.items()
            if face in faces
        ]
        if not found:
            raise LimnerError(f"suite {name!r} is empty: {self._why_empty(suite, 0)}")
        return found

    def sample(self, style: str, face: str, suite: str = "", erased: bool = False) -> Sample:
        """One face in one style, as part of a suite or of none; its files need not exist."""
        file = f"{face}.png"
        photo, sketch = self.photos / file, self.drawings[style] / file
        whole = sketch if self.model.learns == "photo" else photo
        return Sample(
            suite=suite,
            style=style,
            id=face,
            person=self._people[face],
            group=self._groups[face],
            photo=photo,
            sketch=sketch,
            input=self.made / "erased" / suite / style / file if erased else whole,
            made=self.made,
            learns=self.model.learns,
        )

    def learned(self, style: str) -> list[str]:
        """The faces that the model learned from in a style; in one that it did not learn, those it would have.

        Raises:
            LimnerError: there are no training faces of its people.
        """
        own, training = self.model.train, self.training()
        if own.most is None:
            return training
        folder = (self._taught if style in own.styles else self.drawings)[style]
        return few([face for face in training if (folder / f"{face}.png").is_file()], own.limit(style))

    def lessons(self) -> dict[str, list[str]]:
        """By style that the model learned, the faces.

        Raises:
            LimnerError: there are no training faces of its people.
        """
        return {style: self.learned(style) for style in self.model.train.styles}

    def training(self) -> list[str]:
        """All training faces of the model's people, in the order of the split.

        Raises:
            LimnerError: there are none.
        """
        people, table = self.model.train.people, self.table
        own = named(people, table["person"])
        ids = table[table["person"].isin(own) & (table["split"] == "train")]["id"].tolist()
        if not ids:
            there = ", ".join(sorted(set(table["person"]))) or "nobody"
            raise LimnerError(
                f"there are no training faces of {', '.join(people)} for the floors, but faces of {there}"
            )
        return [str(id) for id in ids]

    def files(self, seed: int) -> pd.DataFrame:
        """Of every sample of every suite: suite, style, id, input, output (of the training from `seed`), truth."""
        samples = [sample for name, suite in self.model.suites.items() for sample in self.samples(suite, name)]
        rows = [(s.suite, s.style, s.id, s.input, s.output(seed), s.truth) for s in samples]
        columns = ["suite", "style", "id", "input", "output", "truth"]
        texts = [[cell.as_posix() if isinstance(cell, Path) else cell for cell in row] for row in rows]
        return pd.DataFrame(texts, columns=columns)

    def drawn(self, styles: tuple[str, ...]) -> list[str]:
        """Those of `styles` that no model has drawn; all, if models have drawn them all."""
        by_hand = [style for style in styles if self.drawings[style].parent.name in sketches.FAMILIES]
        return by_hand or list(styles)

    def _refuse_unknown(self, suite: Suite, name: str) -> None:
        people, manifests = (sorted(set(self.table[column])) for column in ("person", "manifest"))
        for key, wanted, there, what in (
            ("styles", suite.styles, list(self.drawings), f"drawings below {self.model.drawings} in the style"),
            ("people", suite.people, people, "faces of"),
            ("manifests", suite.manifests, manifests, "faces that came from"),
        ):
            for one in wanted or ():
                if one not in there and not (key == "people" and named([one], there)):
                    raise LimnerError(f"suite {name!r}, {key}: there are no {what} {one!r}; {choices(one, there)}")

    def _why_empty(self, suite: Suite, faces: int) -> str:
        parts = {"people": suite.people, "split": (suite.split,), "manifests": suite.manifests}
        wanted = ", ".join(f"{key} {', '.join(names)}" for key, names in parts.items() if names is not None)
        if faces:
            return f"none of the {faces} faces ({wanted}) is drawn in {', '.join(suite.styles)}"
        counts = (self.table["person"] + " " + self.table["split"]).value_counts().sort_index()
        there = "; ".join(f"{which}: {count}" for which, count in counts.items())
        return f"there are no faces of {wanted}; there are {there or 'none at all'}"
