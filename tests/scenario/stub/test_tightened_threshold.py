"""A rolling threshold belongs to the risk limit it was chosen for, for the engine and the pages."""

from collections.abc import Callable

import pytest

from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.phase import Phase
from engine.govern.limits import RollingThreshold, Wider
from engine.service.rows import CellRow, WiderRow
from engine.testing.stub_desk import DESK, stub_envelope, ticket_rows
from engine.testing.world import World
from tests.scenario.stub.test_bounded import book
from tests.scenario.stub.test_on_the_loop import LOOP, MINUTES, lapse, told

LEARNED = 60


def rolling(*, usual: float = 0.01, wider: float) -> str:
    """On the loop: almost nothing at once, what holds `wider` after a window."""
    document = stub_envelope(
        **LOOP
        | {
            "on_the_loop": Wider(
                threshold=RollingThreshold(risk_limit=wider), veto_minutes=float(MINUTES)
            )
        }
    )
    (cell,) = document.cells
    changed = cell.model_copy(update={"threshold": RollingThreshold(risk_limit=usual)})
    return document.model_copy(update={"cells": (changed,)}).to_yaml()


@pytest.fixture
def world(make_stub_world: Callable[..., World]) -> World:
    """A desk that knows 60 right answers, and asks for at most 20 % error after a window."""
    world = make_stub_world(take_back_s=8.0, phase=Phase.COPILOT)
    at = world.clock.now()
    world.submit(ticket_rows(LEARNED, opened_at=at, prefix="H", truth="north"))
    world.work()
    world.clock.move(days=2)
    world.work()
    world.set_envelope(rolling(wider=0.2))
    return world


def row(world: World) -> CellRow:
    (found,) = world.engine.queries.cells(DESK)
    return found


def wider_row(world: World) -> WiderRow:
    found = row(world).wider
    assert found
    return found


def test_a_window_never_lapses_on_an_older_limit(world: World) -> None:
    told(world)
    world.set_envelope(rolling(wider=0.1))
    case = lapse(world)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.ENVELOPE_CHANGED)
    assert book(world) == []


def test_a_window_lapses_where_the_limit_is_looser(world: World) -> None:
    told(world)
    world.set_envelope(rolling(wider=0.3))
    assert lapse(world).status is CaseStatus.DONE


def test_a_page_shows_no_threshold_of_another_limit(world: World) -> None:
    assert (row(world).is_chosen, wider_row(world).is_chosen) == (False, False)
    told(world)
    before = wider_row(world)
    assert (before.is_chosen, before.risk_limit, before.veto_minutes) == (True, 0.2, MINUTES)
    assert 0 < (before.threshold or 0) <= 1
    assert (row(world).is_chosen, row(world).threshold) == (True, None)
    world.set_envelope(rolling(wider=0.1))
    after = wider_row(world)
    assert (after.is_chosen, after.threshold, after.cut) == (False, None, None)
    assert row(world).is_chosen
    world.submit(ticket_rows(1, opened_at=world.clock.now(), prefix="N"))
    world.work()
    assert wider_row(world).is_chosen
