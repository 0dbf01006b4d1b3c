"""The case page while an action waits: in its veto window, held, or for a second person."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.decision import Decision, DecisionKind, ReasonCode
from engine.domain.ids import DecisionId
from engine.service.requests import (
    DecideCase,
    ExtendWindow,
    HoldAction,
    TakeBackDecision,
)
from engine.service.rows import QueueRow
from engine.testing.fake_engine import FakeEngine
from engine.testing.fake_rows_advice import uuid_of
from tests.browser.conftest import ManualClock, SignedIn, data_of
from tests.browser.live_page import first_window, hold_one
from tests.browser.working import first_of, labels, open_case, press, sent


def window_words(app: AppTest) -> list[list[str]]:
    return [[piece["text"] for piece in line] for line in data_of(app, "window")["lines"]]


@pytest.fixture
def window(fake: FakeEngine, clock: ManualClock) -> AppTest:
    """A case in its veto window, open for long enough to be read."""
    app = open_case(fake.queries.card(first_window(fake).action.case_id).row)
    clock.advance(2)
    return app


def halfway(fake: FakeEngine, person: str) -> QueueRow:
    """A case that one of two people has approved."""
    card = fake.cards[first_of(fake, Attention.COPILOT).case_id]
    row = replace(
        card.row,
        status=CaseStatus.SECOND_PENDING,
        attention=Attention.SECOND_PERSON,
        attention_note=f"{person} approved: Credit 40.00 EUR",
    )
    somebody = fake.person_of_session(f"session-{person}")
    decision = Decision(
        id=DecisionId(uuid_of("decision", 1)),
        case_id=row.case_id,
        recommendation_id=None,
        action_id=None,
        case_version=row.version - 1,
        person_id=somebody.id,
        person=person,
        kind=DecisionKind.APPROVE,
        reason_code=ReasonCode.AGREED,
        note="",
        tool="grant_credit",
        arguments={},
        has_seen_recommendation=True,
        time_to_decide_ms=4000,
        decided_at=fake.now(),
        release_at=fake.now(),
        origin=row.origin,
        first_by="",
        client_key="first",
    )
    fake.cards[row.case_id] = replace(card, row=row, decision=decision)
    return row


# ---------------------------------------------------------------------------- veto window


def test_window_says_when_it_runs_and_who_knows(window: AppTest) -> None:
    assert window_words(window) == [
        ["Software runs it at 09:34:00 UTC unless somebody holds it", "in 04:00"],
        [
            "Not at once: sure by 80\u202f%, 87\u202f% needed to run at once, "
            "72\u202f% after a window."
        ],
        [
            "Nobody was told in time: it will go to a person (the web hook answered 503).",
            "An undo would: Assign to Group 12, as it is now.",
        ],
    ]


def test_window_counts_down(window: AppTest, clock: ManualClock) -> None:
    clock.advance(58)
    assert window_words(window.run())[0][1] == "in 03:00"


def test_window_can_be_held_from_its_case(window: AppTest, fake: FakeEngine) -> None:
    action = first_window(fake).action
    window.selectbox(key=f"window:why:{action.case_id}").set_value("Wrong moment for it").run()
    window.text_input(key=f"window:said:{action.case_id}").set_value("month end").run()
    press(window, "Hold")
    assert sent(fake, HoldAction) == [
        HoldAction(
            case_id=action.case_id,
            version=action.version,
            reason="Wrong moment for it: month end",
        )
    ]


def test_window_can_be_given_more_time(window: AppTest, fake: FakeEngine) -> None:
    action = first_window(fake).action
    press(window, "More time")
    assert sent(fake, ExtendWindow) == [
        ExtendWindow(case_id=action.case_id, version=action.version)
    ]


def test_viewer_stops_no_window(fake: FakeEngine, signed_in: SignedIn) -> None:
    signed_in.name = "vera"
    app = open_case(fake.queries.card(first_window(fake).action.case_id).row)
    assert [one.disabled for one in app.button if one.label in ("Hold", "More time")] == [True] * 2


# ---------------------------------------------------------------------------- held


def test_held_case_is_released_by_its_bar(fake: FakeEngine, clock: ManualClock) -> None:
    case_id = hold_one(fake)
    app = open_case(fake.cards[case_id].row)
    why = [piece["text"] for piece in data_of(app, "case_head")["lines"][2]]
    assert why[1:3] == ["Held by a person", "ben: this group is closed today"]
    assert "Approve" not in labels(app)
    clock.advance(3)
    press(app, "Release")
    (request,) = sent(fake, DecideCase)
    assert (request.case_id, request.kind) == (case_id, DecisionKind.APPROVE)


def test_held_case_is_rejected_by_its_bar(fake: FakeEngine, clock: ManualClock) -> None:
    case_id = hold_one(fake)
    app = press(open_case(fake.cards[case_id].row), "Reject…")
    app.pills[0].set_value(ReasonCode.DUPLICATE).run()
    clock.advance(3)
    press(app, "Reject now")
    (request,) = sent(fake, DecideCase)
    assert (request.case_id, request.kind) == (case_id, DecisionKind.REJECT)


# ---------------------------------------------------------------------------- second person


def test_second_person_sees_who_approved_what(fake: FakeEngine, clock: ManualClock) -> None:
    row = halfway(fake, "ben")
    app = open_case(row)
    why = [piece["text"] for piece in data_of(app, "case_head")["lines"][2]]
    assert why[1:3] == [
        "One person approved, it takes two",
        "ben approved: Credit 40.00 EUR",
    ]
    clock.advance(3)
    press(app, "Approve")
    assert [request.case_id for request in sent(fake, DecideCase)] == [row.case_id]


def test_first_person_cannot_be_the_second(fake: FakeEngine) -> None:
    app = open_case(halfway(fake, "ada"))
    assert [one.disabled for one in app.button if one.label == "Approve"] == [True]
    said = data_of(app, "first_of_two")["lines"][0][0]["text"]
    assert said == "You approved this. It takes somebody else as well; nothing runs before."


def test_first_person_can_take_it_back(fake: FakeEngine) -> None:
    row = halfway(fake, "ada")
    app = open_case(row)
    press(app, "Take back")
    assert sent(fake, TakeBackDecision) == [
        TakeBackDecision(case_id=row.case_id, version=row.version)
    ]
