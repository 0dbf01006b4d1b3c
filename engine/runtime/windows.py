"""Veto windows: opening one, and what becomes of it when its time is up.

A window lapses into an action only if people could have held it: the notice reached somebody while
half the window was still left, who may decide the cell still, workers were alive meanwhile, and the
lapse is not late. Otherwise the case goes to a person. A window that is longer by now goes on. A
lapse is nobody's sign-off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.act.grants import Basis, mint
from engine.domain.actor import ENGINE, POLICY, Actor
from engine.domain.canonical import Json
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.grant import GrantBasis
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.recommendation import Action
from engine.domain.span import Choice, ChoiceKind
from engine.domain.transition import Transition, WindowExtended, WindowOpened
from engine.domain.veto import VetoWindow
from engine.errors import Conflict
from engine.govern.envelope import CellEnvelope
from engine.ports import Clock, Ids, Reader
from engine.runtime.policy import Policy
from engine.runtime.releasing import GRANT_MINUTES, Permit

LATEST = timedelta(seconds=60)
"""A lapse that comes later than this after its time goes to a person."""
LONGEST_SILENCE = timedelta(seconds=60)
"""Without a sign of life of any worker for longer, nobody can say what the window was worth."""


def opened(
    case: Case, action: Action, envelopes: Sequence[CellEnvelope], now: datetime
) -> Transition:
    """The case whose plan waits out its veto window from now on, by the wall clock.

    Args:
        case: The case.
        action: The plan's first.
        envelopes: The limits of each action's cell; the longest window is the plan's.
        now: The present.
    """
    closes_at = now + _length(envelopes)
    window = VetoWindow(action_id=action.id, case_id=case.id, opened_at=now, closes_at=closes_at)
    entry = EntryDraft(
        kind=EventKind.WINDOW_OPENED,
        actor=POLICY,
        at=now,
        payload={"closes_at": closes_at, "minutes": _length(envelopes) / timedelta(minutes=1)},
    )
    after = case.moved(CaseStatus.VETO_WINDOW, wake_at=closes_at, attention=None, attention_note="")
    return Transition(
        before=case, after=after, entries=(entry,), records=(WindowOpened(window=window),)
    )


@dataclass(frozen=True, kw_only=True)
class Windows:
    """Makes the transitions at the end of a veto window."""

    reader: Reader
    clock: Clock
    ids: Ids

    def instead(self, case: Case, policy: Policy) -> Transition | None:
        """What comes in the place of the lapse: more time, or a person; None where it may lapse."""
        now = self.clock.now()
        window = self._window(case)
        plan = self.reader.plan(case)
        envelopes = [policy.envelope_of(case, action) for action in plan]
        closes_at = max(window.closes_at, window.opened_at + _length(envelopes))
        if closes_at > now:
            return self._going_on(case, window, closes_at)
        why = self._why_not(window, now) or _gone(window, envelopes, policy)
        return None if why is None else self._escalated(case, *why)

    def _going_on(self, case: Case, window: VetoWindow, closes_at: datetime) -> Transition:
        """The window is longer than when it was opened; it takes nobody's one extension."""
        longer = WindowExtended(action_id=window.action_id, by="", closes_at=closes_at)
        said = {"closes_at": closes_at}
        return Transition(
            before=case,
            after=case.moved(CaseStatus.VETO_WINDOW, wake_at=closes_at),
            entries=(self._entry(EventKind.WINDOW_EXTENDED, POLICY, said),),
            records=(longer,),
            lease_epoch=case.lease_epoch,
        )

    def _escalated(self, case: Case, attention: Attention, note: str) -> Transition:
        said = {"code": attention, "why": note}
        return Transition(
            before=case,
            after=case.moved(
                CaseStatus.PENDING,
                wake_at=None,
                attention=attention,
                attention_note=note,
            ),
            entries=(self._entry(EventKind.WINDOW_ESCALATED, ENGINE, said),),
            choices=(
                Choice(
                    kind=ChoiceKind.REFUSE,
                    at=self.clock.now(),
                    decided_by=ENGINE.decided_by,
                    decider="veto window",
                    chosen=attention,
                    grounds=note,
                ),
            ),
            lease_epoch=case.lease_epoch,
        )

    def permit(self, case: Case, policy: Policy) -> Permit:
        """The grant of a lapsed window, to be minted with its use.

        Raises:
            Conflict: The case has no action; it was moved meanwhile.
        """
        plan = self.reader.plan(case)
        if not plan:
            raise Conflict(f"Case {case.id} is in its veto window without an action.")
        action = plan[0]
        envelope = policy.envelope_of(case, action)
        now = self.clock.now()
        grant = mint(
            grant_id=self.ids.new(),
            case=case,
            action=action,
            basis=Basis(kind=GrantBasis.VETO_LAPSE, id=action.id, actor=POLICY.name),
            envelope_hash=envelope.hash if envelope else b"",
            now=now,
            lifetime=timedelta(
                minutes=envelope.limits.grant_minutes if envelope else GRANT_MINUTES
            ),
        )
        minted = {"grant": grant.id, "basis": grant.basis}
        release = Transition(
            before=case,
            after=case.moved(CaseStatus.GRANTED, wake_at=now),
            entries=(
                self._entry(EventKind.WINDOW_LAPSED, POLICY, {"at": now}),
                self._entry(EventKind.GRANT_MINTED, POLICY, minted),
            ),
            records=(grant,),
            lease_epoch=case.lease_epoch,
            keeps_lease=True,
        )
        return Permit(case=release.after, action=action, grant=grant, release=release, plan=plan)

    def _window(self, case: Case) -> VetoWindow:
        window = self.reader.veto_window(case.action_id) if case.action_id else None
        if window is None:
            raise Conflict(f"Case {case.id} has no veto window; it was moved meanwhile.")
        return window

    def _why_not(self, window: VetoWindow, now: datetime) -> tuple[Attention, str] | None:
        half = window.opened_at + (window.closes_at - window.opened_at) / 2
        if window.noticed_at is None:
            return Attention.NOTICE_FAILED, window.last_error or "the notice reached nobody"
        if window.noticed_at > half:
            return Attention.NOTICE_FAILED, "the notice came when half the time was over"
        if now - window.closes_at > LATEST:
            late_s = (now - window.closes_at).total_seconds()
            return Attention.LAPSED_LATE, f"its time was up {late_s:.0f} s before a worker looked"
        if self.reader.was_silent(window.opened_at, now, LONGEST_SILENCE):
            return Attention.LAPSED_LATE, "no worker was alive for more than a minute meanwhile"
        return None

    def _entry(self, kind: EventKind, actor: Actor, payload: Json) -> EntryDraft:
        return EntryDraft(kind=kind, actor=actor, at=self.clock.now(), payload=payload)


def _length(envelopes: Sequence[CellEnvelope | None]) -> timedelta:
    """How long people can hold what only the wider limits allow; nothing where there are none."""
    wider = [one.limits.wider for one in envelopes if one is not None]
    minutes = [one.veto_minutes for one in wider if one is not None]
    return timedelta(minutes=max(minutes, default=0.0))


def _gone(
    window: VetoWindow, envelopes: Sequence[CellEnvelope | None], policy: Policy
) -> tuple[Attention, str] | None:
    """Whether nobody is left of those who were told; of a channel's readers nobody knows."""
    told = policy.person(window.noticed_by)
    cells = [one.cell for one in envelopes if one is not None]
    if told is None or all(policy.may_decide(cell, told) for cell in cells):
        return None
    return Attention.NOTICE_FAILED, f"{told.name}, who was told, may no longer decide this"
