"""Checks: whether what a model puts forward may become a recommendation.

Shared by workflow and agent. Every check is code's own answer, from the contract, the facts of the
run and what the desk calculates; what is wrong is said as a sentence from which the model can
repair it. Nothing here asks a model, and nothing here is what keeps anybody safe: policy judges
what passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from engine.domain.canonical import canonical_text
from engine.domain.fact import Fact
from engine.domain.recommendation import Alternative, Draft, Proposal, Reason
from engine.domain.run_fault import RunFault
from engine.domain.tool import Strict
from engine.errors import InvalidRequest
from engine.reason.brief import Brief
from engine.reason.grounds import (
    WEIGHTS,
    Cited,
    Grounds,
    Problem,
    Words,
    grounds_problems,
    invalid,
    named,
    tame,
)

__all__ = [
    "AmountProblem",
    "Cited",
    "Grounds",
    "Problem",
    "PutForward",
    "Words",
    "checked_call",
    "drafted",
    "invalid",
    "latest",
    "no_amounts",
    "read_arguments",
    "read_output",
    "told",
    "worst",
]

AmountProblem = Callable[[str, str, Mapping[str, Any], Sequence[Fact]], str]
"""Of a desk: why a call's amount is not what code calculates from the facts; empty: it is.

Takes the case type, the tool's name, the arguments in canonical form, and the facts of the run, the
latest of each name. It raises nothing for what a model wrote.
"""


def no_amounts(
    case_type: str, tool: str, arguments: Mapping[str, Any], facts: Sequence[Fact]
) -> str:
    """Of a desk whose calls name no amounts."""
    return ""


_MOST_TOLD = 6
"""Problems a model is told at once; the next answer is checked as a whole again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PutForward:
    """Calls that a model puts forward with their grounds: nothing of it is believed yet."""

    proposals: tuple[Proposal, ...]
    label: str
    """What the first call amounts to, in the desk's word."""
    summary: str
    """The same as an action in a few words; not the model's."""
    grounds: Grounds
    alternatives: tuple[Alternative, ...] = ()


S = TypeVar("S", bound=Strict)


def read_output(schema: type[S], text: str) -> S | tuple[Problem, ...]:
    """Read an answer that has to be one JSON value of a schema; else say what is wrong with it."""
    try:
        return schema.model_validate_json(text.strip())
    except ValidationError as error:
        return tuple(_schema_problems(error))


def read_arguments(schema: type[S], arguments: Mapping[str, Any]) -> S | tuple[Problem, ...]:
    """The same for the arguments of a tool call that a model asks for."""
    try:
        text = canonical_text(arguments)
    except (TypeError, ValueError, RecursionError):
        return (invalid("The arguments are no JSON."),)
    return read_output(schema, text)


def drafted(
    put: PutForward,
    *,
    brief: Brief,
    facts: Sequence[Fact],
    amount_problem: AmountProblem,
    reasoner: str,
    version: str,
    code_said: Sequence[str] = (),
) -> Draft | tuple[Problem, ...]:
    """Make a draft of what a model puts forward, or say all that is wrong with it.

    Args:
        put: What it puts forward.
        brief: The task; a call needs one of its writes, and acts on its target alone.
        facts: All facts of the run, oldest first: the brief's, then those of its reads.
        amount_problem: The desk's.
        reasoner: `workflow` or `agent`.
        version: Of the procedure.
        code_said: What the desk's code told the model beside facts: a sum in words may stand there.
    """
    known = latest(facts)
    calls = [checked_call(one, brief, known, amount_problem) for one in put.proposals]
    problems = (
        *(() if calls else (invalid("No call is put forward; name at least one."),)),
        *(problem for one in calls if isinstance(one, tuple) for problem in one),
        *grounds_problems(put.grounds, put.proposals, known, brief.at, code_said=code_said),
    )
    if problems:
        return problems
    proposals = tuple(one for one in calls if isinstance(one, Proposal))
    return _draft(put, proposals, reasoner, version)


def _draft(put: PutForward, proposals: tuple[Proposal, ...], reasoner: str, version: str) -> Draft:
    grounds = put.grounds
    return Draft(
        reasoner=reasoner,
        reasoner_version=version,
        proposals=proposals,
        label=put.label,
        summary=put.summary,
        rationale=grounds.because,
        raw_confidence=grounds.confidence,
        reasons=_reasons(grounds.cites, +1.0),
        counter_evidence=_reasons(grounds.against, -1.0),
        missing=tuple(grounds.missing),
        alternatives=put.alternatives,
    )


def latest(facts: Iterable[Fact]) -> Mapping[str, Fact]:
    """Facts by id; of one name the one that was seen last, and of those the one told last."""
    found: dict[str, Fact] = {}
    for fact in facts:
        earlier = found.get(fact.id)
        if earlier is None or fact.observed_at >= earlier.observed_at:
            found[fact.id] = fact
    return found


def checked_call(
    proposal: Proposal, brief: Brief, known: Mapping[str, Fact], amount_problem: AmountProblem
) -> Proposal | tuple[Problem, ...]:
    """Give a call with its arguments in canonical form, or say what is wrong with it.

    Args:
        proposal: Tool and arguments as the model, or the desk's code, wrote them.
        brief: The task.
        known: The facts of the run by id.
        amount_problem: The desk's.
    """
    contract = next((one for one in brief.writes if one.name == proposal.tool), None)
    if contract is None:
        offered = ", ".join(one.name for one in brief.writes) or "none"
        name = named(proposal.tool)
        return (invalid(f"{name} is no tool of this case; its tools are: {offered}."),)
    try:
        arguments = contract.check_arguments(proposal.arguments)
    except InvalidRequest as error:
        return (invalid(tame(str(error))),)
    target = arguments.get(contract.target_argument)
    if target != brief.target:
        text = (
            f"{proposal.tool} would act on {contract.target_argument} {named(str(target))}; this "
            f"case is about {named(brief.target)} alone."
        )
        return (Problem(fault=RunFault.GOAL_LOST, text=text),)
    wrong = amount_problem(brief.case_type, proposal.tool, arguments, tuple(known.values()))
    if wrong:
        return (Problem(fault=RunFault.AMOUNT_WRONG, text=f"{proposal.tool}: {wrong}"),)
    return Proposal(tool=proposal.tool, arguments=arguments)


def worst(problems: Sequence[Problem]) -> RunFault:
    """The fault of a run that ends with these problems."""
    faults = {one.fault for one in problems}
    return next((one for one in _BY_WEIGHT if one in faults), RunFault.OUTPUT_INVALID)


def told(problems: Sequence[Problem]) -> str:
    """The problems as lines to the model, the first few; never empty."""
    lines = [f"- {one.text}" for one in problems[:_MOST_TOLD]]
    more = len(problems) - len(lines)
    return "\n".join([*lines, *([f"- and {more} more"] if more > 0 else [])]) or "- unknown"


_BY_WEIGHT = (
    RunFault.GOAL_LOST,
    RunFault.AMOUNT_WRONG,
    RunFault.FACT_INVENTED,
    RunFault.CONTRADICTION,
    RunFault.LOOP,
)


def _schema_problems(error: ValidationError) -> Iterable[Problem]:
    for one in error.errors(include_url=False, include_input=False, include_context=False):
        where = ".".join(str(part) for part in one["loc"]) or "the answer"
        yield invalid(f"{tame(where)}: {one['msg']}.")


def _reasons(cited: Iterable[Cited], sign: float) -> tuple[Reason, ...]:
    reasons = [
        Reason(fact=one.fact, text=one.why, weight=sign * WEIGHTS[one.strength]) for one in cited
    ]
    return tuple(sorted(reasons, key=lambda one: -abs(one.weight)))
