"""The audit stream: which card is open, the answer, and what is told after it.

The open card is pinned: a refresh of the list never changes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from console import flash, session
from console.components import audit_form, pick_list
from console.components.audit_form import PAGE
from engine.domain.ids import CaseId
from engine.service.live_rows import AuditCard, AuditRow, RevealRow
from engine.service.requests import AnswerAudit

LIST = "audit_rows"


def rows() -> tuple[AuditRow, ...]:
    """What waits for an answer of the person, the longest waiting first.

    Raises:
        NotAllowed: The person is no auditor.
    """
    return session.queries().audits(person=session.person())


def opened() -> AuditCard | None:
    """The open card."""
    kept: AuditCard | None = session.recall(PAGE, "card", None)
    return kept


def revealed() -> RevealRow | None:
    """What software did, once the open card was answered."""
    kept: RevealRow | None = session.recall(PAGE, "reveal", None)
    return kept


def open_card(case_id: UUID) -> None:
    """Open the card of a case.

    Raises:
        NotFound: It waits for no answer any more.
    """
    card = session.queries().audit(CaseId(case_id), session.person())
    session.remember(PAGE, "card", card)
    session.forget(PAGE, "reveal")


def step(by: int) -> None:
    """Open the next (1) or previous (-1) card of the list."""
    session.attempt(_step, by)


def _step(by: int) -> None:
    listed = rows()
    if not listed:
        session.forget(PAGE, "card")
        session.forget(PAGE, "reveal")
        return
    open_card(listed[_next_place(listed, by)].case_id)


def _next_place(listed: Sequence[AuditRow], by: int) -> int:
    card = opened()
    ids = [row.case_id for row in listed]
    if card is None:
        return 0
    if card.row.case_id in ids:
        return min(max(ids.index(card.row.case_id) + by, 0), len(ids) - 1)
    # It was answered: the one that moved up into its place is the next.
    older = sum(row.drawn_at < card.row.drawn_at for row in listed)
    return min(max(older if by > 0 else older - 1, 0), len(ids) - 1)


def pick() -> None:
    """Open what was picked from the list."""
    chosen = pick_list.picked(LIST)
    if chosen is not None:
        session.attempt(open_card, chosen)


def answer(card: AuditCard) -> None:
    """Send what the form holds, or say what is missing; then tell what software did."""
    filled = audit_form.read(card)
    if filled.missing:
        flash.add("warning", filled.missing, "MISSING")
        return
    request = AnswerAudit(
        case_id=card.row.case_id,
        tool=filled.tool,
        arguments=filled.arguments,
        note=filled.note,
    )
    if session.submit(request, is_quiet=True) is not None:
        session.attempt(_reveal, card.row.case_id)


def _reveal(case_id: CaseId) -> None:
    row = session.queries().audit_reveal(case_id, session.person())
    session.remember(PAGE, "reveal", row)
