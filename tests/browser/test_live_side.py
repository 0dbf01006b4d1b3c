"""Beside the places of the live page: notices, header, feed, gauges and brake."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from engine.service.live_rows import BrakeRow, WindowRow
from engine.service.requests import PauseScope, ResumeScope, SeeNotices
from engine.testing.fake_engine import FakeEngine
from tests.browser.conftest import ManualClock, SignedIn, data_of, open_app, open_page
from tests.browser.live_page import first_window, numbers
from tests.browser.watching import texts
from tests.browser.working import labels, open_case, press, sent


@pytest.fixture
def app(fake: FakeEngine, clock: ManualClock) -> AppTest:
    """The page, open for long enough to be read."""
    app = open_page("live")
    clock.advance(2)
    return app


# ---------------------------------------------------------------------------- notices


def untold_of(fake: FakeEngine) -> list[WindowRow]:
    return [row for row in fake.queries.live().windows if row.noticed_at is None]


def test_notice_is_given_once_in_the_persons_name(fake: FakeEngine) -> None:
    (untold,) = untold_of(fake)

    def page() -> None:
        from console import session
        from console.components import live_seen

        for row in session.queries().live().windows:
            marks = [spot["id"] for spot in live_seen.spots_of({"card": row})]
            live_seen.tell(marks)
            live_seen.tell(marks)

    AppTest.from_function(page).run()
    request = SeeNotices(case_ids=(untold.action.case_id,))
    assert fake.received == [(request, fake.person_of_session("session-ada"))]


def test_browser_watches_each_untold_card(app: AppTest, fake: FakeEngine) -> None:
    (untold,) = untold_of(fake)
    place = numbers(app).index(untold.action.source_id)
    (spot,) = data_of(app, "live_seen")["spots"]
    assert spot["id"].startswith(str(untold.action.case_id))
    assert spot["at"] == f"st-key-live_card_{place}"


def test_next_window_of_a_case_is_told_anew(app: AppTest, fake: FakeEngine) -> None:
    (untold,) = untold_of(fake)
    (before,) = data_of(app, "live_seen")["spots"]
    again = replace(untold, opened_at=untold.opened_at + timedelta(minutes=1))
    watched = fake.queries.watched
    watched.windows = tuple(again if row == untold else row for row in watched.windows)
    app.run()
    (after,) = data_of(app, "live_seen")["spots"]
    assert (after["at"], after["id"] == before["id"]) == (before["at"], False)


def test_open_case_in_its_window_is_watched_too(fake: FakeEngine) -> None:
    (untold,) = untold_of(fake)
    app = open_case(fake.queries.card(untold.action.case_id).row)
    (spot,) = data_of(app, "window_seen")["spots"]
    assert spot["at"] == "st-key-window"


def test_header_alone_tells_nobody(fake: FakeEngine) -> None:
    app = open_app()
    assert set(data_of(app, "live_chip")) == {"said", "brief", "hint", "ends"}
    assert all(element.key != "live_seen" for element in app.get("bidi_component"))


def test_viewer_is_never_taken_for_told(fake: FakeEngine, signed_in: SignedIn) -> None:
    signed_in.name = "vera"
    app = open_app()
    assert all(element.key != "live_chip" for element in app.get("bidi_component"))
    assert fake.received == []


def test_header_counts_what_runs_unless_stopped(fake: FakeEngine) -> None:
    chip = data_of(open_app(), "live_chip")
    assert chip["said"] == "3 actions run unless stopped, next in"
    assert chip["ends"]["ends_ms"] == first_window(fake).closes_at.timestamp() * 1000


def test_header_says_that_all_of_it_is_paused(fake: FakeEngine) -> None:
    fake.queries.watched.paused = 3
    chip = data_of(open_app(), "live_chip")
    assert (chip["said"], chip["ends"]) == ("3 actions wait, paused", None)


def test_header_is_silent_where_nothing_waits(fake: FakeEngine) -> None:
    fake.queries.watched.windows = ()
    assert all(element.key != "live_chip" for element in open_app().get("bidi_component"))


# ---------------------------------------------------------------------------- the side


def test_feed_tells_what_became_of_each(app: AppTest) -> None:
    feed = data_of(app, "live_feed")["rows"]
    assert len(feed) == 14
    marks = [[mark["text"] for mark in row["marks"]] for row in feed[:6]]
    assert marks == [
        ["✓ verified"],
        ["nobody held it", "✓ verified"],
        ["undone"],
        ["✓ verified", "proved wrong"],
        ["nobody held it", "✓ verified", "proved right"],
        ["not verified"],
    ]
    assert feed[0]["text"].startswith("Assign INC0004001 to ")


def test_drawn_action_is_kept_from_auditors_alone(
    fake: FakeEngine, signed_in: SignedIn, clock: ManualClock
) -> None:
    first, *rest = fake.queries.watched.ran
    fake.queries.watched.ran = (replace(first, awaits_audit=True), *rest)
    row = data_of(open_page("live"), "live_feed")["rows"][0]
    assert (row["text"].startswith("Drawn for audit"), row["marks"]) == (True, [])
    signed_in.name = "ben"
    assert data_of(open_page("live"), "live_feed")["rows"][0]["text"] == first.what


def test_lapse_is_never_called_approved(app: AppTest) -> None:
    feed = str(data_of(app, "live_feed")).lower()
    assert "approv" not in feed


def test_gauges_show_how_much_is_used(app: AppTest) -> None:
    assert texts(data_of(app, "gauges")) == [
        ["Assign group · Incidents / routing", "22 of 60 this hour"],
        ["All of Incidents", "371 of 400 this day | nearly used up"],
        ["All of Incidents", "1,234.00 of 5,000.00 EUR this day"],
    ]


@pytest.mark.parametrize(
    ("label", "scope"),
    [("Pause Incidents", "desk:incidents"), ("Pause everything", "all")],
    ids=["desk", "everything"],
)
def test_one_click_pauses(app: AppTest, fake: FakeEngine, label: str, scope: str) -> None:
    press(app, label)
    assert sent(fake, PauseScope) == [PauseScope(scope=scope, reason="Something looks wrong")]


def test_pause_takes_another_reason(app: AppTest, fake: FakeEngine) -> None:
    app.text_input(key="live:brake:reason").set_value("month end").run()
    press(app, "Pause everything")
    assert sent(fake, PauseScope)[0].reason == "month end"


def brakes(fake: FakeEngine, resume_by: str = "") -> None:
    fake.queries.watched.brakes = (
        BrakeRow(
            scope="all",
            reason="looks wrong",
            by="ben",
            at=fake.now(),
            resume_by=resume_by,
            resume_reason="false alarm" if resume_by else "",
        ),
    )


def said_of_brakes(app: AppTest) -> Sequence[str]:
    return [piece["text"] for piece in data_of(app, "live_brakes_on")["lines"][0]]


def test_brake_says_who_stopped_and_who_asked(fake: FakeEngine) -> None:
    brakes(fake, resume_by="olga")
    assert said_of_brakes(open_page("live")) == [
        "paused: everything",
        "by ben at 09:30 UTC: looks wrong",
        "olga asked to end it (false alarm); it takes one more person.",
    ]


def test_resuming_needs_a_reason(fake: FakeEngine) -> None:
    brakes(fake)
    app = press(open_page("live"), "Resume everything")
    assert sent(fake, ResumeScope) == []
    app.text_input(key="live:brake:why_again").set_value("false alarm").run()
    press(app, "Resume everything")
    assert sent(fake, ResumeScope) == [ResumeScope(scope="all", reason="false alarm")]


def test_first_asker_cannot_ask_again(fake: FakeEngine) -> None:
    brakes(fake, resume_by="ada")
    app = open_page("live")
    assert [one.disabled for one in app.button if one.label == "Resume everything"] == [True]


def test_one_desk_can_be_looked_at_alone(app: AppTest, fake: FakeEngine) -> None:
    app.selectbox(key="live:desk").set_value("refunds").run()
    assert [label for label in labels(app) if label.startswith("Pause")] == [
        "Pause Refunds",
        "Pause everything",
    ]


def test_what_ran_on_another_day_bears_its_date(fake: FakeEngine) -> None:
    watched = fake.queries.watched
    now = fake.now()
    old = replace(watched.ran[0], at=now - timedelta(days=3))
    watched.ran = (replace(watched.ran[0], at=now), old)
    today, before = data_of(open_page("live"), "live_feed")["rows"]
    assert today["head"] == f"{now:%H:%M:%S}"
    assert before["head"] == f"{old.at:%Y-%m-%d %H:%M}"
