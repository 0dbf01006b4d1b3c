"""Try a request: what policy would say of one, as things stand or under the draft on the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from console import format as words
from console import session
from console.components import desk_words, number_field, override_form, text_table
from console.components.text_table import Cell, Column
from engine.domain.actor import Role
from engine.domain.recommendation import Recommendation
from engine.domain.verdict import Verdict, VerdictKind
from engine.errors import EngineError
from engine.service import phrases
from engine.service import words as codes
from engine.service.rows import CellRow, ToolChoice
from engine.service.trials import Trial


def draw(page: str, desk: str, cells: tuple[CellRow, ...]) -> None:
    """Draw the form and, under it, the verdict with every rule."""
    if not cells:
        st.info("This desk has no cell to try.", icon=":material/grid_off:")
        return
    trial = _draw_form(page, cells, session.queries().tools(desk))
    if trial is None:
        return
    try:
        verdict = session.queries().tried(desk, trial)
    except EngineError as error:
        st.error(words.plain(error.message), icon=":material/error:")
        return
    tried = (trial.case_type, trial.action)
    cell = next(one for one in cells if (one.case_type, one.action) == tried)
    st.text(answer_words(verdict, cell))
    _draw_rules(verdict, desk)


def answer_words(verdict: Verdict, cell: CellRow) -> str:
    """Policy's answer, with the minutes where it lets people object first."""
    said = f"Policy would say: {codes.VERDICT[verdict.kind]}"
    if verdict.kind is not VerdictKind.VETO_WINDOW or cell.wider is None:
        return f"{said}."
    minutes = timedelta(minutes=cell.wider.veto_minutes)
    return f"{said}: it waits {words.span(minutes)} on the page Live first."


@dataclass(frozen=True, kw_only=True, slots=True)
class _Alone:
    """Tools that are chosen for no case."""

    tools: tuple[ToolChoice, ...]
    recommendation: Recommendation | None = None


_NUMBERS: Mapping[str, tuple[Mapping[str, Any], int | float]] = {
    "priority": ({"type": "integer", "minimum": 1, "maximum": 9}, 3),
    "confidence": ({"type": "number", "minimum": 0, "maximum": 1}, 0.95),
}
"""What is typed beside the arguments: its schema, and what stands there at first."""


def _draw_form(
    page: str, cells: tuple[CellRow, ...], tools: tuple[ToolChoice, ...]
) -> Trial | None:
    """The fields of the action's own schema; None while one that is required is empty."""
    known = {cell.cell: cell for cell in cells}
    what, who, priority, sure = st.columns([3, 2, 1, 1])
    name = what.selectbox(
        "Action", list(known), format_func=desk_words.cell, key=session.key(page, "trial", "cell")
    )
    actor = who.selectbox(
        "Who acts",
        ["software", *(role.value for role in Role)],
        format_func=lambda one: codes.ROLE.get(one, one),
        key=session.key(page, "trial", "who"),
    )
    urgent = _draw_number(page, priority, "priority")
    confidence = _draw_number(page, sure, "confidence")
    cell = known[name]
    tool = next((one for one in tools if one.tool == cell.action), None)
    if tool is None:
        st.info("The desk has no such action any more.", icon=":material/grid_off:")
        return None
    form = session.key(page, "trial", cell.cell)
    override_form.draw_fields(_Alone(tools=tools), tool, form)
    empty = override_form.empty_fields(tool, form)
    if urgent is None or confidence is None or empty or override_form.why_not_fields(tool, form):
        asked = words.listed([override_form.label_of(tool, one).lower() for one in empty])
        st.caption(words.plain(f"Fill in {asked or 'the form'} to see what policy would say."))
        return None
    return Trial(
        case_type=cell.case_type,
        action=cell.action,
        arguments=override_form.read_fields(tool, form),
        priority=int(urgent),
        confidence=float(confidence),
        roles=None if actor == "software" else frozenset({Role(actor)}),
    )


def _draw_number(page: str, column: DeltaGenerator, name: str) -> int | float | None:
    """Draw one of the numbers beside the arguments; None where it cannot be read."""
    (field, usual), key = _NUMBERS[name], session.key(page, "trial", name)
    with column:
        number_field.draw(name.capitalize(), name, field, key, suggested=usual, is_required=True)
    return number_field.typed(name, field, key).value


def _draw_rules(verdict: Verdict, desk: str) -> None:
    rules = sorted(verdict.rules, key=lambda rule: rule.is_kept)
    titles = desk_words.titles(desk)
    text_table.draw(
        (
            Column(label="", width="9%"),
            Column(label="Rule", width="35%"),
            Column(label="Limit", width="32%"),
            Column(label="Seen", width="24%"),
        ),
        [
            (
                Cell(
                    text="✓ kept" if rule.is_kept else "✗ broken",
                    tone="dim" if rule.is_kept else "bad",
                    hint=f"otherwise: {codes.VERDICT[rule.otherwise]}",
                ),
                Cell(
                    text=phrases.rule_words(rule.rule),
                    tone="" if rule.is_kept else "strong",
                    note="binds people too" if rule.binds_people else "",
                ),
                Cell(text=phrases.rule_value(rule.rule, rule.limit, titles), tone="dim"),
                Cell(text=phrases.rule_value(rule.rule, rule.seen, titles)),
            )
            for rule in rules
        ],
        key="tried",
        label="Rules of the verdict",
    )
