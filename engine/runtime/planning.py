"""Planning: what a reasoner proposes, looked at step by step before policy judges it.

A plan is all done or compensated, so nothing in it but its last step may be without a way back. The
state of the first step's target is what its grant will bind; that of later ones is how things stand
now, before the steps in front of them: it is kept to be shown, and read anew when their turn comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.desk import Desk
from engine.domain.canonical import Json, digest
from engine.domain.case import Case
from engine.domain.ids import ActionId
from engine.domain.plan import MOST_STEPS
from engine.domain.preview import Preview
from engine.domain.recommendation import Action, Proposal
from engine.domain.span import Stage
from engine.domain.tool import EffectClass, ToolContract
from engine.domain.verdict import Verdict
from engine.errors import InvalidRequest, ToolError, ToolUnavailable
from engine.ports import EffectTool, Ids, ReadTool
from engine.runtime.looking import look_at
from engine.runtime.marks import Marks
from engine.runtime.previewing import previewed
from engine.runtime.reads import CaseReads


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """One proposed call with its tool, checked against the contract."""

    tool: EffectTool
    arguments: dict[str, Any]
    problem: str
    """Why it does not keep the contract, or cannot stand where it does; empty: it does."""
    state: Json
    """The target's state now; of a later step None where it cannot be told yet."""
    preview: Json
    """What it would change; of `previewed`."""

    def action(self, ids: Ids, ordinal: int, verdict: Verdict) -> Action:
        """The candidate as it was judged."""
        contract = self.tool.contract
        return Action(
            id=ActionId(ids.new()),
            ordinal=ordinal,
            tool=contract.name,
            contract_digest=contract.digest,
            arguments=self.arguments,
            arguments_digest=digest(self.arguments),
            target=str(self.arguments.get(contract.target_argument, "")),
            target_digest=digest(self.state),
            target_state=self.state,
            verdict=verdict,
            preview=self.preview,
        )


def candidates(
    case: Case, proposals: Sequence[Proposal], desk: Desk, reads: CaseReads, marks: Marks
) -> tuple[Candidate, ...]:
    """Look at every call of a plan.

    Raises:
        ToolUnavailable: A target cannot be read now; try again later.
        ToolError: The first step's target cannot be read.
        InvalidRequest: The desk has no such tool.
    """
    read = reads.of(desk, case.id, Stage.REASON, marks)
    found = [
        _candidate(one, desk, read, marks, is_first=place == 0)
        for place, one in enumerate(proposals)
    ]
    return tuple(_placed(one, place, len(found)) for place, one in enumerate(found))


def _candidate(
    proposal: Proposal, desk: Desk, read: ReadTool, marks: Marks, *, is_first: bool
) -> Candidate:
    tool = desk.effect_tool(proposal.tool)
    if tool is None:
        raise InvalidRequest(f"{desk.name} has no tool {proposal.tool}")
    with marks.timed(Stage.REASON, "look at target", inputs=proposal.arguments) as mark:
        mark.rule = "read permit"
        look = _state if is_first else _state_so_far
        mark.outputs = state = look(tool, proposal.arguments, read)
    try:
        arguments, problem = tool.contract.check_arguments(proposal.arguments), ""
    except InvalidRequest as error:
        arguments, problem = proposal.arguments, error.message
    preview = None
    if not problem:
        preview = (previewed if is_first else _preview_so_far)(tool, arguments, read)
    return Candidate(tool=tool, arguments=arguments, problem=problem, state=state, preview=preview)


def _state(tool: EffectTool, arguments: dict[str, Any], read: ReadTool) -> Json:
    return look_at(tool, arguments, read)


def _state_so_far(tool: EffectTool, arguments: dict[str, Any], read: ReadTool) -> Json:
    """A later step's target may be made only by the steps before it."""
    try:
        return tool.target_state(arguments, read)
    except ToolUnavailable:
        raise
    except (InvalidRequest, ToolError):
        return None


def _preview_so_far(tool: EffectTool, arguments: dict[str, Any], read: ReadTool) -> Json:
    """What the target says before the steps in front of it: a refusal means nothing then.

    What is kept of it is a preview of neither kind: it cannot be said yet.
    """
    try:
        said = previewed(tool, arguments, read)
    except ToolUnavailable:
        raise
    except (InvalidRequest, ToolError):
        return None
    return Preview().to_json() if isinstance(said, dict) and "refusal" in said else said


def _placed(candidate: Candidate, place: int, steps: int) -> Candidate:
    """A candidate that cannot stand where it does is as malformed as one with a wrong argument."""
    problem = candidate.problem or misplaced(candidate.tool.contract, place, steps)
    return replace(candidate, problem=problem)


def misplaced(contract: ToolContract, place: int, steps: int) -> str:
    """Why a tool cannot stand at a place (from 0) of a plan; empty: it can."""
    if steps > MOST_STEPS:
        return f"the plan has {steps} steps, at most {MOST_STEPS} are run"
    if place == steps - 1:
        return ""
    if contract.effect_class is EffectClass.IRREVERSIBLE:
        return f"{contract.name} cannot be undone and does not stand last in its plan"
    if not contract.compensation:
        return f"{contract.name} declares no way back and does not stand last in its plan"
    return ""
