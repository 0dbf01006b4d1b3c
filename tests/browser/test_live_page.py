"""The live page: places that stay, what stops an action or lets it go, feed, gauges and brake."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from console.components import live_slots
from console.components.live_slots import Places
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind, ReasonCode
from engine.errors import Conflict, StoreUnavailable
from engine.service.requests import (
    ClaimCase,
    DecideCase,
    ExtendWindow,
    HoldAction,
    ReleaseClaim,
)
from engine.testing.fake_engine import FakeEngine
from tests.browser.conftest import WALL_NOW, ManualClock, SignedIn, data_of, open_page
from tests.browser.live_page import (
    FIRST,
    arrives,
    cards,
    closed,
    first_window,
    hold_one,
    lines,
    numbers,
)
from tests.browser.watching import words_on
from tests.browser.working import labels, press, sent


@pytest.fixture
def app(fake: FakeEngine, clock: ManualClock) -> AppTest:
    """The page, open for long enough to be read."""
    app = open_page("live")
    clock.advance(2)
    return app


# ---------------------------------------------------------------------------- three states


def test_full_page_lists_the_soonest_first(app: AppTest) -> None:
    assert numbers(app) == [FIRST, "INC0003002", "INC0003003"]
    assert [card["tags"] for card in cards(app)] == [["P2"], ["P1"], ["P3", "42.50 EUR"]]
    assert lines(cards(app)[0]) == [
        "Not at once: sure by 80\u202f%, 87\u202f% needed to run at once, 72\u202f% after a window",
        "Nobody was told in time: it will go to a person (the web hook answered 503)",
        "An undo would: Assign to Group 12, as it is now",
    ]
    assert not app.exception


def test_time_runs_out_by_the_clock_of_the_server(app: AppTest, fake: FakeEngine) -> None:
    window = fake.queries.live().windows[1]
    ends = cards(app)[1]["ends"]
    assert ends["ends_ms"] - ends["begins_ms"] == 600_000
    assert ends["ends_ms"] == window.closes_at.timestamp() * 1000


def test_empty_page_says_why_nothing_waits(make_fake: Callable[..., FakeEngine]) -> None:
    make_fake(0)
    app = open_page("live")
    said = words_on(app)
    assert "No cell is on the loop" in said
    assert data_of(app, "live_feed")["empty"].endswith(
        "Every cell is in Copilot: nothing runs without a person."
    )
    assert data_of(app, "gauges")["empty"].startswith("No cell lets software act alone")
    assert not app.exception


def test_empty_loop_says_what_would_come(fake: FakeEngine) -> None:
    fake.queries.watched.windows = ()
    assert "for 10 min, and then runs unless somebody holds it" in words_on(open_page("live"))


def test_failing_store_keeps_the_page_usable(fake: FakeEngine) -> None:
    fake.queries.failure = StoreUnavailable()
    app = open_page("live")
    assert "try again in a moment" in app.error[0].value
    fake.queries.failure = None
    assert numbers(press(app, "Try again")) == [FIRST, "INC0003002", "INC0003003"]


# ---------------------------------------------------------------------------- hold, more time


def test_one_click_holds_with_the_chosen_reason(app: AppTest, fake: FakeEngine) -> None:
    action = first_window(fake).action
    app.selectbox(key="live:reason").set_value("It looks wrong").run()
    press(app, "Hold")
    assert sent(fake, HoldAction) == [
        HoldAction(case_id=action.case_id, version=action.version, reason="It looks wrong")
    ]


def test_words_go_with_the_hold_and_are_used_up(app: AppTest, fake: FakeEngine) -> None:
    app.text_input(key="live:words").set_value("the group moved").run()
    app = press(app, "Hold")
    assert sent(fake, HoldAction)[0].reason == "I want to look first: the group moved"
    assert app.text_input(key="live:words").value == ""


def test_refused_hold_keeps_the_words(app: AppTest, fake: FakeEngine) -> None:
    app.text_input(key="live:words").set_value("the group moved").run()
    fake.refusals.append(Conflict("It is too late: the case is done."))
    app = press(app, "Hold")
    assert "It is too late" in app.toast[0].value
    assert app.text_input(key="live:words").value == "the group moved"


def test_more_time_is_asked_for_once(app: AppTest, fake: FakeEngine) -> None:
    action = first_window(fake).action
    app = press(app, "More time")
    assert sent(fake, ExtendWindow) == [
        ExtendWindow(case_id=action.case_id, version=action.version)
    ]
    first, *rest = fake.queries.watched.windows
    fake.queries.watched.windows = (replace(first, extended_by="ada"), *rest)
    app.run()
    assert next(one.disabled for one in app.button if one.label == "More time")
    assert "ada gave it more time" in lines(cards(app)[0])[1]


def test_viewer_may_look_and_stop_nothing(fake: FakeEngine, signed_in: SignedIn) -> None:
    signed_in.name = "vera"
    app = open_page("live")
    stopping = [one for one in app.button if one.label.startswith(("Hold", "More", "Pause"))]
    assert [one.disabled for one in stopping] == [True] * 9


# ---------------------------------------------------------------------------- held actions


def test_release_claims_and_approves_that_version(fake: FakeEngine, clock: ManualClock) -> None:
    case_id = hold_one(fake)
    version = fake.cards[case_id].row.version
    app = open_page("live")
    assert lines(cards(app)[-1])[0] == "ben: this group is closed today"
    clock.advance(4)
    press(app, "Release")
    assert sent(fake, ClaimCase) == [ClaimCase(case_id=case_id)]
    (request,) = sent(fake, DecideCase)
    assert (request.case_id, request.version, request.kind) == (
        case_id,
        version,
        DecisionKind.APPROVE,
    )
    assert request.time_to_decide_ms == 4000
    assert request.client_key.endswith(f":{version}")


def test_refused_release_gives_the_case_back(fake: FakeEngine, clock: ManualClock) -> None:
    case_id = hold_one(fake)
    app = open_page("live")
    clock.advance(4)
    fake.touch(case_id)
    app = press(app, "Release")
    assert "you saw version" in app.toast[0].value
    assert [one.case_id for one in sent(fake, ReleaseClaim)] == [case_id]


def test_reject_asks_for_a_reason_first(fake: FakeEngine, clock: ManualClock) -> None:
    case_id = hold_one(fake)
    app = open_page("live")
    clock.advance(4)
    app = press(app, "Reject…")
    app = press(app, "Reject now")
    assert sent(fake, DecideCase) == []
    app.pills[0].set_value(ReasonCode.DUPLICATE).run()
    press(app, "Reject now")
    (request,) = sent(fake, DecideCase)
    assert (request.case_id, request.kind) == (case_id, DecisionKind.REJECT)
    assert request.reason_code is ReasonCode.DUPLICATE


def test_rejection_can_be_left(fake: FakeEngine, clock: ManualClock) -> None:
    hold_one(fake)
    app = press(open_page("live"), "Reject…")
    assert "Reject now" in labels(app)
    assert "Reject now" not in labels(press(app, "Back"))


def test_held_case_of_somebody_else_is_locked(fake: FakeEngine) -> None:
    case_id = hold_one(fake)
    held = fake.queries.watched.held[0]
    fake.queries.watched.held = (replace(held, claimed_by="ben"),)
    app = open_page("live")
    locked = [one.disabled for one in app.button if one.label in ("Release", "Reject…")]
    assert locked == [True, True]
    assert str(case_id) == cards(app)[-1]["id"]


def test_released_case_can_be_taken_back_here(fake: FakeEngine, clock: ManualClock) -> None:
    hold_one(fake)
    app = open_page("live")
    clock.advance(4)
    app = press(app, "Release")
    assert any(label.startswith("Take back") for label in labels(app))


# ---------------------------------------------------------------------------- places


def test_case_keeps_its_place_when_it_ran(app: AppTest, fake: FakeEngine) -> None:
    first = first_window(fake).action.case_id
    closed(fake, first)
    app.run()
    assert numbers(app) == [FIRST, "INC0003002", "INC0003003"]
    assert lines(cards(app)[0]) == ["Done"]
    assert cards(app)[0]["ends"] is None
    assert [label for label in labels(app) if label == "Hold"] == ["Hold", "Hold"]


def test_place_is_given_away_only_later(app: AppTest, fake: FakeEngine, clock: ManualClock) -> None:
    closed(fake, first_window(fake).action.case_id)
    app.run()
    arrives(fake, 7001)
    clock.advance(2)
    app.run()
    assert numbers(app) == [FIRST, "INC0003002", "INC0003003", "INC0007001"]
    arrives(fake, 7002)
    clock.advance(live_slots.REUSED_AFTER_S)
    app.run()
    assert numbers(app) == ["INC0007002", "INC0003002", "INC0003003", "INC0007001"]


def test_click_on_what_just_came_does_nothing(fake: FakeEngine) -> None:
    app = press(open_page("live"), "Hold")
    assert sent(fake, HoldAction) == []
    assert "came there under your click" in app.toast[0].value


def test_held_case_changes_buttons_but_not_its_place(
    app: AppTest, fake: FakeEngine, clock: ManualClock
) -> None:
    case_id = hold_one(fake)
    app.run()
    assert numbers(app)[3] == fake.cards[case_id].row.source_id
    released = fake.cards[case_id]
    row = replace(released.row, status=CaseStatus.CLOSED_NO_ACTION)
    fake.cards[case_id] = replace(released, row=row)
    fake.queries.watched.held = ()
    app.run()
    assert lines(cards(app)[3]) == ["Rejected; nothing was run"]


def test_place_is_free_after_a_while() -> None:
    """At the end of the list nothing stands below that could move."""
    fake = FakeEngine(now=lambda: WALL_NOW, desk_now=WALL_NOW, count=8)
    live = fake.queries.live()
    shown = live_slots.placed((), live, 0.0)
    empty = replace(live, windows=())
    gone = live_slots.placed(shown.slots, empty, 1.0)
    assert [slot.is_gone for slot in gone.slots] == [True, True, True]
    assert live_slots.placed(gone.slots, empty, 60.0) == Places(slots=gone.slots)
    assert live_slots.placed(gone.slots, empty, 62.0) == Places()
