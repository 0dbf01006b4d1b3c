"""Taken: the calls a run has made, each with whether it brought news. The other detectors' ground.

News of a read is: the same call had not come through before (or not since somebody answered a
write); or it brought a fact that is new, has another value, or takes the place of one that had
grown too old; or, where the desk takes no facts from it, another result. A failed read brings no
news, the answer to a write always does.

What it cannot see: a read without facts whose result bears a time of its own is new each time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.domain.canonical import Json, canonical_text, digest
from engine.domain.fact import Fact
from engine.domain.model_call import ToolUse
from engine.domain.run import RunStep
from engine.domain.run_moves import (
    Asked,
    AskWrite,
    ModelSaid,
    Recall,
    ToolFailed,
    ToolReturned,
    UseTool,
    WriteAnswered,
)
from engine.reason.agent.tools import RECALL
from engine.reason.brief import Brief
from engine.reason.checks import latest


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """One call that was made and answered."""

    step: int
    tool: str
    call: str
    """Tool and arguments in canonical form: equal calls have equal texts."""
    came: str
    """What came of it, in short: equal for results that tell the same."""
    is_news: bool
    is_write: bool = False


def taken_of(brief: Brief, steps: Sequence[RunStep]) -> tuple[Taken, ...]:
    """The answered calls of a run, oldest first.

    Args:
        brief: The task; what its facts told before the run is no news.
        steps: The journal, oldest first.
    """
    began = steps[0].at if steps else brief.at
    seen = _Seen(facts=dict(latest(one for one in brief.facts if one.observed_at <= began)))
    found: list[Taken] = []
    for step in steps:
        if isinstance(step.observation, ModelSaid) and isinstance(step.move, Asked):
            seen.uses = {use.id: use for use in step.observation.answer.tool_uses}
        elif (call := _call(step, seen.uses)) is not None:
            found.append(_taken(step, call, seen))
    return tuple(found)


@dataclass
class _Seen:
    """What the calls before have told."""

    facts: dict[str, Fact]
    uses: Mapping[str, ToolUse] = field(default_factory=dict)
    results: dict[tuple[str, int], bytes] = field(default_factory=dict)
    """Digest of the newest result, by call and number of answered writes before it."""
    answers: int = 0


def _call(step: RunStep, uses: Mapping[str, ToolUse]) -> tuple[str, Json] | None:
    if step.observation is None:
        return None
    match step.move:
        case UseTool(tool=tool, arguments=arguments):
            return tool, arguments
        case Recall(step=number, use_id=use_id):
            use = uses.get(use_id)
            return RECALL, [number, part_asked(use.arguments) if use else 1]
        case AskWrite(draft=draft) if draft.proposals:
            return draft.proposals[0].tool, draft.proposals[0].arguments
    return None


def part_asked(arguments: Mapping[str, Any]) -> int:
    """Which part of a result a `recall` asks for."""
    part = arguments.get("part", 1)
    return part if isinstance(part, int) and part >= 1 else 1


def _taken(step: RunStep, call: tuple[str, Json], seen: _Seen) -> Taken:
    tool, arguments = call
    text = canonical_text([tool, arguments])
    match step.observation:
        case ToolReturned() as returned:
            is_news = _is_news(step, returned, text, seen)
            came = digest(_told(returned)).hex()
        case ToolFailed(code=code):
            is_news, came = False, code.value
        case WriteAnswered(answered=answered):
            is_news, came = True, answered.value
            seen.answers += 1
        case _:
            is_news, came = False, ""
    is_write = isinstance(step.move, AskWrite)
    return Taken(
        step=step.number, tool=tool, call=text, came=came, is_news=is_news, is_write=is_write
    )


def _is_news(step: RunStep, returned: ToolReturned, call: str, seen: _Seen) -> bool:
    key = (call, seen.answers)
    result = digest(returned.result)
    before = seen.results.get(key)
    seen.results[key] = result
    told_anew = [fact for fact in returned.facts if _is_new(fact, seen.facts.get(fact.id), step)]
    seen.facts.update({fact.id: fact for fact in returned.facts})
    if before is None or told_anew:
        return True
    return not returned.facts and result != before


def _is_new(fact: Fact, known: Fact | None, step: RunStep) -> bool:
    return known is None or known.value != fact.value or known.is_stale(step.at)


def _told(returned: ToolReturned) -> Json:
    if returned.facts:
        return [[fact.id, fact.value] for fact in returned.facts]
    return returned.result
