"""The case page: the card in each state, every answer a person can give, and what refuses them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.domain.actor import Role
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind, ReasonCode
from engine.errors import Conflict, NotAllowed, StoreUnavailable
from engine.service.requests import (
    ClaimCase,
    DecideCase,
    ProvideFact,
    SettleRepair,
    TakeBackDecision,
    UndoEffect,
)
from engine.service.rows import QueueFilter, QueueRow
from engine.testing.fake_engine import CLAIM, FakeEngine
from tests.browser.conftest import ManualClock, SignedIn, data_of, open_page
from tests.browser.watching import texts


def first_of(fake: FakeEngine, attention: Attention) -> QueueRow:
    return fake.queries.queue(QueueFilter(attention=attention)).rows[0]


def open_case(row: QueueRow) -> AppTest:
    app = open_page("case_card")
    app.query_params["case"] = row.source_id
    return app.run()


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label.startswith(label)).click().run()


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def sent(fake: FakeEngine, kind: type) -> list[Any]:
    return [request for request, _ in fake.received if isinstance(request, kind)]


def field(app: AppTest, label: str) -> Any:
    return next(one for one in [*app.text_input, *app.selectbox] if one.label == label)


@pytest.fixture
def row(fake: FakeEngine) -> QueueRow:
    """A case that can be approved."""
    return first_of(fake, Attention.COPILOT)


# ---------------------------------------------------------------------------- three states


def test_card_shows_facts_before_recommendation(fake: FakeEngine, row: QueueRow) -> None:
    app = open_case(row)
    assert [one.value for one in app.subheader][:2] == ["Facts", "Recommendation"]
    facts = data_of(app, "facts")["rows"]
    assert len(facts) == len(fake.cards[row.case_id].facts)
    assert not app.exception


def test_no_case_is_open_at_first(fake: FakeEngine) -> None:
    app = open_page("case_card")
    assert app.info[0].value == "No case is open. Pick one from the queue."


def test_failing_store_is_told_in_words(fake: FakeEngine) -> None:
    fake.queries.failure = StoreUnavailable()
    app = open_page("case_card")
    app.query_params["case"] = "INC0001020"
    assert "nothing was changed" in app.run().error[0].value


def test_empty_product_knows_no_case(make_fake: Callable[..., FakeEngine]) -> None:
    make_fake(0)
    app = open_page("case_card")
    app.query_params["case"] = "INC0001020"
    assert app.run().error[0].value.startswith("There is no case")


def test_search_opens_a_case_by_number(fake: FakeEngine, row: QueueRow) -> None:
    app = open_page("case_card")
    app.text_input(key="case:text").set_value(row.source_id).run()
    assert data_of(app, "case_head")["lines"][1][0]["text"] == row.source_id
    app.text_input(key="case:text").set_value("nowhere").run()
    assert app.error[0].value.startswith("There is no case nowhere")


# ---------------------------------------------------------------------------- the card


def test_doubted_facts_come_first_and_say_why(fake: FakeEngine) -> None:
    rows = fake.queries.queue(QueueFilter()).rows
    doubted = next(
        one for one in rows if any(fact.is_contradicted for fact in fake.cards[one.case_id].facts)
    )
    cells = data_of(open_case(doubted), "facts")["rows"]
    assert cells[0][1]["note"] == "⚠ contradicted"
    assert cells[-1][1]["note"] == ""


def test_counter_evidence_stands_before_support(fake: FakeEngine, row: QueueRow) -> None:
    sides = [line[0] for line in texts(data_of(open_case(row), "reasons"))]
    assert sides == ["against", "against", "missing", "for", "for", "for"]


def test_copilot_card_says_what_it_would_have(fake: FakeEngine, row: QueueRow) -> None:
    lines = data_of(open_case(row), "verdict")["lines"]
    assert lines[0][0]["text"] == "ESCALATE"
    assert lines[1][0]["text"].startswith("would have: ")


def test_broken_rules_come_first_with_limit_and_value(fake: FakeEngine, row: QueueRow) -> None:
    rules = texts(data_of(open_case(row), "rules"))
    assert rules[0] == ["✗ broken", "The phase lets software act", "BOUNDED or wider", "COPILOT"]
    assert rules[-1][0] == "✓ kept"


def test_timeline_names_who_decided_each_line(fake: FakeEngine, row: QueueRow) -> None:
    lines = texts(data_of(open_case(row), "timeline"))
    assert [line[3] for line in lines] == [
        "policy | envelope · envelope 4",
        "model | engine · precedent 3",
        "code | engine",
        "code | engine",
    ]


def test_card_without_recommendation_cannot_be_approved(fake: FakeEngine) -> None:
    app = open_case(first_of(fake, Attention.NO_RECOMMENDATION))
    assert [one.disabled for one in app.button if one.label == "Approve"] == [True]
    assert [one.disabled for one in app.button if one.label == "Override…"] == [False]
    said = data_of(app, "decision_words")["lines"][0][0]["text"]
    assert said == "Nothing is recommended. Choose an action, or reject."


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
    app.number_input[0].set_value(15).run()
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
    field(app, "To").set_value(Role.RISK_OFFICER).run()
    clock.advance(3)
    press(app, "Escalate now")
    (request,) = sent(fake, DecideCase)
    assert (request.kind, request.role) == (DecisionKind.ESCALATE, Role.RISK_OFFICER)
    assert fake.cards[row.case_id].row.role == "risk_officer"


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
    assert [piece["text"] for piece in rest] == ["Done", "Assign group ran and was verified"]
    assert texts(data_of(app, "timeline"))[0][2] == "Read back: as asked for"


def test_undo_needs_a_reason_and_a_confirmation(
    fake: FakeEngine, row: QueueRow, clock: ManualClock
) -> None:
    app = approved(fake, row, clock)
    clock.advance(11)
    app.run()
    app = press(app, "Undo…")
    preview = data_of(app, "undo_preview")["lines"][0][0]["text"]
    assert preview == "An undo puts the previous group back and reads the incident again."
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
    waiting = replace(card.row, status=CaseStatus.WAITING_FACT)
    fake.cards[row.case_id] = replace(card, row=waiting)
    app = open_case(waiting)
    field(app, "Value").set_value("Laptop 4410").run()
    press(app, "Give it")
    (request,) = sent(fake, ProvideFact)
    assert (request.attribute, request.value) == ("configuration item", "Laptop 4410")


# ---------------------------------------------------------------------------- refusals


def test_changed_case_is_shown_not_replaced(
    fake: FakeEngine, row: QueueRow, clock: ManualClock
) -> None:
    app = open_case(row)
    field(app, "Note").set_value("half a thought").run()
    fake.touch(row.case_id)
    before = data_of(app, "timeline")
    assert data_of(app.run(), "timeline") == before
    assert "nothing on the screen was replaced" in app.warning[0].value
    app = press(app, "Load it as it is now")
    assert len(data_of(app, "timeline")["rows"]) == len(before["rows"]) + 1
    assert field(app, "Note").value == "half a thought"


def test_stale_decision_is_a_conflict_and_keeps_the_note(
    fake: FakeEngine, row: QueueRow, clock: ManualClock
) -> None:
    app = open_case(row)
    field(app, "Note").set_value("half a thought").run()
    clock.advance(3)
    fake.touch(row.case_id)
    app = press(app, "Approve")
    assert fake.cards[row.case_id].decision is None
    assert "decide again" in app.warning[0].value
    assert field(app, "Note").value == "half a thought"


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (NotAllowed(), "escalate the case"),
        (StoreUnavailable(), "try again in a moment"),
        (Conflict(), "decide again"),
    ],
    ids=["not-allowed", "store-unavailable", "conflict"],
)
def test_refusal_says_what_to_do(
    fake: FakeEngine, row: QueueRow, clock: ManualClock, error: Any, advice: str
) -> None:
    app = open_case(row)
    clock.advance(3)
    fake.refusals.append(error)
    app = press(app, "Approve")
    assert advice in [*app.error, *app.warning][0].value
    assert "Approve" in labels(app)


def test_ended_session_keeps_the_note(
    fake: FakeEngine, row: QueueRow, clock: ManualClock, signed_in: SignedIn
) -> None:
    app = open_case(row)
    field(app, "Note").set_value("half a thought").run()
    clock.advance(3)
    signed_in.name = ""
    app = press(app, "Approve")
    assert sent(fake, DecideCase) == []
    assert [one.value for one in app.subheader] == ["Sign in to go on"]
    signed_in.name = "ada"
    assert field(app.run(), "Note").value == "half a thought"


def test_viewer_may_look_and_not_decide(
    fake: FakeEngine, row: QueueRow, signed_in: SignedIn
) -> None:
    signed_in.name = "vera"
    app = open_case(row)
    decisions = [one for one in app.button if one.label.rstrip("…") in ("Approve", "Reject")]
    assert [one.disabled for one in decisions] == [True, True]
    assert sent(fake, ClaimCase) == []


def test_claim_of_somebody_else_locks_the_bar(fake: FakeEngine, row: QueueRow) -> None:
    fake.claim_for(row.case_id, "ben")
    app = open_case(row)
    said = data_of(app, "decision_words")["lines"][0][0]["text"]
    assert said.startswith("ben works on this case.")
    assert [one.disabled for one in app.button if one.label == "Approve"] == [True]


def test_claim_is_renewed_while_active(fake: FakeEngine, row: QueueRow, clock: ManualClock) -> None:
    app = open_case(row)
    field(app, "Note").set_value("still here").run()
    clock.advance(200)
    app.run()
    first, second = sent(fake, ClaimCase)
    assert (first.draft, second.draft) == ("", "still here")
    assert fake.cards[row.case_id].row.claimed_until == clock.at + CLAIM


def test_ended_claim_is_taken_again_to_decide(
    fake: FakeEngine, row: QueueRow, clock: ManualClock
) -> None:
    app = open_case(row)
    clock.advance(400)
    press(app, "Approve")
    assert len(sent(fake, ClaimCase)) == 2
    assert fake.cards[row.case_id].row.status is CaseStatus.RELEASING


def test_decision_right_after_opening_is_refused(
    fake: FakeEngine, row: QueueRow, clock: ManualClock
) -> None:
    app = open_case(row)
    clock.advance(0.3)
    app = press(app, "Approve")
    assert sent(fake, DecideCase) == []
    assert "opened under your click" in app.warning[0].value
