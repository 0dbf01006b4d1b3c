"""Act on a case: release a decision, use a grant, call, verify, and write down what is known.

Release and intent are one short transaction, the result is another; the call stands between them.
What is killed anywhere is taken up again from the rows, with the same idempotency key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.act.calls import Calls
from engine.act.crash_points import CrashPoint, Reach, pass_by
from engine.act.executor import Executor
from engine.act.reading import Reading
from engine.desk import Desk
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.effect import Effect, EffectStatus
from engine.domain.grant import Grant, GrantBasis, GrantStatus
from engine.errors import BudgetSpent, Conflict, ControlChanged, ToolError, ToolUnavailable
from engine.ports import Clock, Ids, Store
from engine.runtime.attempt import Attempt, Refusal
from engine.runtime.calling import UNANSWERED, Calling, Running
from engine.runtime.intending import Intending
from engine.runtime.patience import GivenUp
from engine.runtime.policy import Policy, PolicyView
from engine.runtime.preparing import Preparation
from engine.runtime.reads import CaseReads
from engine.runtime.refusing import Refusing
from engine.runtime.releasing import Permit, Releasing
from engine.runtime.results import Results
from engine.runtime.returning import Returning
from engine.runtime.stepping import Stepping
from engine.runtime.unwinding import Unwinding
from engine.runtime.windows import Windows
from engine.runtime.writing import Writing


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
        calls: Calls,
        audit_key: bytes,
        reach: Reach = pass_by,
    ) -> None:
        """Bind what every execution needs; `reach` is called at each named crash point."""
        self._store = store
        self._clock = clock
        self._ids = ids
        self._desks = desks
        self._policy = policy
        reads = CaseReads(reading=Reading(calls, ids), clock=clock)
        self._reach = reach
        self._writing = Writing(store, reach)
        self._intending = Intending(clock=clock, ids=ids)
        self._refusing = Refusing(clock=clock)
        self._releasing = Releasing(reader=store.reader, runs=store.runs, clock=clock, ids=ids)
        self._windows = Windows(reader=store.reader, clock=clock, ids=ids)
        self._preparation = Preparation(
            reader=store.reader, reads=reads, clock=clock, desks=desks, audit_key=audit_key
        )
        self._unwinding = Unwinding(
            reader=store.reader, reads=reads, clock=clock, ids=ids, desks=desks, policy=policy
        )
        self._stepping = self._stepping_with(reads)
        self._calling = self._calling_with(Executor(calls, reach), reads)

    def _stepping_with(self, reads: CaseReads) -> Stepping:
        reader, clock, desks = self._store.reader, self._clock, self._desks
        return Stepping(
            reader=reader,
            runs=self._store.runs,
            reads=reads,
            clock=clock,
            ids=self._ids,
            desks=desks,
            policy=self._policy,
            returning=Returning(reader=reader, clock=clock, desks=desks),
        )

    def _calling_with(self, executor: Executor, reads: CaseReads) -> Calling:
        return Calling(
            clock=self._clock,
            desks=self._desks,
            policy=self._policy,
            executor=executor,
            reads=reads,
            writing=self._writing,
            results=Results(clock=self._clock, ids=self._ids),
            intending=self._intending,
            stepping=self._stepping,
            preparation=self._preparation,
            reach=self._reach,
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

    def give_up(self, case: Case, given_up: GivenUp) -> None:
        """Stop trying: an open call is a person's, an unused permit is refused.

        Raises:
            Conflict: Somebody else moved the case; leave it to them.
        """
        now = self._store.reader.case(case.id)  # its release may have been written meanwhile
        if now.lease_epoch != case.lease_epoch:
            raise Conflict(f"Case {case.id} was taken over.")
        open_ = [one for one in self._store.reader.effects(case.id) if one.status in UNANSWERED]
        if open_:
            permit = self._minted(now, self._policy.current())
            self._calling.leave_unknown(permit, open_[-1], given_up.note)
            return
        refusal = Refusal(attention=given_up.attention, note=given_up.note)
        if now.status in (CaseStatus.GRANTED, CaseStatus.COMPENSATING):
            self._refuse(self._minted(now, self._policy.current()), refusal)
        elif now.status is CaseStatus.EXECUTING:
            self._refuse_next(now, refusal)

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
        elif grant is not None and not self._puts_back(grant, case):
            gone = Refusal(attention=Attention.AUTHORITY_LOST, note="the permit is gone")
            self._refuse(self._minted(case, self._policy.current()), gone)
        else:
            self._execute(case, self._unwound)

    def _puts_back(self, grant: Grant, case: Case) -> bool:
        """Whether the next undo may be begun: the last one was, under this grant, or none was."""
        is_undo = grant.basis in (GrantBasis.UNDO, GrantBasis.COMPENSATION)
        return grant.status is GrantStatus.USED if is_undo else case.attention is not None

    def _unwound(self, case: Case, policy: Policy) -> Permit | None:
        """The permit to put back the next step; None where it cannot be."""
        permit = self._unwinding.permit(case)
        if isinstance(permit, Permit):
            return permit
        self._refuse(Permit(case=case, action=None, grant=None), permit)
        return None

    def _minted(self, case: Case, policy: Policy) -> Permit:
        reader = self._store.reader
        grant = reader.grant(case)
        if case.status is CaseStatus.COMPENSATING:
            return Permit(case=case, action=reader.action(case), grant=grant)
        plan = reader.plan(case)
        action = next((one for one in plan if one.id == case.action_id), None)
        return Permit(case=case, action=action, grant=grant, plan=plan)

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
            return self._preparation.attempt(
                permit.case, permit.action, permit.grant, policy, permit.plan
            )
        except ToolUnavailable:
            if permit.release is not None:  # the grant's time runs while the target is away
                self._writing.commit(permit.release)
            raise

    def _refuse(self, permit: Permit, refusal: Refusal) -> None:
        refused = self._refusing.refused(permit.case, permit.grant, refusal)
        onwards = self._stepping.onwards(refused, permit.plan, permit.grant)
        self._writing.commit(permit.step(onwards))

    def _intend_and_call(self, permit: Permit, attempt: Attempt) -> None:
        effect = self._intending.intent(attempt)
        self._reach(CrashPoint.BEFORE_INTENT)
        case = self._writing.commit(permit.step(self._intending.intended(attempt, effect)))
        self._reach(CrashPoint.AFTER_INTENT)
        of = Running(
            tool=attempt.tool, action=attempt.action, plan=permit.plan, grant=attempt.grant
        )
        self._calling.call(case, of, effect)

    # --- after a kill or an unanswered call ----------------------------------------------

    def _take_up(self, case: Case) -> None:
        effect = self._store.reader.effects(case.id)[-1]
        permit = self._minted(case, self._policy.current())
        if effect.status in UNANSWERED:
            self._calling.take_up(permit, effect)
        else:
            self._go_on(permit, effect)

    def _go_on(self, permit: Permit, last: Effect) -> None:
        """A verified step of a plan whose next one could not be looked at when it was."""
        case, grant, step = permit.case, permit.grant, None
        if last.status is EffectStatus.SUCCEEDED and last.is_correct and grant is not None:
            try:
                step = self._stepping.gone_on(case, permit.plan, grant)
            except ToolUnavailable:
                raise
            except ToolError as error:
                refusal = Refusal(attention=Attention.TARGET_CHANGED, note=error.message)
                self._refuse_next(case, refusal)
                return
        if step is None:
            raise Conflict(f"The last effect of case {case.id} is {last.status}; nothing is open.")
        self._writing.commit(step)

    def _refuse_next(self, case: Case, refusal: Refusal) -> None:
        """The step behind a verified one is not to be: what was done is put back."""
        refused = self._refusing.refused(case, None, refusal)
        self._writing.commit(self._stepping.back(refused))
