"""Schemas: a pydantic model's JSON Schema as a model is shown it, without what tells it nothing.

Shared by workflow and agent. What is left out is still checked when an answer comes, and said then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from engine.domain.tool import Strict

_NOISE = frozenset({"title", "minLength", "maxLength"})
_OPEN_LENGTH = re.compile(r"[*+?]|\{\d*,")
"""A repetition without a fixed length."""
_NESTED = ("properties", "$defs")


@cache
def told_schema(schema: type[Strict]) -> Mapping[str, Any]:
    """The whole form, for an answer: without titles, which repeat names, and lengths of texts."""
    return _without_noise(schema.model_json_schema(), _NOISE)


@cache
def called_schema(arguments: type[Strict]) -> Mapping[str, Any]:
    """The form of a tool's arguments: types, choices, bounds, and what is required.

    A pattern stays where it has a fixed length: it is a form that has to be known, as of a day or a
    currency. Of an identifier or a text it says no more than that it has to be one, and those are
    taken from facts. That nothing may be added, and what the whole is, are left to other words.
    """
    whole = _without_noise(arguments.model_json_schema(), _NOISE, is_call=True)
    return {name: value for name, value in whole.items() if name != "description"}


@cache
def outlined(arguments: type[Strict]) -> Mapping[str, Any]:
    """Names and types alone, for a form that is described elsewhere."""
    schema = arguments.model_json_schema()
    of = {name: _outline(one) for name, one in schema.get("properties", {}).items()}
    return {"type": "object", "properties": of, "required": schema.get("required", [])}


def purpose(arguments: type[Strict]) -> str:
    """What the arguments say, in the words of their author, on one line; empty: nothing."""
    return " ".join(str(arguments.model_json_schema().get("description", "")).split())


def _outline(schema: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return {"type": "object"}
    kept = {name: schema[name] for name in ("type", "anyOf") if name in schema}
    return {**kept, "items": _outline(schema["items"])} if "items" in schema else kept


def _without_noise(
    schema: Mapping[str, Any], noise: frozenset[str], *, is_call: bool = False
) -> dict[str, Any]:
    """A schema without some of its keywords; names of properties are no keywords."""
    kept: dict[str, Any] = {}
    for name, value in schema.items():
        if name in _NESTED:
            kept[name] = {
                one: _without_noise(of, noise, is_call=is_call) for one, of in value.items()
            }
        elif name in noise or (is_call and _says_little(name, value)):
            continue
        elif isinstance(value, dict):
            kept[name] = _without_noise(value, noise, is_call=is_call)
        elif name in ("anyOf", "allOf"):
            kept[name] = [_without_noise(one, noise, is_call=is_call) for one in value]
        else:
            kept[name] = value
    return kept


def _says_little(keyword: str, value: Any) -> bool:
    """Whether a keyword of a call's form tells a model nothing that it has to know."""
    if keyword == "additionalProperties":
        return value is False
    return keyword == "pattern" and _OPEN_LENGTH.search(value) is not None
