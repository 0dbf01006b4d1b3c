"""Desks: the test desks of both suites, their envelopes, and what they take from a task as facts.

A fact comes from the user's task (source `task`) or from the environment's own records as they
stand before the run (`bank`, `workspace`). No read of a run gives any: what a result says can be
shown to a model, and no limit rests on it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine.desk import Desk, Incoming, Learning
from engine.domain.budget import Period
from engine.domain.case import Case, Signal
from engine.domain.fact import Fact, FactSet, FactValue
from engine.domain.naming import Identifiers
from engine.domain.outcome import Label
from engine.domain.phase import Phase
from engine.domain.precedent import FittedPrecedent, PrecedentProcedure
from engine.domain.recommendation import Draft
from engine.govern.documents import read_document
from engine.govern.envelope import CellEntry, EnvelopeDocument, read_envelope
from engine.govern.hard_rules import GuardrailDocument
from engine.govern.limits import Budget, HandSetThreshold, Limits
from engine.ports import ReadTool
from tests.injection.bank import bank_effects, bank_reads
from tests.injection.mirrored import Environments
from tests.injection.tasks import TARGET
from tests.injection.workspace import workspace_effects, workspace_reads

FOLDER = Path(__file__).resolve().parent
CASE_TYPE = "task"
REASONER = "agent"
"""Whose recommendations may run alone here."""
ASKED = "task.asked@task"
"""Id of the fact that says what the user asked for: it is what a model can cite."""
_ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}[A-Z0-9]{10,30}\b")
"""An account number (ISO 13616)."""
_ADDRESS = re.compile(r"\bwww\.[\w.-]+\w(?:/[\w./-]*\w)?")
_QUOTED = re.compile(r"'([^']+)'")
_AFTER_COLON = re.compile(r": (.+)$", re.DOTALL)


SYSTEMS = Identifiers(told_by=("task", "bank", "workspace"))
"""What a text of software may name: what the task or the environment's own records tell."""


class TaskIntake:
    """Rows with `target`, `asked`, `opened_at`, and for what is past `truth`."""

    columns: tuple[str, ...] = ("target", "asked", "opened_at", "truth", "suite")
    required = ("target", "asked", "opened_at", "suite")

    def read(self, row: Mapping[str, str]) -> Incoming:
        """Make a signal of a row."""
        opened_at, suite = datetime.fromisoformat(row["opened_at"]), row["suite"]
        signal = Signal(
            source=suite,
            source_id=row["target"],
            case_type=CASE_TYPE,
            title=row["target"],
            as_of=opened_at,
            priority=5,
            payload={TARGET[suite]: row["target"], "asked": row["asked"]},
        )
        if not row.get("truth"):
            return Incoming(signal=signal)
        label = Label(
            desk=suite,
            source=suite,
            source_id=row["target"],
            value=row["truth"],
            known_at=opened_at,
        )
        return Incoming(signal=signal, label=label)


class Nobody:
    """The desk's own reasoner: where no agent serves, a person works."""

    name = "nobody"
    version = "1"

    def recommend(self, case: Case, facts: FactSet, memory: FittedPrecedent | None) -> Draft | None:
        """Nothing."""
        return None


def _facts(
    at: datetime, source: str, attribute: str, values: Iterable[FactValue]
) -> Iterable[Fact]:
    for value in dict.fromkeys(values):
        yield Fact(
            entity=f"{attribute}:{value}"[:200],
            attribute=attribute,
            value=value,
            source=source,
            observed_at=at,
        )


def _of_task(signal: Signal, named: Iterable[str], at: datetime) -> Iterable[Fact]:
    asked = signal.payload["asked"]
    words = [*_QUOTED.findall(asked), *_AFTER_COLON.findall(asked)]
    yield Fact(entity="task", attribute="asked", value=asked, source="task", observed_at=at)
    yield from _facts(at, "task", "named", named)
    yield from _facts(at, "task", "words", words)


def perceive_account(signal: Signal, read: ReadTool, at: datetime) -> Sequence[Fact]:
    """Whom the account has paid, and which accounts the user names."""
    account = {"account": signal.source_id}
    past = read("get_most_recent_transactions", {**account, "n": 100})
    orders = read("get_scheduled_transactions", account)
    paid = [one["recipient"] for one in past["transactions"] if one["sender"] == "me"]
    paid += [one["recipient"] for one in orders["transactions"]]
    named = _ACCOUNT.findall(signal.payload["asked"])
    return [*_of_task(signal, named, at), *_facts(at, "bank", "payee", paid)]


def perceive_workspace(signal: Signal, read: ReadTool, at: datetime) -> Sequence[Fact]:
    """Channels and members, and which of them and which pages the user names."""
    workspace, asked = {"workspace": signal.source_id}, signal.payload["asked"]
    channels = read("get_channels", workspace)["names"]
    members = [
        user
        for channel in channels
        for user in read("get_users_in_channel", {**workspace, "channel": channel})["names"]
    ]
    there = [one for one in (*members, *channels) if re.search(rf"\b{re.escape(one)}\b", asked)]
    return [
        *_of_task(signal, [*there, *_ADDRESS.findall(asked)], at),
        *_facts(at, "workspace", "channel", channels),
        *_facts(at, "workspace", "member", members),
    ]


@dataclass(frozen=True, kw_only=True)
class Policies:
    """The documents of one suite, and what its texts may name."""

    envelope: EnvelopeDocument
    guardrails: GuardrailDocument | None
    identifiers: Identifiers = SYSTEMS


def owners(suite: str) -> Policies:
    """What the owner wrote."""
    rules = FOLDER / f"{suite}_guardrails.yaml"
    envelope = (FOLDER / f"{suite}.yaml").read_text("utf-8")
    return Policies(
        envelope=read_envelope(envelope),
        guardrails=read_document(GuardrailDocument, rules.read_text("utf-8"), rules.name)
        if rules.exists()
        else None,
    )


def copilot(suite: str) -> Policies:
    """The owner's documents where software may do nothing alone."""
    own = owners(suite)
    cells = tuple(one.model_copy(update={"phase": Phase.COPILOT}) for one in own.envelope.cells)
    return Policies(
        envelope=own.envelope.model_copy(update={"cells": cells}), guardrails=own.guardrails
    )


def wide_open(suite: str) -> Policies:
    """The control: everything runs alone, and nothing forbids anything."""
    cells = tuple(
        CellEntry(case_type=CASE_TYPE, action=one.action, phase=Phase.BOUNDED)
        for one in owners(suite).envelope.cells
    )
    limits = Limits(
        threshold=HandSetThreshold(min_confidence=0.0),
        earned_by=(REASONER,),
        reversible_only=False,
        budgets=(Budget(per=Period.DAY, executions=100_000),),
    )
    return Policies(
        envelope=EnvelopeDocument(desk=suite, limits=limits, cells=cells),
        guardrails=None,
        identifiers=Identifiers(anywhere=()),
    )


def suite_desk(suite: str, environments: Environments, policies: Callable[[str], Policies]) -> Desk:
    """The desk of a suite over its environments."""
    is_bank, written = suite == "banking", policies(suite)
    procedure = PrecedentProcedure(features=("suite",), contexts=(), minimum_rows=10**9)
    return Desk(
        name=suite,
        title=f"Tasks of the {suite} suite",
        goal="What the user asks for in the task is done, and nothing else.",
        measure="Share of tasks done as asked",
        case_types=(CASE_TYPE,),
        read_tools=(bank_reads if is_bank else workspace_reads)(environments),
        effect_tools=(bank_effects if is_bank else workspace_effects)(environments),
        intake=TaskIntake(),
        system=environments,
        envelope=written.envelope,
        guardrails=written.guardrails,
        perceive=perceive_account if is_bank else perceive_workspace,
        reasoner=Nobody(),
        learning=Learning(procedure=procedure, features=lambda facts: {"suite": suite}),
        identifiers=written.identifiers,
        customer_of=lambda facts: str(facts.case_id),
        label_of=lambda tool, arguments: tool,
    )
