"""Attempt: everything one execution needs, read at one moment, or the reason why it may not run.

What the person or policy saw is what runs: all that a grant binds is compared with what is true
now, and the action is authorised again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from engine.act.grants import misfit
from engine.desk import Desk
from engine.domain.canonical import Json, digest
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.grant import Grant, GrantBasis
from engine.domain.phase import Cell
from engine.domain.recommendation import Action
from engine.domain.transition import BudgetReserved
from engine.domain.verdict import RuleResult, Verdict, VerdictKind
from engine.errors import InvalidRequest, ToolError, ToolUnavailable
from engine.govern.authorize import CellPolicy, authorize
from engine.govern.request import AuthorizationRequest
from engine.ports import Clock, EffectTool, Reader
from engine.runtime.asking import UNSURE, Call, Moment, Person, ask, sureness_of, takings, usage_now
from engine.runtime.policy import Policy, cell_of, why_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """An execution that may go ahead as far as the reads show."""

    case: Case
    tool: EffectTool
    action: Action
    grant: Grant
    before: Json
    """State of the target now."""
    epoch: int
    """Control epoch under which it was authorised."""
    cell: Cell
    at: datetime
    """The moment all this was read."""
    present: datetime
    """The same moment on the desk's clock, which a replay sets."""
    takings: tuple[BudgetReserved, ...] = ()
    """What it takes of budgets."""

    @property
    def is_alone(self) -> bool:
        """Whether software acts without a person's answer."""
        return self.grant.basis in (GrantBasis.VERDICT, GrantBasis.VETO_LAPSE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why a grant may not be used."""

    attention: Attention
    note: str
    is_settled: bool = False
    """The target was resolved elsewhere."""


class Preparation:
    """Reads and re-proves what an execution needs."""

    def __init__(
        self,
        *,
        reader: Reader,
        clock: Clock,
        desks: Mapping[str, Desk],
        audit_key: bytes,
    ) -> None:
        """Bind the reads and the desks."""
        self._reader = reader
        self._clock = clock
        self._desks = desks
        self._audit_key = audit_key

    def attempt(
        self, case: Case, action: Action | None, grant: Grant | None, policy: Policy
    ) -> Attempt | Refusal:
        """Prove anew that the case's action may run.

        Raises:
            ToolUnavailable: The target cannot be read now; try again later.
        """
        desk = self._desks[case.desk]
        tool = None if action is None else desk.effect_tool(action.tool)
        if action is None or grant is None or tool is None:
            return Refusal(attention=Attention.CONTRACT_CHANGED, note="the tool is gone")
        try:
            arguments = tool.contract.check_arguments(action.arguments)
            state = tool.target_state(arguments)
        except ToolUnavailable:
            raise
        except (InvalidRequest, ToolError) as error:
            return Refusal(attention=Attention.TARGET_CHANGED, note=error.message)
        if case.status is not CaseStatus.COMPENSATING and tool.is_settled(state):
            return Refusal(
                attention=Attention.TARGET_CHANGED, note="resolved elsewhere", is_settled=True
            )
        code = misfit(
            grant,
            case=case,
            action=action,
            contract=tool.contract,
            arguments_digest=digest(arguments),
            target_digest=digest(state),
            now=self._clock.now(),
        )
        if code is not None:
            return Refusal(attention=code, note=_drift(code, action, state))
        return self._authorised(case, tool, action, grant, state, policy)

    def _authorised(
        self,
        case: Case,
        tool: EffectTool,
        action: Action,
        grant: Grant,
        state: Json,
        policy: Policy,
    ) -> Attempt | Refusal:
        now = self._clock.now()
        attempt = Attempt(
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
        if grant.basis is GrantBasis.COMPENSATION:
            return attempt
        return self._authority(attempt, policy)

    def _authority(self, attempt: Attempt, policy: Policy) -> Attempt | Refusal:
        grant, limits = attempt.grant, policy.of(attempt.cell)
        person = None
        if not attempt.is_alone:
            names = self._people(attempt, limits)
            for name in names:
                if not policy.may_decide(attempt.cell, policy.person(name)):
                    return Refusal(
                        attention=Attention.AUTHORITY_LOST, note=f"{name} may no longer decide"
                    )
            actor = policy.person(names[0])
            assert actor is not None
            person = Person(roles=actor.roles, approvals=len(set(names)))
        request = self._request(attempt, limits, policy, person)
        usage = usage_now(self._reader, limits, request)
        verdict = authorize(request, limits, usage)
        may_run = verdict.kind is VerdictKind.EXECUTE or (
            verdict.kind is VerdictKind.VETO_WINDOW and grant.basis is GrantBasis.VETO_LAPSE
        )
        if not may_run:
            return _refusal(attempt, verdict, limits)
        return replace(attempt, takings=takings(limits, request))

    def _people(self, attempt: Attempt, limits: CellPolicy) -> tuple[str, ...]:
        """Who answers for the action: the person, and where it takes two the first one too."""
        actor, envelope = attempt.grant.actor, limits.envelope
        if envelope is None or envelope.limits.second_person_above is None:
            return (actor,)
        decision = self._reader.decision(attempt.case.id)
        is_its_basis = decision is not None and decision.id == attempt.grant.basis_id
        first = decision.first_by if decision is not None and is_its_basis else ""
        return (actor, first) if first else (actor,)

    def _request(
        self, attempt: Attempt, limits: CellPolicy, policy: Policy, person: Person | None
    ) -> AuthorizationRequest:
        case, envelope = attempt.case, limits.envelope
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
            sureness=sureness_of(made, envelope.limits if envelope else None) if made else UNSURE,
            person=person,
        )

    def desk_time(self, case: Case, now: datetime) -> datetime:
        """The present of the case's desk: the replay clock's, or now."""
        return now if self._reader.desk_time(case.desk) is None else case.as_of


_CODES = {
    "paused": Attention.PAUSED,
    "role_may_not_decide": Attention.AUTHORITY_LOST,
    "budget_spent": Attention.BUDGET_SPENT,
    "request_malformed": Attention.CONTRACT_CHANGED,
}


def _refusal(attempt: Attempt, verdict: Verdict, limits: CellPolicy) -> Refusal:
    """Why it may not run now: the strictest rule that was not kept, by its name."""
    rule = max(_stopping(attempt, verdict), key=lambda one: one.otherwise.strictness)
    why = why_of(rule, limits)
    because = f", because {why}" if why else ""
    return Refusal(
        attention=_code_of(rule, verdict, attempt.action),
        note=f"{rule.rule}: {rule.seen} against {rule.limit}{because}",
    )


def _stopping(attempt: Attempt, verdict: Verdict) -> list[RuleResult]:
    """Broken rules that hold here: a window that is over has answered those that ask for one."""
    is_lapse = attempt.grant.basis is GrantBasis.VETO_LAPSE
    return [
        rule
        for rule in verdict.broken
        if (rule.binds_people or attempt.is_alone)
        and not (is_lapse and rule.otherwise is VerdictKind.VETO_WINDOW)
    ]


def _code_of(rule: RuleResult, verdict: Verdict, action: Action) -> Attention:
    """What has changed: the rules beside the envelope, the envelope, or what they are about."""
    if rule.rule in _CODES:
        return _CODES[rule.rule]
    if rule.otherwise is VerdictKind.DENY:
        return Attention.DENIED
    is_hard = ":" in rule.rule
    if not is_hard and verdict.envelope_hash != action.verdict.envelope_hash:
        return Attention.ENVELOPE_CHANGED
    return Attention.OUTSIDE_ENVELOPE


def _drift(code: Attention, action: Action, state: Json) -> str:
    if code is not Attention.TARGET_CHANGED:
        return ""
    if not isinstance(state, dict) or not isinstance(action.target_state, dict):
        return "the target changed"
    changed = [
        f"{name} was {action.target_state.get(name)!r}, is {value!r}"
        for name, value in state.items()
        if action.target_state.get(name) != value
    ]
    return "; ".join(changed)
