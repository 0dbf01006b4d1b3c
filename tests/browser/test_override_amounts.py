"""An override's amounts: what stands in the field goes out, or nothing does, and it says why."""

from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.domain.case import Attention
from engine.domain.decision import ReasonCode
from engine.domain.difference import Difference
from engine.domain.plan import StepStatus
from engine.domain.recommendation import Alternative, Proposal
from engine.service.requests import DecideCase
from engine.service.rows import QueueRow, ToolChoice
from engine.testing.fake_engine import FakeEngine
from engine.testing.fake_plan_calls import Asked
from engine.testing.fake_plans import step
from tests.browser.conftest import ManualClock, data_of
from tests.browser.working import field, first_of, open_case, press, sent

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["amount_minor"],
    "properties": {
        "amount_minor": {"type": "integer", "minimum": 1, "title": "Amount Minor"},
        "currency": {"type": "string", "maxLength": 3, "title": "Currency", "default": "EUR"},
        "reason": {"type": "string", "maxLength": 100, "title": "Reason"},
    },
}
REFUND = ToolChoice(
    tool="refund",
    title="Refund",
    effect_class="compensable",
    schema=SCHEMA,
    options={},
    fixed={"order_id": "O-1"},
)
MADE = {"order_id": "O-1", "amount_minor": 2000, "currency": "EUR"}


@pytest.fixture
def row(fake: FakeEngine) -> QueueRow:
    """A case of which 20.00 EUR are to be refunded, and which may be assigned instead."""
    row = first_of(fake, Attention.COPILOT)
    card = fake.cards[row.case_id]
    assert card.recommendation
    made = card.recommendation
    action = replace(made.actions[0], tool="refund", arguments=MADE)
    draft = replace(made.draft, alternatives=())
    made = replace(made, actions=(action,), draft=draft)
    tools = (*card.tools, REFUND)
    fake.cards[row.case_id] = replace(card, recommendation=made, tools=tools, steps=())
    return row


@pytest.fixture
def form(row: QueueRow, clock: ManualClock) -> AppTest:
    """The override's form with the refund chosen and a reason given."""
    app = press(open_case(row), "Override…")
    field(app, "Do this instead").set_value("refund").run()
    app.pills[0].set_value(ReasonCode.WRONG_FACTS).run()
    clock.advance(3)
    return app


def field_text(app: AppTest, label: str) -> str:
    """Of the long text with that label."""
    return str(next(one for one in app.text_area if one.label == label).value)


def told(app: AppTest) -> str:
    return str(data_of(app, "decision_words")["lines"][0][0]["text"])


def send(app: AppTest) -> Any:
    return next(one for one in app.button if one.label == "Override now")


def keys(app: AppTest) -> list[str]:
    return [str(one.key) for one in app.get("bidi_component")]


def test_suggested_amount_stands_in_the_field(form: AppTest) -> None:
    assert field(form, "Amount").value == "20.00"
    assert "amount 20.00 EUR" in told(form)


@pytest.mark.parametrize("text", ["-7", "abc", "", "1,250", "12.505", "0"])
def test_refused_amount_closes_the_form(fake: FakeEngine, form: AppTest, text: str) -> None:
    assert "override_preview" in keys(form)
    app = field(form, "Amount").set_value(text).run()
    (why,) = [key for key in keys(app) if key.endswith(":amount_minor:why_not")]
    said = data_of(app, why)["lines"][0][0]["text"]
    assert told(app) == f"Nothing can be sent as the form stands. Amount: {said}"
    assert send(app).disabled
    assert "override_preview" not in keys(app)


@pytest.mark.parametrize("text", ["12.50", "12,50"])
def test_either_separator_sends_the_same(
    fake: FakeEngine, form: AppTest, row: QueueRow, text: str
) -> None:
    app = field(form, "Amount").set_value(text).run()
    assert "amount 12.50 EUR" in told(app)
    send(app).click().run()
    (request,) = sent(fake, DecideCase)
    assert request.arguments["amount_minor"] == 1250


def test_amount_typed_with_the_press_is_read_first(fake: FakeEngine, form: AppTest) -> None:
    field(form, "Amount").set_value("15")
    app = send(form).click().run()
    assert sent(fake, DecideCase) == []
    assert app.warning[0].value.startswith("Nothing was sent")
    assert "amount 15.00 EUR" in told(app)
    send(app).click().run()
    assert sent(fake, DecideCase)[0].arguments["amount_minor"] == 1500


def test_refused_amount_typed_with_the_press_stays_here(fake: FakeEngine, form: AppTest) -> None:
    field(form, "Amount").set_value("-7")
    app = send(form).click().run()
    assert sent(fake, DecideCase) == []
    assert "cannot be below zero" in app.warning[0].value
    assert send(app).disabled


# --- what is offered, and what it is against ---------------------------------------------------


def test_nothing_is_chosen_without_another_choice(row: QueueRow) -> None:
    app = press(open_case(row), "Override…")
    assert field(app, "Do this instead").value is None
    assert told(app) == "Choose what to do instead; nothing is run before you send it."


def test_best_other_choice_opens_first(fake: FakeEngine, row: QueueRow) -> None:
    card = fake.cards[row.case_id]
    assert card.recommendation
    others = [
        Proposal(tool="refund", arguments=MADE),
        Proposal(tool="add_work_note", arguments={"incident": row.source_id, "note": "look"}),
    ]
    alternatives = tuple(Alternative(proposal=one, label="x", probability=0.1) for one in others)
    draft = replace(card.recommendation.draft, alternatives=alternatives)
    noted = {"incident": row.source_id, "note": "it is refunded"}
    step_two = replace(card.recommendation.actions[0], tool="add_work_note", arguments=noted)
    actions = (*card.recommendation.actions, step_two)
    made = replace(card.recommendation, draft=draft, actions=actions)
    fake.cards[row.case_id] = replace(card, recommendation=made)
    app = press(open_case(row), "Override…")
    choice = field(app, "Do this instead")
    assert choice.value == "add_work_note"
    assert field_text(app, "Note") == "look"
    expected = ["Add work note, choice 2", "Refund, recommended", "Assign group"]
    assert choice.options == expected


def test_repeated_recommendation_is_named_as_such(form: AppTest) -> None:
    assert "exactly what is recommended. Approving does it" in told(form)
    app = field(form, "Amount").set_value("19").run()
    assert "not what is recommended" in told(app)
    assert told(app).endswith("Afterwards it can be made good, not unmade.")


def test_plan_that_is_left_out_is_named(
    fake: FakeEngine, row: QueueRow, clock: ManualClock
) -> None:
    card = fake.cards[row.case_id]
    assert card.recommendation
    asked = Asked(
        tool="refund",
        words="Refund",
        effect_class="compensable",
        arguments=MADE,
        view=(),
        difference=Difference(),
    )
    calls = [replace(asked, tool=tool) for tool in ("cancel_order", "refund", "message")]
    steps = tuple(step(one, place, StepStatus.WAITING) for place, one in enumerate(calls, 1))
    made = replace(
        card.recommendation, actions=(replace(card.recommendation.actions[0], ordinal=2),)
    )
    fake.cards[row.case_id] = replace(card, steps=steps, recommendation=made)
    app = press(open_case(row), "Override…")
    app = field(app, "Do this instead").set_value("refund").run()
    assert "is step 2 of what is recommended: approving runs the whole plan" in told(app)
    assert "this leaves out “Cancel order” and “Message”" in told(app)
    app = field(app, "Amount").set_value("19").run()
    assert "of the plan nothing runs, so not “Cancel order”, “Refund” and “Message”" in told(app)


def test_fields_have_labels_of_their_own(form: AppTest) -> None:
    assert field(form, "Reason").value == ""
    assert form.pills[0].label == "Why you override"
