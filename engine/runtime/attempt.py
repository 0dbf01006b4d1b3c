"""Attempt: everything one execution needs, read at one moment, or the reason why it may not run.

What the person or policy saw is what runs: all that a grant binds is compared with what is true
now, and the action is authorised again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.act.grants import misfit
from engine.desk import Desk
from engine.domain.canonical import Json, digest
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.fact import contradictions, stale_facts
from engine.domain.grant import Grant, GrantBasis
from engine.domain.phase import Cell
from engine.domain.recommendation import Action
from engine.domain.transition import BudgetReleased
from engine.domain.verdict import Verdict, VerdictKind
from engine.errors import InvalidRequest, ToolError, ToolUnavailable
from engine.govern.authorize import authorize
from engine.govern.envelope import CellEnvelope
from engine.govern.request import AuthorizationRequest, Usage
from engine.ports import Clock, EffectTool, Reader
from engine.runtime.policy import Policy, hour_of


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
    envelope: CellEnvelope | None
    at: datetime
    """The moment all this was read."""
    present: datetime
    """The same moment on the desk's clock, which a replay sets."""

    @property
    def window(self) -> datetime:
        """The clock hour whose rate budget it counts against."""
        return hour_of(self.present)

    @property
    def reservation(self) -> BudgetReleased | None:
        """What to give back if the call is proven not to have acted."""
        if self.grant.basis is not GrantBasis.VERDICT:
            return None
        return BudgetReleased(cell=str(self.cell), window_start=self.window)

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
        cell = Cell(desk=case.desk, case_type=case.case_type, action_type=action.tool)
        now = self._clock.now()
        present = self.desk_time(case, now)
        attempt = Attempt(
            case=case,
            tool=tool,
            action=action,
            grant=grant,
            before=state,
            epoch=policy.epoch,
            cell=cell,
            envelope=policy.envelope(cell),
            at=now,
            present=present,
        )
        if grant.basis is GrantBasis.COMPENSATION:
            return attempt
        refusal = self._authority(attempt, policy)
        return refusal or attempt

    def _authority(self, attempt: Attempt, policy: Policy) -> Refusal | None:
        case, grant = attempt.case, attempt.grant
        roles = None
        if not attempt.is_alone:
            person = policy.person(grant.actor)
            if person is None or not person.is_active:
                return Refusal(
                    attention=Attention.AUTHORITY_LOST, note=f"{grant.actor} may no longer decide"
                )
            roles = person.roles
        is_undo = grant.basis is GrantBasis.UNDO
        # What limits autonomy only is not read where a person answered: it does not bind them.
        made = self._reader.recommendation(case) if roles is None else None
        facts = self._reader.fact_sets([case.id]).get(case.id) if roles is None else None
        at = attempt.present
        request = AuthorizationRequest(
            cell=attempt.cell,
            is_known_case_type=case.case_type in self._desks[case.desk].case_types,
            effect_class=attempt.tool.contract.effect_class,
            confidence=made.confidence if made else None,
            is_calibrated=made.is_calibrated if made else False,
            score=made.draft.raw_confidence if made else None,
            rolling_cut=made.cut if made else None,
            rolling_threshold=made.threshold if made else None,
            priority=case.priority,
            stale=tuple(f.id for f in stale_facts(facts.facts, at)) if facts else (),
            contradictory=tuple(f.id for f, _ in contradictions(facts.facts, at)) if facts else (),
            paused="" if is_undo else policy.paused(attempt.cell),
            can_audit=bool(self._audit_key),
            person_roles=roles,
        )
        verdict = authorize(request, attempt.envelope, self._usage(attempt))
        if verdict.kind is VerdictKind.EXECUTE:
            return None
        return _refusal(verdict, is_person=roles is not None)

    def _usage(self, attempt: Attempt) -> Usage:
        if not attempt.is_alone:
            return Usage()
        used = self._reader.executions_since(str(attempt.cell), attempt.window)
        return Usage(executions_this_hour=used)

    def desk_time(self, case: Case, now: datetime) -> datetime:
        """The present of the case's desk: the replay clock's, or now."""
        return now if self._reader.desk_time(case.desk) is None else case.as_of


_CODES = {
    "paused": Attention.PAUSED,
    "role_may_not_decide": Attention.AUTHORITY_LOST,
    "rate_budget_spent": Attention.BUDGET_SPENT,
    "request_malformed": Attention.CONTRACT_CHANGED,
}


def _refusal(verdict: Verdict, *, is_person: bool) -> Refusal:
    rule = next(r for r in verdict.broken if r.binds_people or not is_person)
    return Refusal(
        attention=_CODES.get(rule.rule, Attention.ENVELOPE_CHANGED),
        note=f"{rule.rule}: {rule.seen} against {rule.limit}",
    )


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
