"""Contradiction: a model that contradicts itself or what it was told, or rests on facts that do.

What code can tell:
- one answer asks for two writes with one tool on one target with different arguments;
- with no news since, and the call itself in order, it asks for another call than before;
- with no news since, it asks for the same call on the same facts with another confidence;
- it asks for a change that stands already, or one that was rejected, replaced or forbidden, as if
  nobody had answered;
- it ends as `done` where nothing was done, or as `nothing_to_do` where something was.

Of facts: two fresh ones that give one attribute different values. A draft that rests on one of them
keeps no confidence and names both, so that a person decides (`evidence.md` section 7).

What it cannot see: sentences that contradict each other, and a rationale that speaks for another
call than the one it stands with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from engine.domain.fact import Fact, contradictions
from engine.domain.model_call import ToolUse
from engine.domain.recommendation import Draft, Proposal, Reason
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import Answered
from engine.reason.agent.detectors.invented import cited
from engine.reason.agent.detectors.taken import Taken
from engine.reason.agent.history import DONE, IN_FORCE, History
from engine.reason.agent.tools import FinishArguments, comparable
from engine.reason.brief import Brief
from engine.reason.checks import Problem
from engine.reason.grounds import named

CONFIDENCE_JUMP = 0.25
"""So far may a confidence move on the same facts before it is no judgement any more."""

_NO: Mapping[Answered, str] = MappingProxyType(
    {
        Answered.REJECTED: "was rejected by a person",
        Answered.OVERRIDDEN: "was replaced by a person with another call",
        Answered.DENIED: "is forbidden by policy",
    }
)


def two_minds(brief: Brief, use: ToolUse, uses: Sequence[ToolUse]) -> tuple[Problem, ...]:
    """One answer that asks for two changes that cannot both be meant."""
    contract = brief.tool(use.name)
    if contract is None:
        return ()
    target = contract.target_argument
    own = _own(brief, use)
    for other in uses:
        is_rival = other.name == use.name and other.id != use.id
        is_same_target = other.arguments.get(target) == use.arguments.get(target)
        if is_rival and is_same_target and _own(brief, other) != own:
            text = f"One answer asks for {use.name} on one target in two ways; decide on one."
            return (_contradiction(text),)
    return ()


def changed_mind(
    brief: Brief,
    history: History,
    use: ToolUse,
    taken: Sequence[Taken],
    is_in_order: Callable[[ToolUse], bool],
) -> tuple[Problem, ...]:
    """A change that is asked for otherwise than just before, with nothing learned in between.

    Args:
        brief: The task.
        history: The run; `use` is of its newest answer.
        use: The call.
        taken: The calls that were made.
        is_in_order: Whether a call is in order as a call, whatever its grounds: one that was
            refused for itself may well be asked for otherwise.
    """
    before = asked_before(brief, history, taken)
    if before is None:
        return ()
    if (before.name, _own(brief, before)) != (use.name, _own(brief, use)):
        if not is_in_order(before):
            return ()
        text = "It asks for another change than in its answer before, and has learned nothing since"
        return (_contradiction(f"{text}: read first, or stay with what you asked for."),)
    then, now = _confidence(before), _confidence(use)
    is_same_ground = set(cited(before.arguments)) == set(cited(use.arguments))
    if then is None or now is None or not is_same_ground or abs(then - now) <= CONFIDENCE_JUMP:
        return ()
    text = f"The same call on the same facts had confidence {then:g} just before, and now {now:g}."
    return (_contradiction(text),)


def asked_before(brief: Brief, history: History, taken: Sequence[Taken]) -> ToolUse | None:
    """The change that was last asked for and refused, where nothing was learned since."""
    news = max((one.step for one in taken if one.is_news), default=0)
    writes = {one.name for one in brief.writes}
    earlier = [turn for turn in history.turns[:-1] if turn.step > news]
    asked = [[call for call in turn.calls if call.use.name in writes] for turn in earlier]
    alone = [calls[0] for calls in asked if len(calls) == 1]
    return next((one.use for one in reversed(alone) if one.is_left), None)


def already_answered(history: History, proposal: Proposal, taken: Sequence[Taken]) -> str:
    """Why a change need not be asked for: it stands, or the answer was no; empty: it may be.

    A change that stands is never asked for twice in a run. A no holds until there is news.
    """
    for move, answer, step in reversed(history.writes):
        if proposal not in move.draft.proposals:
            continue
        if answer.answered in DONE:
            return f"{proposal.tool} was carried out in step {step.number} and stands."
        has_news = any(one.is_news and one.step > step.number for one in taken)
        if answer.answered in _NO and not has_news:
            no = _NO[answer.answered]
            return f"{proposal.tool} with these arguments {no} (step {step.number})."
    return ""


def ends_otherwise(history: History, finish: FinishArguments) -> tuple[Problem, ...]:
    """An end that is not what happened."""
    has_effect = any(answer.answered in IN_FORCE for _, answer, _ in history.writes)
    if finish.outcome == "done" and not has_effect:
        text = "Nothing was carried out in this run, so it is not done; ask for a change, or say"
        return (_contradiction(f"{text} nothing_to_do or needs_person."),)
    if finish.outcome == "nothing_to_do" and has_effect:
        text = "Something was carried out in this run; say done, or needs_person."
        return (_contradiction(text),)
    return ()


def unsure_of_contradictions(draft: Draft, known: Mapping[str, Fact], at: datetime) -> Draft:
    """A draft without confidence, with both sides named, where facts it rests on contradict.

    Without a confidence no envelope lets software act alone.
    """
    relied = {one.fact for one in (*draft.reasons, *draft.counter_evidence)}
    pairs = [
        pair
        for pair in contradictions(tuple(known.values()), at)
        if relied & {one.id for one in pair}
    ]
    if not pairs:
        return draft
    told = {one.id for pair in pairs for one in pair} - relied
    both = [
        Reason(fact=name, text=f"It contradicts {named(_rival(name, pairs))}.", weight=0.0)
        for name in sorted(told)
    ]
    return replace(draft, raw_confidence=None, counter_evidence=(*draft.counter_evidence, *both))


def _rival(name: str, pairs: Sequence[tuple[Fact, Fact]]) -> str:
    ids = [(one.id, other.id) for one, other in pairs]
    return next(a if name == b else b for a, b in ids if name in (a, b))


def _own(brief: Brief, use: ToolUse) -> str:
    """The tool's own arguments in canonical form; those of the agent's grounds left out."""
    contract = brief.tool(use.name)
    names = set(contract.arguments.model_fields) if contract else set(use.arguments)
    return comparable({name: use.arguments[name] for name in names & set(use.arguments)})


def _confidence(use: ToolUse) -> float | None:
    said = use.arguments.get("confidence")
    if isinstance(said, bool) or not isinstance(said, int | float):
        return None
    return said


def _contradiction(text: str) -> Problem:
    return Problem(fault=RunFault.CONTRADICTION, text=text)
