"""The scorecard: correctness and agreement apart, real and simulated apart, gaps in words."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from console.components.score_table import cases_words
from engine.errors import StoreUnavailable
from engine.testing import fake_rows_limits as limits
from engine.testing.fake_engine import FakeEngine
from tests.browser.conftest import data_of, open_page
from tests.browser.watching import texts, words_on

ROUTING = "Assign group · Incidents / routing"
NOTES = "Add work note · Incidents / routing"


def figures(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def choose(title: str) -> AppTest:
    app = open_page("scorecard")
    app.selectbox(key="scorecard:cell").set_value(title).run()
    return app


def test_real_and_simulated_stay_rows_apart(fake: FakeEngine) -> None:
    rows = texts(data_of(open_page("scorecard"), "scores"))
    assert [row[:3] for row in rows] == [
        [f"{ROUTING} | precedent", "real", "2,904"],
        [f"{ROUTING} | precedent", "simulated", "500"],
        [f"{NOTES} | precedent", "real", "17"],
    ]
    assert rows[0][6:] == [
        "75.7\u202f% | n\u00a02,860",
        "9.0\u202f% | n\u00a01,189",
        "77.2\u202f% | n\u00a0364",
    ]


def test_chosen_cell_shows_every_measure(fake: FakeEngine) -> None:
    app = open_page("scorecard")
    assert figures(app) == {
        "Recommendations confirmed": "75.7\u202f%",
        "Wrong when executed alone": "9.0\u202f%",
        "Effects verified": "99.8\u202f%",
        "Approved as recommended": "77.2\u202f%",
    }
    said = words_on(app)
    assert "107 of 1,189, 95\u202f% interval 7.4\u202f% to 10.8\u202f%" in said
    assert "(ECE) 0.021, Brier score 0.148" in said
    assert "median time to decide 38 s" in said


def test_simulated_cell_is_marked_as_such(fake: FakeEngine) -> None:
    app = choose(f"{ROUTING}, precedent (simulated data)")
    assert app.warning[0].value.startswith("Simulated data:")
    assert figures(app)["Recommendations confirmed"] == "82.0\u202f%"


def test_real_cell_bears_no_simulated_mark(fake: FakeEngine) -> None:
    assert list(open_page("scorecard").warning) == []


def test_cell_without_truth_says_what_is_missing(fake: FakeEngine) -> None:
    app = choose(f"{NOTES}, precedent (real data)")
    assert set(figures(app).values()) == {"–"}
    said = words_on(app)
    assert "No truth is known yet for a recommendation of this cell." in said
    assert "Nothing that ran without a person has met its truth yet." in said
    assert "No effect has been read back yet." in said
    assert "Nobody has approved, overridden or rejected a case of this cell yet." in said
    assert "No diagram yet" in app.info[0].value


def test_bins_carry_count_and_interval(fake: FakeEngine) -> None:
    rows = texts(data_of(open_page("scorecard"), "reliability"))
    assert rows[-1] == ["95.0\u202f%", "94.4\u202f%", "93.0\u202f% to 95.9\u202f%", "948"]


def test_empty_page_says_nothing_is_scored(make_fake: Callable[..., FakeEngine]) -> None:
    make_fake(0)
    app = open_page("scorecard")
    assert app.info[0].value == "Nothing to score yet: no case has been recommended upon."
    assert not app.exception


def test_failing_store_is_told_in_words(fake: FakeEngine) -> None:
    fake.queries.failure = StoreUnavailable()
    assert "database is locked" in open_page("scorecard").error[0].value


def test_cases_that_are_not_counted_are_explained(fake: FakeEngine) -> None:
    (desk, _) = fake.queries.desks()
    said = cases_words(limits.scores(), [replace(desk, cases=3500)])
    assert said.startswith("3,421 of the 3,500 cases that came in have a recommendation")
    assert "the other 79 were resolved elsewhere first" in said
    whole = cases_words(limits.scores(), [replace(desk, cases=3421)])
    assert whole == "Every case that came in has a recommendation and is counted here."


def test_case_types_head_their_cells(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = limits.scores()
    empty = replace(first, cell="incidents/closing/x", cases=0, executed_alone=0)
    scores = (
        first,
        second,
        replace(third, reasoner="agent"),
        replace(first, cell="incidents/closing/close_it", cases=1, executed_by_decision=23),
        replace(empty, executed_by_decision=0),
        replace(empty, cell="incidents/closing/refund", executed_by_decision=10, reasoner=""),
    )
    monkeypatch.setattr(fake.queries, "scores", lambda: scores)
    app = open_page("scorecard")
    rows = texts(data_of(app, "scores"))
    assert [row[0] for row in rows] == [
        "Incidents: Routing",
        *("Assign group | precedent", "Assign group | precedent", "Add work note | agent"),
        "Incidents: Closing",
        *("Close it | precedent", "Refund | no recommendation"),
    ]
    said = words_on(app)
    assert "executions count every step of a plan in the cell of that step" in said
    assert "1 cell with nothing counted yet left out." in said
