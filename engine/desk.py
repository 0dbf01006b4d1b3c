"""Desk: the descriptor a domain pack exports, and the seams it fills.

A desk is one folder under `engine/desks` and one line in `engine.desks.DESKS`. Everything the
engine needs of a domain is a field here; nothing else of a desk is imported from outside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from engine.domain.actor import Role
from engine.domain.canonical import Json
from engine.domain.case import Signal
from engine.domain.fact import Fact, FactSet
from engine.domain.identity import ReasonerId, reasoner_id
from engine.domain.naming import NOTHING, Identifiers
from engine.domain.outcome import Label
from engine.domain.policy import PolicyKind
from engine.domain.precedent import PrecedentProcedure
from engine.domain.recommendation import Proposal
from engine.govern.documents import PolicyDocument
from engine.govern.envelope import EnvelopeDocument
from engine.govern.hard_rules import GoalsDocument, GuardrailDocument
from engine.ports import EffectTool, Perceiver, Reasoner, Tool
from engine.reason.checks import AmountProblem, no_amounts
from engine.reason.memory_reasoner import Recall
from engine.reason.workflow import Workflow


@dataclass(frozen=True, kw_only=True, slots=True)
class Incoming:
    """One accepted line: the signal, and what the line already tells of the truth."""

    signal: Signal
    label: Label | None = None
    """Kept apart from the signal, unreadable until it has become known."""


class IntakeFormat(Protocol):
    """How a desk reads what is submitted to it."""

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns of the file format; the order does not matter."""
        ...

    @property
    def required(self) -> tuple[str, ...]:
        """Columns that must be there and filled."""
        ...

    def read(self, row: Mapping[str, str]) -> Incoming:
        """Check one row and make a signal of it.

        Raises:
            IntakeError: A field is missing, too long or of the wrong form; the message names it.
        """
        ...


class SystemOfRecord(Protocol):
    """The outside system a desk acts on, as the desk's own code reaches it.

    The engine acts on it through `tools` alone. `receive` and `settle` are how a stand-in that
    ships with a desk learns of the world when history is replayed into it; a desk on a live
    system leaves both empty.
    """

    def receive(self, incoming: Sequence[Incoming]) -> None:
        """Make the signals' subjects exist outside; doing it again changes nothing."""
        ...

    def settle(self, labels: Sequence[Label]) -> None:
        """Let the subjects be resolved outside, as history says; again changes nothing."""
        ...

    def prepare(self) -> None:
        """Create what the system needs to answer; again changes nothing."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class FallbackPath:
    """What happens to a case of one type without a recommendation that can be used."""

    role: Role
    """Who gets it."""
    first_look: str
    """What a person does first, in one sentence."""
    safe: Callable[[FactSet], Proposal | None] = lambda facts: None
    """A reversible call that keeps things from getting worse; None where there is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShippedServer:
    """A system of record that ships with a desk and runs in a process of its own."""

    name: str
    setting: str
    """The field of the settings that says where it answers."""
    command: tuple[str, ...]
    """Without the port; it takes `--host`, `--port` and `--supervised`: then it ends with its input
    and shares its port (`SO_REUSEPORT`) with the socket that keeps it while it starts anew.
    What only some may know, as the password of a database, it reads from the settings of its
    environment: command lines are anybody's to see."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Learning:
    """How a desk's learned reasoner is fitted and kept honest."""

    procedure: PrecedentProcedure
    features: Callable[[FactSet], Mapping[str, str]]
    """The facts of a case as the features the procedure names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadMade:
    """One read of a run, with what it has to be looked at beside."""

    target: str
    """What the case is about."""
    tool: str
    arguments: Mapping[str, Any]
    result: Json
    """It kept the tool's contract."""
    known: Sequence[Fact]
    """The facts of the run so far."""
    at: datetime
    """When it was read."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A task boundary: case types, tools, reasoner, default envelope, goal and measure."""

    name: str
    title: str
    goal: str
    measure: str
    """The business measure the desk is judged by, in words."""
    case_types: tuple[str, ...]
    read_tools: tuple[Tool, ...]
    effect_tools: tuple[EffectTool, ...]
    intake: IntakeFormat
    system: SystemOfRecord
    takes_credentials: str = ""
    """The name of its system of record where that checks a credential of every call; its key is
    `<name>.key` among the keys. Empty: the system cannot narrow what a call may do."""
    server: ShippedServer | None = None
    """What has to run for the desk to act; None where its system runs elsewhere."""
    envelope: EnvelopeDocument
    """Active from the first start on, until somebody signs another; so are the next two."""
    guardrails: GuardrailDocument | None = None
    goals: GoalsDocument | None = None
    perceive: Perceiver
    reasoner: Reasoner
    learning: Learning | None = None
    recall: Recall | None = None
    """How its cases are remembered as precedents; None: they are not, or its own reasoner does."""
    paths: Mapping[str, FallbackPath] = field(default_factory=dict)
    """The declared path by case type: below the threshold, and where the reasoner fails."""
    label_of: Callable[[str, Mapping[str, Any]], str] = lambda tool, arguments: ""
    """The label that a call amounts to (for routing: the group); empty where it has none."""
    target_of: Callable[[Signal], str] = lambda signal: signal.source_id
    """What a case is about, as its tools name it: a run's calls act on this alone."""
    facts_of_read: Callable[[ReadMade], Sequence[Fact]] = lambda read: ()
    """The facts that a read of a run gives: the same that the perceiver makes of it."""
    amount_problem: AmountProblem = no_amounts
    """Why the money in a call is not what code calculates; empty: it is."""
    workflow: Workflow | None = None
    """The declared path of each case type, for runs in which a model answers inside the steps."""
    identifiers: Identifiers = NOTHING
    """How its identifiers look in a text, so that no text of software names another case's."""
    customer_of: Callable[[FactSet], str] = lambda facts: ""
    """Whom a case is about, for budgets of each customer: the identifier the system of record
    gave, not a name somebody typed; empty where nobody is."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What people call its facts and their sources, by attribute and source."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What people call the codes among its values and its labels, by code; the kinds of things
    that calls change by `<kind>:`. A code that is not here is shown as it is."""
    undo_until: Mapping[str, str] = field(default_factory=dict)
    """Until when a call can be put back, by tool (`it settles`); absent: as long as it stands."""

    def shipped(self, kind: PolicyKind) -> PolicyDocument:
        """The document of a kind that holds until somebody signs another."""
        match kind:
            case PolicyKind.ENVELOPE:
                return self.envelope
            case PolicyKind.GUARDRAILS:
                return self.guardrails or GuardrailDocument(desk=self.name)
            case PolicyKind.GOALS:
                return self.goals or GoalsDocument(desk=self.name, goal=self.goal)

    @property
    def titles(self) -> Mapping[str, str]:
        """Its tools, facts and sources in the words of people, by code."""
        tools = (*self.read_tools, *self.effect_tools)
        return {tool.contract.name: tool.contract.title for tool in tools} | dict(self.names)

    @property
    def reasoner_id(self) -> ReasonerId:
        """Whose record its own reasoner's recommendations are part of."""
        return reasoner_id(self.reasoner.name, self.reasoner.version)

    def effect_tool(self, name: str) -> EffectTool | None:
        """The tool of that name that changes something; None where the desk has none."""
        return next((tool for tool in self.effect_tools if tool.contract.name == name), None)

    def read_tool(self, name: str) -> Tool | None:
        """The tool of that name that only reads; None where the desk has none."""
        return next((tool for tool in self.read_tools if tool.contract.name == name), None)
