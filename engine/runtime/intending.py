"""Intending: what is written before a call leaves: the effect it is to have, or its next try."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from engine.domain.actor import ENGINE, Actor
from engine.domain.canonical import Json
from engine.domain.case import Case
from engine.domain.case_status import CaseStatus
from engine.domain.effect import Effect
from engine.domain.grant import GrantStatus
from engine.domain.ids import EffectId
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.span import Choice, ChoiceKind
from engine.domain.transition import (
    EffectChanged,
    GrantClosed,
    Record,
    Transition,
)
from engine.ports import Clock, Ids
from engine.runtime.attempt import Attempt


@dataclass(frozen=True, kw_only=True)
class Intending:
    """Makes the transitions that stand before a call; writes nothing itself."""

    clock: Clock
    ids: Ids

    def intent(self, attempt: Attempt) -> Effect:
        """The effect an attempt is about to have, with its idempotency key and call deadline."""
        now = attempt.at
        key = self.ids.new()
        return Effect(
            id=EffectId(key),
            case_id=attempt.case.id,
            action_id=attempt.action.id,
            grant_id=attempt.grant.id,
            tool=attempt.action.tool,
            key=str(key),
            case_version=attempt.case.version,
            call_deadline=now + timedelta(seconds=attempt.tool.contract.timeout_s),
            intended_at=now,
            before=attempt.before,
            reserved=tuple(one.taken for one in attempt.takings),
            undoes=EffectId(attempt.grant.basis_id) if attempt.is_undo else None,
        )

    def intended(self, attempt: Attempt, effect: Effect) -> Transition:
        """Use up the grant, reserve the budget and write the intent down."""
        case, grant = attempt.case, attempt.grant
        is_undo = case.status is CaseStatus.COMPENSATING
        actor = attempt.actor
        payload = {
            "effect": effect.id,
            "grant": grant.id,
            "tool": effect.tool,
            "arguments": attempt.action.arguments_digest,
        }
        choice = Choice(
            kind=ChoiceKind.UNDO if is_undo else ChoiceKind.EXECUTE,
            at=effect.intended_at,
            decided_by=actor.decided_by,
            decider=actor.name,
            chosen=attempt.tool.describe(attempt.action.arguments),
            grounds=f"grant from {grant.basis}",
        )
        return Transition(
            before=case,
            after=case.moved(
                CaseStatus.COMPENSATING if is_undo else CaseStatus.EXECUTING,
                wake_at=effect.call_deadline,
                # What stopped a plan is kept while the plan is put back.
                attention=case.attention if is_undo else None,
                attention_note=case.attention_note if is_undo else "",
            ),
            entries=(self._entry(EventKind.EFFECT_INTENDED, actor, payload),),
            records=(*_used(attempt, effect), effect),
            choices=(choice,),
            control_epoch=attempt.epoch,
            lease_epoch=case.lease_epoch,
            keeps_lease=True,
        )

    def again(self, case: Case, effect: Effect, epoch: int | None) -> Transition:
        """Write down that a call is made once more with its key.

        Args:
            case: As it stands.
            effect: As it is from now on.
            epoch: Control epoch under which it was proved that it may leave; None where it may
                have acted already, so that nothing but asking again is left.
        """
        is_undo = case.status is CaseStatus.COMPENSATING
        return Transition(
            before=case,
            after=case.moved(
                CaseStatus.COMPENSATING if is_undo else CaseStatus.EXECUTING,
                wake_at=effect.call_deadline,
            ),
            entries=(
                self._entry(
                    EventKind.EFFECT_INTENDED,
                    ENGINE,
                    {"effect": effect.id, "attempt": effect.attempts},
                ),
            ),
            records=(EffectChanged(effect=effect),),
            control_epoch=epoch,
            lease_epoch=case.lease_epoch,
            keeps_lease=True,
        )

    def _entry(self, kind: EventKind, actor: Actor, payload: Json) -> EntryDraft:
        return EntryDraft(kind=kind, actor=actor, at=self.clock.now(), payload=payload)


def _used(attempt: Attempt, effect: Effect) -> tuple[Record, ...]:
    """The grant that is used up, and the budgets it takes from."""
    used = GrantClosed(grant_id=attempt.grant.id, status=GrantStatus.USED, at=effect.intended_at)
    return used, *attempt.takings
