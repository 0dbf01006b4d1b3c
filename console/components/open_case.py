"""The open case: which one is on the screen, as it was when it was opened.

Pinned in the session: a refresh never changes it. While a person has to decide, only that person
moves it on (another case, or loading the newer version); once decided it follows its own way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_hex
from uuid import UUID

from console import session
from engine.domain.case_status import CaseStatus
from engine.domain.ids import CaseId
from engine.service import phrases
from engine.service.authority import DECIDERS
from engine.service.requests import ClaimCase, ReleaseClaim
from engine.service.rows import CaseCard

PAGE = "open_case"
_OPEN = "open"
_DRAFTS = "drafts"

WAITS = frozenset(
    {
        CaseStatus.PENDING,
        CaseStatus.BLIND_PENDING,
        CaseStatus.SECOND_PENDING,
        CaseStatus.HELD,
        CaseStatus.WAITING_FACT,
        CaseStatus.NEEDS_REPAIR,
    }
)
"""In these a person acts on what is on the screen, so it must not change under their hands."""

LOOKED_AT = frozenset({CaseStatus.RECEIVED, CaseStatus.PERCEIVED, CaseStatus.REASONING})
"""In these its facts are read and it is reasoned about."""

MOVES = LOOKED_AT | frozenset(
    {
        CaseStatus.RELEASING,
        CaseStatus.VETO_WINDOW,
        CaseStatus.GRANTED,
        CaseStatus.EXECUTING,
        CaseStatus.UNKNOWN,
        CaseStatus.COMPENSATING,
    }
)
"""In these the engine is at work and the card follows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenCase:
    """The pinned card and the form that belongs to it."""

    card: CaseCard
    form: str
    """Names this rendering of the form: the same click twice sends the same key."""
    opened_mark: float
    """The stopwatch at opening, for the time to decide."""
    active_at: datetime
    """When the person last did something with it."""

    @property
    def case_id(self) -> CaseId:
        """The case."""
        return self.card.row.case_id

    @property
    def version(self) -> int:
        """The version on the screen."""
        return self.card.row.version

    @property
    def client_key(self) -> str:
        """At most 64 characters; the same for every click on this form."""
        return f"{self.form}:{self.version}"

    def time_to_decide_ms(self) -> int:
        """Milliseconds since it was opened."""
        return round((session.stopwatch() - self.opened_mark) * 1000)


def current() -> OpenCase | None:
    """The open case, as it was when it was opened."""
    kept: OpenCase | None = session.recall(PAGE, _OPEN, None)
    return kept


def open_case(case_id: UUID) -> None:
    """Open a case for work: give the last one back, take this one if it is free, pin it.

    Raises:
        NotFound: There is no such case.
    """
    before = current()
    if before is not None and before.case_id != case_id:
        give_back()
    card = _claimed(session.queries().card(CaseId(case_id)))
    _pin(card)


def reload() -> None:
    """Pin the open case as it is now; what was typed stays in the draft."""
    before = current()
    if before is None:
        return
    card = session.queries().card(before.case_id)
    _pin(_claimed(card) if card.row.status in WAITS else card)


def follow() -> bool:
    """Pin the open case anew if the engine has moved it on; says whether it had."""
    before = current()
    if before is None:
        return False
    card = session.queries().card(before.case_id)
    if card == before.card:
        return False
    if card.row.status in WAITS:  # it waits anew: what stands there now has only just opened
        _pin(_claimed(card))
    else:
        session.remember(PAGE, _OPEN, replace(before, card=card, form=token_hex(8)))
    return True


def give_back() -> None:
    """Give up the person's own claim on the open case and close it."""
    before = current()
    if before is not None and _is_mine(before.card) and before.card.row.status in WAITS:
        session.submit(ReleaseClaim(case_id=before.case_id), is_quiet=True)
    session.forget(PAGE, _OPEN)


def renew() -> None:
    """Keep the claim while the person is active; the draft goes with it."""
    before = current()
    if before is None or not _is_mine(before.card):
        return
    request = ClaimCase(case_id=before.case_id, draft=draft_of(before.case_id))
    if session.submit(request, is_quiet=True) is not None:
        claim = session.queries().card(before.case_id).claim
        session.remember(PAGE, _OPEN, replace(before, card=replace(before.card, claim=claim)))


def renew_if_ended(case: OpenCase) -> None:
    """Take the case again if the claim has run out under the person's hands."""
    claim = case.card.claim
    if claim is not None and claim.expires_at <= session.now():
        renew()


def touch() -> None:
    """Note that the person is active."""
    before = current()
    if before is not None:
        session.remember(PAGE, _OPEN, replace(before, active_at=session.now()))


def holder_of(card: CaseCard) -> str:
    """Somebody else who works on the case now; empty where nobody does."""
    claim = card.claim
    if claim is None or claim.expires_at <= session.now():
        return ""
    return "" if claim.person == session.person().name else claim.person


def may_decide() -> bool:
    """Whether the person holds a role that decides."""
    return session.person().has_any(DECIDERS)


def why_not_mine(card: CaseCard) -> str:
    """Why the person may not answer the case at all, as a sentence; empty where they may."""
    if not may_decide():
        return "You may look; deciding needs the role of an operator."
    waits = phrases.who_decides(card.row.role, (), session.person().roles)
    return f"{waits} You may look." if waits else ""


def why_not_decided_by_me(card: CaseCard) -> str:
    """Why the person may not have the recommended action run or rejected; empty where they may."""
    return phrases.who_decides("", card.deciders, session.person().roles)


# --- drafts --------------------------------------------------------------------------------


def draft_of(case_id: UUID) -> str:
    """What the person has typed about a case and not sent."""
    drafts: dict[UUID, str] = session.recall(PAGE, _DRAFTS, {})
    return drafts.get(case_id, "")


def keep_draft(case_id: UUID, text: str) -> None:
    """Keep what the person has typed, over conflicts and reloads."""
    drafts: dict[UUID, str] = session.recall(PAGE, _DRAFTS, {})
    session.remember(PAGE, _DRAFTS, {**drafts, case_id: text})


def drop_draft(case_id: UUID) -> None:
    """Forget the draft once it was sent."""
    drafts: dict[UUID, str] = session.recall(PAGE, _DRAFTS, {})
    session.remember(PAGE, _DRAFTS, {id_: text for id_, text in drafts.items() if id_ != case_id})


def _pin(card: CaseCard) -> None:
    kept = OpenCase(
        card=card, form=token_hex(8), opened_mark=session.stopwatch(), active_at=session.now()
    )
    session.remember(PAGE, _OPEN, kept)
    if card.claim is not None and _is_mine(card) and not draft_of(card.row.case_id):
        keep_draft(card.row.case_id, card.claim.draft)


def _claimed(card: CaseCard) -> CaseCard:
    # Who may not answer it takes it from nobody who may.
    wants = card.row.status in WAITS and not why_not_mine(card) and not holder_of(card)
    if not wants:
        return card
    draft = draft_of(card.row.case_id) or (card.claim.draft if card.claim else "")
    request = ClaimCase(case_id=card.row.case_id, draft=draft)
    if session.submit(request, is_quiet=True) is None:
        return card
    return session.queries().card(card.row.case_id)


def _is_mine(card: CaseCard) -> bool:
    return card.claim is not None and card.claim.person == session.person().name
