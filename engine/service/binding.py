"""Binding: policy binds people too. What a person may let run, and how their action is checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.desk import Desk
from engine.domain.actor import Person
from engine.domain.canonical import digest
from engine.domain.case import Case
from engine.domain.ids import ActionId
from engine.domain.phase import Cell
from engine.domain.recommendation import Action, Recommendation
from engine.domain.verdict import Verdict, VerdictKind
from engine.errors import Conflict, InvalidRequest, NotAllowed, ToolError
from engine.govern.authorize import authorize
from engine.govern.request import AuthorizationRequest, Usage
from engine.ports import EffectTool, Ids
from engine.runtime.policy import PolicyView


@dataclass(frozen=True, kw_only=True)
class Binding:
    """Checks a person's answer against policy, contract and the target's state."""

    desks: Mapping[str, Desk]
    policy: PolicyView
    ids: Ids

    def action(
        self, tool: EffectTool, arguments: Mapping[str, Any], verdict: Verdict, target: str
    ) -> Action:
        """The action a person chose, checked against contract and known values.

        Args:
            tool: What is to be called.
            arguments: The person's arguments.
            verdict: What policy said of it.
            target: What the case is about; nothing else may be acted on.

        Raises:
            InvalidRequest: An argument breaks the schema, is no known value or another target.
            Conflict: The target cannot be read, or was resolved elsewhere.
        """
        checked = _checked(tool, arguments, target)
        try:
            state = tool.target_state(checked)
        except ToolError as error:
            raise Conflict(f"The target cannot be read: {error.message}") from None
        if tool.is_settled(state):
            raise Conflict("The target was resolved elsewhere; there is nothing to do.")
        return Action(
            id=ActionId(self.ids.new()),
            ordinal=1,
            tool=tool.contract.name,
            contract_digest=tool.contract.digest,
            arguments=checked,
            arguments_digest=digest(checked),
            target=str(checked.get(tool.contract.target_argument, "")),
            target_digest=digest(state),
            target_state=state,
            verdict=verdict,
        )

    def require_authority(self, case: Case, tool: str, person: Person) -> Verdict:
        """Policy binds people too.

        Raises:
            NotAllowed: The person's role may not decide this cell.
            InvalidRequest: A pause or another rule that binds people holds.
        """
        policy = self.policy.current()
        cell = Cell(desk=case.desk, case_type=case.case_type, action_type=tool)
        verdict = authorize(
            AuthorizationRequest(
                cell=cell,
                is_known_case_type=case.case_type in self.desks[case.desk].case_types,
                priority=case.priority,
                paused=policy.paused(cell),
                person_roles=person.roles,
            ),
            policy.envelope(cell),
            Usage(),
        )
        if verdict.kind is VerdictKind.EXECUTE:
            return verdict
        rule = next(r for r in verdict.broken if r.binds_people)
        if rule.rule == "role_may_not_decide":
            raise NotAllowed(f"This cell is decided by {rule.limit.replace('_', ' ')}.")
        if rule.rule == "paused":
            raise InvalidRequest(f"Actions are paused ({rule.seen}); wait or ask for a resume.")
        raise InvalidRequest(f"{rule.rule}: {rule.seen} against {rule.limit}")

    def require_role(self, case: Case, made: Recommendation | None, person: Person) -> None:
        """Whether somebody of these roles may answer at all.

        Raises:
            NotAllowed: The cell is decided by other roles.
        """
        if made is None or not made.actions:
            return
        cell = Cell(desk=case.desk, case_type=case.case_type, action_type=made.actions[0].tool)
        envelope = self.policy.current().envelope(cell)
        if envelope is not None and not person.has_any(frozenset(envelope.limits.roles)):
            roles = " or ".join(role.replace("_", " ") for role in envelope.limits.roles)
            raise NotAllowed(f"This cell is decided by {roles}.")


def _checked(tool: EffectTool, arguments: Mapping[str, Any], target: str) -> dict[str, Any]:
    checked = tool.contract.check_arguments(dict(arguments))
    aimed_at = str(checked.get(tool.contract.target_argument, target))
    if aimed_at != target:
        raise InvalidRequest(f"This case is about {target}; {aimed_at} cannot be acted on here.")
    for name, value in checked.items():
        options = tool.options(name)
        if options and value not in options:
            raise InvalidRequest(f"{value!r} is not one of the known {name}s.")
    return checked
