"""Stepping: where a plan goes once a step of it is done, refused, wrong or unknown.

What became of one call is made by `results` and `refusing`, as if it stood alone; here it becomes
the next step, the end of the plan, or the way back. Everything is read off the rows: the step that
comes next is the one behind the newest verified one, and what is to be put back is what stands.

A step that may have acted is never guessed at: nothing is put back around it, a person looks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from engine.act.grants import Basis, mint
from engine.desk import Desk
from engine.domain.actor import ENGINE
from engine.domain.canonical import Json, digest
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.grant import Grant
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.plan import steps_of
from engine.domain.recommendation import Action
from engine.domain.span import Stage
from engine.domain.transition import Transition
from engine.errors import ToolError
from engine.ports import Clock, Ids, Reader, RunReader
from engine.runtime.attempt import Refusal
from engine.runtime.looking import look_at
from engine.runtime.marks import Marks
from engine.runtime.plan_words import changed_effect, shown
from engine.runtime.policy import PolicyView
from engine.runtime.reads import CaseReads
from engine.runtime.releasing import GRANT_MINUTES
from engine.runtime.resuming import resumed_by_call
from engine.runtime.returning import Returning
from engine.runtime.undoing import done_of, undo_of

_HALTED = (CaseStatus.PENDING, CaseStatus.WITHDRAWN)
NEW_CONTENT = Refusal(
    attention=Attention.FACTS_CHANGED, note="new content came in while the plan ran"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ahead:
    """The next step of a plan, as its target is once the step before it was verified."""

    action: Action
    state: Json = None
    is_read: bool = False
    """Whether its target could be read."""


@dataclass(frozen=True, kw_only=True)
class Stepping:
    """Makes what follows a step into a transition of the case; writes nothing itself."""

    reader: Reader
    runs: RunReader
    reads: CaseReads
    clock: Clock
    ids: Ids
    desks: Mapping[str, Desk]
    policy: PolicyView
    returning: Returning

    # --- the next step -------------------------------------------------------------------

    def ahead(
        self, case: Case, plan: Sequence[Action], action: Action, marks: Marks
    ) -> Ahead | None:
        """Look at the target of the step behind this one; None: there is none."""
        following = _following(plan, action)
        if following is None:
            return None
        try:
            return self._look(case, following, marks)
        except ToolError:
            return Ahead(action=following)

    def _look(self, case: Case, action: Action, marks: Marks) -> Ahead:
        desk = self.desks[case.desk]
        tool = desk.effect_tool(action.tool)
        if tool is None:
            return Ahead(action=action)
        with marks.timed(Stage.ACT, "look at target", inputs=action.arguments) as mark:
            mark.rule = "read permit"
            read = self.reads.of(desk, case.id, Stage.ACT, marks)
            mark.outputs = state = look_at(tool, action.arguments, read)
        return Ahead(action=action, state=state, is_read=True)

    def gone_on(self, case: Case, plan: Sequence[Action], grant: Grant) -> Transition | None:
        """Go on with a plan whose last step is verified, but whose next one could not be read.

        Returns:
            None where nothing comes behind it.

        Raises:
            ToolUnavailable: It cannot be read now either; try again later.
            ToolError: Its target refuses to be read.
        """
        action = next((one for one in plan if one.id == case.action_id), None)
        following = _following(plan, action) if action is not None else None
        if following is None:
            return None
        ahead = self._look(case, following, Marks(self.clock))
        if not ahead.is_read:
            raise ToolError(f"the tool {following.tool} is gone")
        same = Transition(
            before=case,
            after=case,
            entries=(),
            lease_epoch=case.lease_epoch,
        )
        return self._next(same, ahead, grant)

    def _next(self, step: Transition, ahead: Ahead, grant: Grant) -> Transition:
        """A verified step with the grant of the one behind it."""
        case = step.before
        if case.facts_digest != grant.facts_digest:
            return self._back(step, NEW_CONTENT)
        now = self.clock.now()
        if not ahead.is_read:
            return replace(step, after=case.moved(CaseStatus.EXECUTING, wake_at=now))
        envelope = self.policy.current().envelope_of(case, ahead.action)
        minutes = envelope.limits.grant_minutes if envelope else GRANT_MINUTES
        minted = mint(
            grant_id=self.ids.new(),
            case=case,
            action=replace(ahead.action, target_digest=digest(ahead.state)),
            basis=Basis(kind=grant.basis, id=grant.basis_id, actor=grant.actor),
            envelope_hash=envelope.hash if envelope else b"",
            now=now,
            lifetime=timedelta(minutes=minutes),
        )
        said = {"grant": minted.id, "basis": minted.basis, "step": ahead.action.ordinal}
        entry = EntryDraft(kind=EventKind.GRANT_MINTED, actor=ENGINE, at=now, payload=said)
        after = case.moved(
            CaseStatus.GRANTED,
            wake_at=now,
            action_id=ahead.action.id,
            attention=None,
            attention_note="",
        )
        return replace(
            step, after=after, entries=(*step.entries, entry), records=(*step.records, minted)
        )

    # --- what follows a call -------------------------------------------------------------

    def onwards(
        self,
        step: Transition,
        plan: Sequence[Action],
        grant: Grant | None,
        ahead: Ahead | None = None,
    ) -> Transition:
        """What a step's transition becomes within its plan.

        Args:
            step: What became of one call or of one grant, as if it stood alone.
            plan: What it is a step of; a plan of one is left as it is.
            grant: The permit of the step.
            ahead: The step behind it, where this one was verified.
        """
        there = self._onwards(step, plan, grant, ahead)
        return resumed_by_call(there, grant, reader=self.reader, runs=self.runs, clock=self.clock)

    def _onwards(
        self, step: Transition, plan: Sequence[Action], grant: Grant | None, ahead: Ahead | None
    ) -> Transition:
        if step.before.status is CaseStatus.COMPENSATING:
            return self.returning.onwards(step)
        if len(plan) < 2:
            return step
        status = step.after.status
        if status is CaseStatus.DONE:
            return step if ahead is None or grant is None else self._next(step, ahead, grant)
        place = next((one.ordinal for one in plan if one.id == step.before.action_id), 1)
        if status in _HALTED and place > 1:
            return self._back(step, _why(step.after))
        if status is CaseStatus.NEEDS_REPAIR:
            if self._may_put_back(step, plan):
                return self._back(step, _why(step.after))
            return self._to_repair(step, plan)
        return step

    def _may_put_back(self, step: Transition, plan: Sequence[Action]) -> bool:
        """Whether a step that is done, but wrong or not read back, has a way back."""
        effect = changed_effect(step)
        if step.after.attention is not Attention.NOT_VERIFIED or effect is None:
            return False
        if effect.result is None:
            return False  # its answer cannot be read: nobody knows what it did
        action = next(one for one in plan if one.id == effect.action_id)
        return undo_of(self.desks[step.before.desk], action, effect) is not None

    def back(self, refused: Transition) -> Transition:
        """The way back for a plan whose next step was refused before it had a grant."""
        return self._back(refused, _why(refused.after))

    def _back(self, step: Transition, why: Refusal) -> Transition:
        """What was done is put back; the case keeps why, and goes to a person in the end."""
        after = step.before.moved(
            CaseStatus.COMPENSATING,
            wake_at=self.clock.now(),
            attention=why.attention,
            attention_note=why.note,
        )
        entries = step.entries
        if why is NEW_CONTENT:
            said = {"grant": None, "code": why.attention, "why": why.note}
            refused = EntryDraft(
                kind=EventKind.GRANT_REFUSED, actor=ENGINE, at=self.clock.now(), payload=said
            )
            entries = (*entries, refused)
        return replace(step, after=after, entries=entries)

    def _to_repair(self, step: Transition, plan: Sequence[Action]) -> Transition:
        done = done_of(self.reader, step.before, changed_effect(step))
        steps = steps_of(plan, done.run, done.effects, may_go_on=False)
        return shown(step, steps, self.desks[step.before.desk])


def _following(plan: Sequence[Action], action: Action) -> Action | None:
    """The step behind an action; None: it is the last, or no step of the plan."""
    is_step = any(one.id == action.id for one in plan)
    return plan[action.ordinal] if is_step and action.ordinal < len(plan) else None


def _why(case: Case) -> Refusal:
    """Why a plan does not go on, from where the step alone would have gone."""
    attention = case.attention or Attention.TARGET_CHANGED  # resolved elsewhere meanwhile
    return Refusal(attention=attention, note=case.attention_note)
