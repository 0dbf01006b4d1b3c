"""Releasing: once the take-back window has passed, a decision becomes a grant or an end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from engine.act.grants import Basis, mint
from engine.domain.actor import Actor, DecidedBy
from engine.domain.case import Case
from engine.domain.case_status import CaseStatus
from engine.domain.decision import Decision
from engine.domain.grant import Grant, GrantBasis
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.recommendation import Action
from engine.domain.transition import Transition
from engine.errors import Conflict
from engine.govern.envelope import CellEnvelope
from engine.ports import Clock, Ids, Reader, RunReader
from engine.runtime.policy import Policy
from engine.runtime.resuming import rejected, resumed

GRANT_MINUTES = 15
"""How long a grant may wait where the cell has no envelope."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Permit:
    """A case that may use its grant, and the release that mints it where that is not written yet.

    Release and use are one commit where nothing comes between them; where something does, the
    release is written with what came.
    """

    case: Case
    """As it is once the grant is minted."""
    action: Action | None
    grant: Grant | None
    release: Transition | None = None
    plan: tuple[Action, ...] = ()
    """All that is to run, `action` among it; none where something is put back."""

    def step(self, use: Transition) -> Transition:
        """The use of the grant, with its minting where that is still to be written."""
        return use if self.release is None else self.release.then(use)


@dataclass(frozen=True, kw_only=True)
class Releasing:
    """Makes the transition that follows a person's decision."""

    reader: Reader
    runs: RunReader
    clock: Clock
    ids: Ids

    def decision(self, case: Case) -> Decision:
        """The decision that is due for release.

        Raises:
            Conflict: There is none; the case was moved meanwhile.
        """
        decision = self.reader.decision(case.id)
        if decision is None:
            raise Conflict(f"Case {case.id} is releasing without a decision.")
        return decision

    def permit(self, case: Case, decision: Decision, policy: Policy) -> Permit:
        """The grant of an approval or override, to be minted with its use.

        Raises:
            Conflict: The case has no action; it was moved meanwhile.
        """
        plan = self.reader.plan(case)
        if not plan:
            raise Conflict(f"Case {case.id} is releasing without an action.")
        action = plan[0]
        grant = self._grant(case, decision, action, policy.envelope_of(case, action))
        entry = EntryDraft(
            kind=EventKind.GRANT_MINTED,
            actor=_person(decision),
            at=grant.minted_at,
            payload={"grant": grant.id, "basis": grant.basis},
        )
        release = Transition(
            before=case,
            after=case.moved(CaseStatus.GRANTED, wake_at=grant.minted_at),
            entries=(entry,),
            records=(grant,),
            lease_epoch=case.lease_epoch,
            keeps_lease=True,
        )
        return Permit(case=release.after, action=action, grant=grant, release=release, plan=plan)

    def closed(self, case: Case, decision: Decision) -> Transition:
        """A rejected case ends without an action; a run that asked for it is told so."""
        step = Transition(
            before=case,
            after=case.moved(
                CaseStatus.CLOSED_NO_ACTION, wake_at=None, attention=None, attention_note=""
            ),
            entries=(
                EntryDraft(
                    kind=EventKind.CASE_CLOSED,
                    actor=_person(decision),
                    at=self.clock.now(),
                    payload={"decision": decision.id, "reason": decision.reason_code},
                ),
            ),
            lease_epoch=case.lease_epoch,
        )
        return resumed(step, rejected(decision), self.runs, self.clock)

    def _grant(
        self,
        case: Case,
        decision: Decision,
        action: Action,
        envelope: CellEnvelope | None,
    ) -> Grant:
        minutes = envelope.limits.grant_minutes if envelope else GRANT_MINUTES
        return mint(
            grant_id=self.ids.new(),
            case=case,
            action=action,
            basis=Basis(kind=GrantBasis.DECISION, id=decision.id, actor=decision.person),
            envelope_hash=envelope.hash if envelope else b"",
            now=self.clock.now(),
            lifetime=timedelta(minutes=minutes),
        )


def _person(decision: Decision) -> Actor:
    return Actor(decided_by=DecidedBy.PERSON, name=decision.person)
