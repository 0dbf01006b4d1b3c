"""The schedules page: jobs with last run, next run and failures."""

from collections.abc import Callable

from engine.errors import StoreUnavailable
from engine.testing.fake_engine import FakeEngine
from tests.browser.conftest import data_of, open_page
from tests.browser.watching import texts


def test_full_page_lists_every_job(fake: FakeEngine) -> None:
    rows = texts(data_of(open_page("schedules"), "schedules"))
    assert rows == [
        [
            "seal the ledger",
            "5 s",
            "2026-11-20 09:29 | 3 s ago",
            "2026-11-20 09:30 | due in 2 s",
            "0",
            "–",
        ],
        [
            "refit the precedent reasoner",
            "1 day",
            "2026-11-20 02:30 | 7 h ago",
            "2026-11-21 02:30 | due in 17 h",
            "2",
            "MODEL: too few labels known at 2026-11-20 02:30",
        ],
        ["retention", "1 day", "– | never", "2026-11-21 05:30 | due in 20 h", "0", "–"],
    ]


def test_failing_job_is_named_first(fake: FakeEngine) -> None:
    assert open_page("schedules").warning[0].value == "Failing\\: refit the precedent reasoner"


def test_empty_page_asks_for_a_worker(make_fake: Callable[..., FakeEngine]) -> None:
    make_fake(0)
    assert "has a worker been started?" in open_page("schedules").info[0].value


def test_failing_store_is_told_in_words(fake: FakeEngine) -> None:
    fake.queries.failure = StoreUnavailable()
    assert "database is locked" in open_page("schedules").error[0].value
