"""Old facts are said in one line, with the way to have the case looked at again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.recommendation import Reason
from engine.service.requests import LookAgain
from engine.service.rows import CaseCard, QueueRow
from engine.testing.fake_engine import FakeEngine
from tests.browser.conftest import data_of
from tests.browser.working import first_of, labels, open_case, press, sent

TTL = timedelta(minutes=15)


@pytest.fixture
def row(fake: FakeEngine) -> QueueRow:
    """A case with three old facts, one of them cited."""
    row = first_of(fake, Attention.COPILOT)
    fake.cards[row.case_id] = grown_old(fake.cards[row.case_id])
    return row


def grown_old(card: CaseCard) -> CaseCard:
    made = card.recommendation
    assert made
    old = tuple(
        replace(one, is_stale=place < 3, observed_at=made.as_of, stale_from=made.as_of + TTL)
        for place, one in enumerate(card.facts)
    )
    cited = f"{old[0].entity}.{old[0].attribute}@{old[0].source}"
    draft = replace(made.draft, reasons=(Reason(fact=cited, text="Much.", weight=2.0),))
    return replace(card, facts=old, recommendation=replace(made, draft=draft))


def with_row(fake: FakeEngine, row: QueueRow, **changes: object) -> None:
    card = fake.cards[row.case_id]
    fake.cards[row.case_id] = replace(card, row=replace(card.row, **changes))  # type: ignore[arg-type]


def test_old_facts_are_one_short_line(fake: FakeEngine, row: QueueRow) -> None:
    (line,) = data_of(open_case(row), "look")["lines"]
    assert line[0]["text"] == "3 facts are older than 15 min, 1 of them cited."


def test_stale_facts_stay_in_their_place(fake: FakeEngine, row: QueueRow) -> None:
    rows = data_of(open_case(row), "facts")["rows"]
    assert "stale" in rows[0][-1]["note"]
    assert len([cells for cells in rows if cells[-1]["note"]]) == 3


def test_look_again_is_sent_as_seen(fake: FakeEngine, row: QueueRow) -> None:
    app = press(open_case(row), "Look again")
    assert [(one.case_id, one.version) for one in sent(fake, LookAgain)] == [
        (row.case_id, row.version)
    ]
    assert "Look again" not in labels(app)
    assert labels(app).count("Approve") == 1


def test_fresh_facts_need_no_look(fake: FakeEngine, row: QueueRow) -> None:
    card = fake.cards[row.case_id]
    facts = tuple(replace(one, is_stale=False) for one in card.facts)
    fake.cards[row.case_id] = replace(card, facts=facts)
    assert "Look again" not in labels(open_case(row))


@pytest.mark.parametrize("attention", [Attention.TARGET_CHANGED, Attention.UNDONE])
def test_facts_from_before_a_change_say_so(
    fake: FakeEngine, row: QueueRow, attention: Attention
) -> None:
    with_row(fake, row, attention=attention)
    app = open_case(row)
    assert data_of(app, "look")["lines"][0][0]["text"].startswith("The facts are from before")
    assert "Look again" in labels(app)


def test_approving_what_changed_is_off(fake: FakeEngine, row: QueueRow) -> None:
    with_row(fake, row, attention=Attention.TARGET_CHANGED)
    card = fake.cards[row.case_id]
    words = replace(card.words, can_approve=False, why_not="It cannot run any more.")
    fake.cards[row.case_id] = replace(card, words=words)
    app = open_case(row)
    assert next(one for one in app.button if one.label == "Approve").disabled
    assert not next(one for one in app.button if one.label == "Look again").disabled


def test_done_case_says_nothing_of_age(fake: FakeEngine, row: QueueRow) -> None:
    with_row(fake, row, status=CaseStatus.DONE, attention=None)
    app = open_case(row)
    assert "Look again" not in labels(app)
    texts = [one["text"] for line in data_of(app, "verdict")["lines"] for one in line]
    assert not [text for text in texts if "older than" in text]


def test_case_looked_at_is_followed(fake: FakeEngine, row: QueueRow) -> None:
    with_row(fake, row, status=CaseStatus.PERCEIVED, attention=None)
    app = open_case(row)
    assert data_of(app, "progress")["lines"][0][0]["text"] == "Facts gathered"
