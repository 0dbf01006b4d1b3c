"""What the scripted model takes for a case, by the facts; what it is called, and what it costs."""

import pytest

from engine.bootstrap.models import open_model
from engine.domain.fact import FactValue
from engine.domain.model_call import (
    Message,
    ModelPrice,
    ModelRequest,
    Speaker,
    StopReason,
    TextBlock,
)
from engine.errors import ModelCancelled
from engine.settings import read_settings
from engine.settings.value import _ONE_OF
from engine.simulators.scripted_model import Mode, ScriptedModel
from engine.simulators.scripted_model.judging import judged
from engine.simulators.scripted_model.orders.calls import order_call
from engine.simulators.scripted_model.sight import Shown, Sight
from engine.testing.world import FakeClock

ORDER: dict[str, FactValue] = {
    "order.status@shop": "PLACED",
    "order.currency@shop": "EUR",
    "order.total_minor@shop": 4_000,
    "order.is_held@shop": False,
    "payment:A1/P1.captured_minor@payments": 4_000,
    "payment:A1/P1.refunded_minor@payments": 0,
}
TWICE: dict[str, FactValue] = {
    "payment:A1/P2.captured_minor@payments": 4_000,
    "payment:A1/P2.refunded_minor@payments": 0,
}


def sight_of(facts: dict[str, FactValue], **marks: dict[str, tuple[str, ...]]) -> Sight:
    against = marks.get("against", {})
    return Sight(
        facts={
            name: Shown(id=name, value=value, against=against.get(name, ()))
            for name, value in facts.items()
        },
        today="2026-03-02",
    )


TABLE: list[tuple[str, dict[str, FactValue], str, str]] = [
    ("payment_mismatch", TWICE, "captured_twice", "refund"),
    ("payment_mismatch", {"order.is_held@shop": True}, "late_report", "release"),
    (
        "payment_mismatch",
        {"payment:A1/P1.captured_minor@payments": 3_000},
        "paid_too_little",
        "ask_customer",
    ),
    ("payment_mismatch", {}, "", "ask_customer"),
    ("duplicate_order", {"customer.is_second_meant@customer": True}, "gift", "release"),
    ("duplicate_order", {"customer.is_second_meant@customer": False}, "double_click", "cancel"),
    ("duplicate_order", {"order.status@shop": "SHIPPED"}, "too_late", "ask_customer"),
    ("fraud_suspected", {"customer.denies_order@customer": True}, "account_taken", "hold"),
    (
        "fraud_suspected",
        {"case.score@intake": 0.9, "customer.days_known@customer_file": 3},
        "stolen_card",
        "cancel",
    ),
    ("stock_short", {"customer.wants_cancel@customer": True, "case.short_line@shop": 1},
     "given_up", "cancel"),
    ("address_undeliverable", {"carrier.carrier_says@carrier": "refused"}, "refused", "refund"),
    (
        "delivered_not_received",
        {"parcel:A1/S1.handed_over@carrier": "safe_place", "customer.is_received@customer": False},
        "stolen",
        "reship",
    ),
    ("delivered_not_received", {"customer.is_received@customer": True}, "turned_up",
     "ask_customer"),
    ("routing", {"incident.state@itsm": "new"}, "", "ask_customer"),
    ("never_heard_of", {}, "", "ask_customer"),
]  # fmt: skip


@pytest.mark.parametrize(("case_type", "facts", "cause", "does"), TABLE)
def test_rules_take_facts_for_their_cause(
    case_type: str, facts: dict[str, FactValue], cause: str, does: str
) -> None:
    taken = judged(case_type, sight_of({**ORDER, **facts}))
    assert (taken.cause, taken.does) == (cause, does)
    assert 0 < taken.sure < 1
    assert set(taken.cites) <= {*ORDER, *facts}
    assert set(taken.cites) & set(taken.against) == set()


def test_what_contradicts_a_ground_is_named() -> None:
    rival = "order.total_minor@payments"
    facts: dict[str, FactValue] = {**ORDER, **TWICE, rival: 3_900}
    sight = sight_of(facts, against={"order.total_minor@shop": (rival,)})
    assert rival in judged("payment_mismatch", sight).against


def test_refund_is_what_is_too_much_and_no_more() -> None:
    call = order_call("refund", "payment_mismatch", "A1", sight_of({**ORDER, **TWICE}))
    assert call
    assert (call.tool, call.arguments["payment_id"], call.arguments["amount_minor"]) == (
        "refund",
        "A1/P2",
        4_000,
    )
    assert order_call("refund", "payment_mismatch", "A1", sight_of(ORDER)) is None


@pytest.mark.parametrize("does", ["release", "correct_address", "reship", "substitute"])
def test_what_cannot_be_had_is_no_call(does: str) -> None:
    assert order_call(does, "fraud_suspected", "A1", sight_of(ORDER)) is None


def question(text: str) -> ModelRequest:
    blocks = (TextBlock(text=text),)
    return ModelRequest(
        system=(), messages=(Message(speaker=Speaker.USER, blocks=blocks),), max_tokens=100
    )


def test_other_questions_get_plain_words_for_nothing() -> None:
    told: list[str] = []
    model = ScriptedModel()
    said = model.ask(question("What is the weather?"), on_text=told.append)
    assert said.stop is StopReason.END
    assert said.text == "There is no script for such a question." == "".join(told)
    assert said.usage.input == model.count(question("What is the weather?")) > 0
    assert model.identity.price.cost(said.usage) == 0
    with pytest.raises(ModelCancelled):
        model.ask(question("What?"), is_cancelled=lambda: True)


@pytest.mark.parametrize("mode", Mode)
def test_name_says_scripted_and_how_it_fails(mode: Mode) -> None:
    settings = read_settings({"COUNTERSIGN_SCRIPTED_MODEL": mode.value})
    model = open_model(settings, FakeClock())
    assert model
    assert (model.identity.name, model.identity.is_scripted) == (f"scripted-{mode}", True)
    assert model.identity.price == ModelPrice(input=0, output=0, cache_read=0, cache_write=0)


def test_settings_know_every_mode_and_no_other() -> None:
    assert set(_ONE_OF["scripted_model"]) == {"", *Mode}
    with pytest.raises(ValueError, match="COUNTERSIGN_SCRIPTED_MODEL is loud: it must be one of"):
        read_settings({"COUNTERSIGN_SCRIPTED_MODEL": "loud"})
    with pytest.raises(ValueError, match="cannot stand beside COUNTERSIGN_ANTHROPIC_API_KEY"):
        read_settings(
            {
                "COUNTERSIGN_SCRIPTED_MODEL": "plain",
                "COUNTERSIGN_ANTHROPIC_API_KEY": "sk-0123456789",
            }
        )
    assert open_model(read_settings({}), FakeClock()) is None
