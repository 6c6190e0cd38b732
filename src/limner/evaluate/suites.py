"""What a model is measured on: its suites as lists of samples, each an input, the truth and the model's
output."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from limner import sketches
from limner.errors import LimnerError, choices
from limner.images import Image, read, read_gray, resize
from limner.params import Model, Suite


@dataclass(frozen=True)
class Sample:
    """One input of a model and what should come of it: files of any size."""

    style: str
    id: str
    person: str
    photo: Path
    sketch: Path
    output: Path
    """What the model made of it; it may not exist (of a training face nothing need be translated)."""
    learns: str
    """`photo` or `sketch`: which of the two is the truth; the other one is the input."""

    @property
    def truth(self) -> Path:
        """The file of what the model should have made."""
        return self.photo if self.learns == "photo" else self.sketch

    def read_input(self, size: int) -> Image:
        """(size, size) gray drawing or (size, size, 3) photo."""
        return _sized(read_gray(self.sketch) if self.learns == "photo" else read(self.photo), size)

    def read_truth(self, size: int) -> Image:
        """(size, size, 3) photo or (size, size) gray drawing."""
        return _sized(read(self.photo) if self.learns == "photo" else read_gray(self.sketch), size)

    def read_output(self, size: int) -> Image:
        """What the model made, of the truth's shape.

        Raises:
            LimnerError: the model has not translated this input.
        """
        if not self.output.is_file():
            raise LimnerError(
                f"{self.output} is missing: the model has made nothing of {self.id!r} in the style "
                f"{self.style!r}; translate it first (`dvc repro` does)"
            )
        return _sized(read(self.output) if self.learns == "photo" else read_gray(self.output), size)


def _sized(image: Image, size: int) -> Image:
    return resize(image, size, size)


class Faces:
    """The aligned faces, their drawings, and what one model makes of them."""

    def __init__(self, model: Model, faces: Path, split: pd.DataFrame, root: Path = Path()) -> None:
        """`faces`: the folder of aligned faces; `split`: columns id, person, split; `root`: of the model's
        folders."""
        self.model = model
        self.photos = faces
        self.split = split
        self.drawings = sketches.folders(root / model.sketches)
        self.writes = root / model.writes

    def samples(self, suite: Suite, name: str) -> list[Sample]:
        """What `suite` holds, face by face in the order of the split, each in every style it is drawn in.

        Raises:
            LimnerError: the suite is empty or names a style without drawings.
        """
        for style in suite.styles:
            if style not in self.drawings:
                raise LimnerError(
                    f"suite {name!r}: no drawings in the style {style!r} below {self.model.sketches}; "
                    f"{choices(style, self.drawings)}"
                )
        chosen = self.split[self.split["person"].isin(suite.people)]
        if suite.split != "all":
            chosen = chosen[chosen["split"] == suite.split]
        found = [
            sample
            for face, person in zip(chosen["id"], chosen["person"], strict=True)
            for style in suite.styles
            if (sample := self._sample(style, face, person)).sketch.is_file()  # not every face is drawn by hand
        ]
        if not found:
            raise LimnerError(f"suite {name!r} is empty: {self._why_empty(suite, len(chosen))}")
        return found

    def drawn(self, styles: tuple[str, ...]) -> list[str]:
        """Those of `styles` that no model has drawn; all, if models have drawn them all."""
        by_hand = [style for style in styles if self.drawings[style].parent.name in sketches.FAMILIES]
        return by_hand or list(styles)

    def _sample(self, style: str, face: str, person: str) -> Sample:
        folder = self.writes / style if self.model.learns == "photo" else self.writes
        return Sample(
            style=style,
            id=face,
            person=person,
            photo=self.photos / f"{face}.png",
            sketch=self.drawings[style] / f"{face}.png",
            output=folder / f"{face}.png",
            learns=self.model.learns,
        )

    def _why_empty(self, suite: Suite, faces: int) -> str:
        wanted = f"people {', '.join(suite.people)}, split {suite.split}"
        if faces:
            return f"none of the {faces} faces ({wanted}) is drawn in {', '.join(suite.styles)}"
        counts = (self.split["person"] + " " + self.split["split"]).value_counts().sort_index()
        there = "; ".join(f"{which}: {count}" for which, count in counts.items())
        return f"there are no faces of {wanted}; there are {there or 'none at all'}"
