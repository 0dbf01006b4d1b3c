"""Reads of runs keep to the case: nobody else's record, unless a system's fact named it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.domain.canonical import Json
from engine.domain.case import Signal
from engine.domain.case_status import CaseStatus
from engine.domain.credential import Credential
from engine.domain.fact import Fact, Quote
from engine.domain.run import RunStep
from engine.domain.run_moves import Finish, Move, ToolFailed, ToolReturned, UseTool
from engine.domain.tool import CASE_TARGET
from engine.domain.verdict import VerdictKind
from engine.ports import ReadTool
from engine.reason.brief import Brief
from engine.service.comparison_rows import ComparisonSlice
from engine.service.run_rows import RunFilter
from engine.service.run_words import verdict_words
from engine.testing.run_scripts import FunctionModel
from engine.testing.stub_assign import GET, GetTicket
from engine.testing.stub_desk import DESK, perceive, stub_desk
from engine.testing.ticket_book import TicketBook
from engine.testing.world import World, make_world
from tests.contract.read_model_world import queries_of
from tests.scenario.stub.running import A, journals, reasoners, submitted, with_reasoners

B, C = "T000001", "T000002"
DENIED = "DENY: not_of_this_case"


class Watched(GetTicket):
    """Reads tickets, may read the one its customer is called by, and keeps what was asked for."""

    contract = replace(GET, identifies={"number": (CASE_TARGET, "customer@intake")})

    def __init__(self, book: TicketBook) -> None:
        super().__init__(book)
        self.asked: list[str] = []

    def call(
        self, arguments: Mapping[str, Any], *, key: str = "", credential: Credential | None = None
    ) -> Json:
        self.asked.append(arguments["number"])
        return super().call(arguments, key=key, credential=credential)


def looks_at(*numbers: str) -> Callable[[Brief, Sequence[RunStep]], Move]:
    """An agent that reads these tickets for the first one, and ends."""

    def agent(brief: Brief, steps: Sequence[RunStep]) -> Move:
        if brief.target != A or len(steps) == len(numbers):
            return Finish(summary="a person has to decide")
        return UseTool(
            tool="get_ticket", arguments={"number": numbers[len(steps)]}, use_id=f"{len(steps)}"
        )

    return agent


def from_a_text(signal: Signal, read: ReadTool, at: datetime) -> Sequence[Fact]:
    """The same facts, of which the customer's stands in a text."""
    quote = Quote(field="text", start=0, end=7)
    return [
        replace(fact, quote=quote) if fact.attribute == "customer" else fact
        for fact in perceive(signal, read, at)
    ]


@contextmanager
def watched(folder: Path, url: str, read: Watched, **changes: Any) -> Iterator[World]:
    """A world whose tickets this tool reads."""
    world = make_world(
        folder,
        lambda path, clock: {
            DESK: replace(stub_desk(path / "tickets.db"), read_tools=(read,), **changes)
        },
        database_url=url,
    )
    with closing(world):
        yield world


def verdicts(world: World) -> list[tuple[type, bool]]:
    """What came of each read, and whether it was denied."""
    (journal,) = journals(world)
    reads = [step for step in journal.steps if isinstance(step.move, UseTool)]
    return [(type(step.observation), step.verdict == DENIED) for step in reads]


def test_nobody_elses_ticket_is_read(stub_world: World) -> None:
    world = with_reasoners(stub_world, reasoners(FunctionModel(), agent=looks_at(B, A)))
    submitted(world)
    case, (journal,) = world.case(A), journals(world)
    refused = journal.steps[0].observation
    assert case.status is CaseStatus.PENDING
    assert isinstance(refused, ToolFailed)
    assert refused.why.startswith(f'This case does not speak of number "{B}".')
    assert verdicts(world) == [(ToolFailed, True), (ToolReturned, False)]

    queries = queries_of(world)
    (row,) = queries.runs(RunFilter(case_id=case.id)).rows
    step = queries.run(row.run_id).steps[0]
    assert (step.is_denied, step.has_called, step.scopes) == (True, False, ())
    assert (step.error, verdict_words(step.verdict, {})) == (
        "READ_REFUSED",
        "Refused: the case does not speak of it",
    )
    spans = [span for span in world.engine.queries.spans(case.id) if span.name == "get_ticket"]
    assert (DENIED, "READ_REFUSED") in [(span.rule, span.error) for span in spans]
    (figures,) = queries.comparison(ComparisonSlice()).comparison.kinds
    assert figures.control.verdicts == ((VerdictKind.DENY, 1),)


def test_ticket_that_a_fact_names_is_read(tmp_path: Path, database_url: str) -> None:
    read = Watched(TicketBook(tmp_path / "tickets.db"))
    with watched(tmp_path, database_url, read) as world:
        with_reasoners(world, reasoners(FunctionModel(), agent=looks_at(B, C, A)))
        submitted(world, 2, customer=B)
        assert verdicts(world) == [
            (ToolReturned, False),
            (ToolFailed, True),
            (ToolReturned, False),
        ]
    assert read.asked == [B, A]


def test_words_of_a_text_name_nothing(tmp_path: Path, database_url: str) -> None:
    read = Watched(TicketBook(tmp_path / "tickets.db"))
    with watched(tmp_path, database_url, read, perceive=from_a_text) as world:
        with_reasoners(world, reasoners(FunctionModel(), agent=looks_at(B)))
        submitted(world, 2, customer=B)
        assert verdicts(world) == [(ToolFailed, True)]
    assert read.asked == []
