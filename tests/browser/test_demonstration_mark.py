"""The mark of a demonstration above every page, and nowhere else."""

import pytest

from console import navigation
from engine.errors import StoreUnavailable
from engine.testing.fake_engine import FakeEngine
from tests.browser.conftest import data_of, open_app
from tests.browser.test_persona_doors import MARK


def test_every_page_bears_the_mark(fake: FakeEngine) -> None:
    fake.queries.marked = MARK
    app = open_app()
    for page in navigation.PAGES:
        app.switch_page(str(navigation.path_of(page))).run()
        drawn = data_of(app, "demonstration_mark")
        assert "nothing here is evidence for anything real" in drawn["said"]
        assert "about 40 an hour" in drawn["said"]
        assert (drawn["current"], drawn["people"][0]["name"]) == ("ada", "ada")


def test_product_without_a_mark_shows_none(fake: FakeEngine) -> None:
    with pytest.raises(AssertionError, match="no component"):
        data_of(open_app(), "demonstration_mark")


def test_mark_stays_while_the_database_is_away(fake: FakeEngine) -> None:
    fake.queries.marked = MARK
    app = open_app()
    fake.queries.failure = StoreUnavailable("The database is out of reach.")
    app.run()
    assert data_of(app, "demonstration_mark")["current"] == "ada"
