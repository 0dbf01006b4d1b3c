"""Try a request: what policy would say of one, as things stand or under the draft on the page."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from console import format as words
from console import session
from console.components import desk_words, text_table
from console.components.text_table import Cell, Column
from engine.domain.actor import Role
from engine.domain.verdict import Verdict
from engine.errors import EngineError
from engine.service import phrases
from engine.service import words as codes
from engine.service.rows import CellRow
from engine.service.trials import Trial


def draw(page: str, desk: str, cells: tuple[CellRow, ...]) -> None:
    """Draw the form and, under it, the verdict with every rule."""
    if not cells:
        st.info("This desk has no cell to try.", icon=":material/grid_off:")
        return
    trial = _draw_form(page, cells)
    if trial is None:
        return
    try:
        verdict = session.queries().tried(desk, trial)
    except EngineError as error:
        st.error(words.plain(error.message), icon=":material/error:")
        return
    _draw_verdict(verdict, desk)


def _draw_form(page: str, cells: tuple[CellRow, ...]) -> Trial | None:
    known = {cell.cell: cell for cell in cells}
    what, who, priority, sure = st.columns([3, 2, 1, 1])
    name = what.selectbox(
        "Action", list(known), format_func=desk_words.cell, key=session.key(page, "trial", "cell")
    )
    actor = who.selectbox(
        "Who acts",
        ["software", *(role.value for role in Role)],
        format_func=lambda one: one.replace("_", " "),
        key=session.key(page, "trial", "who"),
    )
    urgent = priority.number_input("Priority", 1, 9, 3, key=session.key(page, "trial", "priority"))
    confidence = sure.number_input(
        "Confidence", 0.0, 1.0, 0.95, 0.01, key=session.key(page, "trial", "confidence")
    )
    text = st.text_input(
        "Arguments (JSON)",
        "{}",
        key=session.key(page, "trial", "arguments"),
        max_chars=2000,
        help="What the tool would be called with, for example an amount or a group.",
    )
    arguments = _arguments(text)
    if arguments is None:
        st.error("The arguments are no JSON object.", icon=":material/error:")
        return None
    cell = known[name]
    return Trial(
        case_type=cell.case_type,
        action=cell.action,
        arguments=arguments,
        priority=int(urgent),
        confidence=float(confidence),
        roles=None if actor == "software" else frozenset({Role(actor)}),
    )


def _arguments(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _draw_verdict(verdict: Verdict, desk: str) -> None:
    said = codes.VERDICT[verdict.kind]
    st.text(f"Policy would say: {said}.")
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
