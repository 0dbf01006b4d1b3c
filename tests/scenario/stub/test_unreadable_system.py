"""A system that cannot be read: its cases wait, ever longer, and in the end go to a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.bootstrap import OpenWorker
from engine.desk import Desk
from engine.domain.canonical import Json
from engine.domain.case import Attention, Signal
from engine.domain.case_status import CaseStatus
from engine.domain.credential import Credential
from engine.domain.decision import DecisionKind
from engine.domain.fact import Fact
from engine.domain.grant import GrantStatus
from engine.domain.phase import Phase
from engine.domain.tool import BreakerPolicy, RetryPolicy
from engine.errors import ToolError, ToolUnavailable
from engine.ports import ReadTool
from engine.runtime.patience import TRIES
from engine.service.requests import UndoEffect
from engine.testing.stub_assign import GET, AssignOwner, GetTicket
from engine.testing.stub_desk import DESK, perceive, stub_desk, stub_envelope, ticket_rows
from engine.testing.ticket_book import TicketBook
from engine.testing.world import START, World, make_world

ONCE = replace(GET, retry=RetryPolicy(attempts=1), breaker=BreakerPolicy(failures=1_000))
"""Without what takes real time: tries within a read, and a breaker that opens."""

Answer = Callable[[Json], Json]


def as_it_is(answer: Json) -> Json:
    return answer


class Weather:
    """What becomes of every read now."""

    def __init__(self) -> None:
        self.answer: Answer = as_it_is
        self.reads: list[datetime] = []
        self.now: Callable[[], datetime] = lambda: START


class WeatheredRead(GetTicket):
    contract = ONCE

    def __init__(self, book: TicketBook, weather: Weather) -> None:
        super().__init__(book)
        self.weather = weather

    def call(
        self, arguments: Mapping[str, Any], *, key: str = "", credential: Credential | None = None
    ) -> Json:
        self.weather.reads.append(self.weather.now())
        return self.weather.answer(super().call(arguments))


class ReadingAssign(AssignOwner):
    """Looks at its target through the read tool."""

    def target_state(self, arguments: Mapping[str, Any], read: ReadTool) -> Json:
        return read(GET.name, {"number": arguments["number"]})


def looked_at(signal: Signal, read: ReadTool, at: datetime) -> Sequence[Fact]:
    read(GET.name, {"number": signal.source_id})
    return perceive(signal, read, at)


@pytest.fixture
def weather() -> Weather:
    return Weather()


@pytest.fixture
def make_read_world(
    tmp_path: Path, database_url: str, weather: Weather
) -> Iterator[Callable[..., World]]:
    made: list[World] = []

    def make(**limits: Any) -> World:
        def desks(folder: Path, clock: object) -> dict[str, Desk]:
            path = folder / "tickets.db"
            book = TicketBook(path)
            desk = stub_desk(path, envelope=stub_envelope(**limits))
            read = WeatheredRead(book, weather)
            return {
                DESK: replace(
                    desk,
                    read_tools=(read,),
                    effect_tools=(ReadingAssign(book), *desk.effect_tools[1:]),
                    perceive=looked_at,
                )
            }

        world = make_world(tmp_path, desks, database_url=database_url)
        weather.now = world.clock.now
        made.append(world)
        return world

    yield make
    for world in made:
        world.close()


@contextmanager
def one_worker(world: World) -> Iterator[OpenWorker]:
    """One worker process, which remembers what it tried."""
    opened = world.open_worker()
    try:
        yield opened
        opened.seal()
    finally:
        opened.stop()


def work_for(world: World, opened: OpenWorker, **time: float) -> None:
    """Run the worker's rounds, a second apart, for so long."""
    until = world.clock.now() + timedelta(**time)
    while world.clock.now() <= until:
        while opened.worker.run_once():
            pass
        world.clock.move(seconds=1)


def away(_: Json) -> Json:
    raise ToolUnavailable("the ticket system is away")


def failures(world: World) -> list[tuple[str, bool]]:
    with world.parts.database.reader.connect() as connection:
        rows = connection.exec_driver_sql("SELECT code, is_recovered FROM failures").all()
    return [(row.code, bool(row.is_recovered)) for row in rows]


def test_short_outage_only_delays_a_case(
    make_read_world: Callable[..., World], weather: Weather
) -> None:
    world = make_read_world()
    weather.answer = away
    world.submit(ticket_rows(1, opened_at=START))
    with one_worker(world) as opened:
        work_for(world, opened, seconds=5)
        assert world.case("T000000").status is CaseStatus.RECEIVED
        weather.answer = as_it_is
        work_for(world, opened, seconds=10)
    case = world.case("T000000")
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.OUTSIDE_ENVELOPE)
    assert failures(world) == [("READ_UNAVAILABLE", True)]
    assert "GRANT_REFUSED" not in world.kinds(case.id)


def test_waits_grow_and_differ_by_chance(
    make_read_world: Callable[..., World], weather: Weather
) -> None:
    world = make_read_world()
    weather.answer = away
    world.submit(ticket_rows(1, opened_at=START))
    with one_worker(world) as opened:
        work_for(world, opened, minutes=3)
    waits = [
        (after - before).total_seconds()
        for before, after in zip(weather.reads, weather.reads[1:], strict=False)
    ]
    assert waits == sorted(waits)
    assert waits[0] <= 2
    assert 30 <= waits[-1] <= 61


def test_long_outage_brings_a_case_to_people(
    make_read_world: Callable[..., World], weather: Weather
) -> None:
    world = make_read_world()
    weather.answer = away
    world.submit(ticket_rows(1, opened_at=START))
    with one_worker(world) as opened:
        work_for(world, opened, minutes=8)
    case = world.case("T000000")
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.SOURCE_UNAVAILABLE)
    assert len(weather.reads) == TRIES.attempts
    assert case.attention_note.startswith("the ticket system is away; tried 12 times in ")
    assert world.kinds(case.id) == ["CASE_RECEIVED", "CASE_REASONED"]
    (span,) = world.engine.queries.spans(case.id)
    assert (span.error, span.rule) == ("READ_UNAVAILABLE", "patience")
    assert failures(world) == [("READ_UNAVAILABLE", False)]


def test_refused_read_goes_to_people_at_once(
    make_read_world: Callable[..., World], weather: Weather
) -> None:
    def refuse(_: Json) -> Json:
        raise ToolError("you may not read tickets", code="CREDENTIAL_SCOPE")

    world = make_read_world()
    weather.answer = refuse
    world.submit(ticket_rows(1, opened_at=START))
    world.work()
    case = world.case("T000000")
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.SOURCE_REFUSED)
    assert case.attention_note == "you may not read tickets"
    assert failures(world) == [("CREDENTIAL_REFUSED", False)]


def test_garbage_goes_to_people_at_once(
    make_read_world: Callable[..., World], weather: Weather
) -> None:
    world = make_read_world()
    weather.answer = lambda answer: {"number": 7}
    world.submit(ticket_rows(1, opened_at=START))
    world.work()
    case = world.case("T000000")
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.SOURCE_REFUSED)
    assert "broke its contract" in case.attention_note
    assert failures(world) == [("READ_BROKE_CONTRACT", False)]


def test_system_is_asked_no_sooner_than_it_asked(
    make_read_world: Callable[..., World], weather: Weather
) -> None:
    def busy(_: Json) -> Json:
        raise ToolUnavailable("too many calls", retry_after_s=40.0)

    world = make_read_world()
    weather.answer = busy
    world.submit(ticket_rows(1, opened_at=START))
    with one_worker(world) as opened:
        work_for(world, opened, seconds=39)
        assert weather.reads == [START]
        weather.answer = as_it_is
        work_for(world, opened, seconds=5)
    assert world.case("T000000").attention is Attention.OUTSIDE_ENVELOPE


def test_one_unreadable_case_delays_no_other(
    make_read_world: Callable[..., World], weather: Weather
) -> None:
    def first_is_away(answer: Json) -> Json:
        return away(answer) if answer["number"] == "T000000" else answer

    world = make_read_world()
    weather.answer = first_is_away
    world.submit(ticket_rows(3, opened_at=START))
    world.work()
    stands = [world.case(f"T00000{number}").status for number in range(3)]
    assert stands == [CaseStatus.RECEIVED, CaseStatus.PENDING, CaseStatus.PENDING]


def test_drain_waits_for_cases_put_off(
    make_read_world: Callable[..., World], weather: Weather
) -> None:
    world = make_read_world()
    failing = iter([away, away])
    weather.answer = lambda answer: next(failing, as_it_is)(answer)
    world.submit(ticket_rows(1, opened_at=START))

    def a_second_later() -> bool:
        world.clock.move(seconds=1)
        return False

    with one_worker(world) as opened:
        opened.worker.drain(a_second_later)
    assert world.case("T000000").attention is Attention.OUTSIDE_ENVELOPE


def approved(world: World) -> None:
    world.submit(ticket_rows(1, opened_at=START))
    world.work()
    world.decide(world.case("T000000"), world.person("ada"), DecisionKind.APPROVE)


def test_approved_case_waits_and_then_acts(
    make_read_world: Callable[..., World], weather: Weather
) -> None:
    world = make_read_world()
    approved(world)
    weather.answer = away
    with one_worker(world) as opened:
        work_for(world, opened, seconds=20)
        assert world.case("T000000").status is CaseStatus.GRANTED
        weather.answer = as_it_is
        work_for(world, opened, seconds=20)
    assert world.case("T000000").status is CaseStatus.DONE


def test_permit_is_refused_after_a_long_outage(
    make_read_world: Callable[..., World], weather: Weather
) -> None:
    world = make_read_world()
    approved(world)
    weather.answer = away
    with one_worker(world) as opened:
        work_for(world, opened, minutes=8)
    case = world.case("T000000")
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.SOURCE_UNAVAILABLE)
    grant = world.parts.store.reader.grant(case)
    assert grant
    assert grant.status is GrantStatus.REVOKED
    assert world.kinds(case.id)[-1] == "GRANT_REFUSED"
    assert world.parts.store.reader.effects(case.id) == ()


def test_pause_beyond_the_permit_is_not_waited_for(
    make_read_world: Callable[..., World], weather: Weather
) -> None:
    def busy(_: Json) -> Json:
        raise ToolUnavailable("too many calls", retry_after_s=200.0)

    world = make_read_world(grant_minutes=3)
    approved(world)
    weather.answer = busy
    world.work()
    case = world.case("T000000")
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.SOURCE_UNAVAILABLE)
    assert "the permit ends before the next try" in case.attention_note
    assert world.kinds(case.id)[-1] == "GRANT_REFUSED"
    assert failures(world) == [("READ_UNAVAILABLE", False)]


def test_pause_within_the_permit_is_waited_for(
    make_read_world: Callable[..., World], weather: Weather
) -> None:
    def busy(_: Json) -> Json:
        raise ToolUnavailable("too many calls", retry_after_s=170.0)

    world = make_read_world(grant_minutes=3)
    approved(world)
    weather.answer = busy
    with one_worker(world) as opened:
        work_for(world, opened, seconds=5)
        assert world.case("T000000").status is CaseStatus.GRANTED
        weather.answer = as_it_is
        work_for(world, opened, seconds=170)
    assert world.case("T000000").status is CaseStatus.DONE


def test_garbage_before_acting_refuses_the_permit(
    make_read_world: Callable[..., World], weather: Weather
) -> None:
    world = make_read_world()
    approved(world)
    weather.answer = lambda answer: {"number": 7}
    world.work()
    case = world.case("T000000")
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.SOURCE_REFUSED)


def test_undo_that_cannot_look_changes_nothing(
    make_read_world: Callable[..., World], weather: Weather
) -> None:
    world = make_read_world()
    approved(world)
    world.work()
    case = world.case("T000000")
    undo = UndoEffect(case_id=case.id, version=case.version, reason="a mistake")
    world.execute(undo, world.person("ada"))
    weather.answer = away
    with one_worker(world) as opened:
        work_for(world, opened, minutes=8)
    case = world.case("T000000")
    assert case.status is CaseStatus.DONE
    assert case.attention_note.startswith("not undone: SOURCE_UNAVAILABLE the ticket system")


def test_software_that_cannot_look_does_not_act(
    make_read_world: Callable[..., World], weather: Weather
) -> None:
    world = make_read_world(phase=Phase.BOUNDED)
    world.submit(ticket_rows(40, opened_at=START, prefix="H", truth="north"))
    world.work()
    world.clock.move(minutes=1)
    world.work()
    reads = iter([as_it_is, as_it_is])  # facts and the target; then it is gone
    weather.answer = lambda answer: next(reads, away)(answer)
    world.submit(ticket_rows(1, opened_at=world.clock.now()))
    with one_worker(world) as opened:
        work_for(world, opened, minutes=8)
    case = world.case("T000000")
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.SOURCE_UNAVAILABLE)
    assert world.parts.store.reader.effects(case.id) == ()
