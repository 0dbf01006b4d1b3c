"""What goes wrong, on the scorecard: counts, meanings, and one click to the cases."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from console.components import failure_cases
from engine.domain.case import Origin
from engine.domain.failure import FailureCode
from engine.service.failure_rows import FailureFilter
from engine.testing.fake_engine import FakeEngine
from tests.browser.conftest import Served, data_of, open_page
from tests.browser.watching import pick, picked_table, texts, words_on

if TYPE_CHECKING:
    from playwright.sync_api import Page

WEEK = FailureFilter(hours=7 * 24)
CHANGED = FailureCode.TARGET_CHANGED


def choose(name: str, value: object) -> AppTest:
    app = open_page("scorecard")
    app.selectbox(key=f"failures:{name}").set_value(value).run()
    return app


def codes_on(app: AppTest) -> list[str]:
    return [row[0]["hint"] for row in data_of(app, "failures")["rows"]]


def test_table_says_what_every_code_means(fake: FakeEngine) -> None:
    rows = texts(data_of(open_page("scorecard"), "failures"))
    counts = fake.queries.failures(WEEK)
    assert [row[:2] for row in rows] == [
        [f"{one.words.title} | {one.words.stage}", str(one.steps)] for one in counts
    ]
    assert rows[0][2:] == [
        "What the action is about no longer is as it was when the decision was made.",
        "Nothing runs; the permit is void and the case goes back to the queue.",
        "Operators",
    ]


def test_chosen_code_shows_its_cases(fake: FakeEngine) -> None:
    app = choose("code", CHANGED.value)
    part = fake.queries.failed_cases(CHANGED, WEEK, limit=25)
    assert list(picked_table(app)["Case"]) == [row.source_id for row in part.rows]
    pick(app, failure_cases.PAGE, part.rows[0])
    said = words_on(app)
    assert part.rows[0].title in said
    assert "Assign group: assigned_group was 'Network'" in said
    assert [one.label for one in app.button if "case" in one.label] == ["Open the case"]


def test_older_cases_are_a_click_away(fake: FakeEngine) -> None:
    app = choose("code", CHANGED.value)
    app.button(key="failed_cases:older").click().run()
    rest = fake.queries.failed_cases(CHANGED, WEEK, cursor="25", limit=25)
    assert list(picked_table(app)["Case"]) == [row.source_id for row in rest.rows]


def test_time_narrows_what_is_counted(fake: FakeEngine) -> None:
    app = open_page("scorecard")
    app.segmented_control(key="failures:period").set_value("24 hours").run()
    expected = fake.queries.failures(FailureFilter(hours=24))
    assert [row[1] for row in texts(data_of(app, "failures"))] == [
        str(one.steps) for one in expected
    ]
    week = fake.queries.failures(WEEK)
    assert sum(one.steps for one in expected) < sum(one.steps for one in week)


@pytest.mark.parametrize(
    ("name", "value", "which"),
    [
        ("stage", "tool", lambda one: one.words.stage == "tool"),
        ("desk", "incidents", lambda one: True),
    ],
    ids=["stage", "desk"],
)
def test_filters_narrow_what_is_shown(
    fake: FakeEngine, name: str, value: str, which: Callable[..., bool]
) -> None:
    expected = [one.code for one in fake.queries.failures(WEEK) if which(one)]
    assert codes_on(choose(name, value)) == expected


def test_desk_without_failures_says_so(fake: FakeEngine) -> None:
    app = choose("desk", "refunds")
    assert "No step failed here in this time." in [info.value for info in app.info]
    app.segmented_control(key="failures:origin").set_value(Origin.SIMULATED).run()
    assert codes_on(app) != []


def test_choice_ends_with_its_rows(fake: FakeEngine) -> None:
    app = choose("code", CHANGED.value)
    app.selectbox(key="failures:stage").set_value("tool").run()
    assert app.selectbox(key="failures:code").value is None
    assert not app.exception


def test_page_without_scores_tells_failures_too(make_fake: Callable[..., FakeEngine]) -> None:
    make_fake(0)
    app = open_page("scorecard")
    assert [info.value for info in app.info] == [
        "Nothing to score yet: no case has been recommended upon.",
        "No step failed here in this time.",
    ]


def test_case_says_what_its_failure_means(fake: FakeEngine) -> None:
    card = next(one for one in fake.cards.values() if one.failure is not None)
    assert card.failure is not None
    app = open_page("case_card")
    app.text_input(key="case:text").set_value(card.row.source_id).run()
    said = [piece["text"] for line in data_of(app, "case_head")["lines"] for piece in line]
    assert said[-2:] == [card.failure.meaning, card.failure.recovery]


# --- in Chromium ---------------------------------------------------------------------------


def test_click_on_a_bar_shows_its_cases(page: "Page", served: Served) -> None:
    served.tell("reset/64")
    served.sign_in(page)
    page.goto(f"{served.url}/scorecard")
    bar = page.locator(".barlayer .point path").first
    bar.wait_for()
    bar.click(force=True)  # plotly lays its own surface over the bars, which takes the click
    page.get_by_text("Pick a row to open its case.").wait_for()
    chosen = page.get_by_role("combobox", name="Cases of").input_value()
    assert chosen.startswith("The target changed before it ran")
