"""Act on a case: release a decision, use a grant, call, verify, and write down what is known.

Release and intent are one short transaction, the result is another; the call stands between them.
What is killed anywhere is taken up again from the rows, with the same idempotency key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from engine.act.crash_points import CrashPoint, Reach, pass_by
from engine.act.executor import Answer, CallResult, Executor, verify
from engine.desk import Desk
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.effect import Effect, EffectStatus
from engine.domain.grant import GrantStatus
from engine.domain.recommendation import Action
from engine.domain.span import Stage
from engine.domain.tool import Delivery
from engine.errors import BudgetSpent, Conflict, ControlChanged, ToolUnavailable
from engine.ports import Clock, EffectTool, Ids, Store
from engine.runtime.attempt import Attempt, Preparation, Refusal
from engine.runtime.intending import Intending
from engine.runtime.marks import Marks
from engine.runtime.policy import Policy, PolicyView, cell_of
from engine.runtime.refusing import Refusing
from engine.runtime.releasing import Permit, Releasing
from engine.runtime.results import Results
from engine.runtime.windows import Windows
from engine.runtime.writing import Writing

UNANSWERED = (EffectStatus.INTENDED, EffectStatus.RETRYING, EffectStatus.UNKNOWN)
"""Of such an effect it is not known, or not settled, whether it happened."""
TOO_LATE = CallResult(
    answer=Answer.UNAVAILABLE, note="the time for the call was over before it left"
)


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
        self._writing = Writing(store, reach)
        self._results = Results(clock=clock, ids=ids)
        self._intending = Intending(clock=clock, ids=ids)
        self._refusing = Refusing(clock=clock)
        self._releasing = Releasing(reader=store.reader, clock=clock, ids=ids)
        self._windows = Windows(reader=store.reader, clock=clock, ids=ids)
        self._preparation = Preparation(
            reader=store.reader, clock=clock, desks=desks, audit_key=audit_key
        )

    def advance(self, case: Case) -> None:
        """Take a leased case as far as it goes now.

        Raises:
            Conflict: Somebody else moved the case; leave it to them.
            ToolUnavailable: The target cannot be read; the lease runs out and it is tried again.
        """
        match case.status:
            case CaseStatus.RELEASING:
                self._release(case)
            case CaseStatus.COMPENSATING:
                self._compensate(case)
            case CaseStatus.VETO_WINDOW:
                self._lapse(case)
            case CaseStatus.GRANTED:
                self._execute(case, self._minted)
            case CaseStatus.EXECUTING | CaseStatus.UNKNOWN:
                self._take_up(case)

    def finish(self) -> None:
        """Write the result that waited for the next case's commit; call it after every batch.

        Raises:
            StoreUnavailable: It could not be written; its call will be repeated with its key.
        """
        self._writing.flush()

    # --- from a grant to an effect -------------------------------------------------------

    def _release(self, case: Case) -> None:
        decision = self._releasing.decision(case)
        self._reach(CrashPoint.BEFORE_RELEASE)
        if decision.kind is DecisionKind.REJECT:
            self._writing.commit(self._releasing.closed(case, decision))
        elif decision.kind in (DecisionKind.APPROVE, DecisionKind.OVERRIDE):
            self._execute(case, lambda case, policy: self._releasing.permit(case, decision, policy))
        else:
            raise Conflict(f"Case {case.id} is releasing, but its last answer permits nothing.")

    def _lapse(self, case: Case) -> None:
        self._reach(CrashPoint.BEFORE_LAPSE)
        self._execute(case, self._lapsed)

    def _lapsed(self, case: Case, policy: Policy) -> Permit | None:
        """The permit of a window whose time is up; None where it may not lapse."""
        instead = self._windows.instead(case, policy)
        if instead is None:
            return self._windows.permit(case, policy)
        self._writing.commit(instead)
        return None

    def _compensate(self, case: Case) -> None:
        grant = self._store.reader.grant(case)
        last = self._store.reader.effects(case.id)[-1]
        if grant is not None and grant.status is GrantStatus.MINTED:
            self._execute(case, self._minted)
        elif last.undoes is not None and last.status in UNANSWERED:
            self._take_up(case)
        else:
            gone = Refusal(attention=Attention.AUTHORITY_LOST, note="the permit is gone")
            self._refuse(self._minted(case, self._policy.current()), gone)

    def _minted(self, case: Case, policy: Policy) -> Permit:
        reader = self._store.reader
        return Permit(case=case, action=reader.action(case), grant=reader.grant(case))

    def _execute(self, case: Case, permit_of: Callable[[Case, Policy], Permit | None]) -> None:
        while True:
            policy = self._policy.current()
            permit = permit_of(case, policy)
            if permit is None:
                return
            try:
                prepared = self._prepared(permit, policy)
                if isinstance(prepared, Refusal):
                    self._refuse(permit, prepared)
                else:
                    self._intend_and_call(permit, prepared)
                return
            except ControlChanged:
                continue
            except BudgetSpent as error:
                note = error.message
                self._refuse(permit, Refusal(attention=Attention.BUDGET_SPENT, note=note))
                return

    def _prepared(self, permit: Permit, policy: Policy) -> Attempt | Refusal:
        try:
            return self._preparation.attempt(permit.case, permit.action, permit.grant, policy)
        except ToolUnavailable:
            if permit.release is not None:  # the grant's time runs while the target is away
                self._writing.commit(permit.release)
            raise

    def _refuse(self, permit: Permit, refusal: Refusal) -> None:
        refused = self._refusing.refused(permit.case, permit.grant, refusal)
        self._writing.commit(permit.step(refused))

    def _intend_and_call(self, permit: Permit, attempt: Attempt) -> None:
        effect = self._intending.intent(attempt)
        self._reach(CrashPoint.BEFORE_INTENT)
        case = self._writing.commit(permit.step(self._intending.intended(attempt, effect)))
        self._reach(CrashPoint.AFTER_INTENT)
        self._call(case, attempt.tool, attempt.action, effect)

    def _call(
        self,
        case: Case,
        tool: EffectTool,
        action: Action,
        effect: Effect,
    ) -> None:
        marks = Marks(self._clock)
        with marks.timed(Stage.ACT, action.tool, inputs=action.arguments) as mark:
            mark.rule = f"key {effect.key[:8]}"
            result = TOO_LATE
            if self._clock.now() < effect.call_deadline:  # after it, others may call
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
        self._writing.hold(
            case,
            lambda case: self._results.recorded(
                case, tool.contract, effect, result, seen, marks.spans
            ),
        )
        if result.answer is not Answer.ACTED or tool.contract.delivery is not Delivery.DEDUPES:
            self._writing.flush()

    # --- after a kill or an unanswered call ----------------------------------------------

    def _take_up(self, case: Case) -> None:
        """Find out about an intent whose result is not known; its deadline has passed."""
        effect = self._store.reader.effects(case.id)[-1]
        if effect.status not in UNANSWERED:
            raise Conflict(
                f"The last effect of case {case.id} is {effect.status}; nothing is open."
            )
        action = self._store.reader.action(case)
        desk = self._desks[case.desk]
        tool = desk.effect_tool(effect.tool)
        if action is None or tool is None:
            self._writing.commit(self._results.unanswerable(case, effect, "the tool is gone"))
            return
        step = self._results.next_step(tool.contract, effect)
        if effect.status is EffectStatus.RETRYING and self._is_paused(case, action):
            refusal = Refusal(attention=Attention.PAUSED, note="paused before it was tried again")
            self._writing.commit(self._results.given_up(case, effect, refusal))
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
            case = self._writing.commit(self._intending.again(case, again))
            self._reach(CrashPoint.AFTER_INTENT)
            self._call(case, tool, action, again)
        else:
            self._writing.commit(self._results.unanswerable(case, effect, "nobody can say"))

    def _is_paused(self, case: Case, action: Action) -> bool:
        is_undo = case.status is CaseStatus.COMPENSATING
        return not is_undo and bool(self._policy.current().paused(cell_of(case, action.tool)))
