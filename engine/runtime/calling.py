"""Calling: the call of an intent that is written, what is known after it, and taking up old ones.

The intent is committed before; the result is another transaction. What is killed in between is
taken up from the rows, with the same idempotency key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from engine.act.crash_points import CrashPoint, Reach
from engine.act.executor import Answer, CallResult, Executor, verify
from engine.desk import Desk
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.credential import CallPermit, PermitKind
from engine.domain.effect import Effect, EffectStatus
from engine.domain.failure_codes import code_of_answer
from engine.domain.grant import Grant, GrantBasis, GrantStatus
from engine.domain.recommendation import Action
from engine.domain.span import Stage
from engine.domain.tool import Delivery
from engine.errors import ControlChanged
from engine.ports import Clock, EffectTool
from engine.runtime.attempt import Refusal
from engine.runtime.intending import Intending
from engine.runtime.marks import Marks
from engine.runtime.policy import Policy, PolicyView, cell_of
from engine.runtime.preparing import Preparation
from engine.runtime.reads import CaseReads, called_rule
from engine.runtime.releasing import Permit
from engine.runtime.results import Results
from engine.runtime.stepping import Stepping
from engine.runtime.writing import Writing

UNANSWERED = (EffectStatus.INTENDED, EffectStatus.RETRYING, EffectStatus.UNKNOWN)
"""Of such an effect it is not known, or not settled, whether it happened."""
TOO_LATE = CallResult(
    answer=Answer.UNAVAILABLE, note="the time for the call was over before it left"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """What runs: one action, the plan it is a step of, and its permit."""

    tool: EffectTool
    action: Action
    plan: tuple[Action, ...]
    grant: Grant


@dataclass(frozen=True, kw_only=True)
class Calling:
    """Makes the calls of intents and writes down what is known of them."""

    clock: Clock
    desks: Mapping[str, Desk]
    policy: PolicyView
    executor: Executor
    reads: CaseReads
    writing: Writing
    results: Results
    intending: Intending
    stepping: Stepping
    preparation: Preparation
    reach: Reach

    def call(self, case: Case, of: Running, effect: Effect) -> None:
        """Call once, read the target back, and write down what is known."""
        tool, action = of.tool, of.action
        marks = Marks(self.clock)
        with marks.timed(Stage.ACT, action.tool, inputs=action.arguments) as mark:
            mark.rule = f"key {effect.key[:8]}"
            result = TOO_LATE
            if self.clock.now() < effect.call_deadline:  # after it, others may call
                permit = permit_of(effect)
                result = self.executor.call(tool, action.arguments, key=effect.key, permit=permit)
                mark.rule = called_rule(effect.key, result.scopes)
            mark.outputs = result.result
            mark.error = code_of_answer(result.answer, result.code) or ""
        self._record(case, of, effect, result, marks)

    def _record(
        self, case: Case, of: Running, effect: Effect, result: CallResult, marks: Marks
    ) -> None:
        tool, action, seen, ahead = of.tool, of.action, None, None
        if result.result is not None:
            with marks.timed(Stage.ACT, "verify", inputs=action.arguments) as mark:
                mark.rule = "read permit"
                read = self.reads.of(self.desks[case.desk], case.id, Stage.ACT, marks)
                seen = verify(tool, action.arguments, effect.before, result.result, read)
                mark.outputs = seen.seen if seen else None
        if seen is not None and seen.is_correct:
            ahead = self.stepping.ahead(case, of.plan, action, marks)
        self.reach(CrashPoint.BEFORE_RESULT)
        self.writing.hold(
            case,
            lambda case: self.stepping.onwards(
                self.results.recorded(case, tool.contract, effect, result, seen, marks.spans),
                of.plan,
                of.grant,
                ahead,
            ),
        )
        if result.answer is not Answer.ACTED or tool.contract.delivery is not Delivery.DEDUPES:
            self.writing.flush()

    # --- after a kill or an unanswered call ----------------------------------------------

    def take_up(self, permit: Permit, effect: Effect) -> None:
        """Find out about an intent whose result is not known; its deadline has passed.

        Args:
            permit: The case with what it runs, and the grant that the intent used up.
            effect: The intent; one of `UNANSWERED`.

        Raises:
            Conflict: Somebody else moved the case; leave it to them.
            ToolUnavailable: The target cannot be asked; try again later.
        """
        case = permit.case
        action, grant, desk = permit.action, permit.grant, self.desks[case.desk]
        tool = desk.effect_tool(effect.tool)
        if action is None or tool is None or grant is None:
            self.leave_unknown(permit, effect, "the tool is gone")
            return
        of = Running(tool=tool, action=action, plan=permit.plan, grant=grant)
        step = self.results.next_step(tool.contract, effect)
        if effect.status is EffectStatus.RETRYING:
            self._try_again(permit, of, effect)
        elif step == "ask":
            read = self.reads.of(desk, case.id, Stage.ACT)
            result = self.results.from_query(tool, tool.ask(effect.key, read))
            self._record(case, of, effect, result, Marks(self.clock))
        elif step == "call":
            self._repeat(case, of, effect, None)
        else:
            self.leave_unknown(permit, effect, "nobody can say")

    def _try_again(self, permit: Permit, of: Running, effect: Effect) -> None:
        """Repeat a call that is proven not to have acted, if it may still leave.

        Minutes may have passed: all that was proved before the first try is proved anew.
        """
        while True:
            policy = self.policy.current()
            refusal = self._refusal(permit, of, policy)
            if refusal is not None:
                given_up = self.results.given_up(permit.case, effect, refusal)
                self.writing.commit(self.stepping.onwards(given_up, permit.plan, of.grant))
                return
            try:
                self._repeat(permit.case, of, effect, policy.epoch)
            except ControlChanged:
                continue
            return

    def _repeat(self, case: Case, of: Running, effect: Effect, epoch: int | None) -> None:
        again = replace(
            effect,
            attempts=effect.attempts + 1,
            status=self.results.status_of_repeat(effect),
            call_deadline=self.clock.now() + timedelta(seconds=of.tool.contract.timeout_s),
        )
        self.reach(CrashPoint.BEFORE_REPEAT)
        case = self.writing.commit(self.intending.again(case, again, epoch))
        self.reach(CrashPoint.AFTER_INTENT)
        self.call(case, of, again)

    def _refusal(self, permit: Permit, of: Running, policy: Policy) -> Refusal | None:
        """Why a call that has not acted may not leave now; undos of the engine always may."""
        case = permit.case
        if of.grant.basis is GrantBasis.COMPENSATION:
            return None
        is_undo = case.status is CaseStatus.COMPENSATING
        if not is_undo and policy.paused(cell_of(case, of.action.tool)):
            return Refusal(attention=Attention.PAUSED, note="paused before it was tried again")
        unused = replace(of.grant, status=GrantStatus.MINTED)  # nothing came of its use so far
        proved = self.preparation.attempt(case, of.action, unused, policy, permit.plan)
        if not isinstance(proved, Refusal) or proved.attention is Attention.BUDGET_SPENT:
            return None  # of a budget: its own reservation still stands in it
        return proved

    def leave_unknown(self, permit: Permit, effect: Effect, note: str) -> None:
        """Nobody can say whether it acted: a person looks, with all that is known of the plan."""
        step = self.results.unanswerable(permit.case, effect, note)
        self.writing.commit(self.stepping.onwards(step, permit.plan, permit.grant))


def permit_of(effect: Effect) -> CallPermit:
    """What the call of an effect rests on: the grant that its intent used up."""
    return CallPermit(kind=PermitKind.GRANT, id=str(effect.grant_id), case_id=str(effect.case_id))
