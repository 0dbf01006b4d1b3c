"""StubDesk: the smallest honest desk: real contracts, a real outside database, a stub reasoner.

Used by the bench, the crash tests and scenario tests. Its system of record is an SQLite file of
its own with a book of every effect, so that "once" is checked against the outside, not against us.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.desk import Desk, Incoming, Learning
from engine.domain.budget import Period
from engine.domain.case import Case, Signal
from engine.domain.fact import Fact, FactSet
from engine.domain.outcome import Label
from engine.domain.phase import Phase
from engine.domain.precedent import FittedPrecedent, PrecedentProcedure
from engine.domain.recommendation import Alternative, Draft, Proposal, Reason
from engine.errors import IntakeError
from engine.govern.envelope import CellEntry, EnvelopeDocument
from engine.govern.limits import Budget, HandSetThreshold
from engine.ports import ReadTool
from engine.testing.stub_assign import ASSIGN as ASSIGN
from engine.testing.stub_assign import AssignArguments as AssignArguments
from engine.testing.stub_assign import AssignOwner as AssignOwner
from engine.testing.stub_assign import GetTicket
from engine.testing.stub_credit import MONEY, GrantCredit, credit_proposal, money_of
from engine.testing.ticket_book import TicketBook

DESK = "stub"
CASE_TYPE = "ticket"


class StubIntake:
    """Rows with `number`, and optionally `owner`, `confidence`, `opened_at`, `truth`."""

    columns: tuple[str, ...] = (
        "number",
        "owner",
        "confidence",
        "opened_at",
        "truth",
        "known_at",
        "text",
        *MONEY,
    )
    required = ("number", "opened_at")

    def read(self, row: Mapping[str, str]) -> Incoming:
        """Make a signal of a row.

        Raises:
            IntakeError: The number is missing.
        """
        number = row.get("number", "")
        if not number:
            raise IntakeError("number is missing")
        opened_at = datetime.fromisoformat(row["opened_at"])
        signal = Signal(
            source="stub",
            source_id=number,
            case_type=CASE_TYPE,
            title=row.get("text") or f"Ticket {number}",
            as_of=opened_at,
            priority=3,
            payload={
                "owner": row.get("owner") or "north",
                "confidence": float(row.get("confidence") or "0.9"),
                **money_of(row),
            },
        )
        if not row.get("truth"):
            return Incoming(signal=signal)
        known_at = datetime.fromisoformat(row.get("known_at") or row["opened_at"])
        label = Label(
            desk=DESK, source="stub", source_id=number, value=row["truth"], known_at=known_at
        )
        return Incoming(signal=signal, label=label)


class StubReasoner:
    """Recommends the owner the row names, with the confidence it names."""

    name = "stub"
    version = "1"

    def recommend(self, case: Case, facts: FactSet, memory: FittedPrecedent | None) -> Draft | None:
        """Give the draft."""
        owner = str(facts.value_of("owner"))
        raw = facts.value_of("confidence")
        if owner == "none":
            return None
        other = "south" if owner == "north" else "north"
        assign = Proposal(tool=ASSIGN.name, arguments={"number": case.source_id, "owner": owner})
        proposal = credit_proposal(case, facts) or assign
        return Draft(
            reasoner=self.name,
            reasoner_version=self.version,
            proposals=(proposal,),
            label=owner,
            summary=f"Assign to {owner}",
            rationale=f"The row names {owner}.",
            raw_confidence=float(raw) if isinstance(raw, float) else None,
            reasons=(Reason(fact="owner", text=f"owner is {owner}", weight=1.0),),
            alternatives=(_instead(case, other),),
        )


def _instead(case: Case, owner: str) -> Alternative:
    arguments = {"number": case.source_id, "owner": owner}
    proposal = Proposal(tool=ASSIGN.name, arguments=arguments)
    return Alternative(proposal=proposal, label=owner, probability=0.1)


def perceive(signal: Signal, read: ReadTool, at: datetime) -> Sequence[Fact]:
    """Owner and confidence as the row names them."""
    return [
        Fact(
            entity="ticket",
            attribute=name,
            value=signal.payload[name],
            source="intake",
            observed_at=signal.as_of,
        )
        for name in ("owner", "confidence", *MONEY)
        if name in signal.payload
    ]


def stub_envelope(
    *,
    phase: Phase = Phase.COPILOT,
    min_confidence: float = 0.5,
    executions_per_hour: int = 1_000_000,
    **changes: Any,
) -> EnvelopeDocument:
    """An envelope with the stub's one cell."""
    limits = CellEntry(
        case_type=CASE_TYPE,
        action=ASSIGN.name,
        phase=phase,
        threshold=HandSetThreshold(min_confidence=min_confidence),
        budgets=(Budget(per=Period.HOUR, executions=executions_per_hour),),
        **changes,
    )
    return EnvelopeDocument(desk=DESK, cells=(limits,))


def stub_desk(
    path: Path,
    *,
    envelope: EnvelopeDocument | None = None,
    before_call: Callable[[str], None] = lambda key: None,
    timeout_s: float = ASSIGN.timeout_s,
) -> Desk:
    """The desk over a ticket book at a path."""
    book = TicketBook(path)
    procedure = PrecedentProcedure(features=("owner",), contexts=(), minimum_rows=10**9)
    return Desk(
        name=DESK,
        title="Stub tickets",
        goal="Every ticket has an owner.",
        measure="Share of tickets with the right owner",
        case_types=(CASE_TYPE,),
        read_tools=(GetTicket(book),),
        effect_tools=(AssignOwner(book, before_call, timeout_s), GrantCredit(book)),
        intake=StubIntake(),
        system=book,
        envelope=envelope or stub_envelope(),
        perceive=perceive,
        reasoner=StubReasoner(),
        learning=Learning(
            procedure=procedure, features=lambda facts: {"owner": str(facts.value_of("owner"))}
        ),
        customer_of=lambda facts: str(facts.value_of("customer") or ""),
        label_of=lambda tool, arguments: str(arguments.get("owner", "")),
    )


def ticket_rows(
    count: int, *, opened_at: datetime, prefix: str = "T", **fields: str
) -> list[tuple[int, dict[str, str]]]:
    """Numbered rows of so many tickets."""
    return [
        (
            number + 2,
            {"number": f"{prefix}{number:06d}", "opened_at": opened_at.isoformat(), **fields},
        )
        for number in range(count)
    ]
