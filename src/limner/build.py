"""Strict dataclasses of plain data, and what is wrong with it in sentences."""

import json
from typing import Any, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError

from limner.errors import ParamsError, choices
from limner.recipe import Recipe

TAG = "~"
"""What the tag of one of a key's several shapes begins with: it is no part of the key's place in messages."""

NUMBER, AUTO = f"{TAG}number", f"{TAG}auto"
"""Which of its two shapes a key has that takes a number, or 'auto'."""

WHOLE: dict[type, str] = {type(None): "empty", list: "a list"}
"""What a file or block may be that has no keys."""

Built = TypeVar("Built")


def build(cls: type[Built], tree: Any, where: str) -> Built:
    """Make a `Strict` dataclass from plain YAML data.

    Raises:
        ParamsError: lists every unknown, missing or mistyped key below `where`.
    """
    try:
        # Through JSON, whose strict mode takes a list for a tuple and still converts nothing else.
        return TypeAdapter(cls).validate_json(json.dumps(tree, default=str))
    except ValidationError as error:
        lines = [_sentence(cls, problem) for problem in error.errors()]
        raise ParamsError("\n".join([f"{where} cannot be used:", *(f"  {line}" for line in lines)])) from None


def _sentence(cls: type, problem: Any) -> str:
    """One pydantic error as a sentence with the key's place, the wrong value and what is allowed."""
    place = tuple(part for part in problem["loc"] if not str(part).startswith(TAG))
    kind = problem["type"]
    # Where several types are allowed, pydantic names the one it tried, as in tuple[str, ...], which is no key.
    key = ".".join(str(part) for part in place if "[" not in str(part))
    value = problem["input"]
    note = ""
    if isinstance(value, str) and _is_number(value):
        note = " (a number stands without quotes)"
    if kind in ("unexpected_keyword_argument", "extra_forbidden"):
        if place[-1] in _fields_at(Recipe, ()):
            return f"unknown key {key!r}; it is a number of a recipe: recipes.limner.{place[-1]}{note}"
        return f"unknown key {key!r}; {choices(place[-1], _fields_at(cls, place[:-1]))}"
    if kind in ("missing", "missing_argument") and isinstance(place[-1], str):
        return f"the key {key!r} is missing"
    if kind == "missing":  # of a list
        return f"{'.'.join(map(str, place[:-1]))}: {_shown(value)} is not allowed; {_entries(place[-1] + 1)}"
    if not key:
        return f"it is {WHOLE.get(type(value), 'a single value')}; {_allowed(problem)}"
    if value is None:
        return f"{key} is empty; {_allowed(problem)}"
    return f"{key}: {_shown(value)} is not allowed; {_allowed(problem)}{note}"


def _shown(value: Any) -> str:
    """A wrong value as YAML has it, whose booleans are not those of Python."""
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _entries(least: int) -> str:
    return f"it should have {least} or more entries"


def _allowed(problem: Any) -> str:
    """What may stand in the place of a wrong value: pydantic's words, but where those speak of Python or of one of
    several shapes alone."""
    match problem["type"]:
        case "tuple_type" | "list_type":
            return "it should be a list, as [a, b]"
        case "dataclass_type" | "dict_type":
            return "it should be a mapping, as {key: value}"
        case "bool_type":
            return "it should be true or false"
        case "too_short":
            return _entries(problem["ctx"]["min_length"])
        case "too_long":
            return f"it should have no more than {problem['ctx']['max_length']} entries"
        case "literal_error" if problem["loc"][-1] == AUTO:
            return f"it should be {problem['ctx']['expected']} or a whole number"
    words = f"{problem['msg'][0].lower()}{problem['msg'][1:]}"
    return words.replace("True or False", "true or false")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _fields_at(cls: Any, place: tuple[Any, ...]) -> list[str]:
    """The keys allowed at `place` below the dataclass `cls`, walking through dicts by their value type."""
    for part in place:
        fields = getattr(cls, "__dataclass_fields__", None)
        if fields is not None:
            cls = fields[part].type
        while get_args(cls) and not hasattr(cls, "__dataclass_fields__"):
            arguments = get_args(cls)
            dict_here = getattr(cls, "__origin__", None) is dict
            if dict_here and fields is not None:
                break  # the next part of the place is this dict's own key
            cls = arguments[1] if dict_here else arguments[0]
    return list(getattr(cls, "__dataclass_fields__", {}))
