"""Repairing: a person says what they found where nobody could be sure what a call had done.

The finding is written to the calls it is about, so that a later undo, the evidence and the books
read it. Where the case goes is read off its calls then: it is done only where all of its plan is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.domain.actor import DecidedBy, Person, as_actor
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.effect import Effect, EffectStatus
from engine.domain.grant import GrantBasis
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.plan import Step, StepStatus, found, steps_of
from engine.domain.run_moves import Answered, WriteAnswered
from engine.domain.span import Choice, ChoiceKind
from engine.domain.transition import BudgetReleased, EffectChanged, Record, Transition
from engine.errors import Conflict, InvalidRequest
from engine.ports import Store
from engine.runtime.plan_words import note_of, plan_words
from engine.runtime.results import reverted
from engine.runtime.resuming import resumed
from engine.runtime.undoing import Done as Ran
from engine.runtime.undoing import done_of, plan_of
from engine.service.binding import Binding, require_role_of_case
from engine.service.engine import Done
from engine.service.phrases import state_of
from engine.service.requests import SettleRepair

NOTE_LIMIT = 4000
_SHOWN = 200
"""How much of the finding stands beside the case and its calls; the ledger has all of it."""


@dataclass(frozen=True, kw_only=True)
class Repairing:
    """The use case of settling a repair."""

    store: Store
    binding: Binding

    def settle(self, request: SettleRepair, person: Person) -> Done:
        """Record what a person found when a case needed repair.

        Raises:
            Conflict: The case needs no repair, or moved on.
            InvalidRequest: The note is empty or too long.
            NotAllowed: The case, or a cell of what ran, is decided by others.
        """
        if not request.note.strip() or len(request.note) > NOTE_LIMIT:
            raise InvalidRequest(f"Say what you found and did, in 1 to {NOTE_LIMIT} characters.")
        case = self.store.reader.case(request.case_id)
        if case.version != request.version:
            raise Conflict(
                f"This case changed while you looked at it. {state_of(case)}. Look again."
            )
        if case.status is not CaseStatus.NEEDS_REPAIR:
            raise Conflict(f"{state_of(case)}; it needs no repair.")
        ran = done_of(self.store.reader, case)
        self._require_role(case, ran, person)
        step = self._told(self._step(case, ran, request, person), request, person)
        with self.store.begin() as unit:
            if unit.apply([step]):
                raise Conflict("This case changed at the same moment; nothing was recorded.")
            unit.commit()
        return Done(message=_message(request, step), case_id=case.id, version=step.after.version)

    def _told(self, step: Transition, request: SettleRepair, person: Person) -> Transition:
        """The finding as the answer to a run that asked for what was done, where it stands."""
        if step.after.status is not CaseStatus.DONE:
            return step
        answer = WriteAnswered(
            answered=Answered.APPROVED,
            by=person.name,
            why=f"looked, and it stands: {request.note.strip()[:_SHOWN]}",
            answer_id=f"repair {step.before.version}",
        )
        return resumed(step, answer, self.store.runs, self.binding.clock)

    def _require_role(self, case: Case, ran: Ran, person: Person) -> None:
        """Who may decide it, or undo what ran, says how things stand."""
        require_role_of_case(case, person)
        self.binding.require_role(case, self.store.reader.recommendation(case), person)
        self.binding.require_cells(case, [ran.action(one).tool for one in ran.run], person)

    def _step(self, case: Case, ran: Ran, request: SettleRepair, person: Person) -> Transition:
        note, now = request.note.strip(), self.binding.clock.now()
        changed = found(
            ran.run,
            ran.effects,
            stands=request.is_done,
            at=now,
            note=f"{person.name} looked: {note[:_SHOWN]}",
        )
        known = {effect.id: effect for effect in changed}
        effects = [known.get(effect.id, effect) for effect in ran.effects]
        run = [known.get(effect.id, effect) for effect in ran.run]
        made = self.store.reader.recommendation(case)
        plan = plan_of(made.actions if made else (), ran)
        steps = steps_of(plan, run, effects, may_go_on=False)
        after = self._after(case, steps, request)
        payload = {
            "is_done": request.is_done,
            "note": note,
            "found": [[effect.key, effect.status] for effect in changed],
        }
        actor = as_actor(person)
        kind = EventKind.REPAIR_SETTLED
        choice = Choice(
            kind=ChoiceKind.DECIDE,
            at=now,
            decided_by=DecidedBy.PERSON,
            decider=person.name,
            chosen="effect stands" if request.is_done else "effect does not stand",
            grounds=note,
        )
        return Transition(
            before=case,
            after=after,
            entries=(EntryDraft(kind=kind, actor=actor, at=now, payload=payload),),
            records=(*self._records(ran, changed), *self._outcome(after)),
            choices=(choice,),
        )

    def _after(self, case: Case, steps: Sequence[Step], request: SettleRepair) -> Case:
        """Done where all of the plan stands, or what a person had put back in part."""
        as_asked = [self._is_as_asked(case, step) for step in steps]
        if request.is_done and all(as_asked) and any(step.stands for step in steps):
            return case.moved(CaseStatus.DONE, attention=None, attention_note="")
        is_undone = all(as_asked) and not any(step.stands for step in steps)
        words = plan_words(steps, self.binding.desks[case.desk]) if len(steps) > 1 else ""
        return case.moved(
            CaseStatus.PENDING,
            attention=Attention.UNDONE if is_undone else Attention.TOOL_FAILED,
            attention_note=note_of(request.note.strip()[:_SHOWN], words),
        )

    def _is_as_asked(self, case: Case, step: Step) -> bool:
        """Whether a step is done, or a person had it put back; not what its plan's failing did."""
        if step.status is not StepStatus.UNDONE or step.undo is None:
            return step.status is StepStatus.VERIFIED
        grants = {grant.id: grant for grant in self.store.reader.grants(case.id)}
        return grants[step.undo.grant_id].basis is GrantBasis.UNDO

    def _outcome(self, after: Case) -> tuple[Record, ...]:
        if after.attention is not Attention.UNDONE:
            return ()
        return (reverted(after, clock=self.binding.clock, ids=self.binding.ids),)

    def _records(self, ran: Ran, changed: Sequence[Effect]) -> list[Record]:
        """The calls as they were found; what did not happen gives its budgets back."""
        before = {effect.id: effect for effect in ran.effects}
        records: list[Record] = [EffectChanged(effect=effect) for effect in changed]
        for effect in changed:
            was_unknown = before[effect.id].status is EffectStatus.UNKNOWN
            if was_unknown and effect.status is EffectStatus.FAILED:
                records += [BudgetReleased(taken=taken) for taken in effect.reserved]
        return records


def _message(request: SettleRepair, step: Transition) -> str:
    if step.after.status in (CaseStatus.DONE, CaseStatus.REASONING):
        return "Recorded; it stands."
    if request.is_done:
        return (
            "Recorded that it stands. Not all of the plan was done, so the case is back in the "
            "queue: decide there what is still to be done."
        )
    return "Recorded; the case is back in the queue."
