"""The stub desk with plans: a row's `plan` names the steps, and every step can be made to fail.

A ticket gets an owner, a credit, a note and a message; the last one nothing takes back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.desk import Desk, Incoming
from engine.domain.case import Case, Signal
from engine.domain.fact import Fact, FactSet
from engine.domain.phase import Phase
from engine.domain.precedent import FittedPrecedent
from engine.domain.recommendation import Draft, Proposal
from engine.govern.envelope import CellEntry, EnvelopeDocument
from engine.govern.limits import HandSetThreshold
from engine.ports import ReadTool
from engine.testing.stub_assign import ASSIGN
from engine.testing.stub_desk import (
    CASE_TYPE,
    DESK,
    StubIntake,
    StubReasoner,
    perceive,
    stub_desk,
)
from engine.testing.stub_plan_tools import (
    CREDIT,
    MESSAGE,
    NOTE,
    TOOLS,
    Around,
    Look,
    PlanAssign,
    SetField,
    do_it,
    just_look,
)
from engine.testing.ticket_book import TicketBook

ALIASES = {"3": "assign credit note"}
CURRENCY = "EUR"


class PlanIntake(StubIntake):
    """Rows of the stub desk, and `plan`: names of steps, or 3 for the usual three."""

    columns = (*StubIntake.columns, "plan")

    def read(self, row: Mapping[str, str]) -> Incoming:
        """Make a signal of a row.

        Raises:
            IntakeError: The number is missing.
        """
        incoming = super().read({name: row[name] for name in row if name != "plan"})
        plan = row.get("plan", "")
        if not plan:
            return incoming
        said = {**incoming.signal.payload, "plan": ALIASES.get(plan, plan)}
        return replace(incoming, signal=replace(incoming.signal, payload=said))


class PlanReasoner(StubReasoner):
    """Recommends the plan a row names, and else what the stub desk does."""

    def recommend(self, case: Case, facts: FactSet, memory: FittedPrecedent | None) -> Draft | None:
        """Give the draft."""
        draft = super().recommend(case, facts, memory)
        plan = str(facts.value_of("plan") or "")
        if draft is None or not plan:
            return draft
        steps = [_proposal(step, case, facts) for step in plan.split()]
        return replace(draft, proposals=tuple(steps), summary=f"Do {len(steps)} things")


def _proposal(step: str, case: Case, facts: FactSet) -> Proposal:
    number = {"number": case.source_id}
    amount = facts.value_of("amount")
    match step:
        case "assign":
            owner = str(facts.value_of("owner"))
            return Proposal(tool=ASSIGN.name, arguments={**number, "owner": owner})
        case "credit":
            minor = amount if isinstance(amount, int) else 4_000
            money = {"amount": minor, "currency": CURRENCY}
            return Proposal(tool=CREDIT.name, arguments={**number, **money})
        case "note":
            return Proposal(tool=NOTE.name, arguments={**number, "text": "looked at"})
        case _:
            return Proposal(tool=MESSAGE.name, arguments={**number, "text": "it is done"})


def perceive_plan(signal: Signal, read: ReadTool, at: datetime) -> Sequence[Fact]:
    """What the stub desk perceives, and the plan."""
    plan = signal.payload.get("plan")
    facts = list(perceive(signal, read, at))
    if plan:
        facts.append(
            Fact(
                entity="ticket",
                attribute="plan",
                value=plan,
                source="intake",
                observed_at=signal.as_of,
            )
        )
    return facts


def plan_envelope(
    *, phase: Phase = Phase.COPILOT, min_confidence: float = 0.5, **changes: Any
) -> EnvelopeDocument:
    """An envelope with a cell for every step, all alike; a message may run alone too."""
    cells = tuple(
        CellEntry(
            case_type=CASE_TYPE,
            action=tool,
            phase=phase,
            threshold=HandSetThreshold(min_confidence=min_confidence),
            **changes,
        )
        for tool in TOOLS
    )
    return EnvelopeDocument(desk=DESK, cells=cells)


def plan_desk(
    path: Path,
    *,
    envelope: EnvelopeDocument | None = None,
    around: Around = do_it,
    look: Look = just_look,
    before_call: Callable[[str], None] = lambda key: None,
    timeout_s: float = ASSIGN.timeout_s,
) -> Desk:
    """The stub desk over a ticket book at a path, with the tools of plans."""
    book = TicketBook(path)
    assign = PlanAssign(book, before_call, timeout_s)
    assign.around, assign.look = around, look
    fields = ((CREDIT, "credit"), (NOTE, "note"), (MESSAGE, "message"))
    return replace(
        stub_desk(path, envelope=envelope or plan_envelope()),
        effect_tools=(
            assign,
            *(
                SetField(replace(contract, timeout_s=timeout_s), field, book, around, look)
                for contract, field in fields
            ),
        ),
        intake=PlanIntake(),
        system=book,
        perceive=perceive_plan,
        reasoner=PlanReasoner(),
    )
