"""What was found of a claim, and of an answer that is made of claims: how it stands to what a report found."""

import math
from dataclasses import dataclass
from typing import Literal

from limner.experiments.questions import Answer, Claim, Said
from limner.experiments.results import Counts
from limner.report.results import Figure

Verdict = Literal["yes", "no", "open", "left out"]
NOT: dict[Said, Said] = {"yes": "no", "no": "yes", "nothing": "nothing"}
FEW_GROUPS = 3
"""So few groups have two degrees of freedom at most, and only plain differences are told."""


@dataclass(frozen=True)
class Judged:
    """A claim and what was found of it."""

    claim: Claim
    figure: Figure | None
    """None if a model, or a suite, was left out, or nothing of it could be measured."""
    verdict: Verdict
    a: float = math.nan
    b: float = math.nan
    difference: float = math.nan
    """a - b."""
    ratio: float = math.nan
    """a / b."""
    low: float = math.nan
    """Of the 95% interval of what the claim is about: the ratio (`within`), a itself (`at_least`, `at_most`), or the
    difference. nan if there is none."""
    high: float = math.nan
    counts: tuple[Counts, ...] = ()
    """One a side; of sides that are paired both are of the same pictures."""
    paired: bool = False
    """It was judged picture by picture."""
    why: str = ""
    """Why nothing could be judged."""
    strangers: bool = False
    """It is of two models that were tested on other faces, so that these tell as much as the models do."""

    @property
    def few(self) -> bool:
        """There are so few groups that little could be told."""
        return any(one.groups <= FEW_GROUPS for one in self.counts)


@dataclass(frozen=True)
class Answered:
    """An answer to one thing asked."""

    answer: Answer
    verdict: Verdict
    sentence: str
    judged: tuple[Judged, ...]

    @property
    def alone(self) -> bool:
        """It is of one group of pictures, as of one face: it says nothing of what a report found."""
        return any(one.counts for one in self.judged) and all(
            count.groups == 1 for one in self.judged for count in one.counts
        )

    @property
    def doubt(self) -> str:
        """What it is of that says nothing of what a report found; empty if it says something."""
        if self.alone:
            return "One face alone"
        return "What was tested on other faces" if any(one.strangers for one in self.judged) else ""

    @property
    def contradicts(self) -> bool:
        """It is decided, and not as the report found it."""
        return self._is(NOT[self.answer.report])

    @property
    def confirms(self) -> bool:
        """It is decided, and as the report found it."""
        return self._is(self.answer.report)

    @property
    def against(self) -> str:
        """That it is not as the report has it, as a sentence; empty otherwise."""
        if self.contradicts:
            return "Contradicts the report."
        return "Not as the report expected." if self._is(NOT[self.answer.expects]) else ""

    @property
    def remark(self) -> str:
        """How it stands to what the report found or expected, as a sentence; empty if that was nothing."""
        if self.contradicts:
            return f"This contradicts the report, which found: {self.answer.report}."
        if self.confirms:
            return "As the report found."
        if self.doubt and self.answer.report != "nothing":
            return f"The report found: {self.answer.report}. {self.doubt} neither confirms nor contradicts that."
        return self.against or ("As the report expected." if self._is(self.answer.expects) else "")

    def _is(self, said: Said) -> bool:
        return self.verdict == said and not self.doubt
