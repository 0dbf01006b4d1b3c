"""Preparing: everything an execution needs is read and proved anew, or it does not run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.act.grants import misfit, require_compensable
from engine.desk import Desk
from engine.domain.canonical import Json, digest
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.grant import Grant, GrantBasis
from engine.domain.recommendation import Action
from engine.domain.span import Stage
from engine.domain.verdict import VerdictKind
from engine.errors import GrantRefused, InvalidRequest, ToolError, ToolUnavailable
from engine.govern.authorize import CellPolicy
from engine.govern.authorize_plan import PlanStep, authorize_plan
from engine.govern.request import AuthorizationRequest
from engine.ports import Clock, EffectTool, Reader
from engine.runtime.asking import (
    UNSURE,
    Call,
    Moment,
    Person,
    ask,
    sureness_of,
    takings,
    usage_of_plan,
)
from engine.runtime.attempt import Attempt, Refusal, drift, refusal_of
from engine.runtime.done_before import done_before
from engine.runtime.looking import look_at
from engine.runtime.policy import Policy, cell_of
from engine.runtime.reads import CaseReads
from engine.runtime.undoing import undo_of

SETTLED = Refusal(attention=Attention.TARGET_CHANGED, note="resolved elsewhere", is_settled=True)
PARTLY_SETTLED = Refusal(
    attention=Attention.TARGET_CHANGED, note="this step was done elsewhere, the next ones were not"
)


class Preparation:
    """Reads and re-proves what an execution needs."""

    def __init__(
        self,
        *,
        reader: Reader,
        reads: CaseReads,
        clock: Clock,
        desks: Mapping[str, Desk],
        audit_key: bytes,
    ) -> None:
        """Bind the reads and the desks."""
        self._reader = reader
        self._reads = reads
        self._clock = clock
        self._desks = desks
        self._audit_key = audit_key

    def attempt(
        self,
        case: Case,
        action: Action | None,
        grant: Grant | None,
        policy: Policy,
        plan: Sequence[Action] = (),
    ) -> Attempt | Refusal:
        """Prove anew that the case's action may run, and with it all that is to come after it.

        Args:
            case: The case.
            action: What is to run now.
            grant: Its permit.
            policy: In force.
            plan: What it is a step of; a plan is not begun, nor gone on with, that policy would
                stop later on.

        Raises:
            ToolUnavailable: The target cannot be read now; try again later.
        """
        tool = None if action is None else self._desks[case.desk].effect_tool(action.tool)
        if action is None or grant is None or tool is None:
            return Refusal(attention=Attention.CONTRACT_CHANGED, note="the tool is gone")
        looked = self._look(case, action, tool)
        if isinstance(looked, Refusal):
            return looked
        arguments, state = looked
        if case.status is not CaseStatus.COMPENSATING and tool.is_settled(state):
            # A later step may still be owed: what is settled in part is a person's.
            return PARTLY_SETTLED if plan[action.ordinal :] else SETTLED
        attempt = self._attempt(case, tool, action, grant, state, policy)
        code = self._misfit(attempt, arguments)
        if code is not None:
            return Refusal(attention=code, note=drift(code, action, state, self._desks[case.desk]))
        if grant.basis in (GrantBasis.COMPENSATION, GrantBasis.UNDO):
            refusal = self._no_undo(attempt)
            if refusal is not None or grant.basis is GrantBasis.COMPENSATION:
                return refusal or attempt  # a plan's own undo needs no new yes
        return self._authority(attempt, policy, plan[action.ordinal :])

    def _misfit(self, attempt: Attempt, arguments: Mapping[str, Any]) -> Attention | None:
        return misfit(
            attempt.grant,
            case=attempt.case,
            action=attempt.action,
            contract=attempt.tool.contract,
            arguments_digest=digest(arguments),
            target_digest=digest(attempt.before),
            now=self._clock.now(),
        )

    def _look(
        self, case: Case, action: Action, tool: EffectTool
    ) -> tuple[dict[str, Any], Json] | Refusal:
        """The canonical arguments, and the target as it is now."""
        try:
            arguments = tool.contract.check_arguments(action.arguments)
            read = self._reads.of(self._desks[case.desk], case.id, Stage.ACT)
            return arguments, look_at(tool, arguments, read)
        except ToolUnavailable:
            raise
        except (InvalidRequest, ToolError) as error:
            is_nonsense = bool(error.facts.get("broke_contract"))
            attention = Attention.SOURCE_REFUSED if is_nonsense else Attention.TARGET_CHANGED
            return Refusal(attention=attention, note=error.message)

    def _attempt(
        self,
        case: Case,
        tool: EffectTool,
        action: Action,
        grant: Grant,
        state: Json,
        policy: Policy,
    ) -> Attempt:
        now = self._clock.now()
        return Attempt(
            case=case,
            tool=tool,
            action=action,
            grant=grant,
            before=state,
            epoch=policy.epoch,
            cell=cell_of(case, action.tool),
            at=now,
            present=self.desk_time(case, now),
        )

    def _no_undo(self, attempt: Attempt) -> Refusal | None:
        """Whether an undo is anything but the declared way back of what the plan did, once."""
        known, own = self._reader.effects(attempt.case.id), attempt.grant.id
        effects = [one for one in known if one.grant_id != own]  # it may be tried again
        effect = next((one for one in effects if one.id == attempt.grant.basis_id), None)
        grants = {grant.id: grant for grant in self._reader.grants(attempt.case.id)}
        try:
            if effect is None:
                raise GrantRefused("it puts back nothing that is known")
            require_compensable(effect, grants.get(effect.grant_id), effects)
            undo = undo_of(
                self._desks[attempt.case.desk],
                self._reader.actions([effect.action_id])[effect.action_id],
                effect,
            )
            if undo is None or undo.call != (attempt.action.tool, attempt.action.arguments):
                raise GrantRefused("it is not the declared way back of what was done")
        except GrantRefused as error:
            return Refusal(attention=Attention.AUTHORITY_LOST, note=error.message)
        return None

    def _authority(
        self, attempt: Attempt, policy: Policy, later: Sequence[Action]
    ) -> Attempt | Refusal:
        grant, limits = attempt.grant, policy.of(attempt.cell)
        person = None
        if not attempt.is_alone:
            names = self._people(attempt)
            for name in names:
                if not policy.may_decide(attempt.cell, policy.person(name)):
                    return Refusal(
                        attention=Attention.AUTHORITY_LOST, note=f"{name} may no longer decide"
                    )
            actor = policy.person(names[0])
            assert actor is not None
            person = Person(roles=actor.roles, approvals=len(set(names)))
        attempts = [attempt]
        for action in later:
            following = self._later(attempt, action)
            if isinstance(following, Refusal):
                return following
            attempts.append(following)
        requests = self._with_done(
            attempts, [self._request(one, policy.of(one.cell), policy, person) for one in attempts]
        )
        steps = [PlanStep(request=request, policy=policy.of(request.cell)) for request in requests]
        verdicts = authorize_plan(steps, usage_of_plan(self._reader, steps))
        for one, step, verdict in zip(attempts, steps, verdicts, strict=True):
            may_run = verdict.kind is VerdictKind.EXECUTE or (
                verdict.kind is VerdictKind.VETO_WINDOW and grant.basis is GrantBasis.VETO_LAPSE
            )
            if not may_run:
                return refusal_of(one, verdict, step.policy)
        return replace(attempt, takings=takings(limits, steps[0].request))

    def _with_done(
        self, attempts: Sequence[Attempt], requests: Sequence[AuthorizationRequest]
    ) -> Sequence[AuthorizationRequest]:
        """The requests with what earlier calls of the case have done, where that may count."""
        first, case = attempts[0], attempts[0].case
        is_run = case.run_id is not None and first.is_alone
        if first.is_undo or not (is_run or any(one.amount for one in requests)):
            return requests
        done = done_before(
            self._reader,
            case,
            self._desks[case.desk],
            but=[one.action.id for one in attempts],
            but_of=case.recommendation_id,
        )
        return [done.added_to(one) for one in requests]

    def _later(self, attempt: Attempt, action: Action) -> Attempt | Refusal:
        """A later step of the same plan, as far as it can be judged before its turn."""
        tool = self._desks[attempt.case.desk].effect_tool(action.tool)
        if tool is None or tool.contract.digest != action.contract_digest:
            note = f"{action.tool}, a later step, is not what it was"
            return Refusal(attention=Attention.CONTRACT_CHANGED, note=note)
        if digest(action.arguments) != action.arguments_digest:
            note = f"the arguments of {action.tool}, a later step, were changed"
            return Refusal(attention=Attention.AUTHORITY_LOST, note=note)
        return replace(attempt, tool=tool, action=action, cell=cell_of(attempt.case, action.tool))

    def _people(self, attempt: Attempt) -> tuple[str, ...]:
        """Who answers for the action: the person, and where it takes two the first one too."""
        actor = attempt.grant.actor
        decision = self._reader.decision(attempt.case.id)
        if decision is None:
            return (actor,)
        is_its_basis = decision.id == attempt.grant.basis_id
        if attempt.grant.basis is GrantBasis.UNDO:
            is_its_basis = decision.kind is DecisionKind.UNDO and decision.person == actor
        first = decision.first_by if is_its_basis else ""
        return (actor, first) if first else (actor,)

    def _request(
        self, attempt: Attempt, limits: CellPolicy, policy: Policy, person: Person | None
    ) -> AuthorizationRequest:
        case, envelope = attempt.case, limits.envelope
        asks = envelope.limits if envelope else None
        is_undo = attempt.grant.basis is GrantBasis.UNDO
        # What limits autonomy only is not read where a person answered: it does not bind them.
        made = self._reader.recommendation(case) if person is None else None
        has_facts = person is None or limits.hard_rules
        facts = self._reader.fact_sets([case.id]).get(case.id) if has_facts else None
        return ask(
            case,
            self._desks[case.desk],
            Call(contract=attempt.tool.contract, arguments=attempt.action.arguments),
            Moment(
                at=attempt.present,
                facts=facts,
                paused="" if is_undo else policy.paused(attempt.cell),
                can_audit=bool(self._audit_key),
            ),
            sureness=UNSURE
            if made is None
            else sureness_of(made, asks, policy.unearned(case.desk, made.draft.by)),
            person=person,
        )

    def desk_time(self, case: Case, now: datetime) -> datetime:
        """The present of the case's desk: the replay clock's, or now."""
        return now if self._reader.desk_time(case.desk) is None else case.as_of
