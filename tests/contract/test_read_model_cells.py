"""The envelope matrix, the curve and what counts as a label, on both databases: exact counts."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.domain.actor import ENGINE
from engine.domain.case import Origin
from engine.domain.ids import OutcomeId
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.outcome import LabelSource, Outcome, OutcomeKind
from engine.domain.phase import Phase
from engine.domain.policy import PolicyKind
from engine.domain.transition import Transition
from engine.govern.envelope import CellEntry, EnvelopeDocument
from engine.govern.limits import RollingThreshold
from engine.service.requests import PauseScope
from engine.service.rows import BudgetRow, CellRow, CellScore, CurvePoint, RecordRow, Share
from engine.testing.stub_desk import CASE_TYPE, DESK, stub_envelope, ticket_rows
from engine.testing.world import START, World
from tests.contract.read_model_world import (
    CELL,
    labelled,
    queries_of,
    stub_world,
    submit,
    with_history,
)

Maker = Callable[..., World]
CLOSE: Any = pytest.approx


@pytest.fixture
def make(tmp_path: Path, database_url: str) -> Iterator[Maker]:
    made: list[World] = []

    def new(**options: Any) -> World:
        made.append(stub_world(tmp_path, database_url, **options))
        return made[-1]

    yield new
    for world in made:
        world.close()


def cell(world: World) -> CellRow:
    (row,) = queries_of(world).cells()
    return row


def score(world: World) -> CellScore:
    (row,) = queries_of(world).scores()
    return row


def rolling(phase: Phase = Phase.COPILOT) -> str:
    limits = CellEntry(
        case_type=CASE_TYPE,
        action="assign_owner",
        phase=phase,
        threshold=RollingThreshold(risk_limit=0.075),
    )
    return EnvelopeDocument(desk=DESK, cells=(limits,)).to_yaml()


# --- the matrix --------------------------------------------------------------------------


def test_cell_without_cases_shows_its_limits(make: Maker) -> None:
    assert cell(make(executions_per_hour=9)) == CellRow(
        cell=CELL,
        desk="stub",
        case_type="ticket",
        action="assign_owner",
        phase=Phase.COPILOT,
        threshold_words="0.500 set by hand",
        threshold=0.5,
        cut=None,
        most_urgent_priority=3,
        budgets=(
            BudgetRow(
                words="9 an hour",
                scope=f"cell:{CELL}",
                executions=9,
                executions_used=0,
                amount=None,
                amount_used=0,
                currency="EUR",
                ends_at=START + timedelta(hours=1),
            ),
        ),
        audit_rate=0.1,
        paused="",
        labels=0,
        errors=0,
        error_low=None,
        error_high=None,
        is_evidenced=False,
        records=(RecordRow(by="stub@1", labels=0, errors=0, before=0),),
    )
    assert queries_of(make()).cells("nowhere") == ()


def test_labels_count_only_where_software_could_act(make: Maker) -> None:
    """The first cases were uncalibrated; of the later ones 5 of 20 proved wrong."""
    world = with_history(make())
    assert (cell(world).labels, cell(world).errors) == (0, 0)
    labelled(world, {f"A{n}": "north" for n in range(15)} | {f"B{n}": "south" for n in range(5)})
    row = cell(world)
    assert (row.labels, row.errors) == (20, 5)
    assert (row.error_low, row.error_high) == (CLOSE(0.0866, abs=5e-5), CLOSE(0.4910, abs=5e-5))
    assert not row.is_evidenced


def test_enough_right_labels_are_evidence(make: Maker) -> None:
    """At 5 % a certificate needs 101 labels without an error, all of what could have run alone."""
    world = with_history(make())
    submit(world, 100, "E", truth="north")
    world.clock.move(minutes=1)
    world.work()
    assert (cell(world).labels, cell(world).is_evidenced) == (100, False)
    labelled(world, {"A": "north"})
    assert (cell(world).labels, cell(world).is_evidenced) == (101, True)
    case = world.case("A000000")
    assert queries_of(world).card(case.id).is_evidenced


def test_simulated_labels_are_never_evidence(make: Maker) -> None:
    world = make()
    rows = ticket_rows(120, opened_at=START, truth="north")
    world.submit(rows, origin=Origin.SIMULATED)
    world.work()
    world.clock.move(minutes=1)
    world.work()
    later = ticket_rows(1, opened_at=world.clock.now(), prefix="L", truth="north")
    world.submit(later, origin=Origin.SIMULATED)
    world.work()
    world.clock.move(minutes=1)
    world.work()
    assert (cell(world).labels, cell(world).is_evidenced) == (0, False)
    assert (score(world).origin, score(world).recommendation_correct.k) == (Origin.SIMULATED, 121)


def test_rolling_threshold_is_the_latest(make: Maker) -> None:
    world = make()
    world.set_envelope(rolling())
    submit(world)
    assert (cell(world).threshold_words, cell(world).threshold) == (
        "rolling, 7.5\u202f% error",
        None,
    )
    with_history(world, 60)
    world.clock.move(days=2)
    submit(world, 1, "L")
    newest = queries_of(world).card(world.case("L000000").id).row.threshold
    assert newest == CLOSE(1.0, abs=0.05)
    assert cell(world).threshold == newest
    made = queries_of(world).card(world.case("L000000").id).recommendation
    assert made is not None
    assert cell(world).cut == made.cut


def test_pause_is_named_at_its_cell(make: Maker) -> None:
    world = make()
    world.execute(PauseScope(scope="desk:stub", reason="month end"), world.person("anna"))
    assert cell(world).paused == "the desk Stub tickets: month end, says anna"


def test_executions_are_counted_by_hour(make: Maker) -> None:
    world = with_history(make(phase=Phase.BOUNDED))
    submit(world, 3)
    assert cell(world).budgets[0].executions_used == 3
    world.clock.move(hours=1)
    assert cell(world).budgets[0].executions_used == 0


def test_envelope_versions_begin_with_the_shipped(make: Maker) -> None:
    world = make()
    shipped = queries_of(world).versions(DESK, PolicyKind.ENVELOPE)
    assert [(row.version, row.status, row.drafted_by) for row in shipped] == [(0, "active", "")]
    assert shipped[0].document == stub_envelope().to_yaml()
    world.set_envelope(rolling(), "use the record")
    rows = queries_of(world).versions(DESK, PolicyKind.ENVELOPE)
    assert [(row.version, row.status) for row in rows] == [(1, "active"), (0, "superseded")]
    assert (rows[0].note, rows[0].drafted_by, rows[0].signed_by, rows[0].activated_at) == (
        "use the record",
        "olivia",
        "rasmus",
        START,
    )
    assert queries_of(world).versions("nowhere", PolicyKind.ENVELOPE) == ()


# --- the curve ---------------------------------------------------------------------------


def test_curve_gives_error_at_each_coverage(make: Maker) -> None:
    world = make()
    for prefix, confidence, truth in (
        ("A", "0.9", "north"),
        ("B", "0.9", "north"),
        ("C", "0.8", "north"),
        ("D", "0.8", "south"),
        ("E", "0.6", "south"),
    ):
        labelled(world, {prefix: truth}, confidence=confidence)
    strict, middle, loose = queries_of(world).curve(CELL)
    assert strict == CurvePoint(
        threshold=0.9, coverage=0.4, error=0.0, error_high=CLOSE(1 - 0.05**0.5), n=2
    )
    assert (middle.threshold, middle.coverage, middle.error, middle.n) == (0.8, 0.8, 0.25, 4)
    assert (loose.threshold, loose.coverage, loose.error, loose.n) == (0.6, 1.0, 0.4, 5)
    assert middle.error_high == CLOSE(0.7514, abs=5e-5)
    assert queries_of(world).curve("stub/ticket/other") == ()


def test_curve_and_cells_follow_new_labels(make: Maker) -> None:
    world = make()
    labelled(world, {"A": "north"})
    assert [point.n for point in queries_of(world).curve(CELL)] == [1]
    labelled(world, {"B": "south"})
    assert [point.n for point in queries_of(world).curve(CELL)] == [2]


def test_one_label_a_recommendation_counts(make: Maker) -> None:
    """The record beats a blind answer; an answer by somebody who saw it is no label at all."""
    world = make()
    labelled(world, {"A": "north"})
    submit(world, 1, "B")
    record(world, "A000000", LabelSource.PERSON_BLIND, is_correct=False)
    record(world, "A000000", LabelSource.PERSON_SHOWN, is_correct=False)
    record(world, "B000000", LabelSource.PERSON_SHOWN, is_correct=False)
    assert score(world).recommendation_correct == Share(k=1, n=1, low=CLOSE(0.025), high=1.0)
    record(world, "B000000", LabelSource.PERSON_BLIND, is_correct=False)
    assert (score(world).recommendation_correct.k, score(world).recommendation_correct.n) == (1, 2)
    record(world, "B000000", LabelSource.ADJUDICATED, is_correct=True)
    assert (score(world).recommendation_correct.k, score(world).recommendation_correct.n) == (2, 2)


def record(world: World, source_id: str, source: LabelSource, *, is_correct: bool) -> None:
    """One more outcome of a case."""
    case = world.case(source_id)
    outcome = Outcome(
        id=OutcomeId(world.parts.ids.new()),
        case_id=case.id,
        recommendation_id=case.recommendation_id,
        kind=OutcomeKind.CORRECT if is_correct else OutcomeKind.WRONG,
        is_recommendation_correct=is_correct,
        raw_confidence=0.9,
        truth="north",
        label_source=source,
        known_at=world.clock.now(),
        recorded_at=world.clock.now(),
        origin=case.origin,
        was_seen=False,
    )
    entry = EntryDraft(
        kind=EventKind.OUTCOME_RECORDED, actor=ENGINE, at=world.clock.now(), payload={}
    )
    step = Transition(before=case, after=case.noted(), entries=(entry,), records=(outcome,))
    with world.parts.store.begin() as unit:
        unit.apply([step])
        unit.commit()
