"""questions.yaml: what is asked of the experiments, what is shown of each, and by which figures it is answered."""

import json
import string
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from limner import plain
from limner.blocks import Name
from limner.build import build
from limner.errors import ParamsError, choices
from limner.experiments.entry import Entry
from limner.experiments.showing import KINDS, Filled, Show, entries
from limner.strict import Strict

Said = Literal["yes", "no", "nothing"]
"""What the report found, or expected."""
HOLDS = ("better", "worse", "by", "within", "at_least", "at_most")
"""The kinds of claims: two words, four that take a number."""
WORDS = HOLDS[:2]
PLACES = ("a", "b", "difference", "apart", "low", "high", "interval", "ratio", "percent", "n", "groups")
"""What a sentence may hold in braces: of the first claim, or, with a number behind it, of another one. `difference` is
a - b, `apart` without its sign."""


@dataclass(frozen=True, config=Strict)
class Amount:
    """A claim that takes a number; one of them."""

    by: float | None = None
    """a is better than b by at least so much; negative: worse by no more than that."""
    within: Annotated[float, Field(gt=0)] | None = None
    """a is at most so many times b (of a figure where more is better: b at most so many times a)."""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def given(self) -> dict[str, float]:
        """The number by its kind."""
        return {name: value for name in HOLDS[2:] if (value := getattr(self, name)) is not None}


@dataclass(frozen=True, config=Strict)
class Claim:
    """What may hold of one figure of an entry, by itself or beside that of another one."""

    a: Filled
    figure: Name
    holds: Literal["better", "worse"] | Amount
    b: Filled | None = None
    these: bool = False
    """It is about these very pictures and no others, so that their means decide."""

    @property
    def kind(self) -> str:
        """One of `HOLDS`."""
        return self.holds if isinstance(self.holds, str) else next(iter(self.holds.given))

    @property
    def amount(self) -> float:
        """The number that its kind takes; 0 for a kind without."""
        return 0.0 if isinstance(self.holds, str) else next(iter(self.holds.given.values()))

    @property
    def absolute(self) -> bool:
        """There is nothing beside it."""
        return self.kind in ("at_least", "at_most")


@dataclass(frozen=True, config=Strict)
class Answer:
    """One thing asked, the claims that all must hold for a yes, and the sentence for each outcome."""

    asks: Filled
    yes: Filled
    no: Filled
    open: Filled
    report: Said = "nothing"
    """What it found."""
    expects: Said = "nothing"
    """What it expected without having tried."""
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, config=Strict)
class Question:
    """A section of the page."""

    id: Filled
    group: Filled
    title: Filled
    said: str = ""
    """What the report found or asked."""
    built: str = ""
    """What was built to find out."""
    shows: tuple[Show, ...] = ()
    answers: tuple[Answer, ...] = ()


def load(path: Path) -> tuple[Question, ...]:
    """Read and check a whole questions.yaml.

    Raises:
        ParamsError: the file is missing or no YAML, any key is unknown, missing or mistyped, or an entry or a sentence
            cannot be read.
    """
    try:
        tree = plain.read(path)
    except FileNotFoundError:
        raise ParamsError(f"{path} does not exist: it holds the questions that the experiments answer") from None
    if not isinstance(tree, list) or not tree:
        raise ParamsError(f"{path} holds no list of questions: each begins with `- id: ...`")
    found = tuple(_question(block, f"{path}: question {place}") for place, block in enumerate(tree, 1))
    ids = [one.id for one in found]
    if twice := sorted({id for id in ids if ids.count(id) > 1}):
        raise ParamsError(f"{path} has several questions with the id {', '.join(twice)}: each needs its own")
    return found


def _question(block: Any, where: str) -> Question:
    block = _mapping(block, where, "a question")
    where = f"{where} ({block.get('id', 'without an id')})"
    plain = build(Question, {key: value for key, value in block.items() if key not in ("shows", "answers")}, where)
    shows = [_show(one, f"{where}: shows {place}") for place, one in enumerate(_list(block, "shows", where), 1)]
    answers = [_answer(one, f"{where}: answer {place}") for place, one in enumerate(_list(block, "answers", where), 1)]
    return replace(plain, shows=tuple(shows), answers=tuple(answers))


def _show(block: Any, where: str) -> Show:
    block = _mapping(block, where, f"one of {', '.join(KINDS)}")
    if len(block) != 1:
        raise ParamsError(f"{where} must be one thing alone; allowed: {', '.join(KINDS)}")
    ((kind, inside),) = block.items()
    if kind not in KINDS:
        raise ParamsError(f"{where}: nothing is shown as {kind!r}; {choices(kind, KINDS)}")
    show = build(KINDS[kind], inside, f"{where} ({kind})")
    for entry in entries(show):
        _parsed(entry, f"{where} ({kind})")
    return show


def _answer(block: Any, where: str) -> Answer:
    block = _mapping(block, where, "an answer")
    several = "all" in block
    own = [key for key in ("a", "b", "figure", "holds", "these") if key in block]
    if several and own:
        raise ParamsError(f"{where}: {', '.join(own)} cannot stand beside `all`: each of its claims has its own")
    rest = {key: value for key, value in block.items() if key not in ("all", "claims", *own)}
    wanted = _list(block, "all", where) if several else [{key: block[key] for key in own}]
    if not wanted:
        raise ParamsError(f"{where}: `all` names no claim")
    claims = tuple(_claim(one, f"{where}: claim {place}" if several else where) for place, one in enumerate(wanted, 1))
    answer = replace(build(Answer, rest, where), claims=claims)
    allowed = [*PLACES, *(f"{name}{place}" for place in range(1, len(claims) + 1) for name in PLACES)]
    for outcome in ("yes", "no", "open"):
        _check_sentence(getattr(answer, outcome), f"{where}: {outcome}", allowed)
    return answer


def _claim(block: Any, where: str) -> Claim:
    block = _mapping(block, where, "a claim")
    holds = block.get("holds")
    # Told apart by hand: of a choice between a word and a mapping, pydantic would list what is wrong with either.
    amount = build(Amount, holds, f"{where}: holds") if isinstance(holds, dict) else None
    if (amount and len(amount.given) != 1) or (amount is None and "holds" in block and holds not in WORDS):
        raise ParamsError(
            f"{where}: holds: {json.dumps(holds, default=str)} is not allowed; allowed: {', '.join(WORDS)}, or one of "
            f"{{{', '.join(f'{name}: NUMBER' for name in HOLDS[2:])}}}"
        )
    claim = build(Claim, block | {"holds": WORDS[0]} if amount else block, where)
    claim = replace(claim, holds=amount or claim.holds)
    if claim.absolute != (claim.b is None):
        also = "stands by itself: leave `b` out" if claim.absolute else "needs `b`, the entry that it is held against"
        raise ParamsError(f"{where}: {claim.kind} {also}")
    for entry in filter(None, (claim.a, claim.b)):
        _parsed(entry, where)
    return claim


def _check_sentence(text: str, where: str, allowed: list[str]) -> None:
    try:
        names = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    except ValueError as error:
        raise ParamsError(f"{where}: {text!r} cannot be filled: {error}; write {{{{ for a brace") from None
    for name in names:
        if name not in allowed:
            raise ParamsError(f"{where}: nothing is known as {{{name}}}; {choices(name, allowed)}")


def _parsed(entry: str, where: str) -> Entry:
    try:
        return Entry.parse(entry)
    except ParamsError as error:
        raise ParamsError(f"{where}: {error}") from None


def _mapping(block: Any, where: str, what: str) -> dict[str, Any]:
    if not isinstance(block, dict):
        raise ParamsError(f"{where}: {json.dumps(block, default=str)} is no mapping: {what} is expected")
    return block


def _list(block: Mapping[str, Any], key: str, where: str) -> list[Any]:
    found = block.get(key) or []
    if not isinstance(found, list):
        raise ParamsError(f"{where}: `{key}` is no list: each of its items begins with `- `")
    return found
