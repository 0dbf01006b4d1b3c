"""Binding: policy binds people too. What a person may let run, and how their action is checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.desk import Desk
from engine.domain.actor import Person
from engine.domain.canonical import Json, digest
from engine.domain.case import Case
from engine.domain.ids import ActionId
from engine.domain.recommendation import Action, Recommendation
from engine.domain.span import Stage
from engine.domain.tool import ToolContract
from engine.domain.verdict import Verdict
from engine.errors import Conflict, InvalidRequest, NotAllowed, ToolError
from engine.govern.authorize import CellPolicy
from engine.govern.authorize_plan import PlanStep, authorize_plan
from engine.ports import Clock, EffectTool, Ids, Reader
from engine.runtime.asking import Call, Moment, ask, usage_of_plan
from engine.runtime.asking import Person as Actor
from engine.runtime.choosing import unnamed, wrong_choice
from engine.runtime.done_before import done_before
from engine.runtime.policy import PolicyView, cell_of
from engine.runtime.previewing import previewed
from engine.runtime.reads import CaseReads
from engine.service.denials import denial_words
from engine.service.phrases import who_decides


@dataclass(frozen=True, kw_only=True)
class Binding:
    """Checks a person's answer against policy, contract and the target's state."""

    desks: Mapping[str, Desk]
    policy: PolicyView
    reader: Reader
    reads: CaseReads
    clock: Clock
    ids: Ids

    def action(
        self,
        case: Case,
        tool: EffectTool,
        arguments: Mapping[str, Any],
        target: str,
        person: Person,
    ) -> Action:
        """The action a person chose, checked against contract, known values and policy.

        `target` is what the case is about; nothing else may be acted on.

        Raises:
            InvalidRequest: An argument breaks the schema, is no known value or another target, or
                a rule that binds people holds, or no cell of the envelope names the tool.
            NotAllowed: The person's role may not decide this cell.
            Conflict: The target cannot be read, or was resolved elsewhere.
        """
        self._require_cell(case, tool.contract)
        checked = _checked(tool, arguments, target)
        verdict = self.require_authority(case, tool.contract, checked, person)
        state, preview = self._looked_at(case, tool, checked)
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
            preview=preview,
        )

    def _require_cell(self, case: Case, contract: ToolContract) -> None:
        """Nobody chooses what no cell names: such tools only take back what a case has done.

        An undo is held to the roles and amounts of what it takes back; a choice could not be.
        """
        if problem := unnamed(self.policy.current(), case, contract):
            raise InvalidRequest(
                f"{problem} To take back what a case has done, undo that case; else have the cell "
                "added to the envelope."
            )

    def _looked_at(
        self, case: Case, tool: EffectTool, arguments: dict[str, Any]
    ) -> tuple[Json, Json]:
        """The target's state, and what the call would change of it."""
        read = self.reads.of(self.desks[case.desk], case.id, Stage.PERSON)
        try:
            state = tool.target_state(arguments, read)
            if not tool.is_settled(state):
                return state, previewed(tool, arguments, read)
        except ToolError as error:
            raise Conflict(f"The target cannot be read: {error.message}") from None
        raise Conflict("The target was resolved elsewhere; there is nothing to do.")

    def require_authority(
        self,
        case: Case,
        contract: ToolContract,
        arguments: Mapping[str, Any],
        person: Person,
        *,
        approvals: int = 1,
        is_undo: bool = False,
    ) -> Verdict:
        """Policy binds people too; a pause does not keep them from putting things back.

        Returns:
            The verdict: EXECUTE, or ESCALATE where all that is missing is a second person.

        Raises:
            NotAllowed: The person's role may not decide this cell.
            InvalidRequest: A pause or another rule that binds people holds.
        """
        who = Actor(roles=person.roles, approvals=approvals)
        step = self._step(case, contract, arguments, who, is_undo=is_undo)
        return self._required((step,))[0]

    def require_plan(
        self, case: Case, plan: Sequence[Action], person: Person, *, approvals: int = 1
    ) -> tuple[Verdict, ...]:
        """Whether a person may let a whole plan run: it is approved as one.

        Each action meets the policy of its cell. No limit of an amount is kept by cutting the
        amount into steps, so the second person is asked for above the largest amount and above the
        sum of all money of one currency.

        Returns:
            One verdict an action: EXECUTE, or ESCALATE where a second person is missing.

        Raises:
            NotAllowed: The person's role may not decide one of the cells.
            InvalidRequest: A pause or another rule that binds people holds, or a tool is gone.
        """
        who = Actor(roles=person.roles, approvals=approvals)
        steps = []
        for action in plan:
            tool = self.desks[case.desk].effect_tool(action.tool)
            if tool is None:
                raise InvalidRequest(f"The desk has no tool {action.tool!r} any more.")
            steps.append(self._step(case, tool.contract, action.arguments, who))
        return self._required(steps)

    def _step(
        self,
        case: Case,
        contract: ToolContract,
        arguments: Mapping[str, Any],
        who: Actor,
        *,
        is_undo: bool = False,
    ) -> PlanStep:
        policy = self.policy.current()
        cell = cell_of(case, contract.name)
        limits = policy.of(cell)
        request = ask(
            case,
            self.desks[case.desk],
            Call(contract=contract, arguments=arguments),
            Moment(
                at=self.reader.desk_time(case.desk) or self.clock.now(),
                facts=self.reader.fact_sets([case.id]).get(case.id) if limits.hard_rules else None,
                paused="" if is_undo else policy.paused(cell),
            ),
            person=who,
        )
        if not is_undo and request.amount is not None:
            request = done_before(self.reader, case, self.desks[case.desk]).added_to(request)
        return PlanStep(request=request, policy=limits)

    def _required(self, steps: Sequence[PlanStep]) -> tuple[Verdict, ...]:
        verdicts = authorize_plan(steps, usage_of_plan(self.reader, steps))
        for step, verdict in zip(steps, verdicts, strict=True):
            _require_no_rule(verdict, step.policy)
        return verdicts

    def require_role(self, case: Case, made: Recommendation | None, person: Person) -> None:
        """Whether somebody of these roles may answer at all.

        Raises:
            NotAllowed: The cell is decided by other roles.
        """
        if made is not None:
            self.require_cells(case, [action.tool for action in made.actions], person)

    def require_cells(self, case: Case, tools: Iterable[str], person: Person) -> None:
        """Whether somebody of these roles decides what these tools do in such a case.

        Raises:
            NotAllowed: One of the cells is decided by other roles.
        """
        for tool in dict.fromkeys(tools):
            envelope = self.policy.current().envelope(cell_of(case, tool))
            if envelope is not None and (
                refusal := who_decides("", envelope.limits.roles, person.roles)
            ):
                raise NotAllowed(refusal)


def _require_no_rule(verdict: Verdict, limits: CellPolicy) -> None:
    """Refuse what a rule forbids to people; a second person may still be missing."""
    holds = [rule for rule in verdict.broken if rule.binds_people]
    if not holds or needs_second_person(verdict):
        return
    rule = max(holds, key=lambda one: one.otherwise.strictness)
    if rule.rule == "role_may_not_decide":
        raise NotAllowed(f"This cell is decided by {rule.limit.replace('_', ' ')}.")
    if rule.rule == "paused":
        raise InvalidRequest(f"Actions are paused ({rule.seen}); wait or ask for a resume.")
    raise InvalidRequest(denial_words(rule, limits))


def require_role_of_case(case: Case, person: Person) -> None:
    """A case that was passed on to a role, or timed out to it, is that role's to answer.

    Raises:
        NotAllowed: The person does not hold the role.
    """
    if refusal := who_decides(case.role, (), person.roles):
        raise NotAllowed(refusal)


def needs_second_person(verdict: Verdict) -> bool:
    """Whether all that keeps a person's action back is that one more person has to approve it."""
    holds = [rule.rule for rule in verdict.broken if rule.binds_people]
    return holds == ["second_person_missing"]


def _checked(tool: EffectTool, arguments: Mapping[str, Any], target: str) -> dict[str, Any]:
    checked = tool.contract.check_arguments(dict(arguments))
    if problem := wrong_choice(tool, checked, target):
        raise InvalidRequest(problem)
    return checked
