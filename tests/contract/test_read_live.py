"""What the live page reads, on both databases: windows, held actions, what ran, budgets, brakes."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.domain.actor import Role
from engine.domain.case import Case
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.effect import EffectStatus
from engine.domain.grant import GrantBasis
from engine.domain.outcome import OutcomeKind
from engine.domain.phase import Phase
from engine.govern.limits import HandSetThreshold, Wider
from engine.service.live_rows import AheadRow, LiveCell
from engine.service.requests import (
    ClaimCase,
    ExtendWindow,
    HoldAction,
    PauseScope,
    ResumeScope,
    UndoEffect,
)
from engine.store import read_live
from engine.testing.stub_desk import CASE_TYPE
from engine.testing.world import World
from tests.contract.live_world import WINDOW_S, lapse, loop_world, tell, window_of
from tests.contract.read_model_world import CELL, labelled, queries_of, stub_world, submit

Maker = Callable[..., World]
HALF = timedelta(seconds=WINDOW_S / 2)
CLOSE: Any = pytest.approx


@pytest.fixture
def make(tmp_path: Path, database_url: str) -> Iterator[Maker]:
    made: list[World] = []

    def new(**options: Any) -> World:
        made.append(loop_world(tmp_path, database_url, **options))
        return made[-1]

    yield new
    for world in made:
        world.close()


# --- windows -----------------------------------------------------------------------------


def test_window_tells_why_it_waits(make: Maker) -> None:
    world = make()
    case = window_of(world)
    (window,) = queries_of(world).live().windows
    now = world.clock.now()
    assert window.action.case_id == case.id
    assert window.action.version == case.version
    assert window.action.proposal == "Assign to north"
    assert (window.action.cell, window.action.phase) == (CELL, Phase.ON_THE_LOOP)
    assert window.action.confidence == CLOSE(0.958, abs=5e-4)
    assert (window.action.threshold, window.action.wider_threshold) == (0.99, 0.5)
    assert window.action.undo == "Assign L000000 to nobody"
    assert window.action.amount is None
    assert [(rule.rule, rule.seen) for rule in window.beyond] == [
        ("confidence_below_threshold", "0.958")
    ]
    assert (window.opened_at, window.closes_at) == (now, now + 2 * HALF)
    assert window.notice_by == now + HALF
    assert (window.noticed_at, window.noticed_by, window.extended_by) == (None, "", "")
    assert queries_of(world).window(case.id) == window


def test_notice_and_more_time_are_told(make: Maker) -> None:
    world = make()
    case = window_of(world)
    opened = world.clock.now()
    world.clock.move(seconds=2)
    tell(world, case.id)
    ann = world.person("ann")
    world.execute(ExtendWindow(case_id=case.id, version=case.version), ann)
    (window,) = queries_of(world).live().windows
    assert (window.noticed_by, window.noticed_at) == ("ann", opened + timedelta(seconds=2))
    assert window.extended_by == "ann"
    assert window.closes_at == opened + 4 * HALF
    assert window.notice_by == opened + 2 * HALF


def test_soonest_window_comes_first(make: Maker) -> None:
    world = make()
    first = window_of(world, "A")
    world.clock.move(seconds=1)
    second = window_of(world, "B")
    world.execute(ExtendWindow(case_id=first.id, version=first.version), world.person("ann"))
    listed = [window.action.case_id for window in queries_of(world).live().windows]
    assert listed == [second.id, first.id]


def test_line_above_pages_counts_what_is_ahead(make: Maker) -> None:
    world = make()
    assert queries_of(world).ahead() == AheadRow(count=0, next_at=None, paused=0)
    first = window_of(world, "A")
    closes_at = world.clock.now() + 2 * HALF
    world.clock.move(seconds=1)
    window_of(world, "B")
    tell(world, first.id)
    expected = AheadRow(count=2, next_at=closes_at, paused=0)
    assert queries_of(world).ahead() == queries_of(world).ahead("stub") == expected
    assert queries_of(world).ahead("elsewhere").count == 0


def test_line_above_pages_leaves_out_what_is_paused(make: Maker) -> None:
    world = make()
    window_of(world)
    world.execute(PauseScope(scope=f"cell:{CELL}", reason="drill"), world.person("ann"))
    assert queries_of(world).ahead() == AheadRow(count=0, next_at=None, paused=1)


def test_line_above_pages_leaves_out_what_nobody_saw(make: Maker) -> None:
    world = make()
    seen = window_of(world, "A")
    tell(world, seen.id)
    closes_at = world.clock.now() + 2 * HALF
    window_of(world, "B")
    world.clock.move(seconds=HALF.total_seconds() + 1)
    assert queries_of(world).ahead() == AheadRow(count=1, next_at=closes_at, paused=0)


def test_longest_list_says_how_much_closes_later(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_live, "MOST_WINDOWS", 2)
    world = make()
    submit(world, 3, "L")
    row = queries_of(world).live()
    assert (len(row.windows), row.later) == (2, 1)


def test_desk_without_cases_shows_nothing(make: Maker) -> None:
    world = make()
    window_of(world)
    row = queries_of(world).live("elsewhere")
    assert (row.windows, row.held, row.ran, row.gauges, row.cells) == ((), (), (), (), ())


MONEY = """\
desk: stub
limits:
  phase: ON_THE_LOOP
  threshold: {{kind: hand_set, min_confidence: 0.5}}
cells:
- case_type: ticket
  action: grant_credit
  {limits}
"""


def credit(world: World, limits: str) -> Case:
    """A case whose recommendation moves 40 euros, under these limits."""
    world.set_envelope(MONEY.format(limits=limits))
    submit(world, 1, "M", amount="4000")
    return world.case("M000000")


def test_window_tells_how_much_money_moves(make: Maker) -> None:
    world = make()
    limits = "amount_cap: 1000\n  on_the_loop: {amount_cap: 5000, veto_minutes: 10}"
    credit(world, limits)
    (window,) = queries_of(world).live().windows
    assert str(window.action.amount) == "40.00 EUR"
    assert [(rule.rule, rule.seen) for rule in window.beyond] == [("amount_over_cap", "40.00 EUR")]
    assert window.action.undo == "Credit 0.00 EUR"


def test_words_say_who_of_two_approves(make: Maker) -> None:
    world = make()
    case = credit(world, "second_person_above: 3000")
    words = queries_of(world).card(case.id).words
    assert words.approving.startswith(
        "Your approval is the first of two; “Grant a credit” on M000000 runs when a second "
        "person agrees"
    )
    world.decide(case, world.person("ann"), DecisionKind.APPROVE)
    card = queries_of(world).card(case.id)
    assert card.row.status is CaseStatus.SECOND_PENDING
    assert card.words.can_approve
    assert card.words.approving.startswith(
        "You are the second of two people: runs “Grant a credit” on M000000: Credit 40.00 EUR."
    )


# --- held --------------------------------------------------------------------------------


def test_held_action_can_be_released(make: Maker) -> None:
    world = make()
    case = window_of(world)
    ann, ben = world.person("ann"), world.person("ben")
    world.execute(
        HoldAction(case_id=case.id, version=case.version, reason="north is off today"), ann
    )
    row = queries_of(world).live()
    assert row.windows == ()
    (held,) = row.held
    assert held.note == "ann: north is off today"
    assert held.words.can_approve
    assert held.words.approving.startswith(
        "Releases it: runs “Assign a ticket” on L000000: Assign to north."
    )
    assert (held.claimed_by, held.role) == ("", "")
    world.execute(ClaimCase(case_id=case.id), ben)
    assert queries_of(world).live().held[0].claimed_by == "ben"
    world.decide(world.case("L000000"), ben, DecisionKind.APPROVE)
    assert queries_of(world).live().held == ()


def test_pause_keeps_a_held_action_back(make: Maker) -> None:
    world = make()
    case = window_of(world)
    ann = world.person("ann")
    world.execute(HoldAction(case_id=case.id, version=case.version, reason="let me look"), ann)
    world.execute(PauseScope(scope="desk:stub", reason="month end"), ann)
    (held,) = queries_of(world).live().held
    assert not held.words.can_approve
    assert "month end" in held.words.why_not


# --- what ran ----------------------------------------------------------------------------


def test_feed_tells_what_let_it_run(make: Maker) -> None:
    world = make(min_confidence=0.5)
    submit(world, 1, "V")
    (row,) = queries_of(world).live().ran
    assert (row.source_id, row.what) == ("V000000", "Assign V000000 to north")
    assert (row.basis, row.status) == (GrantBasis.VERDICT, EffectStatus.SUCCEEDED)
    assert row.is_correct
    assert row.can_undo
    assert not row.is_undone
    assert row.truth is None
    assert row.at == world.clock.now()


def test_lapsed_window_is_told_apart(make: Maker) -> None:
    world = make()
    case = window_of(world)
    tell(world, case.id)
    lapse(world)
    assert world.case("L000000").status is CaseStatus.DONE
    row = queries_of(world).live()
    assert row.windows == ()
    assert [ran.basis for ran in row.ran] == [GrantBasis.VETO_LAPSE]


def test_untold_window_never_shows_as_run(make: Maker) -> None:
    world = make()
    window_of(world)
    lapse(world)
    assert world.case("L000000").status is CaseStatus.PENDING
    row = queries_of(world).live()
    assert (row.windows, row.ran) == ((), ())


def test_approved_action_is_not_in_the_feed(make: Maker) -> None:
    world = make(phase=Phase.COPILOT, on_the_loop=None)
    submit(world, 1, "C")
    world.decide(world.case("C000000"), world.person("ann"), DecisionKind.APPROVE)
    world.clock.move(seconds=9)
    world.work()
    assert world.case("C000000").status is CaseStatus.DONE
    assert queries_of(world).live().ran == ()


def test_undone_action_says_so(make: Maker) -> None:
    world = make(min_confidence=0.5)
    submit(world, 1, "V")
    case = world.case("V000000")
    request = UndoEffect(case_id=case.id, version=case.version, reason="wrong owner")
    world.execute(request, world.person("ann"))
    world.work()
    (row,) = queries_of(world).live().ran
    assert row.is_undone
    assert not row.can_undo


def test_later_truth_stands_beside_what_ran(make: Maker) -> None:
    world = make(min_confidence=0.5)
    labelled(world, {"W": "south", "R": "north"})
    told = {row.source_id: row.truth for row in queries_of(world).live().ran}
    assert told == {"R000000": OutcomeKind.CORRECT, "W000000": OutcomeKind.WRONG}


def test_newest_action_comes_first(make: Maker) -> None:
    world = make(min_confidence=0.5)
    submit(world, 3, "V")
    listed = [row.source_id for row in queries_of(world).live("stub").ran]
    assert listed == ["V000002", "V000001", "V000000"]


# --- budgets, brakes, cells --------------------------------------------------------------


def test_budget_counts_what_ran(make: Maker) -> None:
    world = make(min_confidence=0.5, executions_per_hour=60)
    submit(world, 2, "V")
    (gauge,) = queries_of(world).live().gauges
    assert gauge.scope == f"cell:{CELL}"
    assert (gauge.budget.executions_used, gauge.budget.executions) == (2, 60)


def test_copilot_cell_has_no_gauge(tmp_path: Path, database_url: str) -> None:
    world = stub_world(tmp_path, database_url)
    row = queries_of(world).live()
    assert row.gauges == ()
    assert row.cells == (LiveCell(cell=CELL, phase=Phase.COPILOT, veto_minutes=None),)
    world.close()


def test_brake_tells_who_asked_to_release_it(make: Maker) -> None:
    world = make()
    ann, sue = world.person("ann"), world.person("sue", Role.SENIOR_OPERATOR)
    world.execute(PauseScope(scope="all", reason="looks wrong"), ann)
    world.execute(ResumeScope(scope="all", reason="it was a false alarm"), sue)
    (brake,) = queries_of(world).live().brakes
    assert (brake.scope, brake.by, brake.reason) == ("all", "ann", "looks wrong")
    assert (brake.resume_by, brake.resume_reason) == ("sue", "it was a false alarm")


def test_cells_tell_how_long_people_can_hold(make: Maker) -> None:
    wider = Wider(threshold=HandSetThreshold(min_confidence=0.4), veto_minutes=15)
    (cell,) = queries_of(make(on_the_loop=wider)).live().cells
    assert (cell.phase, cell.veto_minutes) == (Phase.ON_THE_LOOP, 15)
    assert CASE_TYPE in cell.cell


# --- version -----------------------------------------------------------------------------


def test_version_stays_while_nothing_happens(make: Maker) -> None:
    world = make()
    window_of(world)
    queries = queries_of(world)
    assert queries.live_version() == queries.live_version() == queries.live().version
    assert queries.live_version("stub") != queries.live_version("elsewhere")


def test_version_moves_with_everything_shown(make: Maker) -> None:
    world = make()
    queries = queries_of(world)
    ann, sue = world.person("ann"), world.person("sue", Role.SENIOR_OPERATOR)
    seen = [queries.live_version()]

    def moved() -> bool:
        seen.append(queries.live_version())
        return seen[-1] not in seen[:-1]

    case = window_of(world)
    assert moved()
    tell(world, case.id)
    assert moved()
    world.execute(ExtendWindow(case_id=case.id, version=case.version), ann)
    assert moved()
    later = world.case("L000000")
    world.execute(HoldAction(case_id=case.id, version=later.version, reason="wait"), ann)
    assert moved()
    world.execute(ClaimCase(case_id=case.id), ann)
    assert moved()
    world.execute(PauseScope(scope="all", reason="stop"), ann)
    assert moved()
    world.execute(ResumeScope(scope="all", reason="go"), sue)
    assert moved()
    world.clock.move(minutes=15)
    assert moved()
