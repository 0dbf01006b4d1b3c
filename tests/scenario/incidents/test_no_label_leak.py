"""No truth before its time: scrambling later labels leaves every earlier recommendation alone.

Both histories run through the whole engine, each into a database of its own.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import RowMapping, select

from engine.desk import Desk, Incoming, IntakeFormat
from engine.desks.incidents.intake import LABEL_COLUMNS
from engine.domain.canonical import canonical_text
from engine.domain.case import Signal
from engine.domain.fact import Fact
from engine.ports import ReadTool
from engine.store import tables
from tests.scenario.incidents.incident_world import (
    IncidentWorld,
    bounded_envelope,
    make_incident_world,
)

SAMPLE = Path(__file__).resolve().parents[3] / "data" / "incidents_sample.csv"
SAMPLE_ROWS = 400
SAMPLE_MOMENT = datetime(2026, 9, 25, 9, tzinfo=UTC)
REAL_ROWS = 2500
REAL_MOMENT = datetime(2016, 3, 5, tzinfo=UTC)
END = datetime.max.replace(tzinfo=UTC)

Row = dict[str, str]
Change = Callable[[list[Row], Desk], Desk]


def first_rows(file: Path, count: int) -> list[Row]:
    """The rows that were opened first."""
    content = file.read_bytes()
    text = (gzip.decompress(content) if file.suffix == ".gz" else content).decode("utf-8")
    return sorted(csv.DictReader(StringIO(text)), key=lambda row: row["opened_at"])[:count]


def time_of(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def scrambled(rows: list[Row], moment: datetime) -> list[Row]:
    """Deal the truths known from a moment on to other rows, at other times from that moment on."""
    late = [
        row for row in rows if row["y_final_group"] and time_of(row["label_known_at"]) >= moment
    ]
    dealt: dict[str, Row] = {}
    for place, row in enumerate(late):
        other = late[(place * 7 + 3) % len(late)]
        known_at = max(time_of(row["opened_at"]), moment) + timedelta(minutes=place * 37 % 2000)
        truth = {name: other[name] for name in LABEL_COLUMNS}
        truth |= {"y_final_group": f"{other['y_final_group']}?"}
        truth |= {"label_known_at": known_at.strftime("%Y-%m-%dT%H:%M")}
        dealt[row["case_id"]] = row | truth
    return [dealt.get(row["case_id"], row) for row in rows]


def replayed(
    place: IncidentWorld, rows: list[Row], *, until: datetime = END, change: Change | None = None
) -> IncidentWorld:
    """Let a history run through, software alone where it may; all of it is there from the start.

    Once the desk's clock has passed a moment nothing more can be recommended before it.
    """
    if change is not None:
        place.use_desk(partial(change, rows))
    world = place.world
    world.set_envelope(bounded_envelope(0.25))
    world.submit(enumerate(rows, start=2), is_replay=True)
    opened = world.open_worker()
    try:
        while opened.worker.run_once():
            now = world.parts.store.reader.desk_time(world.desk.name)
            if now is not None and now > until:
                break
    finally:
        opened.stop()
    return place


def recommendations(place: IncidentWorld, until: datetime) -> list[str]:
    """Everything that was recommended up to a moment, to the last bit, by source id."""
    case, made, action = tables.cases.c, tables.recommendations.c, tables.actions.c
    query = (
        select(case.source_id, tables.recommendations, tables.actions)
        .join(tables.recommendations, made.case_id == case.id)
        .join(tables.actions, action.recommendation_id == made.id)
        .where(case.as_of <= until)
        .order_by(case.source_id, made.id)
    )
    with place.world.parts.database.reader.connect() as connection:
        return [_bits(row._mapping) for row in connection.execute(query)]


def _bits(row: RowMapping) -> str:
    exact = [
        f"{name} {value.hex() if isinstance(value, float) else value}"
        for name in ("raw_confidence", "confidence", "threshold", "cut", "is_calibrated")
        for value in (row[name],)
    ]
    words = [canonical_text(row[name]) for name in ("draft", "rules", "arguments", "target_state")]
    names = [
        str(row[name])
        for name in ("source_id", "label", "calibration", "tool", "verdict", "would_have")
    ]
    return "\n".join(names + exact + words)


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Callable[..., IncidentWorld]]:
    """Fresh worlds, each in a folder of its own."""
    made: list[IncidentWorld] = []

    def make(database_url: str = "") -> IncidentWorld:
        made.append(make_incident_world(tmp_path / f"world-{len(made)}", database_url=database_url))
        return made[-1]

    yield make
    for place in made:
        place.close()


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IncidentWorld]:
    """The sample's history as it was."""
    place = make_incident_world(tmp_path_factory.mktemp("untouched"))
    yield replayed(place, first_rows(SAMPLE, SAMPLE_ROWS))
    place.close()


def test_later_labels_change_no_earlier_recommendation(
    untouched: IncidentWorld, places: Callable[..., IncidentWorld], database_url: str
) -> None:
    rows = scrambled(first_rows(SAMPLE, SAMPLE_ROWS), SAMPLE_MOMENT)
    other = replayed(places(database_url), rows)
    before = recommendations(untouched, SAMPLE_MOMENT)
    assert recommendations(other, SAMPLE_MOMENT) == before
    assert sum("cut 0x" in one for one in before) > 20  # a threshold was in force in some of them
    assert recommendations(other, END) != recommendations(untouched, END)


def test_real_later_labels_change_no_earlier_recommendation(
    places: Callable[..., IncidentWorld], shared_data: Path
) -> None:
    rows = first_rows(shared_data / "uci_incidents_dev.csv.gz", REAL_ROWS)
    one = replayed(places(), rows, until=REAL_MOMENT)
    other = replayed(places(), scrambled(rows, REAL_MOMENT), until=REAL_MOMENT)
    before = recommendations(one, REAL_MOMENT)
    assert recommendations(other, REAL_MOMENT) == before
    assert len(before) > 700


# --- the test can fail: two desks that know the truth too early ------------------------------


def peeks_at_truth(rows: list[Row], desk: Desk) -> Desk:
    """A desk whose facts tell who will have resolved the incident."""
    truth = {row["case_id"]: row["y_final_group"] for row in rows}

    def perceive(signal: Signal, read: ReadTool, at: datetime) -> list[Fact]:
        facts = desk.perceive(signal, read, at)
        return [
            replace(fact, value=truth[signal.source_id] or fact.value)
            if fact.attribute == "initial_assignment_group"
            else fact
            for fact in facts
        ]

    return replace(desk, perceive=perceive)


class EarlyIntake:
    """Reads truths as if they had been known when the incident was opened."""

    def __init__(self, intake: IntakeFormat) -> None:
        self.columns, self.required = intake.columns, intake.required
        self._read = intake.read

    def read(self, row: Mapping[str, str]) -> Incoming:
        incoming = self._read(row)
        if incoming.label is None:
            return incoming
        early = replace(incoming.label, known_at=incoming.signal.as_of)
        return replace(incoming, label=early)


def knows_truth_early(rows: list[Row], desk: Desk) -> Desk:
    """A desk that learns from a truth before it is known."""
    return replace(desk, intake=EarlyIntake(desk.intake))


@pytest.mark.parametrize("leak", [peeks_at_truth, knows_truth_early])
def test_desk_that_leaks_is_caught(places: Callable[..., IncidentWorld], leak: Change) -> None:
    rows = first_rows(SAMPLE, 320)
    moment = datetime(2026, 9, 23, 9, tzinfo=UTC)
    one = replayed(places(), rows, until=moment, change=leak)
    other = replayed(places(), scrambled(rows, moment), until=moment, change=leak)
    assert recommendations(one, moment) != recommendations(other, moment)
