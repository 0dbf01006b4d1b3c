"""JSON lines as rows of text fields, one problem a line that cannot be read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from engine.errors import IntakeError
from engine.perceive.csv_rows import Row
from engine.perceive.layout import Layout, check_columns
from engine.perceive.lines import LONGEST_RECORD, Line, Problem, as_text


class _Refused(ValueError):
    """The line is JSON, but not a row."""


def json_rows(lines: Iterator[Line], layout: Layout) -> Iterator[Row]:
    """Give each line as a row; blank lines are left out.

    Raises:
        BrokenFile: The file breaks off.
    """
    for line in lines:
        if line.is_too_long:
            yield line.number, Problem(reason=f"longer than {LONGEST_RECORD:,} bytes")
        elif line.content.strip():
            text = as_text(line)
            yield line.number, text if isinstance(text, Problem) else _row(text, layout)


def _row(text: str, layout: Layout) -> dict[str, str] | Problem:
    try:
        fields = _decoder.decode(text.strip())
        if not isinstance(fields, dict):
            raise _Refused('not an object; write {"column": "value", ...}')
        check_columns(list(fields), layout)
        return {name: _as_text(name, value) for name, value in fields.items()}
    except (_Refused, IntakeError) as error:
        return Problem(reason=str(error).rstrip("."))
    except (ValueError, RecursionError) as error:
        return Problem(reason=f"not JSON ({error})")


def _as_text(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise _Refused(f"{name} is not a text or a number")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Refused(f"The column {twice} stands twice")
    return fields


def _no_constant(name: str) -> None:
    raise _Refused(f"{name} is not a number")


_decoder = json.JSONDecoder(object_pairs_hook=_without_repeats, parse_constant=_no_constant)
