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


def judged(
    trial: Trial,
    desk: Desk,
    policy: CellPolicy,
    reader: Reader,
    now: datetime,
    threshold: float | None,
) -> Verdict:
    """What policy says of a trial, with the budgets and the rolling threshold as they stand.

    Arguments that are left out are filled with nothing: an empty text, a zero.

    Raises:
        NotFound: The desk has no such action.
        InvalidRequest: An argument is too long to be looked at.
    """
    tool = desk.effect_tool(trial.action)
    if tool is None:
        raise NotFound(f"The desk has no action {trial.action!r}.")
    if len(str(trial.arguments)) > 10_000:
        raise InvalidRequest("The arguments are too long to be tried.")
    request = _request_of(trial, desk, tool.contract, trial.at or now, threshold)
    return authorize(request, policy, usage_now(reader, policy, request))


def _request_of(
    trial: Trial, desk: Desk, contract: ToolContract, at: datetime, threshold: float | None
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
        rolling_cut=threshold,
        rolling_threshold=threshold,
        wider_cut=threshold,
        wider_threshold=threshold,
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
