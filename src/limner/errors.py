"""The errors that speak to a person.

`LimnerError` is the root of everything limner raises on purpose. Its message says what was
wrong, where, and what is allowed, so a stage or the command line prints it without a traceback.
Anything else that escapes is a bug and keeps its traceback.
"""

import difflib
import re
from collections.abc import Iterable

MOST_NAME = 4000
"""Characters of a name, an address or a reason that are kept: Linux takes no path of more than 4096."""
HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
"""Control characters, halves of characters, and what breaks a line or a paragraph."""


class LimnerError(Exception):
    """What was wrong, where, and what is allowed."""


class ParamsError(LimnerError):
    """params.yaml holds a key or a value that limner does not take."""


class SourceError(LimnerError):
    """A source could not be fetched, verified or decoded."""


class Unreachable(SourceError):
    """No host answers where a source should be."""


class FaceError(LimnerError):
    """A picture holds no face that can be used."""


class ModelError(LimnerError):
    """A model's folder is missing, incomplete, or does not fit its input."""


class TrainingError(LimnerError):
    """A training cannot go on, or what it made cannot be kept."""


def choices(wrong: object, allowed: Iterable[object]) -> str:
    """The end of a message about a wrong name: what is allowed, and what was probably meant."""
    names = [short(str(name), 500) for name in allowed]
    near = difflib.get_close_matches(str(wrong), names, n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    return f"allowed: {', '.join(names)}{hint}"


def short(said: str, most: int = 200) -> str:
    """What others wrote, who may have written a book: its beginning and its end, at most so many characters."""
    return said if len(said) <= most else f"{said[: most // 2]}…{said[len(said) - (most - 1) // 2 :]}"


def tellable(name: str) -> bool:
    """Whether a table can hold a name and a terminal show it: no control characters, no halves of characters."""
    return not HIDDEN.search(name)


def told(text: str) -> str:
    """A text of somebody else's as a table can hold it and a terminal show it: what is not `tellable` is spelled out,
    and there are at most `MOST_NAME` characters."""
    return short(HIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text), MOST_NAME)
