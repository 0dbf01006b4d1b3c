"""Run parts: everything that advances runs in one worker, wired together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from threading import Event

from engine.act.calls import Calls
from engine.act.crash_points import Reach
from engine.act.reading import Reading
from engine.adapters import keys
from engine.bootstrap.parts import Parts
from engine.runtime.learning import DeskLearning
from engine.runtime.policy import PolicyView
from engine.runtime.reads import CaseReads
from engine.runtime.reasoning import Reasoning
from engine.runtime.runs.beginning import Beginning
from engine.runtime.runs.dispatch import Crew, Dispatch
from engine.runtime.runs.endings import Endings
from engine.runtime.runs.journal import Journal
from engine.runtime.runs.looking_up import LookingUp
from engine.runtime.runs.putting import Putting
from engine.runtime.runs.questions import Questions
from engine.runtime.runs.runner import Runner
from engine.runtime.runs.taking_up import TakingUp


@dataclass(frozen=True, kw_only=True)
class RunParts:
    """What the runs of one worker need."""

    parts: Parts
    calls: Calls
    policy: PolicyView
    learning: Mapping[str, DeskLearning]
    reach: Reach
    stopping: Event = field(default_factory=Event)

    @cached_property
    def reading(self) -> Reading:
        """Reads under permits."""
        return Reading(self.calls, self.parts.ids)

    @cached_property
    def reads(self) -> CaseReads:
        """Reads of cases."""
        return CaseReads(reading=self.reading, clock=self.parts.clock)

    @cached_property
    def beginning(self) -> Beginning:
        """Makes runs."""
        return beginning_of(self.parts)

    @cached_property
    def reasoning(self) -> Reasoning:
        """The way of a case to a recommendation, for intake and runs."""
        return Reasoning(
            reader=self.parts.store.reader,
            reads=self.reads,
            clock=self.parts.clock,
            ids=self.parts.ids,
            audit_key=self.parts.key(keys.AUDIT) or b"",
            begin=self.beginning.begun,
        )

    @cached_property
    def journal(self) -> Journal:
        """Writes steps."""
        reasoners = self.parts.reasoners
        return Journal(
            store=self.parts.store,
            clock=self.parts.clock,
            lease_s=reasoners.lease_s,
            budgets=reasoners.budgets,
            reach=self.reach,
        )

    def dispatch(self, name: str, crew: Crew) -> Dispatch:
        """What hands due runs to a crew."""
        return Dispatch(
            name,
            store=self.parts.store,
            clock=self.parts.clock,
            desks=self.parts.desks,
            runner=self._runner(),
            crew=crew,
            stopping=self.stopping,
            lease_s=self.parts.reasoners.lease_s,
        )

    def _runner(self) -> Runner:
        store, clock, reasoning, journal = (
            *(self.parts.store, self.parts.clock),
            *(self.reasoning, self.journal),
        )
        return Runner(
            store=store,
            clock=clock,
            ids=self.parts.ids,
            policy=self.policy,
            reasoners=self.parts.reasoners,
            taking_up=self._taking_up(),
            questions=self._questions(),
            looking_up=LookingUp(reading=self.reading, clock=clock, journal=journal),
            putting=Putting(store=store, clock=clock, reasoning=reasoning, journal=journal),
            endings=Endings(
                store=store,
                clock=clock,
                reasoning=reasoning,
                beginning=self.beginning,
                journal=journal,
            ),
            reach=self.reach,
            is_stopping=self.stopping.is_set,
        )

    def _taking_up(self) -> TakingUp:
        return TakingUp(
            store=self.parts.store,
            clock=self.parts.clock,
            desks=self.parts.desks,
            policy=self.policy,
            learning=self.learning,
            reads=self.reads,
            journal=self.journal,
        )

    def _questions(self) -> Questions:
        return Questions(
            store=self.parts.store,
            clock=self.parts.clock,
            ids=self.parts.ids,
            journal=self.journal,
            budgets=self.parts.reasoners.budgets,
            reach=self.reach,
        )


def beginning_of(parts: Parts) -> Beginning:
    """What makes the rows of runs."""
    return Beginning(
        reader=parts.store.reader,
        clock=parts.clock,
        ids=parts.ids,
        reasoners=parts.reasoners,
    )
