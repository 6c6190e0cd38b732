"""How much a model of one person makes others look like that person: `kin` of an entry's pictures, as figures."""

from collections.abc import Sequence
from math import inf
from pathlib import Path

import pandas as pd

from limner import tables
from limner.errors import ParamsError, choices
from limner.experiments.entry import Entry
from limner.params import Params
from limner.report.results import MODEL, Figure, Files

ANY, DISTANCE = (-inf, inf), (0.0, inf)
"""What a figure can be."""
FIGURES = {
    name: Figure(name, "kin", label, f"{label}: {meaning}", higher, bounds)
    for name, label, meaning, higher, bounds in (
        ("likeness_own", "To the person", "distance of dlib's face embeddings to the model's person", False, DISTANCE),
        (
            "likeness_true",
            "To the true one",
            "distance of dlib's face embeddings to the true face's person",
            False,
            DISTANCE,
        ),
        ("truth_own", "Truth to the person", "distance of the true photo to the model's person", False, DISTANCE),
        (
            "nearer_own",
            "Moved nearer",
            "how much nearer to the model's person the output is than the true photo",
            True,
            ANY,
        ),
        (
            "nearer_others",
            "Moved nearer to strangers",
            "how much nearer, on the mean, to all the people who are neither the model's nor shown",
            True,
            ANY,
        ),
        (
            "nearer_alone",
            "Difference of the two",
            "how much more it comes nearer to the model's person than to those",
            True,
            ANY,
        ),
        ("skin_l", "Skin L", "lightness of the cheeks, output minus truth, CIE Lab", True, ANY),
        ("skin_a", "Skin a", "redness of the cheeks, output minus truth, CIE Lab", True, ANY),
        ("skin_b", "Skin b", "yellowness of the cheeks, output minus truth, CIE Lab", True, ANY),
        (
            "skin_toward",
            "Skin toward",
            "share of the way from the truth's skin to the person's; 0 none, 1 all",
            True,
            ANY,
        ),
    )
}

OF_STRANGERS = ("nearer_others", "nearer_alone")
"""Figures that need third people."""
NO_STRANGERS = "This needs faces of third people, who are neither the model's nor shown, and there are none."


def check(params: Params, entry: Entry, person: str | None = None) -> str:
    """The person to whom an entry's pictures are held.

    Raises:
        ParamsError: the entry is a floor, its model paints no photos, or learned several people.
    """
    block = params.model(entry.model)
    if entry.method != MODEL or block.learns != "photo":
        raise ParamsError(f"{entry}: kinship is of what a model that learns photo has made")
    people = block.train.people
    if person is None and len(people) != 1:
        raise ParamsError(f"{entry}: {entry.model} learned several people, so name the person; {choices('', people)}")
    return person or people[0]


def measure(root: Path, params: Params, entry: Entry, files: Sequence[Files], person: str | None) -> pd.DataFrame:
    """One row for each of `files`: the columns `FIGURES`.

    Raises:
        LimnerError: see `check`; or the person has no training faces.
    """
    from limner import evaluate  # loads torch, as the next does
    from limner.experiments.kin import kin

    wanted = check(params, entry, person)
    block, weights = params.model(entry.model), root / "data/weights"
    data = root / block.data
    split = tables.read(data / "split.csv", ("id", "person", "split"))
    own = [
        data / "faces" / f"{id}.png" for id in split[(split["person"] == wanted) & (split["split"] == "train")]["id"]
    ]
    if not own:
        people = sorted(set(split["person"]))
        raise ParamsError(f"{entry}: {data} has no training faces of {wanted!r}; {choices(wanted, people)}")
    eyes = evaluate.setting(block, params.align, weights).eyes
    outputs, truths = [one.output for one in files], [one.truth for one in files]
    shown = set(split.loc[split["id"].isin([path.stem for path in truths]), "person"])
    others = split[~split["person"].isin({wanted, *shown})].drop_duplicates("person")["id"]
    strangers = [data / "faces" / f"{id}.png" for id in others]
    found = kin(outputs, truths, own, eyes, weights, strangers).reset_index(drop=True)
    nearer = found["truth_own"] - found["likeness_own"]
    return found.assign(nearer_own=nearer, nearer_alone=nearer - found["nearer_others"])[list(FIGURES)]
