"""Documents: reading what people write as YAML, with the line of the first mistake."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import time
from typing import TypeVar

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from engine.domain.canonical import Json, digest
from engine.domain.plain_yaml import NotPlain, read_node, value_of, write_plain
from engine.errors import ConfigError
from engine.govern.limits import Closed, Currency, Name, Note, Zone

LONGEST_DOCUMENT = 64_000
"""Characters; a document is written by people, and read in well under a second."""

_WORDS = {
    "extra_forbidden": "there is no such key here",
    "int_type": "a whole number in plain digits is asked for; no quotes, leading zeros, _ or :",
    "int_from_float": "a whole number in plain digits is asked for",
    "float_type": "a number in plain digits such as 0.5 is asked for; no quotes, .inf or .nan",
    "bool_type": "true or false is asked for",
    "string_type": 'a text is asked for; put a number or a yes in quotes, as in "7"',
    "time_parsing": "a time such as 08:00 is asked for",
    "time_type": "a time such as 08:00 is asked for",
    "missing": "this key is missing and has to stand here",
    "model_type": "keys with their values are asked for, one a line, as in desk: orders",
    "dict_type": "keys with their values are asked for, one a line",
    "tuple_type": "a list is asked for, each item on a line that begins with a dash",
}
"""What is wrong by the kind of a schema error, where the schema's own words name no way out."""
_HEAD = {
    name: place
    for place, name in enumerate(
        ("desk", "note", "goal", "name", "why", "case_type", "action", "phase", "threshold")
    )
}
"""Fields that stand first in whatever has them; the others follow in the order of the schema."""
_CODE_NAME = re.compile(r"<[A-Za-z.]+[A-Z_]+: ('[^']*')>")
"""How a schema error shows a choice; people know it as the text alone."""

D = TypeVar("D", bound=Closed)


class PolicyDocument(Closed):
    """What all documents of a desk have in common."""

    desk: Name
    note: Note = ""
    currency: Currency = "EUR"
    """Currency of every amount in the document."""
    zone: Zone = "UTC"
    """Zone of its hours, and of the hours and days of its budgets."""

    def to_yaml(self) -> str:
        """The document as YAML, first what it is about, without what it does not state.

        Reading it gives the same document with the same hash: what is signed is what was written.
        """
        return write_plain(_stated(self))

    @property
    def hash(self) -> bytes:
        """Digest of the whole document."""
        return digest(self.model_dump(mode="json"))


def _stated(value: object) -> Json:
    match value:
        case Closed():
            fields = sorted(value, key=lambda field: _HEAD.get(field[0], len(_HEAD)))
            said = {name: _stated(one) for name, one in fields}
            return {name: one for name, one in said.items() if not _is_unsaid(value, name, one)}
        case dict():
            return {name: _stated(one) for name, one in value.items()}
        case tuple():
            return [_stated(one) for one in value]
        case time():
            return value.isoformat()
        case str():
            return str(value)
    return value


def _is_unsaid(model: Closed, name: str, said: Json) -> bool:
    """Whether leaving a field out says the same: it says nothing, and that is its default."""
    if said not in (None, "", [], {}):
        return False
    default = type(model).model_fields[name].get_default(call_default_factory=True)
    return bool(getattr(model, name) == default)


def read_document(kind: type[D], text: str, source: str) -> D:
    """Read a document from YAML.

    Args:
        kind: What it has to be.
        text: The document.
        source: Name of the file, for the error message.

    Raises:
        ConfigError: It is no plain YAML, or a field is unknown, missing or out of range; the
            message names the line.
    """
    if len(text) > LONGEST_DOCUMENT:
        raise ConfigError(f"{source} has more than {LONGEST_DOCUMENT:,} characters")
    try:
        node = read_node(text)
        raw = value_of(node)
    except NotPlain as error:
        raise ConfigError(f"{source}, line {error.line}: {error.said}") from None
    try:
        # By way of JSON, for its strict reading is the one that suits documents: a list is a
        # tuple and a text may name a choice or a time, but no text, yes or no is a number.
        return kind.model_validate_json(json.dumps(raw), strict=True)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        line, where = _line_in(node, problem["loc"]), _where(problem["loc"])
        raise ConfigError(f"{source}, line {line}: {where}: {_said(problem)}") from None


def _where(path: Sequence[str | int]) -> str:
    """A path as people write it; what is no part of it is the name of a check."""
    parts = (str(part) for part in path)
    return ".".join(one for one in parts if not one.startswith("function-")) or "the document"


def _said(problem: ErrorDetails) -> str:
    """What is wrong, with a way out."""
    match problem["type"]:
        case "too_long":
            return f"at most {problem['ctx']['max_length']} items are allowed"
        case "too_short":
            return f"at least {problem['ctx']['min_length']} item has to stand here"
    said = problem["msg"].removeprefix("Value error, ")
    return _CODE_NAME.sub(r"\1", _WORDS.get(problem["type"], said))


def line_of(text: str, path: Sequence[str | int]) -> int:
    """The line, from 1, on which a field stands, or the deepest part of its path that is there.

    Args:
        text: A document that is YAML.
        path: Names and places from the top down, as a schema error gives them.
    """
    return _line_in(read_node(text), path)


def _line_in(node: yaml.Node | None, path: Sequence[str | int]) -> int:
    line = node.start_mark.line if node else 0
    for part in path:
        found = _child(node, part)
        if found is not None:  # a field that is missing, or the name of a variant, has no line
            mark, node = found
            line = mark.start_mark.line
    return line + 1


def _child(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """The node that marks a part of a path, and the one that holds what is below it."""
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    if isinstance(node, yaml.MappingNode):
        pairs = (pair for pair in node.value if pair[0].value == part)
        return next(pairs, None)
    return None
