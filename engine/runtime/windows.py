"""Veto windows: opening one, and what becomes of it when its time is up.

A window lapses into an action only if people could have held it: the notice reached somebody while
half the window was still left, workers were alive meanwhile, and the lapse is not late. Otherwise
the case goes to a person. A lapse is nobody's sign-off.
"""

from __future__ import annotations

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
from engine.domain.transition import Transition, WindowOpened
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


def opened(case: Case, action: Action, envelope: CellEnvelope, now: datetime) -> Transition:
    """The case whose action waits out its veto window from now on, by the wall clock."""
    wider = envelope.limits.wider
    minutes = wider.veto_minutes if wider is not None else 0.0
    closes_at = now + timedelta(minutes=minutes)
    window = VetoWindow(action_id=action.id, case_id=case.id, opened_at=now, closes_at=closes_at)
    entry = EntryDraft(
        kind=EventKind.WINDOW_OPENED,
        actor=POLICY,
        at=now,
        payload={"closes_at": closes_at, "minutes": minutes},
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

    def escalated(self, case: Case) -> Transition | None:
        """The way to a person, where the window may not lapse; None where it may."""
        now = self.clock.now()
        window = self._window(case)
        why = self._why_not(window, now)
        if why is None:
            return None
        attention, note = why
        said = {"code": attention, "why": note}
        return Transition(
            before=case,
            after=case.moved(
                CaseStatus.PENDING,
                wake_at=None,
                attention=attention,
                attention_note=note,
                role="",
            ),
            entries=(self._entry(EventKind.WINDOW_ESCALATED, ENGINE, said),),
            choices=(
                Choice(
                    kind=ChoiceKind.REFUSE,
                    at=now,
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
        action = self.reader.action(case)
        if action is None:
            raise Conflict(f"Case {case.id} is in its veto window without an action.")
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
        return Permit(case=release.after, action=action, grant=grant, release=release)

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
