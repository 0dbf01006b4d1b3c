"""Plain YAML: the part of YAML that people write documents in, read and written the same way.

Lives here: text to nodes and values, and back. What a document has to say is the schema's
(`engine.govern.documents`). It is narrower than YAML on purpose, so that nobody is surprised:

- a scalar without quotes is a number only if it is written in plain decimal digits; `010`, `1_000`,
  `0x10`, `20:00`, `.inf`, `off` and dates are text, and a schema that asks for a number refuses
  them;
- `true`, `false` and `null` (any usual case, also `~` and nothing) are the only other words;
- no key stands twice; anchors, aliases and tags are refused: they hide what is signed, and a few
  lines of them unfold to gigabytes.
"""

from __future__ import annotations

import math
import re
from typing import Any

import yaml

from engine.domain.canonical import Json

DEEPEST = 20
"""Levels; a document has fewer than ten."""
_MOST_DIGITS = 100
_TAG = "tag:yaml.org,2002:"
_CORE = (
    ("bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"), "tTfF"),
    ("null", re.compile(r"(?:~|null|Null|NULL|)\Z"), ("~", "n", "N", "")),
    ("int", re.compile(r"-?(?:0|[1-9][0-9]*)\Z"), "-0123456789"),
    (
        "float",
        re.compile(r"(?:-?(?:0|[1-9][0-9]*)\.[0-9]*|\.[0-9]+)(?:[eE][-+][0-9]+)?\Z"),
        "-.0123456789",
    ),
)
"""What a scalar without quotes can be beside text: kind, form, first characters. All of it is that
in YAML 1.1 as well, so other programs read a written document as we do."""
_HALF = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair, which no database takes as text."""


class NotPlain(ValueError):
    """A text is no plain YAML."""

    def __init__(self, said: str, line: int) -> None:
        """Keep what is wrong, and on which line, from 1."""
        super().__init__(said)
        self.said = said
        self.line = line


class _Reader(yaml.SafeLoader):
    """Composes nodes; it never constructs an object."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  # typeshed has it as no ClassVar
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # typeshed leaves it out
        line = event.start_mark.line + 1
        if getattr(event, "anchor", None) is not None:  # of an alias: the name it refers to
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            said = f"anchors and aliases ({sign}{event.anchor:.60}) are refused: write it out"
            raise NotPlain(said, line)
        if getattr(event, "tag", None) is not None:
            raise NotPlain(f"tags ({event.tag}) are refused: quote what is text", line)
        if isinstance(event, yaml.ScalarEvent) and _HALF.search(event.value):
            raise NotPlain("half a character (a lone surrogate) is no text", line)
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotPlain(f"it is nested deeper than {DEEPEST} levels", line)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        seen: dict[str, int] = {}
        for key, _ in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise NotPlain("a key is a word, no list and no mapping", line)
            if key.value in seen:
                raise NotPlain(
                    f"the key {key.value:.60} stands here a second time; the first is on line "
                    f"{seen[key.value]}",
                    line,
                )
            seen[key.value] = line
        return node


class _Writer(yaml.SafeDumper):
    """Writes no aliases; it quotes what YAML 1.1 takes for no text, which is more than we do."""

    def ignore_aliases(self, data: object) -> bool:
        return True


for _kind, _form, _first in _CORE:
    _Reader.add_implicit_resolver(_TAG + _kind, _form, list(_first))


def read_node(text: str) -> yaml.Node | None:
    """Read a text as nodes, which know their lines; None where it says nothing.

    Raises:
        NotPlain: It is no YAML, or more than plain.
    """
    reader = None
    try:
        reader = _Reader(text)
        return reader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = error.problem or error.context or "unreadable"
        raise NotPlain(f"not YAML: {said}", mark.line + 1 if mark else 1) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise NotPlain(f"not YAML: the character U+{error.character:04X}", line) from None
    finally:
        if reader is not None:
            reader.dispose()


def value_of(node: yaml.Node | None) -> Json:
    """The value a node stands for; keys are always text.

    Raises:
        NotPlain: A number is beyond all numbers.
    """
    match node:
        case yaml.MappingNode():
            return {key.value: value_of(one) for key, one in node.value}
        case yaml.SequenceNode():
            return [value_of(one) for one in node.value]
        case yaml.ScalarNode():
            return _scalar(node)
    return None


def _scalar(node: yaml.ScalarNode) -> Json:
    text: str = node.value
    match node.tag.removeprefix(_TAG):
        case "bool":
            return text.lower() == "true"
        case "null":
            return None
        case "int" if len(text) <= _MOST_DIGITS:
            return int(text)
        case "float" if len(text) <= _MOST_DIGITS and math.isfinite(float(text)):
            return float(text)
        case "int" | "float":
            raise NotPlain(f"the number {text:.20}… is too long", node.start_mark.line + 1)
    return text


def read_plain(text: str) -> Json:
    """Read a text as a value.

    Raises:
        NotPlain: It is no plain YAML.
    """
    return value_of(read_node(text))


def write_plain(value: Json) -> str:
    """Write a value; `read_plain` gives the same one back, keys in their order."""
    return yaml.dump(value, Dumper=_Writer, sort_keys=False, allow_unicode=True)
