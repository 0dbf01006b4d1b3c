"""Returning: where a case goes once one step of its plan is put back, or could not be.

An undo that failed, was refused or cannot be shown to have worked does not let the others go on:
they were to follow in reverse order because each may rest on the one before it, and with money the
safe thing is to stop where it is known how things stand, and to show that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.desk import Desk
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.outcome import Outcome
from engine.domain.plan import Step, steps_of
from engine.domain.recommendation import Action
from engine.domain.transition import Transition
from engine.ports import Clock, Reader
from engine.runtime.plan_words import changed_effect, note_of, plan_words, shown
from engine.runtime.undoing import Done, done_of, plan_of, undos_of


@dataclass(frozen=True, kw_only=True)
class Returning:
    """Makes what follows an undo into a transition of the case; writes nothing itself."""

    reader: Reader
    clock: Clock
    desks: Mapping[str, Desk]

    def onwards(self, step: Transition) -> Transition:
        """What the undo of one step leads to."""
        case, status = step.before, step.after.status
        if status is CaseStatus.COMPENSATING:
            return step
        done = done_of(self.reader, case, changed_effect(step))
        made = self.reader.recommendation(case)
        plan = plan_of(made.actions if made else (), done)
        if status is CaseStatus.PENDING:
            return self._put_back(step, done, plan)
        is_own = case.attention is not None
        if status is CaseStatus.DONE and not (is_own or done.has_undone):
            last = done.run[-1].action_id if done.run else case.action_id
            return replace(step, after=replace(step.after, action_id=last))
        if status is CaseStatus.DONE:
            code, _, rest = step.after.attention_note.removeprefix("not undone: ").partition(" ")
            note = rest or code.lower().replace("_", " ")
            after = case.moved(
                CaseStatus.NEEDS_REPAIR,
                wake_at=None,
                attention=Attention.UNDO_FAILED,
                attention_note=note,
            )
            step = replace(step, after=after)
        if len(plan) < 2:
            return step
        return shown(step, self._steps(done, plan), self.desks[case.desk])

    def _put_back(self, step: Transition, done: Done, plan: Sequence[Action]) -> Transition:
        """One step is put back and verified: the one before it, or the end."""
        case = step.before
        is_own = case.attention is not None
        desk = self.desks[case.desk]
        records = tuple(one for one in step.records if not isinstance(one, Outcome))
        if any(undo is not None or is_own for _, undo in undos_of(desk, done)):
            now = self.clock.now()
            after = case.moved(CaseStatus.COMPENSATING, wake_at=now)
            return replace(step, after=after, records=records)
        words = plan_words(self._steps(done, plan), desk) if len(plan) > 1 else ""
        if not is_own:
            note = note_of(step.after.attention_note, words)
            return replace(step, after=replace(step.after, attention_note=note))
        after = case.moved(
            CaseStatus.PENDING,
            wake_at=None,
            action_id=plan[0].id,
            attention_note=note_of(case.attention_note, words),
        )
        if case.attention is Attention.FACTS_CHANGED:
            after = self._anew(after)
        return replace(step, after=after, records=records)

    def _anew(self, case: Case) -> Case:
        """What new content stopped is looked at again, as if the plan had not been begun."""
        return case.moved(
            CaseStatus.PERCEIVED,
            wake_at=min(case.as_of, self.clock.now()),
            attention=None,
            attention_note="",
        )

    def _steps(self, done: Done, plan: Sequence[Action]) -> tuple[Step, ...]:
        return steps_of(plan, done.run, done.effects, may_go_on=False)
