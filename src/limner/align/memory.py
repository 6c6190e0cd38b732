"""A content-addressed memory of aligned pictures: what was aligned once is not aligned again.

DVC empties the align stage's outputs before it runs, so one more photo would cost all of them. An entry's
key is everything its value depends on: the picture's bytes, the parameters, the model, this package's source
and the libraries below it. The entries lie in `limner.files.cache_dir("align")`, and may be deleted any time.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from limner import chip, files, images, mesh
from limner.blocks import Align

POINTS = (478, 3)
LIBRARIES = ("mediapipe", "opencv-contrib-python", "numpy", "deflate", "dlib-bin")


@dataclass(frozen=True)
class Facts:
    """What is known of one picture after it was looked at."""

    left_out: Literal["", "skipped", "failed"] = ""
    """Why there is no aligned picture, if there is none."""
    reason: str = ""
    """The sentence to it; of a picture that is used all the same, what a person should know."""
    faces_found: int = 0
    eye_distance: float = 0.0
    """Pixels of the raw picture between the irises of the face taken; this, `yaw` and `roll` are nan where a whole
    picture is used though no face was found in it."""
    yaw: float = 0.0
    """Degrees, see `geometry.yaw`."""
    roll: float = 0.0
    """Degrees, see `geometry.roll`."""
    outside: float = 0.0
    """Share of the aligned frame that lies outside the raw picture."""
    from_reference: float | None = None
    """How far the face taken is from the person's reference photos, see `persons`; None without one."""

    @property
    def usable(self) -> bool:
        """Whether there is an aligned picture."""
        return not self.left_out

    @property
    def seen(self) -> bool:
        """Whether there is one with landmarks: all but whole pictures have them."""
        return self.usable and self.faces_found > 0


@dataclass(frozen=True)
class Aligned:
    """One picture after alignment; without pixels if it was left out."""

    facts: Facts
    png: bytes = b""
    """The aligned picture's file."""
    points: npt.NDArray[np.float32] | None = None
    """(478, 3) landmarks, pixels of the aligned frame."""


class Memory:
    """The entries of one set of parameters and one model."""

    def __init__(self, params: Align, model: Path) -> None:
        sources = [
            *sorted(Path(__file__).parent.glob("*.py")),
            *(Path(images.__file__), Path(chip.__file__), Path(mesh.__file__)),
        ]
        terms = [
            asdict(params),
            files.sha256(model),
            [files.sha256(source) for source in sources],
            [version(library) for library in LIBRARIES],
        ]
        self._terms = json.dumps(terms, sort_keys=True).encode()
        self._folder = files.cache_dir("align")

    def entry(
        self, picture: Path, gray: bool, compared_with: tuple[str, ...] = (), draw: str = "", film: bool = False
    ) -> Path:
        """Where the entry of a picture lies, drawn (`gray`) or photographed; the file may not exist yet.

        `compared_with` are the hashes of the reference photos and of the network that compares, `draw` is what
        decides how a loose face lies, and a frame of a `film` is looked at otherwise than a photo.
        """
        content = files.sha256(picture) if picture.is_file() else ""
        key = hashlib.sha256(
            self._terms + f"{content}{gray}{''.join(compared_with)}{draw}{'film' * film}".encode()
        ).hexdigest()
        return self._folder / key[:2] / f"{key}.face"


def recall(entry: Path) -> Aligned | None:
    """The value of an entry, or None if there is none that can be read."""
    try:
        head, _, body = entry.read_bytes().partition(b"\n")
        facts = Facts(**json.loads(head))
        points = np.frombuffer(body, "<f4", POINTS[0] * POINTS[1]).reshape(POINTS) if facts.seen else None
    except (OSError, ValueError, TypeError):
        return None
    png = body if points is None else body[points.nbytes :]
    # Half an entry whose points are not missed would else be taken for one.
    return Aligned(facts, png, points) if png or not facts.usable else None


def keep(entry: Path, value: Aligned) -> None:
    """Write an entry, whole or not at all: a line of JSON with the facts, the landmarks, the PNG."""
    head = json.dumps(asdict(value.facts)).encode()
    points = b"" if value.points is None else value.points.astype("<f4").tobytes()
    with files.whole(entry) as part:
        part.write_bytes(head + b"\n" + points + value.png)
