"""The list of the live page: everything can be reached, in order of time, and why each waits."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from console.components import live_card, live_slots
from engine.domain.ids import CaseId
from engine.service.live_rows import BrakeRow
from engine.testing.fake_engine import FakeEngine
from tests.browser.conftest import WALL_NOW, ManualClock, data_of, open_page
from tests.browser.live_page import FIRST, cards, first_window, numbers
from tests.browser.watching import words_on
from tests.browser.working import press


@pytest.fixture
def app(fake: FakeEngine, clock: ManualClock) -> AppTest:
    """The page, open for long enough to be read."""
    app = open_page("live")
    clock.advance(2)
    return app


def thirty(fake: FakeEngine) -> None:
    """Thirty windows, a second after each other."""
    first = first_window(fake)
    fake.queries.watched.windows = tuple(
        replace(
            first,
            closes_at=first.closes_at + timedelta(seconds=number),
            action=replace(first.action, case_id=CaseId(UUID(int=number))),
        )
        for number in range(1, 31)
    )


def test_end_of_the_list_says_what_is_below(fake: FakeEngine) -> None:
    thirty(fake)
    app = open_page("live")
    closes_at = fake.queries.live().windows[live_slots.AT_ONCE].closes_at
    assert len(cards(app)) == live_slots.AT_ONCE
    said = f"6 more below, the first at {closes_at:%H:%M:%S}: scroll on"
    assert data_of(app, "live_more") == {"said": said, "listed": live_slots.AT_ONCE}
    assert "run later" not in words_on(app)


def test_reaching_the_end_lists_the_rest(fake: FakeEngine) -> None:
    thirty(fake)
    app = open_page("live")
    app.session_state["live:most"] = 2 * live_slots.AT_ONCE  # what the browser's report leaves
    app.run()
    ids = [card["id"] for card in cards(app)]
    assert ids == [str(row.action.case_id) for row in fake.queries.live().windows]
    assert all(element.key != "live_more" for element in app.get("bidi_component"))


def test_page_counts_what_nobody_has_seen(fake: FakeEngine) -> None:
    (untold,) = [row for row in fake.queries.live().windows if row.noticed_at is None]
    told = "3 in veto windows; 2 run unless stopped; 1 to a person"
    assert told in words_on(open_page("live"))
    early = replace(untold, notice_by=WALL_NOW + timedelta(minutes=5))
    windows = fake.queries.watched.windows
    fake.queries.watched.windows = tuple(early if row == untold else row for row in windows)
    assert "3 in veto windows; 1 unseen so far" in words_on(open_page("live"))
    untold = early
    seen = replace(untold, noticed_at=WALL_NOW, noticed_by="ada")
    watched = fake.queries.watched
    watched.windows = tuple(seen if row == untold else row for row in watched.windows)
    assert "3 in veto windows, all seen" in words_on(open_page("live"))


def test_order_of_time_comes_back_when_asked_for(
    app: AppTest, fake: FakeEngine, clock: ManualClock
) -> None:
    first, *_ = fake.queries.live().windows
    later = replace(first, closes_at=first.closes_at + timedelta(hours=1), extended_by="ben")
    watched = fake.queries.watched
    watched.windows = tuple(later if row == first else row for row in watched.windows)
    app.run()
    assert numbers(app) == [FIRST, "INC0003002", "INC0003003"]
    assert numbers(press(app, "Soonest first")) == ["INC0003002", "INC0003003", FIRST]


def test_why_it_waits_names_the_missing_threshold(fake: FakeEngine) -> None:
    window = first_window(fake)
    (rule,) = window.beyond
    limit = "no threshold holds 5% error yet at once, at least 0.372, for at most 20% error"
    unheld = replace(
        window,
        beyond=(rule._replace(limit=f"{limit} after 10 minutes"),),
        action=replace(window.action, threshold=None, wider_threshold=0.372),
    )
    assert live_card.why_it_waits(unheld) == (
        "Not at once: no confidence is proven to keep errors within 5\u202f% yet; after a window "
        "37\u202f% is enough, and it is sure by 80\u202f%"
    )


def test_what_does_not_run_counts_down_to_nothing(fake: FakeEngine) -> None:
    late, *others = cards(open_page("live"))
    assert (late["state"], late["ends"], late["closes"][:3]) == ("To a person", None, "at ")
    assert all(card["ends"] for card in others)


def test_paused_windows_say_so_and_are_counted(fake: FakeEngine) -> None:
    brake = BrakeRow(
        scope="desk:incidents",
        reason="looks wrong",
        by="ben",
        at=WALL_NOW,
        resume_by="",
        resume_reason="",
    )
    fake.queries.watched.brakes = (brake,)
    app = open_page("live")
    assert "3 in veto windows; none runs; 2 paused; 1 to a person" in words_on(app)
    assert [card["state"] for card in cards(app)] == ["To a person", "Paused", "Paused"]
    assert not any(card["ends"] for card in cards(app))
    assert cards(app)[1]["lines"][1]["text"].startswith("Does not run while the pause holds")
