"""The traces page: list, search, parts, one run, and nothing from a case as markup."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from engine.errors import StoreUnavailable
from engine.testing.fake_engine import FakeEngine
from tests.browser.conftest import open_page
from tests.browser.watching import pick, picked_table, words_on


def open_run(named: str) -> AppTest:
    app = open_page("traces")
    app.query_params["case"] = named
    return app.run()


def test_full_page_lists_newest_runs_first(fake: FakeEngine) -> None:
    app = open_page("traces")
    table = picked_table(app)
    assert list(table["Source id"][:2]) == ["INC0001064", "INC0001063"]
    assert len(table) == 50
    assert not app.exception


def test_empty_page_says_what_to_do(make_fake: Callable[..., FakeEngine]) -> None:
    make_fake(0)
    app = open_page("traces")
    assert app.info[0].value == "No run yet: submit a case first."


def test_failing_store_is_told_in_words(fake: FakeEngine) -> None:
    fake.queries.failure = StoreUnavailable()
    app = open_page("traces")
    assert "database is locked" in app.error[0].value
    assert [button.label for button in app.button] == ["Try again"]


def test_search_narrows_the_list(fake: FakeEngine) -> None:
    app = open_page("traces")
    app.text_input(key="traces:text").set_value("INC0001042").run()
    assert list(picked_table(app)["Source id"]) == ["INC0001042"]


def test_search_without_a_hit_says_so(fake: FakeEngine) -> None:
    app = open_page("traces")
    app.text_input(key="traces:text").set_value("zebra").run()
    assert app.info[0].value == "No run matches this search."


def test_older_and_newer_turn_the_pages(fake: FakeEngine) -> None:
    app = open_page("traces")
    app.button(key="traces:older").click().run()
    assert picked_table(app)["Source id"][0] == "INC0001014"
    app.button(key="traces:newer").click().run()
    assert picked_table(app)["Source id"][0] == "INC0001064"
    assert app.button(key="traces:newer").disabled


def test_new_search_begins_at_the_first_page(fake: FakeEngine) -> None:
    app = open_page("traces")
    app.button(key="traces:older").click().run()
    app.text_input(key="traces:text").set_value("INC000105").run()
    assert picked_table(app)["Source id"][0] == "INC0001059"


def test_picking_a_row_opens_its_run(fake: FakeEngine) -> None:
    app = open_page("traces")
    row = fake.queries.traces(text="INC0001042").rows[0]
    pick(app, "traces", row)
    assert app.title[0].value.startswith("INC0001042")
    assert app.query_params["case"] == str(row.case_id)
    app.button(key="traces:back").click().run()
    assert app.title[0].value == "Traces"


def test_address_opens_run_by_source_id(fake: FakeEngine) -> None:
    app = open_run("INC0001002")
    assert app.title[0].value.startswith("INC0001002")
    assert (
        "Who decided what happened next: the code 6 times, a model once, a person once and "
        "policy once. 1 of 9 steps ended in an error." in words_on(app)
    )


def test_unknown_run_in_address_is_said(fake: FakeEngine) -> None:
    app = open_run("<b>nothing</b>")
    assert app.warning[0].value == "There is no run with that id:"
    assert app.text[0].value == "<b>nothing</b>"


def test_failed_step_is_shown_first(fake: FakeEngine) -> None:
    app = open_run("INC0001002")
    assert app.error[0].value == "Tool unavailable \\(TOOL\\_UNAVAILABLE\\)"


def test_picked_step_shows_what_went_in(fake: FakeEngine) -> None:
    app = open_run("INC0001002")
    pick(app, "traces:run", fake.queries.spans(next(iter(fake.cards)))[3])
    assert '"threshold": 0.871' in words_on(app)
    assert "envelope 4, phase BOUNDED" in words_on(app)


def test_title_from_outside_stays_plain(fake: FakeEngine) -> None:
    hostile = next(
        card.row for card in fake.cards.values() if card.row.title.startswith("<script>")
    )
    app = open_run(hostile.source_id)
    assert "<script>" not in app.title[0].value
    assert "\\<script\\>" in app.title[0].value
