"""An entry: one set of measured pictures."""

import re
from dataclasses import dataclass

from limner.errors import ParamsError
from limner.report.results import MODEL

NAME = r"[A-Za-z0-9][A-Za-z0-9_-]*"
PATTERN = re.compile(rf"(?P<model>{NAME})/(?P<suite>{NAME})(/(?P<style>{NAME}))?(@(?P<method>{NAME}))?")
ALIASES = {"input": "copy"}
"""What a method may be called, too."""


@dataclass(frozen=True)
class Entry:
    """`MODEL/SUITE/STYLE@METHOD`."""

    model: str
    suite: str
    style: str | None = None
    """None: the mean over the suite's drawn styles."""
    method: str = MODEL
    """`model`, or a floor or the ceiling of its evaluation."""

    @classmethod
    def parse(cls, text: str) -> "Entry":
        """Read an entry.

        Raises:
            ParamsError: it is none.
        """
        found = PATTERN.fullmatch(text)
        if not found:
            raise ParamsError(
                f"{text!r} names no measured pictures: write MODEL/SUITE/STYLE, MODEL/SUITE (the mean over its drawn "
                "styles), or either with @METHOD for a floor"
            )
        method = found["method"] or MODEL
        return cls(found["model"], found["suite"], found["style"], ALIASES.get(method, method))

    def __str__(self) -> str:
        style = f"/{self.style}" if self.style else ""
        return f"{self.model}/{self.suite}{style}" + (f"@{self.method}" if self.method != MODEL else "")
