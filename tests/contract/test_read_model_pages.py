"""Traces, ledger, decision log, schedules, desks and health, on both databases."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from engine.domain.actor import ENGINE, DecidedBy, Role
from engine.domain.case import Origin
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.span import Span, Stage
from engine.domain.transition import Transition
from engine.ports import ScheduleRun
from engine.service.requests import PauseScope, ResumeScope, TakeBackDecision
from engine.service.rows import DeskRow, LedgerRow, ScheduleRow, SpanRow, TraceRow
from engine.testing.stub_desk import ticket_rows
from engine.testing.world import START, World
from tests.contract.read_model_world import MINUTE, put, queries_of, stub_world, submit, tamper

A = "T000000"


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    made = stub_world(tmp_path, database_url)
    yield made
    made.close()


# --- traces ------------------------------------------------------------------------------


def span(stage: Stage, seconds: int, duration_us: int, error: str = "") -> Span:
    return Span(
        stage=stage,
        name=f"{stage} {seconds}",
        started_at=START + timedelta(seconds=seconds),
        duration_us=duration_us,
        decided_by=DecidedBy.CODE,
        rule="rule",
        inputs={"in": [1]},
        outputs=None,
        error=error,
    )


def run(world: World, source_id: str, *spans: Span) -> None:
    """A case with these spans."""
    put(world, source_id)
    case = world.case(source_id)
    entry = EntryDraft(kind=EventKind.CASE_PERCEIVED, actor=ENGINE, at=START, payload={})
    step = Transition(before=case, after=case.noted(), entries=(entry,), spans=spans)
    with world.parts.store.begin() as unit:
        unit.apply([step])
        unit.commit()


def test_trace_sums_what_the_engine_worked(world: World) -> None:
    engine = (span(Stage.REASON, 5, 300), span(Stage.PERCEIVE, 1, 40, error="TOOL"))
    run(world, A, *engine, span(Stage.PERSON, 9, 60_000_000))
    case = world.case(A)
    assert queries_of(world).traces().rows == (
        TraceRow(
            case_id=case.id,
            source_id=A,
            title="Ticket T000000",
            status=CaseStatus.PENDING,
            started_at=START + timedelta(seconds=1),
            duration_us=340,
            spans=3,
            errors=1,
        ),
    )
    assert [row.name for row in queries_of(world).spans(case.id)] == [
        "perceive 1",
        "reason 5",
        "person 9",
    ]
    assert [row.sequence for row in queries_of(world).spans(case.id)] == [1, 2, 3]
    assert queries_of(world).spans(case.id)[0] == SpanRow(
        sequence=1,
        stage="perceive",
        name="perceive 1",
        started_at=START + timedelta(seconds=1),
        duration_us=40,
        decided_by=DecidedBy.CODE,
        rule="rule",
        inputs={"in": [1]},
        outputs=None,
        error="TOOL",
    )


def test_traces_list_runs_newest_first(world: World) -> None:
    put(world, "never ran")
    for number in range(5):
        run(world, f"R{number}", span(Stage.REASON, 50 - number, 1))
    first = queries_of(world).traces(limit=3)
    second = queries_of(world).traces(limit=3, cursor=first.next_cursor)
    assert [row.source_id for row in first.rows] == ["R4", "R3", "R2"]
    assert ([row.source_id for row in second.rows], second.next_cursor) == (["R1", "R0"], "")
    assert [row.source_id for row in queries_of(world).traces(text="r3").rows] == ["R3"]
    assert queries_of(world).traces(desk="other").rows == ()


# --- ledger ------------------------------------------------------------------------------


def test_ledger_lists_entries_newest_first(world: World) -> None:
    submit(world)
    world.clock.move(minutes=1)
    anna = world.person("anna", Role.RISK_OFFICER)
    world.execute(PauseScope(scope="all", reason="drill"), anna)
    world.clock.move(minutes=1)
    world.execute(ResumeScope(scope="all", reason="over"), anna)
    rows = queries_of(world).ledger(limit=3).rows
    assert [(row.kind, row.text, row.actor, row.is_sealed) for row in rows[:2]] == [
        ("RESUME_ASKED", "Asked to resume everything, which takes two: over", "anna", False),
        ("PAUSED", "Paused everything: drill", "anna", False),
    ]
    assert (rows[2].kind, rows[2].is_sealed) == ("VERDICT_GIVEN", True)
    paused = {"scope": "all", "reason": "drill", "was_on": False}
    assert (rows[1].stream, rows[1].payload) == ("global", paused)
    assert [row.at for row in rows[:2]] == [START + 2 * MINUTE, START + MINUTE]


def test_parts_of_ledger_join_without_gap(world: World) -> None:
    submit(world, 4)
    everything = queries_of(world).ledger(limit=200).rows
    seen: list[LedgerRow] = []
    cursor = ""
    while True:
        page = queries_of(world).ledger(cursor=cursor, limit=3)
        seen += page.rows
        cursor = page.next_cursor
        if not cursor:
            break
    assert tuple(seen) == everything
    assert len({(row.stream, row.sequence) for row in seen}) == 16


def test_ledger_filters_by_stream_and_kind(world: World) -> None:
    submit(world, 2)
    world.execute(PauseScope(scope="all", reason="drill"), world.person("anna"))
    ledger, case_id = queries_of(world).ledger, world.case(A).id
    of_case = ledger(stream=f"case:{case_id}").rows
    assert [(row.sequence, row.kind) for row in of_case] == [
        (4, "VERDICT_GIVEN"),
        (3, "CASE_REASONED"),
        (2, "CASE_PERCEIVED"),
        (1, "CASE_RECEIVED"),
    ]
    assert len(ledger(stream="case:").rows) == 8
    assert ledger(stream=f"case:{case_id}"[:-3]).rows == of_case
    assert ledger(stream=f"case:{case_id}"[:-3] + "-").rows == ()
    assert [row.stream for row in ledger(stream="glob").rows] == ["global"]
    assert len(ledger(kind="CASE_REASONED").rows) == 2
    assert len(ledger(kind="CASE_REASONED", stream=f"case:{case_id}").rows) == 1
    assert (ledger(stream="%").rows, ledger(kind="NONE").rows, ledger(stream="\x00").rows) == (
        (),
        (),
        (),
    )


def test_tampered_entries_are_shown_as_found(world: World) -> None:
    submit(world)
    stream = f"case:{world.case(A).id}"
    tamper(world, stream, 4, kind="BRIBED", decided_by="nobody", payload=None)
    tamper(world, stream, 3, payload="not an object")
    rows = {row.sequence: row for row in queries_of(world).ledger(stream=stream).rows}
    assert (rows[4].kind, rows[4].decided_by, rows[4].payload) == ("BRIBED", DecidedBy.CODE, None)
    assert rows[4].text == "Bribed: this version does not know such an entry."
    assert rows[3].text == "Case reasoned; what it says cannot be read."
    timeline = queries_of(world).card(world.case(A).id).timeline
    assert [(row.kind, row.stage) for row in timeline[2:]] == [
        ("CASE_REASONED", "reason"),
        ("BRIBED", ""),
    ]


# --- decision log ------------------------------------------------------------------------


def test_choices_show_what_a_person_reviewed(world: World) -> None:
    submit(world, 2)
    world.clock.move(minutes=1)
    world.decide(world.case(A), world.person("anna"), DecisionKind.REJECT, note="not ours")
    rows = queries_of(world).choices().rows
    assert [(row.source_id, row.kind, row.decider, row.is_reviewed) for row in rows] == [
        (A, "DECIDE", "anna", False),
        ("T000001", "AUTHORIZE", "envelope", False),
        ("T000001", "RECOMMEND", "stub", False),
        (A, "AUTHORIZE", "envelope", True),
        (A, "RECOMMEND", "stub", True),
    ]
    assert (rows[0].chosen, rows[0].grounds) == ("reject: do nothing", "WRONG_TARGET not ours")
    assert rows[4].options == ("south",)


def test_taken_back_answer_is_no_review(world: World) -> None:
    submit(world)
    world.clock.move(minutes=1)
    anna = world.person("anna")
    world.decide(world.case(A), anna, DecisionKind.APPROVE)
    assert [row.is_reviewed for row in queries_of(world).choices().rows] == [False, True, True]
    case = world.case(A)
    world.execute(TakeBackDecision(case_id=case.id, version=case.version), anna)
    rows = queries_of(world).choices().rows
    assert [(row.kind, row.is_reviewed) for row in rows] == [
        ("TAKE_BACK", False),
        ("DECIDE", False),
        ("AUTHORIZE", False),
        ("RECOMMEND", False),
    ]


def test_choices_are_searched_and_paged(world: World) -> None:
    submit(world, 3)
    choices = queries_of(world).choices
    assert [row.source_id for row in choices(text="t000001").rows] == ["T000001"] * 2
    assert len(choices(text="ASSIGN to north").rows) == 3
    assert len(choices(text="phase_is_copilot").rows) == 3
    assert len(choices(text="Each action to people").rows) == 3
    assert len(choices(text="envelope", kind="AUTHORIZE").rows) == 3
    assert (choices(text="envelope", kind="UNDO").rows, choices(text="%").rows) == ((), ())
    first = choices(limit=4)
    rest = choices(limit=4, cursor=first.next_cursor)
    assert (*first.rows, *rest.rows) == choices().rows
    assert (len(rest.rows), rest.next_cursor) == (2, "")


# --- desks, schedules, health ------------------------------------------------------------


def test_desk_shows_its_clock_and_counts(world: World) -> None:
    world.clock.move(days=400)
    world.submit(ticket_rows(3, opened_at=START), is_replay=True, origin=Origin.SIMULATED)
    put(world, "closed", status=CaseStatus.DONE)
    assert queries_of(world).desks() == (
        DeskRow(
            name="stub",
            title="Stub tickets",
            goal="Every ticket has an owner.",
            measure="Share of tickets with the right owner",
            clock=START,
            is_replaying=True,
            cases=4,
            open_cases=3,
            has_simulated=True,
            titles=dict(world.desk.titles),
        ),
    )


def test_live_desk_has_the_wall_clock(world: World) -> None:
    put(world, "A")
    world.clock.move(days=1)
    desk = queries_of(world).desks()[0]
    assert (desk.clock, desk.is_replaying) == (START + timedelta(days=1), False)
    assert (desk.cases, desk.has_simulated) == (1, False)


def test_schedules_are_listed_by_name(world: World) -> None:
    late = ScheduleRun(
        name="b", every="3 s", last_run=START, next_run=None, failures=2, last_error="full"
    )
    early = ScheduleRun(
        name="a", every="1 d", last_run=None, next_run=START, failures=0, last_error=""
    )
    with world.parts.store.begin() as unit:
        unit.housekeeping.record_run(late)
        unit.housekeeping.record_run(early)
        unit.commit()
    assert queries_of(world).schedules() == (
        ScheduleRow(
            name="a", every="1 d", last_run=None, next_run=START, failures=0, last_error=""
        ),
        ScheduleRow(
            name="b", every="3 s", last_run=START, next_run=None, failures=2, last_error="full"
        ),
    )


def test_health_counts_and_names_what_holds(world: World) -> None:
    empty = queries_of(world).health()
    assert (empty.cases_by_status, empty.effects_by_result, empty.worker_seen_at) == ({}, {}, None)
    submit(world, 2)
    world.decide(world.case(A), world.person("anna"), DecisionKind.APPROVE)
    world.clock.move(seconds=9)
    world.work()
    world.execute(PauseScope(scope="desk:stub", reason="x"), world.person("anna"))
    world.clock.move(minutes=1)
    world.execute(PauseScope(scope="all", reason="x"), world.person("anna"))
    health = queries_of(world).health()
    assert health.cases_by_status == {"DONE": 1, "PENDING": 1}
    assert health.effects_by_result == {"SUCCEEDED": 1}
    assert health.unsealed_entries == 2
    assert health.worker_seen_at == START + timedelta(seconds=9)
    assert health.pauses == ("desk:stub", "all")
    assert health.database == world.parts.database.shown_url
