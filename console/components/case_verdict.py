"""Verdict of a case: what policy says, rule by rule, and the way the case came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from console import format as words
from console.components import desk_words, open_case, text_line, text_table
from console.components.text_line import Piece
from console.components.text_table import Cell, Column
from engine.domain.actor import DecidedBy
from engine.domain.phase import Phase
from engine.domain.recommendation import Action
from engine.domain.verdict import RuleResult
from engine.service import phrases
from engine.service import words as codes
from engine.service.rows import CaseCard, TimelineRow


def draw_verdict(card: CaseCard) -> None:
    """Policy's answer and when it was given: broken rules first, then those that were kept."""
    st.subheader("What policy says", anchor=False)
    advice = card.recommendation
    if advice is None or not advice.actions:
        text_line.draw([[Piece(text="No action was judged.", look="dim")]], key="verdict")
        return
    lines = [_answer(card, advice.as_of), _would_have(card), [_gone_stale(card)]]
    text_line.draw(lines, key="verdict")
    titles = desk_words.titles(card.row.desk)
    text_table.draw(
        (
            Column(label="", width="13%"),
            Column(label="Rule", width="43%"),
            Column(label="Limit", width="23%"),
            Column(label="Seen", width="21%"),
        ),
        [_rule_cells(rule, titles, step) for rule, step in _rules(advice.actions)],
        key="rules",
        label="Rules",
    )


def _rules(actions: Sequence[Action]) -> list[tuple[RuleResult, str]]:
    """Broken rules first, each with its step where there are several; what all keep, once."""
    told: dict[tuple[RuleResult, str], None] = {}
    for action in actions:
        step = f"step {action.ordinal}" if len(actions) > 1 else ""
        for rule in action.verdict.rules:
            told[rule, "" if rule.is_kept else step] = None
    return sorted(told, key=lambda one: one[0].is_kept)


def gone_stale(card: CaseCard) -> tuple[str, ...]:
    """Facts that were fresh when policy judged and are stale now, by their names."""
    if card.recommendation is None:
        return ()
    judged = card.recommendation.as_of
    return tuple(
        desk_words.fact(card.row.desk, fact.attribute)
        for fact in card.facts
        if fact.is_stale and fact.stale_from is not None and fact.stale_from >= judged
    )


def _gone_stale(card: CaseCard) -> Piece:
    return Piece(text=stale_words(card), tone="warn")


def stale_words(card: CaseCard) -> str:
    """One line about facts that have gone stale since policy judged; empty where none has."""
    names = gone_stale(card) if card.row.status in open_case.WAITS else ()
    if not names:
        return ""
    have = "1 fact has" if len(names) == 1 else f"{len(names)} facts have"
    return f"{have} gone stale since then: {', '.join(names)}."


def _answer(card: CaseCard, judged: datetime) -> list[Piece]:
    if card.verdict is None:
        return []
    return [
        Piece(text="Policy's answer:", look="dim"),
        Piece(text=codes.VERDICT_MARK[card.verdict], look="chip", tone="strong", hint=card.verdict),
        Piece(text=f"as judged {words.moment(judged)} UTC", look="dim", hint=words.exact(judged)),
    ]


def _would_have(card: CaseCard) -> list[Piece]:
    is_same = card.would_have is card.verdict
    if card.would_have is None or (is_same and card.phase is not Phase.COPILOT):
        return []
    return [
        Piece(text="In a bounded cell its answer would be:", look="dim"),
        Piece(
            text=codes.VERDICT_MARK[card.would_have],
            look="chip",
            tone="info",
            hint=card.would_have,
        ),
        Piece(text="as well" if is_same else "", look="dim"),
    ]


def _rule_cells(rule: RuleResult, titles: Mapping[str, str], step: str) -> tuple[Cell, ...]:
    return (
        Cell(
            text="✓ kept" if rule.is_kept else "✗ broken",
            tone="dim" if rule.is_kept else "bad",
            hint=f"{rule.rule}; otherwise: {codes.VERDICT[rule.otherwise]}",
        ),
        Cell(
            text=phrases.rule_words(rule.rule),
            tone="" if rule.is_kept else "strong",
            note="; ".join(
                said for said in (step, "binds people too" if rule.binds_people else "") if said
            ),
        ),
        Cell(text=phrases.rule_value(rule.rule, rule.limit, titles), tone="dim"),
        Cell(text=phrases.rule_value(rule.rule, rule.seen, titles)),
    )


def draw_timeline(rows: tuple[TimelineRow, ...], now: datetime) -> None:
    """From the signal to the outcome, each line with who decided it; the latest first.

    Args:
        rows: The case's events, oldest first.
        now: The wall clock: events are recorded by it.
    """
    st.subheader("Timeline", anchor=False)
    text_table.draw(
        (
            Column(label="When", width="15%"),
            Column(label="Stage", width="11%"),
            Column(label="What happened", width="46%"),
            Column(label="Decided by", width="28%"),
        ),
        [_event_cells(row, now) for row in reversed(rows)],
        key="timeline",
        label="Timeline",
        empty="Nothing has happened yet.",
    )


def _event_cells(row: TimelineRow, now: datetime) -> tuple[Cell, ...]:
    rule = phrases.event_rule(row.kind, row.rule)
    return (
        Cell(text=words.ago(row.at, now), tone="dim", hint=words.exact(row.at)),
        Cell(text=row.stage, tone="dim"),
        Cell(text=row.text, hint=row.kind),
        Cell(
            text=codes.DECIDER[row.decided_by],
            tone="strong" if row.decided_by is DecidedBy.PERSON else "",
            note=" · ".join(part for part in (row.actor, rule) if part),
            hint=row.rule,
        ),
    )
