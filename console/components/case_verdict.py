"""Verdict of a case: what policy says, rule by rule, and the way the case came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from console import format as words
from console.components import case_look, desk_words, text_line, text_table
from console.components.text_line import Piece
from console.components.text_table import Cell, Column
from engine.domain.actor import DecidedBy
from engine.domain.phase import Phase
from engine.domain.recommendation import Action
from engine.domain.verdict import RuleResult, VerdictKind
from engine.service import phrases
from engine.service import words as codes
from engine.service.rows import CaseCard, ChosenRow, TimelineRow

_TO_A_PERSON: dict[VerdictKind, str] = {
    VerdictKind.EXECUTE: "May run",
    VerdictKind.VETO_WINDOW: "Run unless stopped",
    VerdictKind.ESCALATE: "Takes a second person",
    VerdictKind.DENY: "Refused",
}


def draw_verdict(card: CaseCard) -> None:
    """Policy's answer and when it was given: broken rules first, then those that were kept."""
    st.subheader("What policy says", anchor=False)
    if card.chosen is not None:
        _draw_chosen(card.chosen, desk_words.titles(card.row.desk))
    _draw_recommended(card)


def _draw_chosen(chosen: ChosenRow, titles: Mapping[str, str]) -> None:
    """Its answer to what a person had done instead: that ran, under the rules that bind people."""
    line = [
        Piece(text=f"To what {chosen.person} chose:", look="dim"),
        Piece(text=chosen.words, tone="strong"),
        Piece(text=_TO_A_PERSON[chosen.verdict.kind], look="chip", tone="strong"),
    ]
    text_line.draw([line], key="verdict_chosen")
    binding = [rule for rule in chosen.verdict.rules if rule.binds_people]
    _draw_rules([(rule, "") for rule in binding], titles, "Rules for what was chosen")


def _draw_recommended(card: CaseCard) -> None:
    advice = card.recommendation
    if advice is None or not advice.actions:
        text_line.draw([[Piece(text="No action was judged.", look="dim")]], key="verdict")
        return
    stale = Piece(text=case_look.stale_words(card), tone="warn")
    lines = [_answer(card, card.judged_at or advice.as_of), _would_have(card), [stale]]
    text_line.draw(lines, key="verdict")
    titles = desk_words.titles(card.row.desk)
    _draw_rules(rules_of(advice.actions), titles, "Rules")


def _draw_rules(
    rules: Sequence[tuple[RuleResult, str]], titles: Mapping[str, str], label: str
) -> None:
    text_table.draw(
        (
            Column(label="", width="13%"),
            Column(label="Rule", width="40%"),
            Column(label="Limit", width="25%"),
            Column(label="Seen", width="22%"),
        ),
        [_rule_cells(rule, titles, step) for rule, step in rules],
        key=label.lower().replace(" ", "_"),
        label=label,
    )


def rules_of(actions: Sequence[Action]) -> list[tuple[RuleResult, str]]:
    """Broken rules first; of a plan, what steps have in common once, each with whose it is.

    Results of the same rule stand one below the other, so that they can be compared.
    """
    steps: dict[RuleResult, list[int]] = {}
    places: dict[str, int] = {}
    for action in actions:
        for rule in action.verdict.rules:
            steps.setdefault(rule, []).append(action.ordinal)
            places.setdefault(rule.rule, len(places))
    told = sorted(steps, key=lambda rule: (rule.is_kept, places[rule.rule], steps[rule]))
    return [(rule, _steps(steps[rule], len(actions))) for rule in told]


def _steps(ordinals: Sequence[int], count: int) -> str:
    """Whose result it is; empty where there is one action alone."""
    if count == 1:
        return ""
    if len(ordinals) == count:
        return "every step"
    listed = " and ".join(map(str, ordinals[-2:]))
    listed = ", ".join([*map(str, ordinals[:-2]), listed])
    return f"step {listed}" if len(ordinals) == 1 else f"steps {listed}"


def _answer(card: CaseCard, judged: datetime) -> list[Piece]:
    if card.verdict is None:
        return []
    return [
        Piece(text="To the recommendation:" if card.chosen else "Policy's answer:", look="dim"),
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
            Column(label="When", width="16%"),
            Column(label="Stage", width="15%"),
            Column(label="What happened", width="42%"),
            Column(label="Decided by", width="27%"),
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
