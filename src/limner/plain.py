"""YAML as DVC reads it, which is YAML 1.2: what stands in params.yaml means here what it means there.

5e-05 is a number without a dot, 010 is ten and 0o10 eight; 1:30 is a text, and so are yes, no, on and off.
"""

import re
from pathlib import Path
from typing import Any

import yaml

from limner.errors import ParamsError

BOOL, INT, FLOAT = (f"tag:yaml.org,2002:{kind}" for kind in ("bool", "int", "float"))
LEVELS = 32
"""How deep lists and mappings may lie in one another."""


def read(path: Path) -> Any:
    """What a YAML file holds, as plain data.

    Raises:
        ParamsError: see `parse`.
        FileNotFoundError: there is no such file.
    """
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except UnicodeDecodeError as error:
        raise ParamsError(f"{path} is not readable as YAML: {error}") from error


def parse(text: str, where: str) -> Any:
    """What a text holds, as plain data.

    Args:
        text: YAML.
        where: what messages call it.

    Raises:
        ParamsError: it is no YAML, has a key twice in one mapping, is nested too deep, or holds itself.
    """
    try:
        loader = Plain(text)
        loader.name = where
        return loader.get_single_data()
    except (yaml.YAMLError, ValueError) as error:  # the second of a tag beside what it does not fit, as in !!int many
        raise ParamsError(f"{where} is not readable as YAML: {error}") from error


class Plain(yaml.SafeLoader):
    """A loader of plain data that refuses what would be read otherwise than it looks."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Any value: refused inside of what it stands for, or too deep."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            meant = self.anchors.get(event.anchor)
            if meant and meant.end_mark is None:  # it has not come to its end
                raise self._refused(event, f"*{event.anchor} stands inside of what it stands for")
        self.depth += 1
        if self.depth > LEVELS:
            raise self._refused(event, f"lists and mappings lie in one another more than {LEVELS} deep")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """A mapping as it is written: what `<<` adds to it, its own keys may replace."""
        node = super().compose_mapping_node(anchor)
        seen: dict[tuple[str, str], yaml.Node] = {}
        for key, _ in node.value:
            first = seen.setdefault((key.tag, str(key.value)), key)
            if first is not key:
                raise self._refused(key, f"the key {key.value!r} stands in line {_line(first)} already")
        return node

    def _refused(self, at: yaml.Event | yaml.Node, why: str) -> ParamsError:
        return ParamsError(f"{self.name}, line {_line(at)}: {why}")


def _line(at: Any) -> int:
    return int(at.start_mark.line) + 1


def _whole(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    """A whole number: a nought before it changes nothing, but as part of 0b, 0o or 0x."""
    digits = str(loader.construct_scalar(node)).replace("_", "")
    return int(digits, 0 if re.search("[box]", digits) else 10)


Plain.yaml_implicit_resolvers = {
    letter: [one for one in resolvers if one[0] not in (BOOL, INT, FLOAT)]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
WORD = re.compile(r"(true|True|TRUE|false|False|FALSE)$")
WHOLE = re.compile(r"[-+]?(0b[01][01_]*|0o[0-7][0-7_]*|0x[0-9a-fA-F][0-9a-fA-F_]*|[0-9][0-9_]*)$")
NUMBER = re.compile(  # with a dot or an exponent
    r"""[-+]? (?=.*[.eE]) ([0-9][0-9_]* \.? [0-9_]* | \.[0-9][0-9_]*) ([eE][-+]?[0-9]+)? $
    | [-+]? \.(inf|Inf|INF) $
    | \.(nan|NaN|NAN) $""",
    re.VERBOSE,
)
Plain.add_implicit_resolver(BOOL, WORD, list("tTfF"))
Plain.add_implicit_resolver(INT, WHOLE, list("-+0123456789"))
Plain.add_implicit_resolver(FLOAT, NUMBER, list("-+.0123456789"))
Plain.add_constructor(INT, _whole)
