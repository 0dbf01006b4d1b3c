"""The mark of a scripted model: wherever somebody reads, or answers, what a script put forward."""

from dataclasses import replace

import pytest

from console.components import queue_browse
from console.components.live_feed import KEY as FEED
from console.components.scripted_mark import MEANING, WORD
from engine.domain.actor import DecidedBy
from engine.domain.case import Attention
from engine.service.rows import CaseCard
from engine.testing.fake_engine import FakeEngine
from engine.testing.fake_runs import FakeRuns
from tests.browser.conftest import data_of, open_page
from tests.browser.live_page import cards
from tests.browser.watching import picked_table, texts, words_on
from tests.browser.working import first_of, open_case

VERSION = "scripted-plain agent-2.v1"
MARK = {"text": WORD, "look": "chip", "tone": "warn", "hint": MEANING}


@pytest.fixture
def card(fake: FakeEngine) -> CaseCard:
    """A case that can be approved, and that a scripted agent reasoned about."""
    known = fake.cards[first_of(fake, Attention.COPILOT).case_id]
    assert known.recommendation
    draft = replace(known.recommendation.draft, reasoner="agent", reasoner_version=VERSION)
    said = replace(known.timeline[-1], decided_by=DecidedBy.MODEL, actor=draft.author, rule="")
    made = replace(
        known,
        row=replace(known.row, is_scripted=draft.is_scripted),
        recommendation=replace(known.recommendation, draft=draft),
        timeline=(*known.timeline, said),
    )
    fake.cards[known.row.case_id] = made
    return made


def test_queue_marks_the_scripts_row_alone(fake: FakeEngine, card: CaseCard) -> None:
    rows = data_of(open_page("case_queue"), queue_browse.LIST)["rows"]
    marked = [row["id"] for row in rows if row["scripted"] == WORD]
    assert marked == [str(card.row.case_id)]
    assert {row["scripted"] for row in rows} == {"", WORD}


def test_card_marks_headline_and_timeline(fake: FakeEngine, card: CaseCard) -> None:
    app = open_case(card.row)
    assert card.recommendation
    first, headline = data_of(app, "advice")["lines"][0][:2]
    assert {name: first[name] for name in MARK} == MARK
    assert headline["text"] == card.recommendation.draft.summary
    assert texts(data_of(app, "timeline"))[0][-1] == "model | scripted agent"


def test_card_of_code_bears_no_mark(fake: FakeEngine) -> None:
    app = open_case(first_of(fake, Attention.COPILOT))
    pieces = [piece["text"] for line in data_of(app, "advice")["lines"] for piece in line]
    assert WORD not in pieces


def test_live_page_marks_what_a_script_does(fake: FakeEngine) -> None:
    watched = fake.queries.watched
    first, *rest = watched.windows
    watched.windows = (replace(first, action=replace(first.action, is_scripted=True)), *rest)
    watched.ran = (replace(watched.ran[0], is_scripted=True), *watched.ran[1:])
    app = open_page("live")
    assert [card["scripted"] for card in cards(app)] == [WORD, "", ""]
    lines = data_of(app, FEED)["rows"]
    marked = [WORD in [mark["text"] for mark in line["marks"]] for line in lines]
    assert marked == [True, *[False] * 13]


def test_trace_tells_a_script_from_models(fake: FakeEngine, card: CaseCard) -> None:
    app = open_page("traces")
    app.query_params["case"] = str(card.row.case_id)
    app.run()
    assert data_of(app, "traces:run:scripted")["lines"][0][0]["text"] == WORD
    said = words_on(app)
    assert "a scripted model" in said
    assert "a model" not in said
    assert "scripted model" in set(picked_table(app)["Decided by"])


def test_scorecard_says_that_scripts_are_counted(fake: FakeEngine) -> None:
    (mark, said), *_ = data_of(open_page("scorecard"), "scripted")["lines"]
    assert mark["text"] == WORD
    assert said["text"].startswith("A scripted model has reasoned about live cases here.")


def test_scorecard_without_scripts_says_nothing(fake: FakeEngine) -> None:
    fake.queries.reasoned = FakeRuns(now=fake.now, cards={})
    with pytest.raises(AssertionError):
        data_of(open_page("scorecard"), "scripted")
