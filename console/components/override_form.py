"""Form of an override: another tool or other arguments, drawn from the tool's own schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import streamlit as st

from console import format as words
from console import session
from console.components import argument_fields, desk_words
from engine.domain.recommendation import Recommendation
from engine.service import phrases
from engine.service import words as codes
from engine.service.rows import ToolChoice

PAGE = "override"
_LONG_TEXT = 200
_HUNDRED = 100
"""Minor units in one unit, as money is written out everywhere."""


class Choosable(Protocol):
    """What an action can be chosen for."""

    @property
    def tools(self) -> tuple[ToolChoice, ...]:
        """What can be chosen."""
        ...

    @property
    def recommendation(self) -> Recommendation | None:
        """Whose alternatives come first; None where they may not be known."""
        ...


def draw(card: Choosable, form: str, *, label: str = "Do this instead") -> None:
    """Draw the choice of tool and a field for each argument the case does not fix.

    Args:
        card: The case with its tools.
        form: Part of every key; another one gives empty fields.
        label: Over the choice of tool.
    """
    titles = {choice.tool: choice.title for choice in choices(card)}
    columns = st.columns([1, 2], gap="small")
    with columns[0]:
        st.selectbox(
            label,
            list(titles),
            format_func=lambda tool: titles[tool],
            key=_tool_key(form),
        )
    with columns[1]:
        draw_fields(card, _chosen(card, form), form)


def draw_fields(card: Choosable, choice: ToolChoice, form: str) -> None:
    """Draw a field for each argument of a tool that is not fixed."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name, field in _open_fields(choice).items():
            _draw_field(card, choice, name, field, form)


def choices(card: Choosable) -> tuple[ToolChoice, ...]:
    """The tools that the person may choose: a cell may be other roles' to decide."""
    held = session.person().roles
    return tuple(one for one in card.tools if not phrases.who_decides("", one.deciders, held))


def read(card: Choosable, form: str) -> tuple[str, dict[str, Any]]:
    """The chosen tool and all its arguments, those of the case included."""
    choice = _chosen(card, form)
    return choice.tool, read_fields(choice, form)


def read_fields(choice: ToolChoice, form: str) -> dict[str, Any]:
    """All arguments of a tool that are filled in, fixed ones included."""
    filled = {
        name: _read_field(name, field, st.session_state.get(_field_key(form, choice.tool, name)))
        for name, field in _open_fields(choice).items()
    }
    return {**choice.fixed, **argument_fields.arguments_of(filled, choice.schema)}


def _read_field(name: str, field: Mapping[str, Any], shown: Any) -> Any:
    """Money is filled in as people write it and sent in minor units."""
    if shown is None or not _is_money(name, field):
        return shown
    return round(shown * _HUNDRED)


def _is_money(name: str, field: Mapping[str, Any]) -> bool:
    return name.endswith(desk_words.MINOR) and field.get("type") == "integer"


def is_complete(card: Choosable, form: str) -> bool:
    """Whether every argument the tool requires is filled."""
    return bool(choices(card)) and not missing_field(card, form)


def missing_field(card: Choosable, form: str) -> str:
    """Key of the first field that has to be filled and is not; empty where there is none."""
    if not choices(card):
        return _tool_key(form)
    choice = _chosen(card, form)
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


def _chosen(card: Choosable, form: str) -> ToolChoice:
    tool = st.session_state.get(_tool_key(form))
    offered = choices(card)
    return next((choice for choice in offered if choice.tool == tool), offered[0])


def _open_fields(choice: ToolChoice) -> dict[str, Mapping[str, Any]]:
    fields = argument_fields.fields_of(choice.schema)
    return {name: field for name, field in fields.items() if name not in choice.fixed}


def _draw_field(
    card: Choosable, choice: ToolChoice, name: str, field: Mapping[str, Any], form: str
) -> None:
    key = _field_key(form, choice.tool, name)
    label = words.plain(label_of(choice, name))
    options = choice.options.get(name) or tuple(field.get("enum", ()))
    if options:
        shown, likely = _likely_first(card, choice.tool, name, options)
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
    elif _is_money(name, field):
        _draw_money(label, field, key, _suggested(card, choice.tool, name, field))
    elif field.get("type") in ("integer", "number"):
        _draw_number(label, field, key, _suggested(card, choice.tool, name, field))
    else:
        _draw_text(label, field, key, _suggested(card, choice.tool, name, field))


def _draw_text(label: str, field: Mapping[str, Any], key: str, value: Any) -> None:
    longest = field.get("maxLength")
    is_long = field.get("type") == "array" or (longest or 0) > _LONG_TEXT
    shown = None if value is None else str(value)
    if is_long or not (longest or "pattern" in field):
        st.text_area(label, value=shown or "", max_chars=longest, height=68, key=key)
    else:
        st.text_input(label, value=shown or "", max_chars=longest, key=key)


def _suggested(card: Choosable, tool: str, name: str, field: Mapping[str, Any]) -> Any:
    """What the software would put there, so that a person changes only what is wrong."""
    made = card.recommendation
    if made is None:
        return None
    calls = [(one.tool, one.arguments) for one in made.actions]
    calls += [(one.proposal.tool, one.proposal.arguments) for one in made.draft.alternatives]
    same = (arguments for called, arguments in calls if called == tool)
    return argument_fields.text_of(next(same, {}), name, field)


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


def _draw_money(label: str, field: Mapping[str, Any], key: str, suggested: Any) -> None:
    is_number = isinstance(suggested, int) and not isinstance(suggested, bool)
    low, high = field.get("minimum"), field.get("maximum")
    st.number_input(
        label,
        min_value=None if low is None else low / _HUNDRED,
        max_value=None if high is None else high / _HUNDRED,
        value=suggested / _HUNDRED if is_number else None,
        step=1.0,
        format="%.2f",
        key=key,
    )


def _draw_number(label: str, field: Mapping[str, Any], key: str, suggested: Any) -> None:
    kind = int if field["type"] == "integer" else float
    low, high, value = (field.get(name) for name in ("minimum", "maximum", "default"))
    is_number = isinstance(suggested, int | float) and not isinstance(suggested, bool)
    value = suggested if is_number else value
    st.number_input(
        label,
        min_value=None if low is None else kind(low),
        max_value=None if high is None else kind(high),
        value=None if value is None else kind(value),
        step=kind(1),
        key=key,
    )


def _likely_first(
    card: Choosable, tool: str, name: str, options: Sequence[str]
) -> tuple[list[str], dict[str, str]]:
    """The reasoner's alternatives before the rest, with their rank: their scores are no odds."""
    others = card.recommendation.draft.alternatives if card.recommendation else ()
    values = [
        str(other.proposal.arguments.get(name)) for other in others if other.proposal.tool == tool
    ]
    ranked = [value for value in dict.fromkeys(values) if value in options]
    likely = {value: f", the software's choice {place}" for place, value in enumerate(ranked, 1)}
    return [*ranked, *(value for value in options if value not in likely)], likely


def _tool_key(form: str) -> str:
    return session.key(PAGE, form, "tool")


def _field_key(form: str, tool: str, name: str) -> str:
    return session.key(PAGE, form, tool, name)
