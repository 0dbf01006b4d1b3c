"""Unwinding: the permits with which a plan is put back, step by step, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from engine.act.grants import Basis, mint
from engine.desk import Desk
from engine.domain.actor import POLICY, Actor, DecidedBy
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.effect import Effect
from engine.domain.grant import Grant, GrantBasis
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.recommendation import Action
from engine.domain.span import Stage
from engine.domain.transition import OverrideAction, Transition
from engine.errors import GrantRefused, InvalidRequest, ToolError, ToolUnavailable
from engine.ports import Clock, Ids, Reader
from engine.runtime.attempt import Refusal
from engine.runtime.policy import PolicyView
from engine.runtime.reads import CaseReads
from engine.runtime.releasing import Permit
from engine.runtime.undoing import (
    UNDO_MINUTES,
    Undo,
    done_of,
    grant_to_undo,
    undo_action,
    undos_of,
)

_NO_WAY = "what was done has no declared way back"


@dataclass(frozen=True, kw_only=True)
class Unwinding:
    """Makes the grant of the next undo; it is written with its use."""

    reader: Reader
    reads: CaseReads
    clock: Clock
    ids: Ids
    desks: Mapping[str, Desk]
    policy: PolicyView

    def permit(self, case: Case) -> Permit | Refusal:
        """The permit to put back the newest step that stands.

        A plan that failed is put back in the engine's own right (COMPENSATION); one that a person
        undoes in theirs, and what has no way back is left out.

        Args:
            case: A case that is COMPENSATING and holds no grant.

        Raises:
            ToolUnavailable: The target cannot be read now; try again later.
        """
        done, desk = done_of(self.reader, case), self.desks[case.desk]
        is_own = case.attention is not None
        found = undos_of(desk, done)
        ways = [(effect, undo) for effect, undo in found if undo is not None]
        if not ways or (is_own and found[0][1] is None):
            return Refusal(attention=Attention.CONTRACT_CHANGED, note=_NO_WAY)
        effect, undo = ways[0]
        try:
            action = self._action(case, done.action(effect), undo)
            before = grant_to_undo(self.reader, effect, done)
        except ToolUnavailable:
            raise
        except GrantRefused as error:
            return Refusal(attention=Attention.AUTHORITY_LOST, note=error.message)
        except (InvalidRequest, ToolError) as error:
            return Refusal(attention=Attention.TARGET_CHANGED, note=error.message)
        return self._minted(case, action, effect, before, is_own=is_own)

    def _action(self, case: Case, done: Action, undo: Undo) -> Action:
        """The undo as an action; its verdict is the one under which the step was let run."""
        read = self.reads.of(self.desks[case.desk], case.id, Stage.ACT)
        return undo_action(undo, self.ids, done.verdict, read)

    def _minted(
        self, case: Case, action: Action, effect: Effect, before: Grant, *, is_own: bool
    ) -> Permit:
        now = self.clock.now()
        last = before if is_own else self.reader.grant(case)
        name = last.actor if last is not None else POLICY.name
        basis = GrantBasis.COMPENSATION if is_own else GrantBasis.UNDO
        envelope = self.policy.current().envelope_of(case, action)
        grant = mint(
            grant_id=self.ids.new(),
            case=case,
            action=action,
            basis=Basis(kind=basis, id=effect.id, actor=name),
            envelope_hash=envelope.hash if envelope else b"",
            now=now,
            lifetime=timedelta(minutes=UNDO_MINUTES),
        )
        actor = POLICY if name == POLICY.name else Actor(decided_by=DecidedBy.PERSON, name=name)
        said = {"grant": grant.id, "basis": grant.basis, "effect": effect.id}
        entry = EntryDraft(kind=EventKind.GRANT_MINTED, actor=actor, at=now, payload=said)
        override = OverrideAction(
            case_id=case.id, action=action, recommendation_id=grant.recommendation_id
        )
        release = Transition(
            before=case,
            after=case.moved(CaseStatus.COMPENSATING, wake_at=now, action_id=action.id),
            entries=(entry,),
            records=(override, grant),
            lease_epoch=case.lease_epoch,
            keeps_lease=True,
        )
        return Permit(case=release.after, action=action, grant=grant, release=release)
