"""What one reasoner has earned lets no other one act alone, however sure that one may be."""

from collections.abc import Callable, Sequence

from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.phase import Phase
from engine.domain.run import RunStep
from engine.domain.run_moves import Finish, Move, WriteAnswered
from engine.reason.brief import Brief
from engine.runtime.runs.reasoners import NO_MODEL
from engine.service.attention_words import note_words
from engine.store.read_history import HistoryReads
from engine.testing.run_scripts import FunctionModel
from engine.testing.stub_desk import stub_envelope, ticket_rows
from engine.testing.world import World
from tests.scenario.stub.running import ask, book, reasoners, with_reasoners
from tests.scenario.stub.test_bounded import HISTORY, calibrated

EARNED = "earned_by_another_reasoner"


def asks_at_once(brief: Brief, steps: Sequence[RunStep]) -> Move:
    """An agent with a confidence of its own."""
    if steps and isinstance(steps[-1].observation, WriteAnswered):
        return Finish(summary="done")
    return ask("north", number=brief.target)


def came_in(world: World, prefix: str, count: int = 1, **fields: str) -> Case:
    """Tickets come in, and everything is done that can be."""
    world.submit(ticket_rows(count, opened_at=world.clock.now(), prefix=prefix, **fields))
    world.work()
    return world.case(f"{prefix}000000")


def broken(world: World, case: Case) -> list[str]:
    made = world.parts.store.reader.recommendation(case)
    assert made
    return [rule.rule for rule in made.actions[0].verdict.broken]


def named(world: World, *reasoners: str) -> None:
    """Two people sign who earned the phase."""
    world.set_envelope(stub_envelope(phase=Phase.BOUNDED, earned_by=reasoners).to_yaml())


def test_nobody_acts_on_the_merit_of_others(make_stub_world: Callable[..., World]) -> None:
    world = calibrated(make_stub_world(phase=Phase.BOUNDED))
    with_reasoners(world, reasoners(FunctionModel(), agent=asks_at_once))
    came_in(world, "B", HISTORY, truth="north")
    world.clock.move(minutes=1)
    world.work()  # forty labels of its own: its confidence means what it says
    before = book(world)
    case = came_in(world, "C")
    assert (case.status, broken(world, case)) == (CaseStatus.PENDING, [EARNED])
    assert case.attention is Attention.OUTSIDE_ENVELOPE
    row = world.engine.queries.card(case.id).row
    assert note_words(row, {}) == "Earned by own, not by agent"
    with_reasoners(world, NO_MODEL)
    assert came_in(world, "D").status is CaseStatus.DONE
    assert book(world) == [*before, ("D000000", "north")]

    named(world, "own", "agent")
    with_reasoners(world, reasoners(FunctionModel(), agent=asks_at_once))
    assert came_in(world, "E").status is CaseStatus.DONE

    named(world, "agent")
    assert came_in(world, "F").status is CaseStatus.DONE
    with_reasoners(world, NO_MODEL)
    case = came_in(world, "G")
    assert (case.status, broken(world, case)) == (CaseStatus.PENDING, [EARNED])

    # A replay knows whose recommendation each was, and whose labels are whose.
    reads = HistoryReads(
        world.parts.database,
        clock=world.clock,
        desk_time=lambda desk: None,
        versions_of=world.engine.signing.versions_of,
    )
    history = reads.read(world.desk)
    assert history.reasoners == ("own", "agent")
    assert sum(history.reasoner == 1) == HISTORY + 3  # C, E and F
    assert [sum(history.resolved.reasoner == code) for code in (0, 1)] == [HISTORY, HISTORY]
