"""Documents: reading what people write as YAML, with the line of the first mistake."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from engine.domain.canonical import Json, digest
from engine.errors import ConfigError
from engine.govern.limits import Closed, Currency, Zone

LONGEST_DOCUMENT = 200_000
"""Characters; a document is written by people."""

D = TypeVar("D", bound="PolicyDocument")


class PolicyDocument(Closed):
    """What all documents of a desk have in common."""

    desk: str
    note: str = ""
    currency: Currency = "EUR"
    """Currency of every amount in the document."""
    zone: Zone = "UTC"
    """Zone of its hours, and of the hours and days of its budgets."""

    def to_yaml(self) -> str:
        """The document as YAML, in the order of the schema, without what it does not state."""
        stated = _without_nothing(self.model_dump(mode="json"))
        return yaml.safe_dump(stated, sort_keys=False, allow_unicode=True)

    @property
    def hash(self) -> bytes:
        """Digest of the whole document."""
        return digest(self.model_dump(mode="json"))


def _without_nothing(value: Json) -> Json:
    if isinstance(value, dict):
        kept = ((name, _without_nothing(one)) for name, one in value.items())
        return {name: one for name, one in kept if one not in (None, "", {}, []) or name == "cells"}
    return [_without_nothing(one) for one in value] if isinstance(value, list) else value


def read_document(kind: type[D], text: str, source: str) -> D:
    """Read a document from YAML.

    Args:
        kind: What it has to be.
        text: The document.
        source: Name of the file, for the error message.

    Raises:
        ConfigError: It is not YAML, or a field is unknown, missing or out of range; the message
            names the line.
    """
    if len(text) > LONGEST_DOCUMENT:
        raise ConfigError(f"{source} has more than {LONGEST_DOCUMENT:,} characters")
    try:
        raw: Any = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigError(f"{source} is not YAML: {error}") from None
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in problem["loc"]) or "the document"
        line = line_of(text, problem["loc"])
        said = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            said = "there is no such key here"
        raise ConfigError(f"{source}, line {line}: {where}: {said}") from None


def line_of(text: str, path: Sequence[str | int]) -> int:
    """The line, from 1, on which a field stands, or the deepest part of its path that is there.

    Args:
        text: A document that is YAML.
        path: Names and places from the top down, as a schema error gives them.
    """
    node = yaml.compose(text, Loader=yaml.SafeLoader)
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
