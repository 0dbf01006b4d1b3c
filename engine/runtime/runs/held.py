"""Held: a run in the hands of the thread that advances it, with all it is reasoned about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from engine.desk import Desk
from engine.domain.case import Case, Signal
from engine.domain.fact import Fact, FactSet, fact_set
from engine.domain.run import Run, RunStep
from engine.domain.run_moves import Answered, AskWrite, ToolReturned, WriteAnswered
from engine.runtime.runs.leaving import Halt
from engine.runtime.scoring import Setting

_NOT_ASKED = frozenset({Answered.DENIED})
_OBJECTED = {
    Answered.REJECTED: "rejected",
    Answered.OVERRIDDEN: "decided otherwise on",
    Answered.TIMED_OUT: "left unanswered",
}


@dataclass(slots=True)
class Held:
    """One run while it is advanced."""

    run: Run
    epoch: int
    case: Case
    signal: Signal
    facts: FactSet
    """Of the case."""
    desk: Desk
    setting: Setting
    steps: list[RunStep]
    halt: Callable[[], Halt | None] = field(default=lambda: None)
    """Asked before each step and while a model is asked."""

    @property
    def number(self) -> int:
        """Of the next step."""
        return len(self.steps) + 1

    @property
    def seconds(self) -> float:
        """How long it has run, without the time in which it waited."""
        return sum(step.duration_us for step in self.steps) / 1e6

    @property
    def has_asked_people(self) -> bool:
        """Whether a write of it went as far as a person or a call: then no other takes over."""
        return any(answer.answered not in _NOT_ASKED for answer in answers(self.steps))

    @property
    def in_hand(self) -> str:
        """Why all it asks for is people's to decide: nothing runs alone after their no."""
        told = [answer for answer in answers(self.steps) if answer.answered in _OBJECTED]
        return "; ".join(
            f"{one.by} {_OBJECTED[one.answered]} what this run asked for before" for one in told[:1]
        )

    @property
    def untraced(self) -> Sequence[RunStep]:
        """The steps since the case was last changed by this run."""
        asked = [step.number for step in self.steps if isinstance(step.move, AskWrite)]
        return self.steps[asked[-1] :] if asked else self.steps

    def facts_with(self, more: Sequence[Fact] = ()) -> FactSet:
        """The case's facts with those of the run's reads; the same set where there is no news.

        What a later read says takes the place of what an earlier one said under the same id.
        """
        found: dict[str, list[Fact]] = {}
        for fact in self.facts.facts:
            found.setdefault(fact.id, []).append(fact)
        for told in (*_told(self.steps), more):
            found |= _by_id(told, found)
        facts = [fact for same in found.values() for fact in same]
        if sorted(map(repr, facts)) == sorted(map(repr, self.facts.facts)):
            return self.facts
        return fact_set(self.case.id, self.case.facts_revision + 1, facts)


def answers(steps: Sequence[RunStep]) -> list[WriteAnswered]:
    """What came of the writes that a run asked for, oldest first."""
    return [step.observation for step in steps if isinstance(step.observation, WriteAnswered)]


def _told(steps: Sequence[RunStep]) -> list[Sequence[Fact]]:
    return [step.observation.facts for step in steps if isinstance(step.observation, ToolReturned)]


def _by_id(told: Sequence[Fact], known: dict[str, list[Fact]]) -> dict[str, list[Fact]]:
    """Facts told at once; one that is older than the known one under its id changes nothing."""
    found: dict[str, list[Fact]] = {}
    for fact in told:
        if all(one.observed_at <= fact.observed_at for one in known.get(fact.id, ())):
            found.setdefault(fact.id, []).append(fact)
    return found
