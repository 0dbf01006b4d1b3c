"""Act on a case: release a decision, use a grant, call, verify, and write down what is known.

Each step is one short transaction of its own; the call stands between two of them. What is killed
anywhere is taken up again from the rows, with the same idempotency key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from engine.act.crash_points import CrashPoint, Reach, pass_by
from engine.act.executor import CallResult, Executor, verify
from engine.desk import Desk
from engine.domain.actor import ENGINE, POLICY, Actor, DecidedBy
from engine.domain.canonical import Json
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.effect import Effect, EffectStatus
from engine.domain.grant import GrantBasis, GrantStatus
from engine.domain.ids import EffectId
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.phase import Cell
from engine.domain.recommendation import Action
from engine.domain.span import Choice, ChoiceKind, Stage
from engine.domain.transition import (
    BudgetReleased,
    BudgetReserved,
    EffectChanged,
    GrantClosed,
    Record,
    Transition,
)
from engine.errors import BudgetSpent, Conflict, ControlChanged
from engine.ports import Clock, EffectTool, Ids, Store
from engine.runtime.attempt import Attempt, Preparation, Refusal
from engine.runtime.marks import Marks
from engine.runtime.policy import PolicyView, hour_of
from engine.runtime.refusing import Refusing
from engine.runtime.releasing import Releasing
from engine.runtime.results import Results


class Acting:
    """Advances cases that are about to act, are acting, or may have acted."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        ids: Ids,
        desks: Mapping[str, Desk],
        policy: PolicyView,
        executor: Executor,
        audit_key: bytes,
        reach: Reach = pass_by,
    ) -> None:
        """Bind what every execution needs; `reach` is called at each named crash point."""
        self._store = store
        self._clock = clock
        self._ids = ids
        self._desks = desks
        self._policy = policy
        self._executor = executor
        self._reach = reach
        self._results = Results(clock=clock, ids=ids)
        self._refusing = Refusing(clock=clock)
        self._releasing = Releasing(reader=store.reader, clock=clock, ids=ids)
        self._preparation = Preparation(
            reader=store.reader, clock=clock, desks=desks, audit_key=audit_key
        )

    def advance(self, case: Case) -> None:
        """Take a leased case as far as it goes now.

        Raises:
            Conflict: Somebody else moved the case; leave it to them.
            ToolUnavailable: The target cannot be read; the lease runs out and it is tried again.
        """
        if case.status is CaseStatus.RELEASING:
            released = self._releasing.released(case, self._policy.current())
            self._reach(CrashPoint.BEFORE_GRANT)
            case = self._commit(released)
            self._reach(CrashPoint.AFTER_GRANT)
        if case.status is CaseStatus.COMPENSATING:
            self._compensate(case)
        elif case.status is CaseStatus.GRANTED:
            self._execute(case)
        elif case.status in (CaseStatus.EXECUTING, CaseStatus.UNKNOWN):
            self._take_up(case)

    # --- from a grant to an effect -------------------------------------------------------

    def _compensate(self, case: Case) -> None:
        grant = self._store.reader.grant(case)
        if grant is not None and grant.status is GrantStatus.MINTED:
            self._execute(case)
        else:
            self._take_up(case)

    def _execute(self, case: Case) -> None:
        while True:
            prepared = self._preparation.attempt(case, self._policy.current())
            if isinstance(prepared, Refusal):
                self._refuse(case, prepared)
                return
            try:
                self._intend_and_call(prepared)
                return
            except ControlChanged:
                continue
            except BudgetSpent as error:
                self._refuse(case, Refusal(attention=Attention.BUDGET_SPENT, note=error.message))
                return

    def _refuse(self, case: Case, refusal: Refusal) -> None:
        grant = self._store.reader.grant(case)
        self._commit(self._refusing.refused(case, grant, refusal))

    def _intend_and_call(self, attempt: Attempt) -> None:
        effect = self._intent(attempt)
        self._reach(CrashPoint.BEFORE_INTENT)
        case = self._commit(self._intended(attempt, effect))
        self._reach(CrashPoint.AFTER_INTENT)
        self._call(case, attempt.tool, attempt.action, effect)

    def _intent(self, attempt: Attempt) -> Effect:
        now = attempt.at
        key = self._ids.new()
        is_undo = attempt.grant.basis is GrantBasis.UNDO
        return Effect(
            id=EffectId(key),
            case_id=attempt.case.id,
            action_id=attempt.action.id,
            grant_id=attempt.grant.id,
            tool=attempt.action.tool,
            key=str(key),
            call_deadline=now + timedelta(seconds=attempt.tool.contract.timeout_s),
            intended_at=now,
            before=attempt.before,
            undoes=EffectId(attempt.grant.basis_id) if is_undo else None,
        )

    def _intended(self, attempt: Attempt, effect: Effect) -> Transition:
        case, grant = attempt.case, attempt.grant
        is_undo = case.status is CaseStatus.COMPENSATING
        actor = POLICY if attempt.is_alone else Actor(decided_by=DecidedBy.PERSON, name=grant.actor)
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
                attention=None,
                attention_note="",
            ),
            entries=(self._entry(EventKind.EFFECT_INTENDED, actor, payload),),
            records=(*_used(attempt, effect), effect),
            choices=(choice,),
            control_epoch=attempt.epoch,
            lease_epoch=case.lease_epoch,
            keeps_lease=True,
        )

    def _call(self, case: Case, tool: EffectTool, action: Action, effect: Effect) -> None:
        marks = Marks(self._clock)
        with marks.timed(Stage.ACT, action.tool, inputs=action.arguments) as mark:
            mark.rule = f"key {effect.key[:8]}"
            result = self._executor.call(tool, action.arguments, key=effect.key)
            mark.outputs = result.result
            mark.error = "" if result.note == "" else result.answer
        self._record(case, tool, action, effect, result, marks)

    def _record(
        self,
        case: Case,
        tool: EffectTool,
        action: Action,
        effect: Effect,
        result: CallResult,
        marks: Marks,
    ) -> None:
        seen = None
        if result.result is not None:
            with marks.timed(Stage.ACT, "verify", inputs=action.arguments) as mark:
                mark.rule = "read permit"
                seen = verify(tool, action.arguments, effect.before, result.result)
                mark.outputs = seen.seen if seen else None
        self._reach(CrashPoint.BEFORE_RESULT)
        budget = self._budget(case, action, effect)
        self._commit(
            self._results.recorded(case, tool.contract, effect, result, seen, budget, marks.spans)
        )
        self._reach(CrashPoint.AFTER_RESULT)

    def _budget(self, case: Case, action: Action, effect: Effect) -> BudgetReleased | None:
        """What to give back if the call is proven not to have acted."""
        grant = self._store.reader.grant(case)
        if grant is None or grant.basis is not GrantBasis.VERDICT:
            return None
        cell = Cell(desk=case.desk, case_type=case.case_type, action_type=action.tool)
        at = self._preparation.desk_time(case, effect.intended_at)
        return BudgetReleased(cell=str(cell), window_start=hour_of(at))

    # --- after a kill or an unanswered call ----------------------------------------------

    def _take_up(self, case: Case) -> None:
        """Find out about an intent whose result is not known; its deadline has passed."""
        effect = self._store.reader.effects(case.id)[-1]
        action = self._store.reader.action(case)
        desk = self._desks[case.desk]
        tool = desk.effect_tool(effect.tool)
        if action is None or tool is None:
            self._commit(self._results.unanswerable(case, effect, "the tool is gone"))
            return
        step = self._results.next_step(tool.contract, effect)
        if effect.status is EffectStatus.RETRYING and self._is_paused(case, action):
            refusal = Refusal(attention=Attention.PAUSED, note="paused before it was tried again")
            budget = self._budget(case, action, effect)
            self._commit(self._results.given_up(case, effect, refusal, budget))
        elif step == "ask":
            result = self._results.from_query(tool, tool.ask(effect.key))
            self._record(case, tool, action, effect, result, Marks(self._clock))
        elif step == "call":
            again = replace(
                effect,
                attempts=effect.attempts + 1,
                status=self._results.status_of_repeat(effect),
                call_deadline=self._clock.now() + timedelta(seconds=tool.contract.timeout_s),
            )
            self._reach(CrashPoint.BEFORE_REPEAT)
            case = self._commit(self._again(case, again))
            self._reach(CrashPoint.AFTER_INTENT)
            self._call(case, tool, action, again)
        else:
            self._commit(self._results.unanswerable(case, effect, "nobody can say"))

    def _is_paused(self, case: Case, action: Action) -> bool:
        cell = Cell(desk=case.desk, case_type=case.case_type, action_type=action.tool)
        is_undo = case.status is CaseStatus.COMPENSATING
        return not is_undo and bool(self._policy.current().paused(cell))

    def _again(self, case: Case, effect: Effect) -> Transition:
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
            lease_epoch=case.lease_epoch,
            keeps_lease=True,
        )

    def _commit(self, transition: Transition) -> Case:
        with self._store.begin() as unit:
            if unit.apply([transition]):
                raise Conflict(f"Case {transition.before.id} moved on.")
            unit.commit()
        return transition.after

    def _entry(self, kind: EventKind, actor: Actor, payload: Json) -> EntryDraft:
        return EntryDraft(kind=kind, actor=actor, at=self._clock.now(), payload=payload)


def _used(attempt: Attempt, effect: Effect) -> tuple[Record, ...]:
    """The grant that is used up and, where software acts alone, the budget it reserves."""
    used = GrantClosed(grant_id=attempt.grant.id, status=GrantStatus.USED, at=effect.intended_at)
    if not attempt.is_alone or attempt.envelope is None:
        return (used,)
    reserved = BudgetReserved(
        cell=str(attempt.cell),
        window_start=attempt.window,
        limit=attempt.envelope.limits.executions_per_hour,
    )
    return used, reserved
