"""Head of a case: what it is, how pressing, why it needs a person, who works on it."""

from __future__ import annotations

from datetime import datetime

from console import format as words
from console.components import text_line
from console.components.text_line import Piece, Tone
from engine.domain.case import Origin
from engine.domain.phase import Phase
from engine.service.rows import CaseCard, QueueRow

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
            _deadline(row, now),
            _review(row, now),
            Piece(text=words.STATUS[row.status], look="chip"),
            *_phase(card),
            *_sample(row),
            Piece(
                text=f"{words.name(row.case_type)} at {words.name(row.desk)}, "
                f"raised {words.ago(row.as_of, now)}",
                look="dim",
                hint=words.exact(row.as_of),
            ),
        ],
        _why(row),
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


def _deadline(row: QueueRow, now: datetime) -> Piece:
    return Piece(
        text=words.deadline(row.due_at, now),
        look="chip",
        tone=_URGENCY[words.urgency(row.due_at, now)],
        hint=words.exact(row.due_at) if row.due_at else "",
    )


def _review(row: QueueRow, now: datetime) -> Piece:
    if row.review_due_at is None:
        return Piece(text="")
    return Piece(
        text=f"decision {words.deadline(row.review_due_at, now)}",
        look="chip",
        tone=_URGENCY[words.urgency(row.review_due_at, now)],
        hint="then the case is passed on or closed, as the envelope says; it is never approved",
    )


def _phase(card: CaseCard) -> list[Piece]:
    if card.phase is None:
        return []
    pieces = [Piece(text=words.name(card.phase), look="chip", hint=_PHASE[card.phase])]
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
    if row.attention is None:
        return []
    waits = f"waits for {words.name(row.role)}" if row.role else ""
    return [
        Piece(text="Why it needs a person:", look="dim"),
        Piece(text=words.ATTENTION[row.attention], tone="strong"),
        Piece(text=words.note(row.attention_note)),
        Piece(text=waits, look="chip"),
    ]
