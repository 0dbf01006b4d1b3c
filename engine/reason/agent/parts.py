"""Parts: what may stand in a window, each in its whole form and in the shorter ones. Pure.

Here is how things are said; what is left out where there is no room is `pruning`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from engine.domain.canonical import Json, canonical_text
from engine.domain.context import Treatment
from engine.domain.fact import Fact
from engine.domain.model_call import ToolUse
from engine.domain.run import RunStep
from engine.domain.run_moves import (
    Answered,
    AskWrite,
    Recall,
    ToolFailed,
    ToolReturned,
    UseTool,
    WriteAnswered,
)
from engine.reason.agent.detectors.taken import part_asked
from engine.reason.agent.history import History
from engine.reason.agent.tools import CASE_STEP
from engine.reason.brief import Brief
from engine.reason.window import Treated, data, estimated_tokens, facts_text, shown, visible

LONGEST_VALUE = 400
"""Characters of one fact's value in a window."""
_SHORT = 200
"""Characters of arguments, of a reason, and of the beginning of a result in its one line."""
_HEAD_TOKENS = 150
"""Room that the words around a result take of its share."""
_LEAST_TOKENS = 50
_BYTES_A_TOKEN = 3
"""Fewer than the estimate takes, so that a piece with its words stays within its share."""

DECIDED: Mapping[Answered, str] = MappingProxyType(
    {
        Answered.EXECUTED: "Policy let it run. It was carried out and stands as you asked for it",
        Answered.APPROVED: "A person approved it. It was carried out and stands as you asked",
        Answered.OVERRIDDEN: "A person put another call in its place, and that was carried out; "
        "yours was not",
        Answered.REJECTED: "A person said no. Nothing was changed",
        Answered.FACT_GIVEN: "A person wanted to know something first, and it is now among the "
        "facts. Nothing was changed and nothing was decided",
        Answered.TIMED_OUT: "Nobody answered in time. That is neither a yes nor a no. Nothing was "
        "changed",
        Answered.DENIED: "Policy forbids it, to people too. Nothing was changed",
        Answered.FAILED: "It was allowed, but did not do what was asked for, and nothing of it "
        "stands",
    }
)
"""What became of a write, each unlike the others, in words to the model."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A part of a window that may have to give way."""

    name: str
    text: str
    step: int = 0
    treated: Treated | None = None
    short: str = ""
    """The one line that may stand for it; empty: there is none."""
    is_unseen: bool = False
    """Whether the model has not seen it yet."""

    @property
    def tokens(self) -> int:
        """In the window, as it stands."""
        return estimated_tokens(self.text) if self.text else 0

    @property
    def full_tokens(self) -> int:
        """Of the whole."""
        return self.treated.full_tokens if self.treated else self.tokens

    def digested(self, why: str) -> Part:
        """Its one line."""
        treated = Treated(
            treatment=Treatment.DIGESTED, why=why, full_tokens=max(self.full_tokens, self.tokens)
        )
        return replace(self, text=self.short, short="", treated=treated)

    def dropped(self, why: str) -> Part:
        """Nothing of it."""
        treated = Treated(treatment=Treatment.DROPPED, why=why, full_tokens=self.full_tokens)
        return replace(self, text="", short="", treated=treated)


def case_part(brief: Brief) -> Part:
    """What came in, and what its tools call the thing it is about."""
    piece = _piece(_case_text(brief), 1, CASE_STEP, brief.limits.result_tokens)
    about = (f"case type: {shown(brief.case_type)}", f"target: {shown(brief.target)}")
    return Part(
        name="case",
        text=f"The case, as it came in.{piece.note}\n{data('case', [*about, piece.text])}",
        treated=piece.treated,
    )


def facts_part(facts: Sequence[Fact], at: datetime, of: int) -> Part:
    """Facts as they stand now.

    Args:
        facts: Those that have room.
        at: Now.
        of: How many there are.
    """
    left_out = of - len(facts)
    note = f" {left_out} older ones have no room; `recall` shows their results." * bool(left_out)
    lines = facts_text(facts, at, longest=LONGEST_VALUE)
    return Part(name="facts", text=f"Facts, as they stand now.{note}\n{lines}")


def result_part(step: RunStep, history: History, brief: Brief) -> Part:
    """What a read gave, or gave before: its beginning or the part that was asked for."""
    source, part = _source(step, history)
    line = result_line(step, history, brief)
    whole, limit = _whole(source, brief), brief.limits.result_tokens
    piece = _piece(whole, part, source.number, limit)
    lines = [_short(source.arguments), piece.text]
    last = history.last
    return Part(
        name=line.name,
        step=step.number,
        text=f"{_head(step, source)}.{piece.note}\n{data(line.name, lines)}",
        short=line.text,
        treated=piece.treated,
        is_unseen=last is not None and step.number > last.step,
    )


def result_line(step: RunStep, history: History, brief: Brief) -> Part:
    """One line for what a read gave."""
    source, _ = _source(step, history)
    whole = _whole(source, brief)
    tokens = estimated_tokens(whole)
    name = f"result {step.number}"
    said = f"{_head(step, source)}: {tokens} tokens; `recall` of step {source.number} shows all."
    lines = [_short(source.arguments), visible(whole[:_SHORT])]
    return Part(
        name=name,
        step=step.number,
        text=f"{said} It begins:\n{data(name, lines)}",
        treated=Treated(
            treatment=Treatment.DIGESTED, why="newer results stand in full", full_tokens=tokens
        ),
    )


def decision_part(step: RunStep) -> Part | None:
    """What became of a write; None where the step is none."""
    move, answer = step.move, step.observation
    if not isinstance(move, AskWrite) or not isinstance(answer, WriteAnswered):
        return None
    calls = [[one.tool, one.arguments] for one in move.draft.proposals]
    told = {"by": answer.by, "why": answer.why, "result": answer.result}
    lines = [_short(calls), *(f"{name}: {_short(one)}" for name, one in told.items() if one)]
    text = f"Step {step.number}, a change you asked for. {DECIDED[answer.answered]}."
    return Part(
        name=f"decision {step.number}",
        step=step.number,
        text=f"{text}\n{data(f'decision {step.number}', lines)}",
    )


def failure_parts(steps: Sequence[RunStep]) -> tuple[Part, ...]:
    """That a read failed, once a call, as long as it has not come through since."""
    failed: dict[str, Part] = {}
    for step in steps:
        if not isinstance(step.move, UseTool):
            continue
        call = canonical_text([step.move.tool, step.move.arguments])
        if isinstance(step.observation, ToolFailed):
            failed[call] = _failure(step, step.move, step.observation)
        elif isinstance(step.observation, ToolReturned):
            failed.pop(call, None)
    return tuple(failed.values())


def problems_text(lines: Iterable[str]) -> str:
    """Why a call of the last answer was not made; it quotes the model, so it is data as well."""
    rows = data("problems", [shown(one[: _SHORT * 3]) for one in lines])
    return f"Not all of your last answer could be used. What was wrong:\n{rows}"


def set_aside_text(uses: Sequence[ToolUse]) -> str:
    """Which calls of the last answer were not looked at."""
    names = data("set aside", [shown([one.name[:_SHORT] for one in uses])])
    return (
        "These calls of your last answer were set aside, because you asked for them before you "
        f"could see what the calls before them gave. Ask again for what you still want.\n{names}"
    )


def _failure(step: RunStep, move: UseTool, failed: ToolFailed) -> Part:
    lines = [_short(move.arguments), _short(failed.why)]
    return Part(
        name=f"failure {step.number}",
        step=step.number,
        text=f"Step {step.number}, {move.tool}: failed ({failed.code.value}).\n"
        + data(f"failure {step.number}", lines),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Source:
    """Where a result comes from."""

    number: int
    """Of the step that gave it; `CASE_STEP`: it came in with the case."""
    tool: str = "the case"
    arguments: Json = None
    result: Json = None


def _source(step: RunStep, history: History) -> tuple[_Source, int]:
    """What a step shows, and which part of it was asked for."""
    if not isinstance(step.move, Recall):
        return _given(step), 1
    calls = (call for turn in history.turns for call in turn.calls)
    part = next((part_asked(one.use.arguments) for one in calls if one.step is step), 1)
    number = step.move.step
    first = next((one for one in history.steps if one.number == number), None)
    return _Source(number=number) if first is None else _given(first), part


def _given(step: RunStep) -> _Source:
    move, seen = step.move, step.observation
    return _Source(
        number=step.number,
        tool=move.tool if isinstance(move, UseTool) else "nothing",
        arguments=move.arguments if isinstance(move, UseTool) else None,
        result=seen.result if isinstance(seen, ToolReturned) else None,
    )


def _whole(source: _Source, brief: Brief) -> str:
    return _case_text(brief) if source.number == CASE_STEP else canonical_text(source.result)


def _case_text(brief: Brief) -> str:
    return canonical_text({"title": brief.title, "signal": dict(brief.signal)})


def _head(step: RunStep, source: _Source) -> str:
    again = f", step {source.number} again" if source.number != step.number else ""
    return f"Step {step.number}{again}, {source.tool}"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Piece:
    """A piece of a text that has room."""

    text: str
    note: str = ""
    """What the model is told of the rest."""
    treated: Treated | None = None


def _piece(whole: str, part: int, step: int, tokens: int) -> _Piece:
    """The part of a text that was asked for, all of it where it has room."""
    size = max(tokens - _HEAD_TOKENS, _LEAST_TOKENS) * _BYTES_A_TOKEN
    stored = visible(whole).encode("utf-8", "backslashreplace")
    parts = max(-(-len(stored) // size), 1)
    if parts == 1 and part == 1:
        return _Piece(text=stored.decode("utf-8"))
    piece = stored[_start(stored, (part - 1) * size) : _start(stored, part * size)]
    note = f" This is part {part} of {parts}; `recall` of step {step} shows the other parts."
    why = f"part {part} of {parts}; the others can be recalled"
    full = estimated_tokens(whole)
    cut = Treated(treatment=Treatment.CUT, why=why, full_tokens=full)
    return _Piece(text=piece.decode("utf-8"), note=note, treated=cut)


def _start(stored: bytes, place: int) -> int:
    """The place itself, or the beginning of the character it lies in."""
    place = min(place, len(stored))
    while 0 < place < len(stored) and stored[place] & 0xC0 == 0x80:
        place -= 1
    return place


def _short(value: Json) -> str:
    return visible(canonical_text(value)[:_SHORT])
