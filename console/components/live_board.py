"""The live page's memory: what was read last, where each case stands, and what became of it.

Read anew only where something may have changed; places are kept while the page is open.
"""

from __future__ import annotations

from dataclasses import dataclass

from console import session
from console.components import desk_words, live_slots
from console.components.live_slots import Places
from console.components.text_line import Tone
from engine.domain.case_status import CaseStatus
from engine.domain.effect import Effect
from engine.domain.grant import GrantBasis
from engine.domain.ids import CaseId
from engine.service import attention_words
from engine.service import words as codes
from engine.service.live_rows import LiveRow
from engine.service.rows import CaseCard

PAGE = "live"
_MOVING = frozenset(
    {
        *(CaseStatus.PERCEIVED, CaseStatus.REASONING, CaseStatus.RELEASING, CaseStatus.GRANTED),
        *(CaseStatus.EXECUTING, CaseStatus.UNKNOWN, CaseStatus.COMPENSATING),
    }
)
"""In these the engine is still at work."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Became:
    """What became of an action that left its place."""

    text: str
    word: str = ""
    """The same in one word, in the place of the time."""
    tone: Tone = ""
    is_final: bool = True
    version: str = ""
    """Version of the page at which it was read."""


def read(desk: str) -> LiveRow:
    """Everything on the page; the same as last time where nothing may have changed."""
    kept: tuple[str, LiveRow] | None = session.recall(PAGE, "read", None)
    version = session.queries().live_version(desk)
    if kept is not None and kept[0] == desk and kept[1].version == version:
        return kept[1]
    fresh = session.queries().live(desk)
    session.remember(PAGE, "read", (desk, fresh))
    return fresh


def begin() -> None:
    """Forget the places: the page was opened anew, so nobody is aiming at any of them."""
    session.forget(PAGE, "places")
    session.forget(PAGE, "became")
    session.forget(PAGE, "most")


def show_more() -> None:
    """The end of the places was reached: make more of them."""
    session.remember(PAGE, "most", _most() + live_slots.AT_ONCE)


def _most() -> int:
    most: int = session.recall(PAGE, "most", live_slots.AT_ONCE)
    return most


def arranged(live: LiveRow) -> Places:
    """Where every case stands now."""
    before: Places = session.recall(PAGE, "places", Places())
    now = live_slots.placed(before.slots, live, session.stopwatch(), _most())
    session.remember(PAGE, "places", now)
    return now


def became(case_id: CaseId, version: str) -> Became:
    """What became of a case that left its place; asked again until it is at rest."""
    known: dict[CaseId, Became] = session.recall(PAGE, "became", {})
    kept = known.get(case_id)
    if kept is not None and (kept.is_final or kept.version == version):
        return kept
    card = session.queries().card(case_id)
    fresh = _became(card, version)
    session.remember(PAGE, "became", {**known, case_id: fresh})
    return fresh


def _became(card: CaseCard, version: str) -> Became:
    status = card.row.status
    text, tone = _words(card)
    word = _WORD.get(status, "")
    return Became(text=text, word=word, tone=tone, is_final=status not in _MOVING, version=version)


_WORD: dict[CaseStatus, str] = {
    CaseStatus.DONE: "Ran",
    CaseStatus.RELEASING: "Decided",
    CaseStatus.GRANTED: "Running",
    CaseStatus.EXECUTING: "Running",
    CaseStatus.COMPENSATING: "Undoing",
    CaseStatus.PENDING: "Not run",
    CaseStatus.SECOND_PENDING: "Not yet",
    CaseStatus.CLOSED_NO_ACTION: "Rejected",
    CaseStatus.WITHDRAWN: "Not run",
}


def _words(card: CaseCard) -> tuple[str, Tone]:
    row = card.row
    if row.status is CaseStatus.DONE:
        return _ran(card)
    if row.status is CaseStatus.RELEASING:
        who = card.decision.person if card.decision else "somebody"
        return f"Decided by {who}; takes effect in a moment", "info"
    if row.status is CaseStatus.PENDING and row.attention is not None:
        note = attention_words.note_words(row, desk_words.titles(row.desk))
        said = f"Goes to a person: {codes.ATTENTION[row.attention].lower()}"
        return f"{said} ({note})" if note else said, "warn"
    if row.status is CaseStatus.CLOSED_NO_ACTION:
        who = f" by {card.decision.person}" if card.decision else ""
        return f"Rejected{who}; nothing was run", ""
    return codes.STATUS[row.status], "" if row.status not in _MOVING else "info"


def _ran(card: CaseCard) -> tuple[str, Tone]:
    effect: Effect | None = card.effects[-1] if card.effects else None
    if effect is None:
        return "Done", "good"
    at = f"{effect.intended_at:%H:%M:%S} UTC"
    if effect.undoes is not None:
        return f"Put back at {at}", "info"
    is_lapse = card.grant is not None and card.grant.basis is GrantBasis.VETO_LAPSE
    how = "nobody held it" if is_lapse else _by(card)
    seen = "reading back shows it" if effect.is_correct else "not verified"
    said = "; ".join(part for part in (f"Ran at {at}", how, seen) if part)
    return said, "good" if effect.is_correct else "warn"


def _by(card: CaseCard) -> str:
    return f"released by {card.decision.person}" if card.decision else ""
