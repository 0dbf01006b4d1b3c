"""A desk's history as columns: every request as the runtime asked it, and what became of it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from engine.bootstrap import simulating_of
from engine.domain.actor import Role
from engine.domain.case import Origin
from engine.domain.decision import DecisionKind
from engine.domain.phase import Phase
from engine.domain.policy import PolicyKind
from engine.domain.verdict import VerdictKind
from engine.govern.history import HAPPENED, TRUTHS, DecisionHistory, Happened, Truth
from engine.govern.local_time import as_us
from engine.govern.policy_set import PolicySet
from engine.govern.replay import Replayed, Replaying
from engine.learn.rolling_cuts import RollingCuts
from engine.runtime.policy import active_document
from engine.service.requests import AnswerAudit, PauseScope
from engine.store import tables
from engine.store.read_history import HistoryReads
from engine.testing.stub_desk import DESK, stub_desk, stub_envelope, ticket_rows
from engine.testing.world import World, make_world
from tests.scenario.incidents.incident_world import make_incident_world

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "incidents_sample.csv"
TRAINING = 40
ROWS = 360
"""Of the sample: enough for several fits, and cuts after them."""


@pytest.fixture
def make(tmp_path: Path, database_url: str) -> Iterator[Callable[..., World]]:
    """A world of the stub desk, on each database; arguments are the envelope's."""
    made: list[World] = []

    def world_of(**limits: Any) -> World:
        def desks(folder: Path, clock: object) -> dict[str, Any]:
            envelope = stub_envelope(**limits)
            return {DESK: stub_desk(folder / "tickets.db", envelope=envelope)}

        made.append(make_world(tmp_path, desks, database_url=database_url))
        return made[-1]

    yield world_of
    for world in made:
        world.close()


def calibrated(world: World) -> World:
    """Forty truths, after which confidences count as calibrated."""
    come(world, TRAINING, prefix="H", truth="north")
    world.clock.move(minutes=1)
    world.work()
    return world


def come(world: World, count: int = 1, **fields: str) -> None:
    world.submit(ticket_rows(count, opened_at=world.clock.now(), **fields))
    world.work()


def reads(world: World) -> HistoryReads:
    parts = world.parts
    return HistoryReads(
        parts.database,
        clock=parts.clock,
        desk_time=parts.store.reader.desk_time,
        versions_of=world.engine.signing.versions_of,
    )


def history_of(world: World) -> DecisionHistory:
    return reads(world).read(world.desk)


def active(world: World) -> PolicySet:
    control = world.parts.store.reader.control()
    found = PolicySet(
        envelope=world.desk.envelope,
        guardrails=world.desk.shipped(PolicyKind.GUARDRAILS),  # type: ignore[arg-type]  # its kind
        goals=world.desk.shipped(PolicyKind.GOALS),  # type: ignore[arg-type]  # its kind
    )
    for kind in PolicyKind:
        found = found.put(active_document(control, world.desk, kind))
    return found


def replayed(world: World, history: DecisionHistory) -> Replayed:
    learning = world.desk.learning
    cuts = RollingCuts(history, learning.procedure if learning else None)
    return Replaying(history, cuts).under(active(world))


def recorded(world: World, column: Any) -> list[int]:
    """What the engine recorded of every recommendation, in the order in which it judged them."""
    made, action = tables.recommendations.c, tables.actions.c
    query = (
        select(column)
        .join(tables.recommendations, made.id == action.recommendation_id)
        .where(action.is_override.is_(False), action.ordinal == 1)
        .order_by(made.as_of, made.created_at, made.id)
    )
    with world.parts.database.reader.connect() as connection:
        return [VerdictKind(kind).strictness for kind in connection.execute(query).scalars()]


WOULD_HAVE = tables.actions.c.would_have
VERDICT = tables.actions.c.verdict


def test_replay_of_the_active_limits_says_what_was_recorded(
    make: Callable[..., World],
) -> None:
    world = calibrated(make(phase=Phase.BOUNDED, min_confidence=0.6, most_urgent_priority=3))
    for prefix, confidence in (("A", "0.3"), ("B", "0.95"), ("C", "0.61")):
        come(world, 2, prefix=prefix, confidence=confidence)
        world.clock.move(minutes=7)
    history = history_of(world)
    found = replayed(world, history)
    assert found.would_have.tolist() == recorded(world, WOULD_HAVE)
    assert found.kind.tolist() == recorded(world, VERDICT)
    # Uncalibrated at first, then too unsure, then alone.
    assert found.kind.tolist() == [2] * (TRAINING + 2) + [0] * 4
    ran = history.happened == HAPPENED.index(Happened.ALONE)
    assert ran.tolist() == found.alone.tolist()


def test_replay_of_the_incident_sample_says_what_was_recorded(
    tmp_path: Path, database_url: str
) -> None:
    place = make_incident_world(tmp_path, database_url=database_url)
    try:
        rows = list(_sample(place.world.desk.intake.columns))[:ROWS]
        place.world.submit(rows, is_replay=True, origin=Origin.SIMULATED)
        place.world.work()
        history = history_of(place.world)
        found = replayed(place.world, history)
        assert found.would_have.tolist() == recorded(place.world, WOULD_HAVE)
        assert found.kind.tolist() == recorded(place.world, VERDICT)
        assert set(found.would_have.tolist()) == {0, 2}
        assert history.origin is Origin.SIMULATED
        cuts = _recorded_cuts(place.world)
        learning = place.world.desk.learning
        assert learning is not None
        mine = RollingCuts(history, learning.procedure)(0.10)
        assert np.array_equal(mine, cuts, equal_nan=True)
        assert history.resolved.known_us.size == (history.truth != 0).sum()
    finally:
        place.close()


def _sample(columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    import csv

    with SAMPLE.open(newline="", encoding="utf-8") as lines:
        for number, row in enumerate(csv.DictReader(lines), 2):
            yield number, {name: row[name] for name in columns if name in row}


def _recorded_cuts(world: World) -> np.ndarray:
    made = tables.recommendations.c
    query = select(made.cut).order_by(made.as_of, made.id)
    with world.parts.database.reader.connect() as connection:
        found = connection.execute(query).scalars().all()
    return np.array([np.nan if cut is None else cut for cut in found])


# --- where a replay differs on purpose ---------------------------------------------------------


def test_budgets_are_met_one_by_one_in_a_replay(make: Callable[..., World]) -> None:
    world = calibrated(make(phase=Phase.BOUNDED, executions_per_hour=2))
    come(world, 5)
    history = history_of(world)
    found = replayed(world, history)
    # A batch is judged before any of it runs; who comes too late is refused at its intent.
    assert recorded(world, VERDICT)[TRAINING:] == [0] * 5
    assert found.kind.tolist()[TRAINING:] == [0, 0, 2, 2, 2]
    ran = history.happened[TRAINING:] == HAPPENED.index(Happened.ALONE)
    assert ran.sum() == found.alone.sum() == 2


def test_a_replay_knows_no_pause(make: Callable[..., World]) -> None:
    world = calibrated(make(phase=Phase.BOUNDED))
    world.execute(PauseScope(scope=f"desk:{DESK}", reason="look"), world.person("ann"))
    come(world)
    assert recorded(world, VERDICT)[-1] == VerdictKind.ESCALATE.strictness
    assert replayed(world, history_of(world)).kind.tolist()[-1] == 0


# --- what became of them -----------------------------------------------------------------------


def test_answers_of_people_are_read_with_their_time(make: Callable[..., World]) -> None:
    world = make()
    come(world, 2)
    ann, bob = world.person("ann"), world.person("bob")
    world.decide(world.case("T000000"), ann, DecisionKind.APPROVE, time_to_decide_ms=41_000)
    world.decide(world.case("T000001"), bob, DecisionKind.REJECT)
    history = history_of(world)
    assert [HAPPENED[code] for code in history.happened] == [Happened.PERSON] * 2
    assert history.decide_ms.tolist() == [41_000, -1]
    assert (history.deciders, history.anchored) == (2, 2)
    assert [TRUTHS[code] for code in history.truth] == [Truth.UNKNOWN] * 2


def test_truths_of_the_record_are_certain(make: Callable[..., World]) -> None:
    world = make()
    known_at = world.clock.now() + timedelta(hours=3)
    come(world, prefix="A", truth="north", known_at=known_at.isoformat())
    come(world, prefix="B", truth="south", known_at=known_at.isoformat())
    come(world, prefix="C")
    assert [TRUTHS[code] for code in history_of(world).truth] == [Truth.UNKNOWN] * 3
    world.clock.move(hours=4)
    world.work()
    history = history_of(world)
    expected = [Truth.CORRECT, Truth.WRONG, Truth.UNKNOWN]
    assert [TRUTHS[code] for code in history.truth] == expected
    assert history.label_probability.tolist()[:2] == [1.0, 1.0]
    assert history.known_us.tolist()[:2] == [as_us(known_at)] * 2
    # They were told an hour late, and no earlier cut may rest on them.
    assert history.resolved.known_us.tolist() == [as_us(world.clock.now())] * 2


def test_audited_truths_carry_the_chance_of_their_draw(make: Callable[..., World]) -> None:
    world = calibrated(make(phase=Phase.BOUNDED, audit_rate=0.5))
    come(world, 12)
    drawn = next(
        case
        for case in (world.case(f"T{number:06d}") for number in range(12))
        if any(draw.is_selected for draw in world.parts.store.reader.audit_draws(case.id))
    )
    answer = AnswerAudit(
        case_id=drawn.id,
        tool="assign_owner",
        arguments={"number": drawn.source_id, "owner": "south"},
    )
    world.execute(answer, world.person("rhea", Role.RISK_OFFICER))
    history = history_of(world)
    row = history.case_ids.index(str(drawn.id))
    assert TRUTHS[history.truth[row]] is Truth.WRONG
    assert history.label_probability[row] == 0.5


def test_cases_without_a_recommendation_reach_people(make: Callable[..., World]) -> None:
    world = make()
    come(world, 3, owner="none")
    come(world, 1, prefix="B")
    history = history_of(world)
    assert (len(history), history.unaided_us.size) == (1, 3)
    assert history.texts == ("B000000: Ticket B000000",)


def test_stamp_moves_with_every_part_of_the_history(make: Callable[..., World]) -> None:
    world = make()
    known_at = world.clock.now() + timedelta(hours=3)
    stamps = [reads(world).stamp(world.desk)]

    def changed() -> bool:
        stamps.append(reads(world).stamp(world.desk))
        return stamps[-1] != stamps[-2]

    come(world, truth="north", known_at=known_at.isoformat())
    assert changed()
    world.decide(world.case("T000000"), world.person("ann"), DecisionKind.APPROVE)
    assert changed()
    world.clock.move(hours=4)
    world.work()
    assert changed()
    assert not changed()


def test_desk_without_recommendations_has_an_empty_history(make: Callable[..., World]) -> None:
    history = history_of(make())
    assert (len(history), history.origin) == (0, Origin.REAL)


def test_engine_reads_its_own_history(make: Callable[..., World]) -> None:
    world = make()
    come(world, 2)
    simulating = simulating_of(world.parts)
    assert len(simulating.histories.read(world.desk)) == 2
