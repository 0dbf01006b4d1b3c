"""Failed steps on the read side: counts, filters, cases page by page, on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine.cli.doctor import failures_of_the_day
from engine.domain.case import Attention, Origin
from engine.domain.failure import FailureCode, FailureNoted, FailureStage
from engine.errors import InvalidRequest
from engine.service.failure_rows import FailureFilter
from engine.testing.world import START, World
from tests.contract.read_model_world import put, queries_of, stub_world

C = FailureCode
ALL = FailureFilter()


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    made = stub_world(tmp_path, database_url)
    yield made
    made.close()


def note(world: World, source_id: str, *failures: FailureNoted, **changes: object) -> None:
    """A case with these failed steps."""
    case_id = put(world, source_id, **changes)
    with world.parts.store.begin() as unit:
        unit.note_failures([replace(one, case_id=case_id) for one in failures])
        unit.commit()


def failed(
    world: World,
    code: FailureCode,
    *,
    is_recovered: bool = False,
    hours: float = 0,
    version: int = 1,
) -> FailureNoted:
    return FailureNoted(
        case_id=world.parts.ids.new(),  # type: ignore[arg-type]  # note() puts the case's in place
        case_version=version,
        desk="stub",
        case_type="ticket",
        tool="assign_owner",
        code=code,
        note="no \x00 such \ud800 ticket",
        at=START - timedelta(hours=hours),
        is_recovered=is_recovered,
    )


@pytest.fixture
def noted(world: World) -> World:
    for number in range(3):
        note(world, f"T{number}", failed(world, C.TARGET_CHANGED, hours=number))
    note(
        world,
        "T3",
        failed(world, C.TOOL_NO_ANSWER, is_recovered=True, hours=30),
        failed(world, C.OUTCOME_UNKNOWN, hours=29, version=2),
    )
    note(world, "S1", failed(world, C.WORKER_LOST), origin=Origin.SIMULATED)
    return world


def counts(world: World, which: FailureFilter = ALL) -> list[tuple[FailureCode, int, int]]:
    return [(row.code, row.steps, row.stood) for row in queries_of(world).failures(which)]


def test_counts_fall_and_shares_add_up(noted: World) -> None:
    assert counts(noted) == [
        (C.TARGET_CHANGED, 3, 3),
        (C.OUTCOME_UNKNOWN, 1, 1),
        (C.TOOL_NO_ANSWER, 1, 0),
    ]
    rows = queries_of(noted).failures(ALL)
    assert [round(row.share, 3) for row in rows] == [0.6, 0.2, 0.2]
    assert [round(row.up_to_here, 3) for row in rows] == [0.6, 0.8, 1.0]
    assert rows[0].newest_at == START


@pytest.mark.parametrize(
    ("which", "codes"),
    [
        (FailureFilter(hours=24), [C.TARGET_CHANGED]),
        (FailureFilter(hours=1), [C.TARGET_CHANGED]),
        (FailureFilter(stage=FailureStage.TOOL), [C.TOOL_NO_ANSWER]),
        (FailureFilter(stage=FailureStage.REASON), []),
        (FailureFilter(desk="stub", case_type="ticket", hours=24), [C.TARGET_CHANGED]),
        (FailureFilter(desk="orders\x00"), []),
        (FailureFilter(case_type="other"), []),
        (FailureFilter(origin=Origin.SIMULATED), [C.WORKER_LOST]),
    ],
    ids=["day", "hour", "stage", "no stage", "desk", "no desk", "no type", "simulated"],
)
def test_filters_narrow_what_is_counted(
    noted: World, which: FailureFilter, codes: list[FailureCode]
) -> None:
    assert [row.code for row in queries_of(noted).failures(which)] == codes


def test_cases_come_newest_first_by_parts(noted: World) -> None:
    queries = queries_of(noted)
    first = queries.failed_cases(C.TARGET_CHANGED, ALL, limit=2)
    assert [row.source_id for row in first.rows] == ["T0", "T1"]
    rest = queries.failed_cases(C.TARGET_CHANGED, ALL, limit=2, cursor=first.next_cursor)
    assert [row.source_id for row in rest.rows] == ["T2"]
    assert rest.next_cursor == ""
    assert first.rows[0].note == "no \ufffd such ? ticket"
    with pytest.raises(InvalidRequest, match="read the list from its beginning"):
        queries.failed_cases(C.TARGET_CHANGED, ALL, cursor="no cursor")


def test_same_step_failing_again_counts_once(world: World) -> None:
    once = failed(world, C.READ_UNAVAILABLE, is_recovered=True, hours=2)
    given_up = failed(world, C.READ_UNAVAILABLE, hours=1)
    note(world, "T1", once, given_up)
    assert counts(world) == [(C.READ_UNAVAILABLE, 1, 1)]


def test_codes_of_another_version_are_left_out(noted: World) -> None:
    with noted.parts.database.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE failures SET code = 'NEW' WHERE case_version = 2")
    assert [row.code for row in queries_of(noted).failures(ALL)] == [
        C.TARGET_CHANGED,
        C.TOOL_NO_ANSWER,
    ]


def test_card_tells_failures_that_still_hold(world: World) -> None:
    old, new = failed(world, C.TARGET_CHANGED), failed(world, C.BUDGET_SPENT, version=3)
    note(world, "T1", old, new, attention=Attention.BUDGET_SPENT)
    note(world, "T2", old, attention=Attention.ESCALATED)
    note(world, "T3", old, attention=Attention.PAUSED)
    cards = [queries_of(world).card(world.case(number).id) for number in ("T1", "T2", "T3")]
    assert [card.failure and card.failure.code for card in cards] == [C.BUDGET_SPENT, None, None]


def test_doctor_counts_those_of_the_day(noted: World) -> None:
    assert failures_of_the_day(queries_of(noted)) == {C.TARGET_CHANGED: 3, C.WORKER_LOST: 1}
