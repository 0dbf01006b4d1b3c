"""Known: what a workflow has at hand at one step, and what the desk's code makes of it. Values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from engine.domain.fact import Fact, FactValue, Quote
from engine.domain.recommendation import Proposal, Reason
from engine.reason.brief import Brief
from engine.reason.workflow.outputs import Assessment


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """The task and all facts of a run so far."""

    brief: Brief
    facts: tuple[Fact, ...]
    """The latest of each name."""
    at: datetime
    """When the newest of them was seen: what their age decides is so decided the same each time."""
    assessment: Assessment | None = None
    """Once the model has weighed."""

    def text(self, name: str) -> str:
        """A text of the signal; empty where there is none. Untrusted."""
        value = self.brief.signal.get(name)
        return value if isinstance(value, str) else ""

    def fact(self, name: str) -> Fact | None:
        """The fact with that id."""
        return next((one for one in self.facts if one.id == name), None)

    def value(self, name: str) -> FactValue:
        """Its value; None where there is none."""
        found = self.fact(name)
        return None if found is None else found.value

    def of_source(self, source: str) -> tuple[Fact, ...]:
        """All that one source told."""
        return tuple(one for one in self.facts if one.source == source)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sayable:
    """Something that a text may say, and how the model is told to say that it does."""

    text: str
    """Name of the signal's field that holds the text."""
    name: str
    means: str
    """For the model, in a few words."""
    values: Mapping[str, FactValue] = field(default_factory=lambda: MappingProxyType({}))
    """By the word in which the model says it; none: the quoted words are the value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """One statement that was checked: it is sayable, and its words stand in the text."""

    name: str
    value: FactValue
    """Of the table; None where the words are the value."""
    words: str
    """As they stand in the text, not as the model wrote them."""
    quote: Quote


@dataclass(frozen=True, kw_only=True, slots=True)
class Listening:
    """What a desk makes of the statements of a text."""

    facts: tuple[Fact, ...]
    """New ones; what code had recognised itself is not told again."""
    doubts: tuple[Reason, ...] = ()
    """Where the model read something otherwise than the desk's code."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What a check of the facts comes to."""

    branch: str
    """One of the answers that the step declares."""
    notes: tuple[str, ...] = ()
    """For the model, in the desk's own words: nothing of a stranger's stands here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """What may be the case: a cause, or for routing a group."""

    name: str
    title: str = ""
    """In words; empty where the name says it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """Something that can be recommended now, put together by the desk's code."""

    name: str
    """The label it amounts to."""
    summary: str
    """The action in a few words."""
    proposals: tuple[Proposal, ...]
    probability: float | None = None
    """That it is right, by the model's own assessment; None: nothing was assessed."""
    note: str = ""
    """What it is expected to cost, or the like."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """What can be recommended, and what else the model and the person should know."""

    options: tuple[Option, ...]
    notes: tuple[str, ...] = ()
    """What cannot be had now and why; for the model, in the desk's words."""
    doubts: tuple[Reason, ...] = ()
    """Added to what speaks against the recommendation."""
