"""The case page: every answer a person can give, and what they can do afterwards."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from console.components import desk_words
from console.components.case_question import known_facts
from engine.domain.actor import Role
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind, ReasonCode
from engine.domain.grant import Grant, GrantBasis
from engine.domain.ids import ActionId, CaseId, GrantId, RecommendationId
from engine.errors import StoreUnavailable
from engine.service.requests import (
    DecideCase,
    ProvideFact,
    SettleRepair,
    TakeBackDecision,
    UndoEffect,
)
from engine.service.rows import QueueRow
from engine.testing.fake_engine import FakeEngine
from tests.browser.conftest import ManualClock, data_of
from tests.browser.watching import texts
from tests.browser.working import field, first_of, labels, open_case, press, sent


@pytest.fixture
def row(fake: FakeEngine) -> QueueRow:
    """A case that can be approved."""
    return first_of(fake, Attention.COPILOT)


# ---------------------------------------------------------------------------- answers


def test_approve_sends_what_was_on_the_screen(
    fake: FakeEngine, row: QueueRow, clock: ManualClock
) -> None:
    app = open_case(row)
    field(app, "Note").set_value("looks right").run()
    clock.advance(4.2)
    app = press(app, "Approve")
    (request,) = sent(fake, DecideCase)
    assert (request.case_id, request.version) == (row.case_id, row.version)
    assert request.kind is DecisionKind.APPROVE
    assert request.reason_code is ReasonCode.AGREED
    assert request.note == "looks right"
    assert request.time_to_decide_ms == 4200
    assert data_of(app, "progress")["lines"][0][0]["text"] == "Decided, can be taken back"


def test_same_form_sends_the_same_key(fake: FakeEngine, row: QueueRow, clock: ManualClock) -> None:
    app = open_case(row)
    clock.advance(3)
    fake.refusals.append(StoreUnavailable())
    app = press(app, "Approve")
    press(app, "Approve")
    first, second = sent(fake, DecideCase)
    assert first.client_key == second.client_key
    assert 16 < len(first.client_key) <= 64


def test_override_sends_tool_and_chosen_group(
    fake: FakeEngine, row: QueueRow, clock: ManualClock
) -> None:
    app = press(open_case(row), "Override…")
    group = field(app, "Group")
    likely = [line[0] for line in texts(data_of(app, "alternatives"))]
    assert [option.split(",")[0] for option in group.options[:3]] == likely
    group.set_value("ERP Finance").run()
    app.pills[0].set_value(ReasonCode.WRONG_TARGET).run()
    clock.advance(3)
    press(app, "Override now")
    (request,) = sent(fake, DecideCase)
    assert request.kind is DecisionKind.OVERRIDE
    assert request.tool == "assign_group"
    assert request.arguments == {"incident": row.source_id, "group": "ERP Finance"}
    assert request.reason_code is ReasonCode.WRONG_TARGET


def test_override_can_choose_another_tool(
    fake: FakeEngine, row: QueueRow, clock: ManualClock
) -> None:
    app = press(open_case(row), "Override…")
    field(app, "Do this instead").set_value("add_work_note").run()
    next(one for one in app.text_area if one.label == "Note").set_value("call back").run()
    app.checkbox[0].set_value(True).run()
    field(app, "Minutes spent").set_value("15").run()
    app.pills[0].set_value(ReasonCode.KNOWN_EXCEPTION).run()
    clock.advance(3)
    press(app, "Override now")
    (request,) = sent(fake, DecideCase)
    assert request.tool == "add_work_note"
    assert request.arguments == {
        "incident": row.source_id,
        "note": "call back",
        "is_visible_to_caller": True,
        "minutes_spent": 15,
    }


def test_override_without_a_group_is_not_sent(
    fake: FakeEngine, row: QueueRow, clock: ManualClock
) -> None:
    app = press(open_case(row), "Override…")
    clock.advance(3)
    app = press(app, "Override now")
    assert sent(fake, DecideCase) == []
    assert app.warning[0].value == "Choose what to do instead\\."


def test_reject_asks_for_a_reason_first(
    fake: FakeEngine, row: QueueRow, clock: ManualClock
) -> None:
    app = press(open_case(row), "Reject…")
    clock.advance(3)
    app = press(app, "Reject now")
    assert app.warning[0].value == "Choose a reason\\."
    app.pills[0].set_value(ReasonCode.DUPLICATE).run()
    press(app, "Reject now")
    (request,) = sent(fake, DecideCase)
    assert (request.kind, request.reason_code) == (DecisionKind.REJECT, ReasonCode.DUPLICATE)


def test_other_reason_needs_a_note(fake: FakeEngine, row: QueueRow, clock: ManualClock) -> None:
    app = press(open_case(row), "Reject…")
    app.pills[0].set_value(ReasonCode.OTHER).run()
    clock.advance(3)
    app = press(app, "Reject now")
    assert sent(fake, DecideCase) == []
    field(app, "Note").set_value("caller hung up").run()
    press(app, "Reject now")
    assert sent(fake, DecideCase)[0].note == "caller hung up"


def test_escalate_names_the_role(fake: FakeEngine, row: QueueRow, clock: ManualClock) -> None:
    app = press(open_case(row), "Escalate…")
    assert field(app, "To").options == ["Senior operator", "Operator"]
    field(app, "To").set_value(Role.OPERATOR).run()
    clock.advance(3)
    press(app, "Escalate now")
    (request,) = sent(fake, DecideCase)
    assert (request.kind, request.role) == (DecisionKind.ESCALATE, Role.OPERATOR)
    assert fake.cards[row.case_id].row.role == "operator"


def test_ask_proposes_the_missing_fact(fake: FakeEngine, row: QueueRow, clock: ManualClock) -> None:
    app = press(open_case(row), "Ask…")
    assert field(app, "What has to be known").value == "What is the configuration item?"
    clock.advance(3)
    app = press(app, "Ask now")
    (request,) = sent(fake, DecideCase)
    assert request.kind is DecisionKind.ASK
    assert request.question == "What is the configuration item?"
    assert fake.cards[row.case_id].row.status is CaseStatus.WAITING_FACT
    assert "Give it" in labels(app)


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("Override…", "Sending this runs “Assign group” on INC0001001, not what is recommended."),
        ("Reject…", "Sending this closes the case; nothing is run."),
        ("Escalate…", "Sending this passes the case to a senior operator at once;"),
        ("Ask…", "Sending this puts your question on the case at once; nothing is run,"),
    ],
    ids=["override", "reject", "escalate", "ask"],
)
def test_open_form_says_what_sending_it_does(fake: FakeEngine, label: str, said: str) -> None:
    row = next(card.row for card in fake.cards.values() if card.row.source_id == "INC0001001")
    app = open_case(row)
    assert data_of(app, "decision_words")["lines"][0][0]["text"].startswith("Approving runs")
    (told,) = data_of(press(app, label), "decision_words")["lines"][0]
    assert told["text"].startswith(said)
    assert "Approving" not in told["text"]


def test_override_words_follow_the_fields(fake: FakeEngine, row: QueueRow) -> None:
    app = press(open_case(row), "Override…")
    app = field(app, "Group").set_value("ERP Finance").run()
    (told,) = data_of(app, "decision_words")["lines"][0]
    assert told["text"] == (
        f"Sending this runs “Assign group” on {row.source_id} with group ERP Finance, not what is "
        "recommended. You can take it back for 10 s. Afterwards it can be put back as it was."
    )
    app = field(app, "Do this instead").set_value("add_work_note").run()
    (told,) = data_of(app, "decision_words")["lines"][0]
    assert told["text"].endswith("Afterwards it cannot be put back.")


def test_back_leaves_the_panel_without_sending(fake: FakeEngine, row: QueueRow) -> None:
    app = press(press(open_case(row), "Reject…"), "Back")
    assert "Approve" in labels(app)
    assert sent(fake, DecideCase) == []


# ---------------------------------------------------------------------------- afterwards


def approved(fake: FakeEngine, row: QueueRow, clock: ManualClock) -> AppTest:
    app = open_case(row)
    clock.advance(3)
    return press(app, "Approve")


def test_take_back_returns_the_case(fake: FakeEngine, row: QueueRow, clock: ManualClock) -> None:
    app = approved(fake, row, clock)
    clock.advance(4)
    app.run()
    assert "Take back (6 s)" in labels(app)
    app = press(app, "Take back")
    (request,) = sent(fake, TakeBackDecision)
    assert request.version == row.version + 1
    assert fake.cards[row.case_id].row.status is CaseStatus.PENDING
    assert "Approve" in labels(app)


def test_card_follows_to_the_verified_effect(
    fake: FakeEngine, row: QueueRow, clock: ManualClock
) -> None:
    app = approved(fake, row, clock)
    clock.advance(11)
    app.run()
    rest = data_of(app, "rest")["lines"][0]
    assert [piece["text"] for piece in rest] == [
        "Done",
        "“Assign group” ran and was verified",
        "approved by ada",
    ]
    assert texts(data_of(app, "timeline"))[0][2] == "Read back: as asked for"
    pieces = {piece["text"]: piece["tone"] for piece in data_of(app, "case_head")["lines"][1]}
    (deadline,) = [text for text in pieces if "deadline" in text]
    assert deadline == "deadline missed by 12 min"
    assert pieces[deadline] == ""


def test_undo_needs_a_reason_and_a_confirmation(
    fake: FakeEngine, row: QueueRow, clock: ManualClock
) -> None:
    app = approved(fake, row, clock)
    clock.advance(11)
    app.run()
    app = press(app, "Undo…")
    preview = data_of(app, "undo_preview")["lines"][0][0]["text"]
    assert preview == "An undo puts the previous group back and reads the incident again."
    assert "Say why before you undo it." in [caption.value for caption in app.caption]
    app = press(app, "Undo it now")
    assert sent(fake, UndoEffect) == []
    field(app, "Why undo it").set_value("wrong team").run()
    app = press(app, "Undo it now")
    (request,) = sent(fake, UndoEffect)
    assert request.reason == "wrong team"
    app.run()
    assert fake.cards[row.case_id].row.attention is Attention.UNDONE


def test_undo_can_be_left_alone(fake: FakeEngine, row: QueueRow, clock: ManualClock) -> None:
    app = approved(fake, row, clock)
    clock.advance(11)
    app.run()
    app = press(press(app, "Undo…"), "Keep it")
    assert "Undo…" in labels(app)
    assert sent(fake, UndoEffect) == []


@pytest.mark.parametrize(
    ("label", "is_done"), [("It stands", True), ("It does not", False)], ids=["stands", "does-not"]
)
def test_repair_tells_what_was_found(fake: FakeEngine, label: str, is_done: bool) -> None:
    app = open_case(first_of(fake, Attention.NOT_VERIFIED))
    app = press(app, label)
    assert sent(fake, SettleRepair) == []
    field(app, "What you found").set_value("looked at it").run()
    press(app, label)
    (request,) = sent(fake, SettleRepair)
    assert (request.is_done, request.note) == (is_done, "looked at it")


def test_asked_for_fact_can_be_given(fake: FakeEngine, row: QueueRow) -> None:
    card = fake.cards[row.case_id]
    question = "What is the configuration item?"
    waiting = replace(card.row, status=CaseStatus.WAITING_FACT, attention_note=question)
    fake.cards[row.case_id] = replace(card, row=waiting)
    app = open_case(waiting)
    assert [piece["text"] for piece in data_of(app, "question")["lines"][0]] == [
        "Question asked:",
        question,
    ]
    field(app, "Value").set_value("Laptop 4410").run()
    press(app, "Give it")
    (request,) = sent(fake, ProvideFact)
    assert (request.attribute, request.value) == ("configuration item", "Laptop 4410")


def test_free_question_presets_no_fact(fake: FakeEngine, row: QueueRow) -> None:
    card = fake.cards[row.case_id]
    asked = "Who called first?"
    waiting = replace(card.row, status=CaseStatus.WAITING_FACT, attention_note=asked)
    fake.cards[row.case_id] = replace(card, row=waiting)
    app = open_case(waiting)
    assert field(app, "Fact").value is None
    assert "no recommendation rests on it" in field(app, "Fact").help
    assert data_of(app, "case_head")["lines"][2][1]["text"] == asked


def test_answer_offers_the_known_facts(fake: FakeEngine, row: QueueRow) -> None:
    card = fake.cards[row.case_id]
    waiting = replace(card.row, status=CaseStatus.WAITING_FACT, attention_note="Who called first?")
    fake.cards[row.case_id] = replace(card, row=waiting)
    app = open_case(waiting)
    missing = card.recommendation.draft.missing if card.recommendation else ()
    assert list(missing) == known_facts(card)[: len(missing)]
    told = {desk_words.fact(waiting.desk, fact.attribute) for fact in card.facts}
    assert told <= set(field(app, "Fact").options)
    field(app, "Fact").set_value(card.facts[0].attribute)
    field(app, "Value").set_value("Laptop 4410").run()
    press(app, "Give it")
    (request,) = sent(fake, ProvideFact)
    assert request.attribute == card.facts[0].attribute


def test_done_alone_names_no_person(fake: FakeEngine, row: QueueRow, clock: ManualClock) -> None:
    approved(fake, row, clock)
    clock.advance(11)
    card = fake.cards[row.case_id]
    done = replace(card, row=replace(card.row, status=CaseStatus.DONE), decision=None)
    fake.cards[row.case_id] = replace(done, grant=grant_from(GrantBasis.VERDICT, row.case_id))
    texts_ = [piece["text"] for piece in data_of(open_case(row), "rest")["lines"][0]]
    assert texts_[-1] == "by software alone, inside the envelope"


def grant_from(basis: GrantBasis, case_id: CaseId) -> Grant:
    one, at = UUID(int=1), datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    return Grant(
        id=GrantId(one),
        case_id=case_id,
        action_id=ActionId(one),
        recommendation_id=RecommendationId(one),
        basis=basis,
        basis_id=one,
        actor="envelope",
        tool="assign_group",
        contract_digest=b"",
        arguments_digest=b"",
        facts_digest=b"",
        target_digest=b"",
        envelope_hash=b"",
        case_version=1,
        minted_at=at,
        expires_at=at,
    )
