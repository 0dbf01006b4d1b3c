"""The decision log: search, kinds, one choice with its options."""

from collections.abc import Callable

from engine.errors import StoreUnavailable
from engine.testing.fake_engine import FakeEngine
from tests.browser.conftest import open_page
from tests.browser.watching import pick, picked_table, words_on


def test_full_page_lists_newest_choices_first(fake: FakeEngine) -> None:
    table = picked_table(open_page("decision_log"))
    told = ["Run", "Decided", "Judged by policy", "Recommended"]
    assert list(table["What happened"][:4]) == told
    assert set(table["Reviewed"].dropna()) == {"by a person", "not yet"}


def test_choice_of_a_person_needs_no_review(fake: FakeEngine) -> None:
    table = picked_table(open_page("decision_log"))
    own = table[table["What happened"] == "Decided"]
    assert own["Reviewed"].isna().all()


def test_choice_without_options_counts_none(fake: FakeEngine) -> None:
    table = picked_table(open_page("decision_log"))
    assert table[table["What happened"] == "Run"]["Options"].isna().all()


def test_empty_page_says_no_choice_was_made(make_fake: Callable[..., FakeEngine]) -> None:
    make_fake(0)
    assert open_page("decision_log").info[0].value == "No choice was made yet."


def test_failing_store_is_told_in_words(fake: FakeEngine) -> None:
    fake.queries.failure = StoreUnavailable()
    assert "database is locked" in open_page("decision_log").error[0].value


def test_search_narrows_the_choices(fake: FakeEngine) -> None:
    app = open_page("decision_log")
    app.text_input(key="decision_log:text").set_value("priority_too_urgent").run()
    assert set(picked_table(app)["What happened"]) == {"Judged by policy"}


def test_kind_narrows_the_choices(fake: FakeEngine) -> None:
    app = open_page("decision_log")
    app.selectbox(key="decision_log:kind").set_value("DECIDE").run()
    assert set(picked_table(app)["Decided by"]) == {"person: anna"}


def test_search_without_a_hit_says_so(fake: FakeEngine) -> None:
    app = open_page("decision_log")
    app.text_input(key="decision_log:text").set_value("nowhere").run()
    assert app.info[0].value == "No choice matches this search."


def test_older_choices_come_on_the_next_part(fake: FakeEngine) -> None:
    app = open_page("decision_log")
    app.button(key="decision_log:older").click().run()
    assert len(picked_table(app)) == 46


def test_picked_choice_shows_its_options(fake: FakeEngine) -> None:
    app = open_page("decision_log")
    pick(app, "decision_log", fake.queries.choices(kind="AUTHORIZE").rows[0])
    assert "  Run alone\n  Run unless stopped\n→ Ask a person\n  Refused" in words_on(app)
    assert "grounds: The priority is too urgent: limit 3, seen 2" in words_on(app)
