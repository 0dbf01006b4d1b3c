"""The queue of the read model, on both databases: order, parts, filters, version, search."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.domain.actor import ENGINE, Role
from engine.domain.case import Attention, Origin
from engine.domain.case_status import CaseStatus
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.transition import Transition
from engine.errors import InvalidRequest
from engine.service.authority import waiting_for
from engine.service.rows import QueueFilter, QueueRow
from engine.testing.world import START, World
from tests.contract.read_model_world import MINUTE, claim, put, queries_of, stub_world, submit

EVERYTHING = QueueFilter()


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    made = stub_world(tmp_path, database_url)
    yield made
    made.close()


def shown(world: World, which: QueueFilter = EVERYTHING) -> list[str]:
    return [row.source_id for row in queries_of(world).queue(which).rows]


def walk(world: World, limit: int, which: QueueFilter = EVERYTHING) -> list[list[str]]:
    """The ids of every part, in order."""
    parts, cursor = [], ""
    while True:
        page = queries_of(world).queue(which, cursor=cursor, limit=limit)
        parts.append([row.source_id for row in page.rows])
        cursor = page.next_cursor
        if not cursor:
            return parts


# --- order and parts ---------------------------------------------------------------------


def put_in_disorder(world: World) -> None:
    put(world, "no deadline, urgent", priority=1)
    put(world, "late", due_at=START + 9 * MINUTE, priority=1)
    put(world, "soon, less urgent", due_at=START + MINUTE, priority=4)
    put(world, "soon, urgent", due_at=START + MINUTE, priority=2)
    put(world, "no deadline, first of two", priority=3)
    put(world, "no deadline, second of two", priority=3)


IN_ORDER = [
    "soon, urgent",
    "soon, less urgent",
    "late",
    "no deadline, urgent",
    "no deadline, first of two",
    "no deadline, second of two",
]


def test_queue_orders_by_deadline_then_priority(world: World) -> None:
    put_in_disorder(world)
    assert shown(world) == IN_ORDER


def test_parts_of_queue_join_without_gap(world: World) -> None:
    put_in_disorder(world)
    for limit in range(1, 8):
        parts = walk(world, limit)
        assert [name for part in parts for name in part] == IN_ORDER
        assert [len(part) for part in parts[:-1]] == [limit] * (len(parts) - 1)


def test_part_after_decided_case_skips_nothing(world: World) -> None:
    put_in_disorder(world)
    page = queries_of(world).queue(EVERYTHING, limit=2)
    put(world, "came meanwhile", due_at=START)
    later = queries_of(world).queue(EVERYTHING, cursor=page.next_cursor, limit=2)
    assert [row.source_id for row in later.rows] == IN_ORDER[2:4]


def test_queue_counts_all_that_match(world: World) -> None:
    put_in_disorder(world)
    page = queries_of(world).queue(QueueFilter(text="soon"), limit=1)
    assert (page.total, len(page.rows)) == (2, 1)
    assert queries_of(world).queue(QueueFilter(text="nothing")).total == 0


def test_limit_of_rows_is_bounded(world: World) -> None:
    for number in range(201):
        put(world, f"T{number}")
    given = {
        asked: len(queries_of(world).queue(EVERYTHING, limit=asked).rows)
        for asked in (-5, 0, 3, 100_000)
    }
    assert given == {-5: 1, 0: 1, 3: 3, 100_000: 200}


def test_cursor_of_another_list_is_refused(world: World) -> None:
    submit(world, 2)
    foreign = queries_of(world).ledger(limit=1).next_cursor
    with pytest.raises(InvalidRequest, match="read the list from its beginning"):
        queries_of(world).queue(EVERYTHING, cursor=foreign)


# --- filters -----------------------------------------------------------------------------


def test_queue_shows_all_that_waits(world: World) -> None:
    for status in CaseStatus:
        put(world, status.value, status=status)
    waiting = {"PENDING", "BLIND_PENDING", "SECOND_PENDING", "HELD", "NEEDS_REPAIR"}
    assert set(shown(world)) == waiting | {"WAITING_FACT"}
    assert shown(world, QueueFilter(status=CaseStatus.DONE)) == ["DONE"]


def test_filters_of_queue_narrow_together(world: World) -> None:
    put(world, "A", attention=Attention.ESCALATED, role="senior_operator")
    put(world, "B", attention=Attention.ESCALATED, role="risk_officer")
    put(world, "C", attention=Attention.COPILOT)
    put(world, "D", desk="other", attention=Attention.COPILOT)
    assert shown(world, QueueFilter(attention=Attention.ESCALATED)) == ["A", "B"]
    assert shown(world, QueueFilter(roles=frozenset({Role.RISK_OFFICER}))) == ["B"]
    assert shown(world, QueueFilter(roles=waiting_for(Role.OPERATOR))) == ["C", "D"]
    assert shown(world, QueueFilter(roles=waiting_for(Role.SENIOR_OPERATOR))) == ["A"]
    assert shown(world, QueueFilter(desk="stub", attention=Attention.COPILOT)) == ["C"]
    assert shown(world, QueueFilter(desk="nowhere")) == []


def test_text_matches_title_or_source_id(world: World) -> None:
    titles = {"A": "VPN drops", "B": "Büro closed", "C": "100% full", "D": "low_space"}
    for name, title in titles.items():
        put(world, f"INC0{name}", title=title)
    wanted = {
        "vpn": ["INC0A"],
        "INC%": [],
        "100%": ["INC0C"],
        "_": ["INC0D"],
        "inc0d": ["INC0D"],
        "büro": ["INC0B"],
        "BÜRO": ["INC0B"],
        "\\": [],
        "'; drop table cases; --": [],
        "\x00": [],
        "\ud800": [],
    }
    assert {text: shown(world, QueueFilter(text=text)) for text in wanted} == wanted


def test_queue_names_only_claims_that_hold(world: World) -> None:
    held, expired = put(world, "held"), put(world, "expired")
    claim(world, expired, "ben", minutes=1)
    world.clock.move(minutes=2)
    claim(world, held, "anna")
    rows = {row.source_id: row for row in queries_of(world).queue(EVERYTHING).rows}
    assert (rows["held"].claimed_by, rows["expired"].claimed_by) == ("anna", "")
    assert rows["held"].claimed_until == world.clock.now() + 5 * MINUTE
    assert rows["expired"].claimed_until is None
    assert shown(world, QueueFilter(claimed_by="anna")) == ["held"]
    assert shown(world, QueueFilter(claimed_by="ben")) == []


def test_queue_row_carries_the_whole_line(world: World) -> None:
    submit(world, confidence="0.7", text="Printer is slow")
    case = world.case("T000000")
    assert queries_of(world).queue(EVERYTHING).rows == (
        QueueRow(
            case_id=case.id,
            version=case.version,
            desk="stub",
            case_type="ticket",
            source_id="T000000",
            title="Printer is slow",
            status=CaseStatus.PENDING,
            priority=3,
            as_of=START,
            due_at=None,
            review_due_at=START + 480 * MINUTE,
            confidence=0.7,
            is_calibrated=False,
            threshold=None,
            proposal="Assign to north",
            attention=Attention.OUTSIDE_ENVELOPE,
            attention_note="confidence_uncalibrated: uncalibrated against a calibrated confidence",
            role="",
            claimed_by="",
            claimed_until=None,
            origin=Origin.REAL,
        ),
    )


# --- version and search ------------------------------------------------------------------


def test_queue_version_stays_while_nothing_changes(world: World) -> None:
    put(world, "A")
    before = queries_of(world).queue_version()
    world.clock.move(hours=1)
    assert queries_of(world).queue_version() == before


def test_queue_version_changes_with_every_change(world: World) -> None:
    queries, seen = queries_of(world), []

    def look() -> None:
        seen.append((queries.queue_version(), queries.queue_version("stub")))

    look()
    first = put(world, "A", wake_at=START)
    look()
    submit(world)
    look()
    claim(world, first, "anna", minutes=5)
    look()
    claim(world, first, "ben", minutes=5)
    look()
    world.clock.move(minutes=5)
    look()
    assert len(set(seen)) == 6 - 1
    assert seen[1] == ("1.1.0", "1.1.0")
    assert seen[5] == seen[2], "an expired claim looks like none"


def test_case_swapped_for_another_changes_version(world: World) -> None:
    """The same number and versions in the queue are still another queue."""
    put(world, "A", version=5)
    before = queries_of(world).queue_version()
    case = world.case("A")
    with world.parts.store.begin() as unit:
        gone = case.moved(CaseStatus.WITHDRAWN)
        entry = EntryDraft(kind=EventKind.CASE_WITHDRAWN, actor=ENGINE, at=START, payload={})
        unit.apply([Transition(before=case, after=gone, entries=(entry,))])
        unit.commit()
    put(world, "B", version=5)
    assert (shown(world), queries_of(world).queue_version() == before) == (["B"], False)


def test_queue_version_of_desk_ignores_others(world: World) -> None:
    put(world, "A")
    before = queries_of(world).queue_version("stub")
    other = put(world, "B", desk="other")
    claim(world, other, "anna")
    assert queries_of(world).queue_version("stub") == before


def test_case_is_found_by_both_ids(world: World) -> None:
    first, second = put(world, "INC1"), put(world, "INC1", source="second source")
    find = queries_of(world).find_case
    assert (find(str(first)), find(" INC1 "), find("INC")) == (first, second, None)
    assert (find(""), find("\x00"), find(str(first)[:-1])) == (None, None, None)
