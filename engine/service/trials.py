"""Trials: a request that is only tried, to see what policy would say; nothing comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.desk import Desk
from engine.domain.actor import Role
from engine.domain.phase import Cell
from engine.domain.tool import ToolContract
from engine.domain.verdict import Verdict
from engine.errors import InvalidRequest, NotFound
from engine.govern.authorize import CellPolicy, authorize
from engine.govern.limits import HandSetThreshold, RollingThreshold
from engine.govern.request import AuthorizationRequest
from engine.ports import Reader
from engine.runtime.asking import usage_now


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """What is to be tried; where a field is left out, nothing speaks against the action."""

    case_type: str
    action: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    priority: int = 9
    confidence: float = 1.0
    customer: str = ""
    at: datetime | None = None
    """None: the desk's present."""
    roles: frozenset[Role] | None = None
    """Roles of the person who acts; None: software acts."""
    stale: int = 0
    contradictory: int = 0
    unseen: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class InForce:
    """A threshold as it holds now, and the risk limit it was chosen for."""

    risk_limit: float | None = None
    threshold: float | None = None


NONE_IN_FORCE = InForce()


def judged(
    trial: Trial,
    desk: Desk,
    policy: CellPolicy,
    reader: Reader,
    now: datetime,
    usual: InForce = NONE_IN_FORCE,
    wider: InForce = NONE_IN_FORCE,
) -> Verdict:
    """What policy says of a trial, with the budgets and the rolling thresholds as they stand.

    The same limits are asked as for a recommendation: the usual ones, and on the loop the wider
    ones too. Arguments that are left out are filled with nothing: an empty text, a zero.

    Raises:
        NotFound: The desk has no such action.
        InvalidRequest: An argument is too long to be looked at.
    """
    tool = desk.effect_tool(trial.action)
    if tool is None:
        raise NotFound(f"The desk has no action {trial.action!r}.")
    if len(str(trial.arguments)) > 10_000:
        raise InvalidRequest("The arguments are too long to be tried.")
    at, limits = trial.at or now, policy.envelope.limits if policy.envelope else None
    beyond = limits.wider if limits is not None else None
    cuts = _Cuts(
        usual=_cut(limits.threshold if limits is not None else None, usual),
        wider=_cut(beyond.threshold if beyond is not None else None, wider),
    )
    request = _request_of(trial, desk, tool.contract, at, cuts)
    return authorize(request, policy, usage_now(reader, policy, request))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Cuts:
    usual: float | None
    wider: float | None


def _cut(named: HandSetThreshold | RollingThreshold | None, found: InForce) -> float | None:
    """The rolling threshold that serves a limit; one chosen for another limit says nothing."""
    if not isinstance(named, RollingThreshold) or named.risk_limit != found.risk_limit:
        return None
    return found.threshold


def _request_of(
    trial: Trial, desk: Desk, contract: ToolContract, at: datetime, cuts: _Cuts
) -> AuthorizationRequest:
    arguments, problem = _completed(contract, trial.arguments), ""
    try:
        arguments = contract.check_arguments(arguments)
    except InvalidRequest as error:
        problem = error.message
    return AuthorizationRequest(
        cell=Cell(desk=desk.name, case_type=trial.case_type, action_type=trial.action),
        problem=problem,
        at=at,
        is_known_case_type=trial.case_type in desk.case_types,
        effect_class=contract.effect_class,
        arguments=arguments,
        amount=contract.amount_of(arguments),
        customer=trial.customer,
        confidence=trial.confidence,
        is_calibrated=True,
        score=trial.confidence,
        rolling_cut=cuts.usual,
        rolling_threshold=cuts.usual,
        wider_cut=cuts.wider,
        wider_threshold=cuts.wider,
        priority=trial.priority,
        stale=_so_many("stale fact", trial.stale),
        contradictory=_so_many("contradiction", trial.contradictory),
        unseen=_so_many("unseen value", trial.unseen),
        person_roles=trial.roles,
        approvals=0 if trial.roles is None else 1,
    )


_NOTHING: Mapping[str, Any] = {"string": "", "integer": 0, "number": 0.0, "boolean": False}


def _completed(contract: ToolContract, arguments: Mapping[str, Any]) -> dict[str, Any]:
    schema = contract.arguments.model_json_schema()
    left_out = {
        name: _NOTHING[what["type"]]
        for name, what in schema.get("properties", {}).items()
        if name in schema.get("required", ()) and what.get("type") in _NOTHING
    }
    return left_out | dict(arguments)


def _so_many(what: str, count: int) -> tuple[str, ...]:
    return tuple(f"{what} {number + 1}" for number in range(min(count, 20)))
