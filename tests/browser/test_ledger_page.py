"""The ledger page: entries, filters, one entry in full, seals, and the verification's report."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

import pytest

from console import session
from engine.domain.ledger_report import Finding, FindingKind, LedgerReport
from engine.errors import LedgerError, StoreUnavailable
from engine.service.engine import Engine
from engine.service.rows import LedgerRow, Page
from engine.testing.fake_engine import FakeEngine
from tests.browser.conftest import DESK_NOW, ManualClock, data_of, open_page
from tests.browser.watching import pick, picked_table, texts, words_on

INTACT = LedgerReport(
    entries=152,
    sealed=140,
    verified=140,
    unsealed=12,
    unsealed_since=datetime(2026, 11, 20, 9, 29, 38, tzinfo=UTC),
    erased=0,
    seals=3,
    last_seal=3,
    last_mac=b"",
    has_torn_line=False,
    findings=(),
    findings_left_out=0,
)
EMPTY: Page[LedgerRow] = Page(rows=())
BROKEN = replace(
    INTACT,
    verified=139,
    findings=(
        Finding(
            kind=FindingKind.PAYLOAD_CHANGED,
            words="The payload is not the one that was written.",
            stream="case:17",
            sequence=4,
        ),
    ),
)


class VerifyingEngine(FakeEngine):
    """A fake engine that can verify its ledger."""

    report = INTACT

    def verify_ledger(self) -> LedgerReport:
        if self.refusals:
            raise self.refusals.pop(0)
        return self.report


@pytest.fixture
def verifying(make_fake: Callable[..., FakeEngine], clock: ManualClock) -> VerifyingEngine:
    make_fake(0)  # brings the wiring back after the test
    engine = VerifyingEngine(now=clock, desk_now=DESK_NOW)
    session.wire(replace(session.current_wiring(), open_engine=lambda: cast("Engine", engine)))
    return engine


def test_full_page_lists_newest_entries_first(fake: FakeEngine) -> None:
    app = open_page("ledger")
    table = picked_table(app)
    assert list(table["Kind"][:3]) == ["Effect recorded", "Permit made", "Decision taken"]
    assert list(table["Sealed"][:4]) == ["not yet", "not yet", "not yet", "sealed"]
    assert set(table["Hash"].str.len()) == {12}
    assert "12 entries are not sealed yet: counted, never called verified." in words_on(app)


def test_empty_page_says_the_ledger_is_empty(make_fake: Callable[..., FakeEngine]) -> None:
    make_fake(0)
    assert open_page("ledger").info[0].value == "The ledger is empty."


def test_failing_store_is_told_in_words(fake: FakeEngine) -> None:
    fake.queries.failure = StoreUnavailable()
    assert "database is locked" in open_page("ledger").error[0].value


def test_case_number_finds_its_entries(fake: FakeEngine) -> None:
    case_id, card = next(iter(fake.cards.items()))
    asked: list[str] = []

    def listed(*, stream: str = "", **which: object) -> Page[LedgerRow]:
        asked.append(stream)
        return EMPTY

    fake.queries.ledger = listed  # type: ignore[method-assign]  # to see what is asked for
    app = open_page("ledger")
    app.text_input(key="ledger:stream").set_value(card.row.source_id).run()
    app.text_input(key="ledger:stream").set_value("desk:incidents").run()
    assert asked == ["", f"case:{case_id}", "desk:incidents"]


def test_kind_filter_narrows_the_entries(fake: FakeEngine) -> None:
    app = open_page("ledger")
    app.selectbox(key="ledger:kind").set_value("VERDICT_GIVEN").run()
    assert set(picked_table(app)["Kind"]) == {"Verdict given"}


def test_stream_filter_narrows_the_entries(fake: FakeEngine) -> None:
    stream = fake.queries.ledger().rows[0].stream
    app = open_page("ledger")
    app.text_input(key="ledger:stream").set_value(stream).run()
    assert set(picked_table(app)["Stream"]) == {f"{stream[:13]}…"}


def test_filter_without_a_hit_says_so(fake: FakeEngine) -> None:
    app = open_page("ledger")
    app.text_input(key="ledger:stream").set_value("desk:nowhere").run()
    assert app.info[0].value == "No entry matches this filter."


def test_older_entries_come_on_the_next_part(fake: FakeEngine) -> None:
    app = open_page("ledger")
    app.button(key="ledger:older").click().run()
    app.button(key="ledger:older").click().run()
    assert len(picked_table(app)) == 40
    assert app.button(key="ledger:older").disabled


def test_picked_entry_shows_payload_and_hash(fake: FakeEngine) -> None:
    entry = fake.queries.ledger().rows[4]
    app = open_page("ledger")
    pick(app, "ledger", entry)
    assert entry.hash in words_on(app)
    assert '"source_id": "INC' in words_on(app)


def test_picked_entry_stays_when_others_arrive(fake: FakeEngine) -> None:
    entry = fake.queries.ledger().rows[0]
    app = open_page("ledger")
    pick(app, "ledger", entry)
    app.button(key="ledger:older").click().run()
    assert entry.hash in words_on(app)


def test_payload_markup_is_shown_as_text(fake: FakeEngine) -> None:
    entry = fake.queries.ledger().rows[0]
    app = open_page("ledger")
    pick(app, "ledger", replace(entry, payload={"title": "<b>:red[now]</b>"}))
    assert [block.value for block in app.code] == ['{\n  "title": "<b>:red[now]</b>"\n}']


def test_erased_payload_is_said(fake: FakeEngine) -> None:
    app = open_page("ledger")
    pick(app, "ledger", replace(fake.queries.ledger().rows[0], payload=None))
    assert "Payload: erased." in words_on(app)


def test_page_says_how_to_verify(fake: FakeEngine) -> None:
    app = open_page("ledger")
    assert "`countersign ledger verify`" in words_on(app)
    assert "ledger:verify" not in [button.key for button in app.button]


def test_intact_ledger_is_reported_with_counts(verifying: VerifyingEngine) -> None:
    app = open_page("ledger")
    app.button(key="ledger:verify").click().run()
    assert app.success[0].value == (
        "Nothing is wrong. 140 of 140 sealed entries verified under 3 seals."
    )
    assert "12 entries are unsealed, the oldest since 2026-11-20 09:29:38 UTC" in words_on(app)


def test_broken_ledger_names_the_place(verifying: VerifyingEngine) -> None:
    verifying.report = BROKEN
    app = open_page("ledger")
    app.button(key="ledger:verify").click().run()
    assert app.error[0].value.startswith("1 findings. 139 of 140")
    assert texts(data_of(app, "findings")) == [
        ["case:17 #4", "PAYLOAD_CHANGED", "The payload is not the one that was written."]
    ]


def test_failed_verification_is_told_in_words(verifying: VerifyingEngine) -> None:
    app = open_page("ledger")
    verifying.refusals.append(LedgerError("The seal file cannot be read."))
    app.button(key="ledger:verify").click().run()
    assert "The seal file cannot be read" in app.error[0].value


def test_examples_name_a_desk_of_this_place(fake: FakeEngine) -> None:
    first = fake.queries.desks()[0].name
    app = open_page("ledger")
    assert f"desk:{first}" in app.text_input(key="ledger:stream").placeholder
