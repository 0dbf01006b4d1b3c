"""Head of a case: what it is, how pressing, why it needs a person, who works on it."""

from __future__ import annotations

from datetime import datetime

from console import format as words
from console.components import desk_words, text_line
from console.components.text_line import Piece, Tone
from engine.domain.case import Origin
from engine.domain.case_status import FOR_PEOPLE, CaseStatus
from engine.domain.phase import Phase
from engine.service import attention_words, phrases
from engine.service import words as codes
from engine.service.rows import CaseCard, QueueRow

WAITS_FOR_AN_ANSWER = FOR_PEOPLE | {
    *(CaseStatus.RECEIVED, CaseStatus.PERCEIVED, CaseStatus.REASONING, CaseStatus.SUSPENDED),
    *(CaseStatus.WAITING_FACT, CaseStatus.VETO_WINDOW),
}
"""In these nobody has decided yet, so a deadline presses."""

_URGENCY: dict[words.Urgency, Tone] = {
    "none": "",
    "calm": "",
    "soon": "warn",
    "urgent": "bad",
    "overdue": "bad",
}
_PHASE: dict[Phase, str] = {
    Phase.COPILOT: "Copilot: a person decides everything",
    Phase.BOUNDED: "Bounded: software acts inside the envelope",
    Phase.ON_THE_LOOP: "On the loop: software acts, people watch",
}


def draw(card: CaseCard, *, now: datetime, holder: str) -> None:
    """Draw the head.

    Args:
        card: The case.
        now: The present of its desk, for deadline and age.
        holder: Somebody else who works on it; empty where nobody does.
    """
    row = card.row
    lines = [
        [Piece(text=row.title, look="title")],
        [
            Piece(text=row.source_id, look="code"),
            Piece(text=f"P{row.priority}", look="chip", hint="1 is the most urgent"),
            _deadline(card, now),
            _review(row, now),
            Piece(text=codes.STATUS[row.status], look="chip"),
            *_phase(card),
            *_sample(row),
            Piece(
                text=f"{desk_words.desk_title(row.desk)}, raised {words.ago(row.as_of, now)}",
                look="dim",
                hint=words.exact(row.as_of),
            ),
        ],
        _why(row),
        _first_look(card),
        _failure(card),
    ]
    if holder:
        until = words.moment(row.claimed_until)[-5:] if row.claimed_until else ""
        lines.append(
            [
                Piece(text=f"{holder} works on this case", look="chip", tone="warn"),
                Piece(text=f"until {until} UTC" if until else "", look="dim"),
            ]
        )
    text_line.draw(lines, key="case_head")


def _deadline(card: CaseCard, now: datetime) -> Piece:
    row = card.row
    if row.status not in WAITS_FOR_AN_ANSWER:
        return _kept(row.due_at, card.settled_at)
    return Piece(
        text=words.deadline(row.due_at, now, of="case"),
        look="chip",
        tone=_URGENCY[words.urgency(row.due_at, now)],
        hint=words.exact(row.due_at) if row.due_at else "",
    )


def _kept(due_at: datetime | None, settled_at: datetime | None) -> Piece:
    """A deadline that presses nobody any more: no colour, whichever way it went."""
    said = [f"deadline {words.exact(due_at)}"] if due_at else []
    said += [f"decided {words.exact(settled_at)}"] if settled_at else []
    text = words.kept_deadline(due_at, settled_at)
    return Piece(text=text, look="chip", hint=", ".join(said))


def _review(row: QueueRow, now: datetime) -> Piece:
    if row.review_due_at is None or row.status not in WAITS_FOR_AN_ANSWER:
        return Piece(text="")
    return Piece(
        text=words.deadline(row.review_due_at, now, of="decision"),
        look="chip",
        tone=_URGENCY[words.urgency(row.review_due_at, now)],
        hint="then the case is passed on or closed, as the envelope says; it is never approved",
    )


def _phase(card: CaseCard) -> list[Piece]:
    if card.phase is None:
        return []
    pieces = [Piece(text=codes.PHASE[card.phase], look="chip", hint=_PHASE[card.phase])]
    if card.phase is not Phase.COPILOT and not card.is_evidenced:
        pieces.append(
            Piece(
                text="unevidenced",
                look="chip",
                tone="warn",
                hint="No labels that count support this phase yet",
            )
        )
    return pieces


def _sample(row: QueueRow) -> list[Piece]:
    if row.origin is Origin.REAL:
        return []
    return [Piece(text="SAMPLE DATA", look="chip", tone="warn", hint="This case is simulated")]


def _why(row: QueueRow) -> list[Piece]:
    if row.attention is None or row.status not in WAITS_FOR_AN_ANSWER:
        return []
    if question := attention_words.question_of(row):
        asked = Piece(text=f"{attention_words.ASKED}:", look="dim")
        return [asked, Piece(text=question, tone="strong")]
    waits = f"waits for {phrases.a_role(row.role)}" if row.role else ""
    return [
        Piece(text="Why it needs a person:", look="dim"),
        Piece(text=codes.ATTENTION[row.attention], tone="strong"),
        Piece(text=attention_words.note_words(row, desk_words.titles(row.desk))),
        Piece(text=waits, look="chip"),
    ]


def _first_look(card: CaseCard) -> list[Piece]:
    """What the desk declares for a case that has no usable recommendation."""
    if not card.first_look:
        return []
    return [Piece(text=f"First look: {card.first_look}")]


def _failure(card: CaseCard) -> list[Piece]:
    """What a failed step means, and what the engine has done about it."""
    if card.failure is None or card.row.status not in WAITS_FOR_AN_ANSWER:
        return []
    return [
        Piece(text=card.failure.meaning),
        Piece(text=card.failure.recovery, look="dim", hint=card.failure.code.value),
    ]
