"""Where results go: `DIR/STEM.png`, and never over anything that is to stay."""

from collections.abc import Iterable
from pathlib import Path

from limner.errors import SourceError


class Names:
    """The names of one run's results.

    Of several inputs with the same stem the second becomes `STEM-2.png`, the third `STEM-3.png`, in the order in which
    they come. What was there before is left alone, unless `force`; an input of this run always is.

    Args:
        out: the folder of the results.
        inputs: all files that are read.
        force: whether results of former runs are replaced.
    """

    def __init__(self, out: Path, inputs: Iterable[Path], force: bool) -> None:
        self._out = out
        self._inputs = {path.resolve() for path in inputs}
        self._force = force
        self._taken: set[str] = set()

    def claim(self, stem: str) -> Path:
        """The file for one more result.

        Raises:
            SourceError: it would replace an input, or something that was there before without `force`.
        """
        name, number = stem, 2
        while name.casefold() in self._taken:  # some file systems take Ana.png for ana.png
            name, number = f"{stem}-{number}", number + 1
        self._taken.add(name.casefold())
        path = self._out / f"{name}.png"
        if path.resolve() in self._inputs:
            raise SourceError(f"{path} is one of the pictures to read: name another folder with --out")
        if path.exists() and not self._force:
            raise SourceError(f"{path} exists already: --force replaces it, or name another folder with --out")
        return path
