"""Measure any folder of outputs against a folder of truths, whoever made them."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from limner import metrics
from limner.errors import LimnerError, SourceError
from limner.evaluate.collect import NO_SEED, Evaluation, Group, Made, collect
from limner.evaluate.yardsticks import MODEL
from limner.images import Image, resize
from limner.metrics.views.case import Setting
from limner.scrape import expand, pictures
from limner.tables import Problem

STYLE = "pictures"
"""The one style of a folder."""
COPY = "copy"

LARGEST = 1024
"""Longest side at which pictures are compared, pixels: beyond it the metrics take gigabytes, and see no more."""
SUFFIXES = expand.SUFFIXES["photo"]

ROLES: Mapping[str, re.Pattern[str]] = {
    "output": re.compile(r"[-_](fake_B|fake|outputs?|synthesized_image|generated|result)$", re.IGNORECASE),
    "truth": re.compile(r"[-_](real_B|real_image|real|targets?|truth|gt)$", re.IGNORECASE),
    "input": re.compile(r"[-_](real_A|inputs?|input_label|sketch|sz1)$", re.IGNORECASE),
}
"""What pix2pix, its TensorFlow and its HD version append to a picture's name to tell what it is, and others alike."""


def evaluate(
    outputs: Path, truths: Path, inputs: Path | None, names: Sequence[str], weights: Path, workers: int = 0
) -> tuple[Evaluation, list[Problem]]:
    """Every metric of each picture in `outputs` against the one of the same name in `truths`.

    Pictures are compared at the truth's size (within `LARGEST`), to which an output or input of another size is
    resampled. Each is a group of its own: nothing is known of who or when it is.

    Args:
        outputs: a folder of pictures.
        truths: the true ones, under the same names but for their endings and what `ROLES` lists; may be `outputs`.
        inputs: what the outputs were made of: it is measured as if it were the output, the floor to beat.
        names: of the metrics.
        weights: the folder of model files.
        workers: processes; 0: every core.

    Returns:
        The figures, of one suite with the name of `truths` and one style; and what was left out.

    Raises:
        LimnerError: a folder is missing, no two names fit, or none of the pictures can be read.
    """
    alike = _alike(outputs, truths)
    made, true = listing(outputs, "output", alike), listing(truths, "truth", alike)
    given = listing(inputs, "input", alike) if inputs else {}
    both = [name for name in made if name in true]
    if not both:
        raise LimnerError(
            f"no picture of {outputs} has the name of one in {truths}: {_some(made)} there, {_some(true)} here; "
            "give the truths the names of the outputs (other endings, and _fake_B, _real_B and the like, do no harm)"
        )
    problems = [
        Problem(str(found[name]), "skipped", f"there is no picture of that name in {where}")
        for found, other, where in ((made, true, truths), (true, made, outputs))
        for name in found
        if name not in other
    ]
    problems += [
        Problem(name, "noted", f"{inputs} has no input of that name") for name in both if inputs and name not in given
    ]
    for name in list(both):
        try:
            for folder in (made, true, given):
                if name in folder:
                    pictures.read(folder[name])
        except SourceError as error:
            problems.append(Problem(name, "failed", str(error)))
            both.remove(name)
    if not both:
        reasons = (f"  {problem.id}: {problem.reason}" for problem in problems if problem.what == "failed")
        raise LimnerError("\n".join([f"no picture of {outputs} can be measured against {truths}:", *reasons]))
    suite = truths.resolve().name  # so that two folders of outputs can be compared

    def groups() -> Iterator[Group]:
        for name in both:
            truth = _limited(pictures.read(true[name]).image)
            seen = [Made(STYLE, MODEL, 0, _like(made[name], truth))]
            if name in given:
                seen.append(Made(STYLE, COPY, NO_SEED, _like(given[name], truth)))
            yield Group(suite, name, name, name, truth, tuple(seen))

    measured = collect(groups(), {suite: both}, metrics.load(names), "photo", Setting(weights, None), workers)
    return measured, problems


def usual() -> list[str]:
    """Every metric but the one that would fetch its network, in the order of the alphabet."""
    return [name for name in metrics.names() if name != "lpips_original"]


def _alike(outputs: Path, truths: Path) -> set[str]:
    """The names, without ending, of which either folder has the very same one: a pair, whatever else it says. A folder
    that holds several roles of one picture says what is what."""
    single = []
    for folder in (outputs, truths):
        stems = [path.stem for path in folder.glob("*") if path.suffix.lower() in SUFFIXES]
        counts = Counter(map(_bare, stems))
        single.append({stem for stem in stems if counts[_bare(stem)] == 1})
    return single[0] & single[1]


def _bare(stem: str) -> str:
    for role in ROLES.values():
        stem = role.sub("", stem)
    return stem


def listing(folder: Path, role: str, alike: Collection[str] = ()) -> dict[str, Path]:
    """The pictures of a folder by their bare names: those named for `role`, if there are such, else all.

    Args:
        folder: of pictures.
        role: one of `ROLES`.
        alike: names, without ending, that are taken as they are.

    Raises:
        LimnerError: the folder is missing or empty, or two pictures have one name.
    """
    if not folder.is_dir():
        raise LimnerError(f"{folder} is not a folder")
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    kept = [path for path in files if path.stem in alike]
    files = [path for path in files if path.stem not in alike]
    named = [path for path in files if ROLES[role].search(path.stem)]
    found: dict[str, Path] = {}
    for path in [*kept, *(named or files)]:
        name = path.stem if path.stem in alike else ROLES[role].sub("", path.stem)
        if name in found:
            raise LimnerError(f"{found[name]} and {path} would both be {name!r}: keep one of them there")
        found[name] = path
    if not found:
        raise LimnerError(f"{folder} holds no pictures ({', '.join(SUFFIXES)})")
    return found


def _limited(truth: Image) -> Image:
    height, width = truth.shape[:2]
    scale = min(1.0, LARGEST / max(height, width))
    return resize(truth, round(width * scale), round(height * scale))


def _like(path: Path, truth: Image) -> Image:
    height, width = truth.shape[:2]
    return resize(pictures.read(path).image, width, height)


def _some(found: Mapping[str, Path]) -> str:
    return ", ".join(path.name for path in list(found.values())[:3])
