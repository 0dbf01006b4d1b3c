"""Simulation through the engine's door: beside the documents in force, kept with a version."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from engine.bootstrap import simulating_of
from engine.domain.actor import Role
from engine.domain.phase import Phase
from engine.domain.policy import PolicyKind
from engine.errors import ConfigError, InvalidRequest, NotFound
from engine.service.requests import ProposeVersion, SaveDraft, SimulateDraft
from engine.service.simulating import LocalSimulating, simulation_of
from engine.service.simulation_rows import AskSimulation, SimulationRow, TeamGiven
from engine.testing.stub_desk import DESK, stub_desk, stub_envelope, ticket_rows
from engine.testing.world import World, make_world

ENVELOPE, GUARDRAILS, GOALS = PolicyKind
FORBID = """\
desk: stub
guardrails:
- {name: never, why: because, never: true}
"""


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    """A stub desk in COPILOT with forty calibrating cases and ten after them."""

    def desks(folder: Path, clock: object) -> dict[str, Any]:
        return {DESK: stub_desk(folder / "tickets.db", envelope=stub_envelope())}

    made = make_world(tmp_path, desks, database_url=database_url)
    come(made, 40, prefix="H", truth="north")
    made.clock.move(minutes=1)
    made.work()
    come(made, 6, prefix="A", confidence="0.9")
    come(made, 4, prefix="B", confidence="0.4")
    yield made
    made.close()


def come(world: World, count: int, **fields: str) -> None:
    world.submit(ticket_rows(count, opened_at=world.clock.now(), **fields))
    world.work()


def bounded(min_confidence: float = 0.5, **limits: Any) -> str:
    fields: dict[str, Any] = {"phase": Phase.BOUNDED, "min_confidence": min_confidence}
    return stub_envelope(**fields | limits).to_yaml()


def ask(document: str, kind: PolicyKind = ENVELOPE, **how: Any) -> AskSimulation:
    return AskSimulation(desk=DESK, kind=kind, document=document, **how)


def simulate(world: World, document: str, kind: PolicyKind = ENVELOPE, **how: Any) -> SimulationRow:
    return world.engine.simulate(ask(document, kind, **how))


def test_draft_envelope_is_replayed_beside_the_active_one(world: World) -> None:
    row = simulate(world, bounded())
    assert (row.total.decisions, row.total.now.alone) == (50, 0)
    # Forty came before confidences were calibrated, four of ten are too unsure.
    assert (row.total.draft.alone, row.total.to_alone) == (6, 6)
    assert {flip.text[:1] for flip in row.flips} == {"A"}
    assert row.sentences[0].startswith("Of 50 decisions 6 would run alone")


def test_other_documents_are_taken_as_active(world: World) -> None:
    world.set_envelope(bounded())
    row = simulate(world, FORBID, GUARDRAILS)
    assert (row.total.now.alone, row.total.draft.alone, row.total.draft.denied) == (6, 0, 50)
    goals = "desk: stub\ngoal: Be right.\nmeasures: [{kind: correctness, target: 0.9}]\n"
    (measure,) = simulate(world, goals, GOALS).measures
    assert (measure.kind, measure.target) == ("correctness", 0.9)


def test_people_are_those_that_were_given(world: World) -> None:
    given = TeamGiven(people=3, opens="07:30", closes="16:00", minutes_per_case=11)
    team = simulate(world, bounded(), team=given).team
    assert (team.people, team.minutes_per_case) == (3, 11)
    assert team.hours == "mon, tue, wed, thu, fri 07:30 to 16:00 UTC"
    weekend = simulate(world, bounded(), team=TeamGiven(works_weekends=True)).team
    assert weekend.hours == "mon, tue, wed, thu, fri, sat, sun 08:00 to 18:00 UTC"


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (ask("desk: stub\n"), ConfigError),
        (ask(bounded().replace("desk: stub", "desk: other")), ConfigError),
        (ask(bounded().replace("assign_owner", "asign_owner")), ConfigError),
        (AskSimulation(desk="nowhere", kind=ENVELOPE, document=bounded()), NotFound),
        (ask(bounded(), team=TeamGiven(opens="8 o'clock")), InvalidRequest),
        (ask(bounded(), team=TeamGiven(opens="18:00", closes="18:00")), InvalidRequest),
        (ask(bounded(), team=TeamGiven(people=0)), InvalidRequest),
        (ask(bounded(), team=TeamGiven(people=10**9)), InvalidRequest),
        (ask(bounded(), days=0), InvalidRequest),
        (ask(bounded(), future_days=1000), InvalidRequest),
    ],
    ids=[
        "not whole",
        "other desk",
        "other action",
        "no desk",
        "no time",
        "never there",
        "nobody",
        "too many",
        "no days",
        "too far",
    ],
)
def test_what_cannot_be_simulated_is_refused(
    world: World, asked: AskSimulation, error: type[Exception]
) -> None:
    with pytest.raises(error):
        world.engine.simulate(asked)


def test_a_row_survives_json(world: World) -> None:
    row, form = simulate(world, bounded()), TypeAdapter(SimulationRow)
    assert form.validate_json(form.dump_json(row)) == row


# --- the history that is kept ------------------------------------------------------------------


def test_history_is_read_again_when_it_has_changed(world: World) -> None:
    assert simulate(world, bounded()).history == 50
    come(world, 2, prefix="C")
    assert simulate(world, bounded()).history == 52


def test_fresh_history_is_used_as_it_was_read(world: World) -> None:
    simulating = simulating_of(world.parts, fresh_for=timedelta(minutes=1))
    assert simulating.simulate(ask(bounded())).history == 50
    come(world, 2, prefix="C")
    assert simulating.simulate(ask(bounded())).history == 50
    world.clock.move(minutes=2)
    assert simulating.simulate(ask(bounded())).history == 52


def test_unchanged_history_is_read_once(world: World) -> None:
    counting = CountingHistories(simulating_of(world.parts).histories)
    simulating = LocalSimulating(
        histories=counting,
        reader=world.parts.store.reader,
        clock=world.clock,
        desks=world.parts.desks,
    )
    for confidence in (0.5, 0.6, 0.95):
        simulating.simulate(ask(bounded(confidence)))
    assert counting.reads == 1


class CountingHistories:
    """Counts how often a history is read whole."""

    def __init__(self, histories: Any) -> None:
        self._histories = histories
        self.reads = 0

    def stamp(self, desk: Any) -> str:
        return self._histories.stamp(desk)  # type: ignore[no-any-return]  # it is Any

    def read(self, desk: Any) -> Any:
        self.reads += 1
        return self._histories.read(desk)


# --- with a version ----------------------------------------------------------------------------


def owner(world: World) -> Any:
    return world.person("olivia", Role.PRODUCT_OWNER)


def kept(world: World) -> Any:
    return world.engine.queries.versions(DESK, ENVELOPE)[0].simulation


def test_a_simulated_draft_keeps_its_figures(world: World) -> None:
    draft = SaveDraft(kind=ENVELOPE, desk=DESK, document=bounded(), note="try")
    version = world.execute(draft, owner(world)).version
    assert kept(world) is None
    request = SimulateDraft(kind=ENVELOPE, desk=DESK, version=version or 0)
    world.execute(request, owner(world))
    said = kept(world)
    assert (said["total"]["decisions"], said["total"]["alone"]) == (50, 6)
    assert list(said["cells"]) == ["stub/ticket/assign_owner"]
    assert said["limits"][0].startswith("This replays what was recommended.")
    assert "T000" not in str(said)


def test_a_proposal_carries_what_history_says(world: World) -> None:
    request = ProposeVersion(kind=ENVELOPE, desk=DESK, document=bounded(1.0), note="try", over=0)
    world.execute(request, owner(world))
    assert kept(world)["total"]["alone"] == 0


def test_no_history_keeps_nobody_from_proposing(tmp_path: Path) -> None:
    def desks(folder: Path, clock: object) -> dict[str, Any]:
        return {DESK: stub_desk(folder / "tickets.db", envelope=stub_envelope())}

    world = make_world(tmp_path, desks)
    try:
        request = ProposeVersion(kind=ENVELOPE, desk=DESK, document=bounded(), note="try", over=0)
        world.execute(request, owner(world))
        assert kept(world) is None
    finally:
        world.close()


@pytest.mark.parametrize(
    ("error", "said"),
    [(NotFound("nobody there"), "nobody there"), (ZeroDivisionError(), "The simulation failed")],
    ids=["engine error", "fault"],
)
def test_failing_simulation_keeps_nobody_from_proposing(error: Exception, said: str) -> None:
    class Failing:
        def simulate(self, asked: AskSimulation) -> SimulationRow:
            raise error

    document = stub_envelope()
    assert simulation_of(Failing(), DESK, ENVELOPE, document)["unavailable"].startswith(said)
