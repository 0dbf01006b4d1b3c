"""Form of an override: another tool or other arguments, drawn from the tool's own schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from console import format as words
from console import session
from console.components import (
    argument_fields,
    desk_words,
    number_field,
    override_choice,
    text_line,
    typed_numbers,
)
from console.components.override_choice import Choosable
from console.components.text_line import Piece
from engine.service import words as codes
from engine.service.rows import ToolChoice

_LONG_TEXT = 200
_COLUMNS = 3
"""Fields side by side: wide enough for what is chosen in them."""


def draw(card: Choosable, form: str, *, label: str = "Do this instead") -> None:
    """Draw the choice of tool and a field for each argument the case does not fix.

    Args:
        card: The case with its tools.
        form: Part of every key; another one gives empty fields.
        label: Over the choice of tool.
    """
    titles = override_choice.titles(card)
    chosen = override_choice.chosen_of(card, form)
    cells = _grid(1 + (len(_short_fields(chosen)) if chosen else 0))
    with cells[0]:
        st.selectbox(
            label,
            list(titles),
            index=None if chosen is None else list(titles).index(chosen.tool),
            placeholder="Choose…",
            format_func=lambda tool: titles[tool],
            key=override_choice.tool_key(form),
        )
    if chosen is not None:
        _draw_in(cells[1:], card, chosen, form)


def draw_fields(card: Choosable, choice: ToolChoice, form: str) -> None:
    """Draw a field for each argument of a tool that is not fixed."""
    _draw_in(_grid(len(_short_fields(choice))), card, choice, form)


def _grid(count: int) -> list[DeltaGenerator]:
    """Places for so many fields, in rows of equal columns."""
    rows = [st.columns(_COLUMNS, gap="small") for _ in range(0, count, _COLUMNS)]
    return [cell for row in rows for cell in row][:count]


def _draw_in(
    cells: Sequence[DeltaGenerator], card: Choosable, choice: ToolChoice, form: str
) -> None:
    """Short fields into these places; long texts below them, over the whole width."""
    fields, places = _open_fields(choice), iter(cells)
    for name in _short_fields(choice):
        with next(places):
            _draw_field(card, choice, name, fields[name], form)
    for name, field in fields.items():
        if _is_long(choice, name, field):
            _draw_field(card, choice, name, field, form)


def _short_fields(choice: ToolChoice) -> list[str]:
    fields = _open_fields(choice)
    return [name for name, field in fields.items() if not _is_long(choice, name, field)]


def read(card: Choosable, form: str) -> tuple[str, dict[str, Any]]:
    """The chosen tool and all its arguments, those of the case included; "" where none is."""
    choice = override_choice.chosen_of(card, form)
    return ("", {}) if choice is None else (choice.tool, read_fields(choice, form))


def read_fields(choice: ToolChoice, form: str) -> dict[str, Any]:
    """All arguments of a tool that are filled in and can be read, fixed ones included."""
    filled = {
        name: _read_field(name, field, _field_key(form, choice.tool, name))
        for name, field in _open_fields(choice).items()
    }
    return {**choice.fixed, **argument_fields.arguments_of(filled, choice.schema)}


def _read_field(name: str, field: Mapping[str, Any], key: str) -> Any:
    if typed_numbers.is_number(field):
        return number_field.typed(name, field, key).value
    return st.session_state.get(key)


def why_not(card: Choosable, form: str) -> str:
    """Which field cannot be read as it stands, so that nothing can be sent; empty: none."""
    choice = override_choice.chosen_of(card, form)
    return "" if choice is None else why_not_fields(choice, form)


def why_not_fields(choice: ToolChoice, form: str) -> str:
    """The same for the fields of a tool."""
    needed, wrong = argument_fields.required(choice.schema), list[str]()
    for name, field in _open_fields(choice).items():
        text = st.session_state.get(_field_key(form, choice.tool, name))
        if typed_numbers.is_number(field):
            said = number_field.why_not(name, field, text, is_required=name in needed)
        else:
            said = argument_fields.why_not_rows(str(text or ""), field)
        if said:
            wrong.append(f"{label_of(choice, name)}: {said}")
    return " ".join(wrong)


def is_complete(card: Choosable, form: str) -> bool:
    """Whether every argument the tool requires is filled, and all can be read."""
    return not missing_field(card, form) and not why_not(card, form)


def missing_field(card: Choosable, form: str) -> str:
    """Key of the first field that has to be filled and is not; empty where there is none."""
    choice = override_choice.chosen_of(card, form)
    if choice is None:
        return override_choice.tool_key(form)
    empty = empty_fields(choice, form)
    return _field_key(form, choice.tool, empty[0]) if empty else ""


def empty_fields(choice: ToolChoice, form: str) -> list[str]:
    """Arguments that a tool requires and that are not filled in."""
    arguments, fields = read_fields(choice, form), argument_fields.fields_of(choice.schema)
    return [
        name
        for name in argument_fields.required(choice.schema)
        if argument_fields.text_of(arguments, name, fields.get(name, {})) is None
    ]


def _open_fields(choice: ToolChoice) -> dict[str, Mapping[str, Any]]:
    fields = argument_fields.fields_of(choice.schema)
    return {name: field for name, field in fields.items() if name not in choice.fixed}


def _draw_field(
    card: Choosable,
    choice: ToolChoice,
    name: str,
    field: Mapping[str, Any],
    form: str,
) -> None:
    key = _field_key(form, choice.tool, name)
    label = words.plain(label_of(choice, name))
    if options := _options(choice, name, field):
        shown, likely = override_choice.likely_first(card, choice.tool, name, options)
        st.selectbox(
            label,
            shown,
            index=_place_of(card, choice, name, shown),
            placeholder="Choose…",
            format_func=lambda value: f"{desk_words.label('', value)}{likely.get(value, '')}",
            key=key,
        )
    elif field.get("type") == "boolean":
        st.checkbox(label, value=bool(field.get("default", False)), key=key)
    elif typed_numbers.is_number(field):
        value = _suggested(card, choice.tool, name, field)
        number_field.draw(
            label,
            name,
            field,
            key,
            suggested=field.get("default") if value is None else value,
            is_required=name in argument_fields.required(choice.schema),
        )
    else:
        _draw_text(label, field, key, _suggested(card, choice.tool, name, field))


def _draw_text(label: str, field: Mapping[str, Any], key: str, value: Any) -> None:
    longest = field.get("maxLength")
    shown = "" if value is None else str(value)
    if not _is_long_text(field):
        st.text_input(label, value=shown, max_chars=longest, live=True, key=key)
        return
    st.text_area(label, value=shown, max_chars=longest, height=68, key=key)
    said = argument_fields.why_not_rows(str(st.session_state.get(key) or ""), field)
    if said:
        text_line.draw([[Piece(text=said, tone="bad")]], key=f"{key}:why_not")


def _options(choice: ToolChoice, name: str, field: Mapping[str, Any]) -> tuple[str, ...]:
    return choice.options.get(name) or tuple(field.get("enum", ()))


def _is_long(choice: ToolChoice, name: str, field: Mapping[str, Any]) -> bool:
    is_other = typed_numbers.is_number(field) or field.get("type") == "boolean"
    return not (is_other or _options(choice, name, field)) and _is_long_text(field)


def _is_long_text(field: Mapping[str, Any]) -> bool:
    longest = field.get("maxLength")
    is_long = field.get("type") == "array" or (longest or 0) > _LONG_TEXT
    return is_long or not (longest or "pattern" in field)


def _suggested(card: Choosable, tool: str, name: str, field: Mapping[str, Any]) -> Any:
    """What the software would put there, so that a person changes only what is wrong."""
    return argument_fields.text_of(override_choice.suggested(card, tool), name, field)


def label_of(choice: ToolChoice, name: str) -> str:
    """What an argument is called before people."""
    field = _open_fields(choice).get(name, {})
    said = title_of(name, str(field.get("title") or ""))
    if rows := argument_fields.row_names(field):
        return f"{said} (one a row: {', '.join(rows)})"
    return said


def title_of(name: str, title: str) -> str:
    """The title that was given to an argument; one made of its name says no more than that."""
    last = name.rsplit(".", 1)[-1]
    if title and title.lower().replace(" ", "_") != last:
        return title
    return codes.name(last.removesuffix(desk_words.MINOR).removesuffix("_id"))


def _place_of(card: Choosable, choice: ToolChoice, name: str, shown: Sequence[str]) -> int | None:
    """What is proposed is filled in where the schema closes the list; else people choose afresh."""
    field = _open_fields(choice)[name]
    if not field.get("enum"):
        return None
    value = _suggested(card, choice.tool, name, field)
    return shown.index(value) if value in shown else None


def _field_key(form: str, tool: str, name: str) -> str:
    return session.key(override_choice.PAGE, form, tool, name)
