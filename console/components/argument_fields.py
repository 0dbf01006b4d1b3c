"""Fields of a form for a tool's arguments, from its JSON Schema. Draws nothing.

A nested object becomes fields with a dot in their names; a list becomes one text with a row for
each of its items.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from console import format as words

Schema = Mapping[str, Any]


def fields_of(schema: Schema) -> dict[str, Schema]:
    """Every field to be filled in, by its name, in the schema's order."""
    return _fields(schema, schema, "")


def _fields(part: Schema, whole: Schema, before: str) -> dict[str, Schema]:
    found: dict[str, Schema] = {}
    for name, field in part.get("properties", {}).items():
        known = _resolved(field, whole)
        if known.get("type") == "object" and known.get("properties"):
            found |= _fields(known, whole, f"{before}{name}.")
        else:
            found[f"{before}{name}"] = known
    return found


def required(schema: Schema) -> list[str]:
    """Names of the fields that have to be filled in."""
    return _required(schema, schema, "")


def _required(part: Schema, whole: Schema, before: str) -> list[str]:
    found: list[str] = []
    for name in part.get("required", ()):
        known = _resolved(part.get("properties", {}).get(name, {}), whole)
        if known.get("type") == "object" and known.get("properties"):
            found += _required(known, whole, f"{before}{name}.")
        else:
            found.append(f"{before}{name}")
    return found


def _resolved(field: Schema, whole: Schema) -> Schema:
    """The field without references, as far as a form needs it."""
    options = [one for one in field.get("anyOf", ()) if one.get("type") != "null"]
    if options:
        field = {**field, **options[0]}
    if "$ref" in field:
        known = whole.get("$defs", {}).get(str(field["$ref"]).rsplit("/", 1)[-1], {})
        field = {**known, **{name: said for name, said in field.items() if name != "$ref"}}
    if isinstance(field.get("items"), Mapping):
        field = {**field, "items": _resolved(field["items"], whole)}
    return field


def arguments_of(filled: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """What stands in the fields as arguments; empty fields are left out."""
    fields, found = fields_of(schema), dict[str, Any]()
    for name, value in filled.items():
        if value in (None, ""):
            continue
        *parts, last = name.split(".")
        inside = found
        for part in parts:
            inside = inside.setdefault(part, {})
        is_list = fields.get(name, {}).get("type") == "array"
        inside[last] = _rows(str(value), fields[name]) if is_list else value
    return found


def text_of(arguments: Mapping[str, Any], name: str, field: Schema) -> Any:
    """What a field holds where its argument is known; None where it is not."""
    value: Any = arguments
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if field.get("type") != "array" or not isinstance(value, list):
        return value
    return "\n".join(
        ", ".join(str(one) for one in item.values()) if isinstance(item, Mapping) else str(item)
        for item in value
    )


def row_names(field: Schema) -> list[str]:
    """What stands in one row of a list, in order; none: one value."""
    return list(field.get("items", {}).get("properties", {}))


def why_not_rows(text: str, field: Schema) -> str:
    """Which row of a list does not hold what it has to; empty where all do, or it is no list."""
    if field.get("type") != "array":
        return ""
    names, rows = row_names(field), [row.strip() for row in text.splitlines() if row.strip()]
    for place, row in enumerate(rows, 1):
        if names and row.count(",") != len(names) - 1:
            return f"Row {place} has to hold {words.listed(names)}, with a comma between."
        parts = zip(names, row.split(","), strict=False) if names else [("", row)]
        for name, part in parts:
            inside = field["items"]["properties"][name] if name else field.get("items", {})
            if inside.get("type") == "integer" and isinstance(_value(part.strip(), inside), str):
                return f"Row {place}: “{part.strip()}” is no whole number."
    return ""


def _rows(text: str, field: Schema) -> list[Any]:
    names, items = row_names(field), field.get("items", {})
    rows = [row.strip() for row in text.splitlines() if row.strip()]
    if not names:
        return [_value(row, items) for row in rows]
    return [
        {
            name: _value(part.strip(), items["properties"][name])
            for name, part in zip(names, row.split(","), strict=False)
        }
        for row in rows
    ]


def _value(text: str, field: Schema) -> Any:
    """A value of the field's type; what is none stays a text, which the contract then refuses."""
    is_whole = text.removeprefix("-").isdecimal() and text.isascii()
    return int(text) if field.get("type") == "integer" and is_whole else text
