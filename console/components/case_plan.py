"""Plan of a case: what would be called, step by step, and what became of every step."""

from __future__ import annotations

import streamlit as st

from console.components import case_facts, desk_words, plan_list, previews, text_line
from console.components.plan_list import Argument, Call, Change
from console.components.text_line import Piece, Tone
from engine.domain.difference import Difference
from engine.domain.plan import StepStatus
from engine.domain.preview import Preview
from engine.service import words as codes
from engine.service.rows import CaseCard, PlanStepRow
from engine.service.step_words import STEP_STATUS

_TONES: dict[StepStatus, Tone] = {
    StepStatus.RUNNING: "info",
    StepStatus.DONE: "warn",
    StepStatus.VERIFIED: "good",
    StepStatus.UNDOING: "info",
    StepStatus.UNDONE: "info",
    StepStatus.FAILED: "bad",
    StepStatus.UNKNOWN: "bad",
}
_CHANGED: dict[StepStatus, str] = {
    StepStatus.WAITING: "What it would change",
    StepStatus.RUNNING: "What it is to change",
    StepStatus.VERIFIED: "What it changed",
    StepStatus.UNDOING: "What it had changed",
    StepStatus.UNDONE: "What it had changed",
}


def draw(card: CaseCard) -> None:
    """Draw the calls of a case; nothing where none is recommended."""
    if not card.steps:
        return
    is_plan = len(card.steps) > 1
    st.subheader("The plan, step by step" if is_plan else "What is to be done", anchor=False)
    _draw_left(card)
    has_begun = any(step.status is not StepStatus.WAITING for step in card.steps)
    calls = [_call(card, step) for step in card.steps]
    plan_list.draw(calls, key="plan", label="Plan")
    if is_plan and not has_begun and any(call.changes for call in calls[1:]):
        text_line.draw([[Piece(text=previews.AS_THEY_STAND, look="dim")]], key="plan_note")


def _draw_left(card: CaseCard) -> None:
    """Where a plan did not come to its end: what was done, undone, is left and is to do."""
    if card.left and card.left not in card.row.attention_note:  # which the head has said
        text_line.draw([[Piece(text=card.left, tone="warn")]], key="plan_left")


def _call(card: CaseCard, step: PlanStepRow) -> Call:
    preview = previews.kept_preview(step.preview)
    is_waiting = step.status is StepStatus.WAITING
    refused = preview is not None and is_waiting
    difference = preview.difference if preview else None
    nothing = difference is not None and difference.is_empty and is_waiting
    return Call(
        title=step.words,
        pieces=(_state(step), previews.effect_piece(effect_class_of(card, step.tool))),
        lines=(
            previews.refusal_line(preview.refusal, preview.code) if preview and refused else (),
            (Piece(text="It would change nothing." if nothing else "", tone="warn"),),
            (Piece(text=_later(step, preview), look="dim"),),
            (Piece(text=step.note, tone="warn"),),
            (Piece(text=_way_back(step), look="dim"),),
        ),
        view=_view(card, step),
        changes=_changes(card, difference),
        changed=_CHANGED.get(step.status, "What it would have changed"),
    )


def _later(step: PlanStepRow, preview: Preview | None) -> str:
    """Of a step whose target cannot say yet what it would change."""
    is_open = preview is not None and preview.difference is None and not preview.refusal
    if not is_open or step.status is not StepStatus.WAITING or step.ordinal < 2:
        return ""
    return previews.later_words(step.ordinal - 1, "done")


def _view(card: CaseCard, step: PlanStepRow) -> tuple[Argument, ...]:
    return tuple(_argument(card.row.desk, step, *one) for one in step.arguments_view)


def _argument(desk: str, step: PlanStepRow, title: str, text: str) -> Argument:
    """An argument, its marked words apart."""
    places = [(start, end) for of, start, end in step.marked if of == title]
    if not places:
        return Argument(title=title, parts=(desk_words.label(desk, text),))
    parts, upto = [], 0
    for start, end in places:
        parts += [text[upto:start], text[start:end]]
        upto = end
    return Argument(title=title, parts=(*parts, text[upto:]))


def _changes(card: CaseCard, difference: Difference | None) -> tuple[Change, ...] | None:
    if difference is None:
        return None
    currency = case_facts.currency_of(card.facts)
    return previews.changes_of(difference, card.row.desk, currency)


def _state(step: PlanStepRow) -> Piece:
    if step.status is StepStatus.WAITING:
        return Piece(text="")
    tone = _TONES.get(step.status, "")
    hint = f"key {step.key}" if step.key else ""
    return Piece(text=STEP_STATUS[step.status], look="chip", tone=tone, hint=hint)


def _way_back(step: PlanStepRow) -> str:
    is_over = step.status in (StepStatus.UNDONE, StepStatus.FAILED, StepStatus.LEFT)
    if is_over or (step.way_back and step.way_back in step.note):
        return ""
    return f"Way back: {step.way_back}" if step.way_back else "Way back: none"


def effect_class_of(card: CaseCard, tool: str) -> str:
    """What kind of effect a tool has; empty where the desk does not say."""
    return next((one.effect_class for one in card.tools if one.tool == tool), "")


def repair_text(card: CaseCard) -> str:
    """Everything somebody needs who looks at the target, as one text to take along."""
    row = card.row
    parts = [f"Case {row.source_id} ({row.case_id})", f"{row.title}"]
    if row.attention is not None:
        why = (codes.ATTENTION[row.attention], row.attention_note)
        parts.append(f"Why: {': '.join(one for one in why if one)}")
    if card.left:
        parts.append(card.left)
    for step in card.steps:
        parts += ["", f"Step {step.ordinal}: {step.words}", *_repair_lines(step, row.desk)]
    return "\n".join(parts)


def _repair_lines(step: PlanStepRow, desk: str) -> list[str]:
    told = [
        ("State", STEP_STATUS[step.status]),
        ("Tool", f"{desk_words.tool(step.tool, desk)} ({step.tool})"),
        ("Target", step.target),
        *step.arguments_view,
        ("Key", step.key),
        ("Check", step.note),
        ("Way back", step.way_back or "none"),
    ]
    return [f"  {title}: {text}" for title, text in told if text]
