"""Why a case needs a person, in words: the engine's notes, what is particular to the case first.

What a person wrote is never rewritten: only forms that the engine itself writes are read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.percent import percent, with_one_sign
from engine.runtime import declared_path
from engine.service.phrases import a_role, broken_words, hard_rule_words, rule_value, scope_words
from engine.service.rows import QueueRow
from engine.service.words import ATTENTION, BROKEN, ROLE, RULE, STATUS

DECLARED_PATH = declared_path.REASONER
"""The reasoner that is none: what a desk declares for want of a usable recommendation."""

_BY_ENGINE = frozenset(
    {
        *(Attention.OUTSIDE_ENVELOPE, Attention.DENIED, Attention.ENVELOPE_CHANGED),
        *(Attention.AUTHORITY_LOST, Attention.BUDGET_SPENT, Attention.PAUSED),
        *(Attention.CONTRACT_CHANGED, Attention.COPILOT),
    }
)
"""With these the note is the engine's own; a person's note is never rewritten."""

_RULE_NOTE = re.compile(
    r"(?P<rule>(?:guardrail:|constraint:)?\w+): (?P<seen>.*?)(?: against (?P<limit>.*?))?"
    r"(?:, because (?P<why>.*))?",
    re.DOTALL,
)
_AT_LEAST = re.compile(r"at least (?P<least>[\d.]+).*")
ASKED = "Question asked"
_ALONE = "software would have done this alone"


def question_of(row: QueueRow) -> str:
    """What a person asked to know about a case that waits for the answer; else empty."""
    return row.attention_note if row.status is CaseStatus.WAITING_FACT else ""


def note_words(row: QueueRow, titles: Mapping[str, str]) -> str:
    """The note of a case in words, what is particular to the case first.

    Args:
        row: The case, with the note as the engine or a person wrote it.
        titles: Names of the desk's tools and facts in words, by code.
    """
    first, sign, rest = row.attention_note.partition("\n")
    if sign and row.attention is not None:  # what it means for the plan stands on its own line
        said = _note_words(replace(row, attention_note=first), titles)
        return f"{said.rstrip('.')}. {rest}" if said else rest
    return _note_words(row, titles)


def _note_words(row: QueueRow, titles: Mapping[str, str]) -> str:
    note = row.attention_note
    if row.status is CaseStatus.WAITING_FACT:
        return note
    if row.attention not in _BY_ENGINE:
        return _undo_note(note) if row.attention is None else note
    if note == _ALONE:
        return "Software would have done it alone"
    if row.attention is Attention.PAUSED:
        scope = note.removeprefix("paused: ").removesuffix(" against no pause")
        return scope_words(scope, {}, titles)
    found = _RULE_NOTE.fullmatch(note)
    if found is None or (found["rule"] not in RULE and not hard_rule_words(found["rule"])):
        return with_one_sign(note)
    rule, limit = found["rule"], found["limit"] or ""
    if rule == "confidence_below_threshold":
        return _confidence_note(row, limit)
    seen, limit = rule_value(rule, found["seen"], titles), rule_value(rule, limit, titles)
    if tell := _NOTES.get(rule):
        return tell(seen, limit)
    against = f" against {limit}" if limit else ""
    because = f", because {found['why']}" if found["why"] else ""
    return f"{broken_words(rule)}: {seen}{against}{because}"


def why_short(row: QueueRow, titles: Mapping[str, str]) -> str:
    """Why a case needs a person, in one line that may be cut: who and what first."""
    if question := question_of(row):
        return f"{ASKED}: {question}"
    if row.attention is None:
        return STATUS[row.status]
    why, note = ATTENTION[row.attention], note_words(row, titles)
    if row.attention is Attention.COPILOT:
        said = f"{note}; a person decides here" if note else why
    elif row.attention is Attention.ESCALATED and note and row.role:
        said = note
    elif row.attention in _BY_ENGINE and note:
        said = f"{note}: {why[:1].lower()}{why[1:]}"
    else:
        said = f"{why}: {note}" if note else why
    if not row.role:
        return said
    is_own = said.startswith(why)
    said = f"{said[:1].lower()}{said[1:]}" if is_own else said
    return f"{ROLE.get(row.role, row.role).capitalize()}: {said}"


def why_in_full(row: QueueRow, titles: Mapping[str, str]) -> str:
    """Why a case needs a person and whom, with nothing left out."""
    if question := question_of(row):
        return f"{ASKED}: {question}"
    if row.attention is None:
        return STATUS[row.status]
    note = note_words(row, titles)
    said = [ATTENTION[row.attention], note, f"waits for {a_role(row.role)}" if row.role else ""]
    return "; ".join(part for part in said if part)


def _undo_note(note: str) -> str:
    """`not undone: TARGET_CHANGED ...` with the code in words."""
    head, sign, rest = note.partition("not undone: ")
    code, _, more = rest.partition(" ")
    if head or not sign or code not in set(Attention):
        return note
    return f"not undone: {ATTENTION[Attention(code)].lower()} {more}".strip()


def _confidence_note(row: QueueRow, limit: str) -> str:
    """Confidence against what is needed, with the figures that the row shows elsewhere."""
    if row.confidence is None:
        return "No confidence"
    sure = f"Confidence {percent(row.confidence)}"
    least = _AT_LEAST.fullmatch(limit)
    if least is None:
        return f"{sure}, {with_one_sign(limit)}"
    needed = float(least["least"]) if row.threshold is None else row.threshold
    return f"{sure}, {percent(needed)} needed"


_NOTES: dict[str, Callable[[str, str], str]] = {
    "confidence_uncalibrated": lambda seen, limit: ": ".join(
        filter(None, (BROKEN["confidence_uncalibrated"], seen.partition(": ")[2]))
    ),
    "phase_is_copilot": lambda seen, limit: seen.partition(": ")[2] or BROKEN["phase_is_copilot"],
    "earned_by_another_reasoner": lambda seen, limit: f"Earned by {limit}, not by {seen}",
    "priority_too_urgent": lambda seen, limit: f"{seen.capitalize()} is too urgent for software",
    "budget_spent": lambda seen, limit: f"Budget used up: {seen}, {limit} allowed",
    "fact_stale": lambda seen, limit: f"Stale: {seen}",
    "facts_contradictory": lambda seen, limit: f"Contradicted: {seen}",
    "text_names_others": lambda seen, limit: f"Named, and told by no system: {seen}",
    "case_in_hand": lambda seen, limit: f"In people's hands: {seen}",
    "effect_not_reversible": lambda seen, limit: BROKEN["effect_not_reversible"],
    "audit_key_missing": lambda seen, limit: BROKEN["audit_key_missing"],
    "no_envelope": lambda seen, limit: BROKEN["no_envelope"],
}
