"""Where the drawings lie: the folder tree of data/sketches, read the same way by every stage.

data/sketches/effects/STYLE/ID.png   drawn by an effect
data/sketches/artist/STYLE/ID.png    drawn by hand, aligned by its own landmarks
data/sketches/altered/STYLE/ID.png   another style's drawing, by a less certain hand or with something erased
data/sketches/learned/ID.png         drawn by a model
"""

from collections.abc import Iterable
from pathlib import Path

from limner.errors import LimnerError, choices

FAMILIES = ("effects", "artist", "altered")
"""The folders of drawings that no model has drawn, each with a folder a style."""


def folders(root: Path) -> dict[str, Path]:
    """By style, the folder with its drawings below `root`: data/sketches, or one style's own folder."""
    if any(root.glob("*.png")):
        return {root.name: root}
    inside = [path for path in sorted(root.glob("*")) if path.is_dir()]
    found = {path.name: path for path in inside if path.name not in FAMILIES}
    for family in inside:
        if family.name in FAMILIES:
            found |= {path.name: path for path in sorted(family.glob("*")) if path.is_dir()}
    return found


def chosen(root: Path, styles: Iterable[str]) -> dict[str, Path]:
    """The folders of `styles` below `root`, in that order.

    Raises:
        LimnerError: a style has no folder there.
    """
    found = folders(root)
    for style in styles:
        if style not in found:
            raise LimnerError(f"no drawings in the style {style!r} below {root}; {choices(style, found)}")
    return {style: found[style] for style in styles}


def refuse_strangers(root: Path, effects: Iterable[str], altered: Iterable[str] = ()) -> None:
    """Refuse folders of styles that params.yaml no longer names: a removed style must not be learned.

    Args:
        root: data/sketches.
        effects: the styles of params.yaml that are drawn by effects.
        altered: those that are other styles altered.

    Raises:
        LimnerError: names the folders to delete.
    """
    for family, block, named in (("effects", "styles", effects), ("altered", "altered", altered)):
        strangers = sorted({path.name for path in (root / family).glob("*") if path.is_dir()} - set(named))
        if strangers:
            raise LimnerError(
                f"{root / family} holds styles that params.yaml does not name: {', '.join(strangers)}; "
                f"delete these folders, or name the styles again under `{block}:`"
            )
