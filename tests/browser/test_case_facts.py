"""Facts of a case in the words of people: what matters first, money, codes, and everything else."""

from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from console.components import case_facts
from engine.domain.case import Attention
from engine.domain.decision import ReasonCode
from engine.domain.difference import Difference, FieldChange, MoneyMove
from engine.domain.fact import FactValue
from engine.domain.money import Money
from engine.domain.preview import Preview
from engine.domain.recommendation import Alternative, Draft, Reason
from engine.service.attention_words import DECLARED_PATH
from engine.service.requests import DecideCase
from engine.service.rows import CaseCard, FactRow, QueueRow, ToolChoice
from engine.testing.fake_engine import FakeEngine
from tests.browser.conftest import ManualClock, data_of
from tests.browser.working import field, first_of, open_case, press, sent

HOSTILE = "<b>Grüße</b> aus Übersee, [hier](javascript:alert(1)) " + "ä" * 300


@pytest.fixture
def row(fake: FakeEngine) -> QueueRow:
    """A case of an order, with more facts than anybody reads at a glance."""
    row = first_of(fake, Attention.COPILOT)
    fake.cards[row.case_id] = of_an_order(fake.cards[row.case_id])
    return row


def of_an_order(card: CaseCard) -> CaseCard:
    """The card with facts of an order, three of them cited, and a plan's labels."""
    at = card.row.as_of

    def told(entity: str, attribute: str, value: FactValue, source: str) -> FactRow:
        ages = source != "customer"
        return FactRow(
            entity=entity,
            attribute=attribute,
            value=value,
            source=source,
            observed_at=at,
            is_stale=attribute in ("total_minor", "status"),
            is_contradicted=attribute == "warehouse",
            stale_from=at if ages else None,
        )

    facts = (
        told("order", "currency", "EUR", "shop"),
        told("order", "status", "PLACED", "shop"),
        told("order", "total_minor", 3750, "shop"),
        told("order", "is_held", True, "shop"),
        told("order", "warehouse", "north", "shop"),
        told("text", "customer_message", HOSTILE, "customer"),
        told("payment:O-1/P1", "captured_minor", 3750, "payments"),
        told("payment:O-1/P2", "captured_minor", 0, "payments"),
        *(told("customer", f"fact_{number}", number, "customer_file") for number in range(20)),
    )
    made = card.recommendation
    assert made
    draft = replace(made.draft, **cited(made.draft))
    return replace(card, facts=facts, recommendation=replace(made, draft=draft))


def cited(draft: Draft) -> dict[str, Any]:
    """What the recommendation names, against it first."""
    against = Reason(fact="payment:O-1/P2.captured_minor@payments", text="Nothing.", weight=-1.0)
    return {
        "counter_evidence": (against,),
        "reasons": (Reason(fact="order.total_minor@shop", text="Much.", weight=2.0),),
        "missing": ("order.usual_total@customer_file",),
        "alternatives": (
            Alternative(proposal=draft.proposals[0], label="ask_customer", probability=0.7),
        ),
    }


def table(app: AppTest, key: str) -> list[list[dict[str, Any]]]:
    rows: list[list[dict[str, Any]]] = data_of(app, key)["rows"]
    return rows


def test_contradicted_then_cited_facts_stand_first(fake: FakeEngine, row: QueueRow) -> None:
    first = table(open_case(row), "facts")
    assert [(name["text"], name["note"], value["text"]) for name, value, *_ in first] == [
        ("Warehouse", "", "north"),
        ("Captured minor", "payment P2", "0.00 EUR"),
        ("Total minor", "", "37.50 EUR"),
        ("Customer message", "", HOSTILE),
    ]


def test_all_facts_stand_by_source_and_thing(fake: FakeEngine, row: QueueRow) -> None:
    rows = table(open_case(row), "facts_all")
    heads = [cells[0]["text"] for cells in rows if len(cells) == 1]
    assert heads == [
        "shop: order",
        "customer: text",
        "payments: payment P1",
        "payments: payment P2",
        "customer_file: customer",
    ]
    assert len(rows) - len(heads) == 28
    shown = {cells[0]["text"]: cells[1]["text"] for cells in rows if len(cells) > 1}
    assert (shown["Status"], shown["Is held"]) == ("placed", "yes")


def test_few_facts_stand_in_one_table(fake: FakeEngine) -> None:
    row = first_of(fake, Attention.COPILOT)
    app = open_case(row)
    assert len(table(app, "facts")) == len(fake.cards[row.case_id].facts) <= case_facts.SHORT
    with pytest.raises(AssertionError, match="no component"):
        data_of(app, "facts_all")


def test_labels_and_missing_facts_are_words(fake: FakeEngine, row: QueueRow) -> None:
    app = open_case(row)
    assert table(app, "alternatives")[0][0]["text"] == "Ask the customer"
    assert "Usual total would matter most" in [one[1]["text"] for one in table(app, "reasons")]


def test_card_tells_who_was_tried_before(fake: FakeEngine, row: QueueRow) -> None:
    """Which reasoners were tried, in their order, and why they did not serve; as text."""
    card = fake.cards[row.case_id]
    made = card.recommendation
    assert made
    tried = (
        f"the agent was tried and did not serve: {HOSTILE}",
        "the workflow was tried and did not serve: no answer (5 tries)",
    )
    draft = replace(made.draft, tried=tried)
    fake.cards[row.case_id] = replace(card, recommendation=replace(made, draft=draft))
    app = open_case(row)
    said = [data_of(app, f"tried_{place}")["lines"] for place in (0, 1)]
    assert [[piece["text"] for line in lines for piece in line] for lines in said] == [
        [f"First {tried[0]}."],
        [f"Then {tried[1]}."],
    ]
    with pytest.raises(AssertionError, match="no component"):
        data_of(app, "tried_2")


def test_fact_that_says_nothing_is_not_missing(fake: FakeEngine, row: QueueRow) -> None:
    """A message that is there and leaves open what matters is not called absent."""
    card = fake.cards[row.case_id]
    made = card.recommendation
    assert made
    missing = (
        "text.customer_message@customer",
        "order.usual_total@customer_file",
        "carrier notice",
    )
    draft = replace(made.draft, missing=missing)
    fake.cards[row.case_id] = replace(card, recommendation=replace(made, draft=draft))
    said = [one[1]["text"] for one in table(open_case(row), "reasons")]
    assert "Usual total and carrier notice would matter most" in said
    assert "Customer message does not say what would matter most" in said


def test_recommendation_without_the_largest_share_says_so(fake: FakeEngine, row: QueueRow) -> None:
    card = fake.cards[row.case_id]
    made = card.recommendation
    assert made
    shares = ((made.draft.label, 0.0), ("cancel", 0.57), ("ask_customer", 0.43))
    others = tuple(
        Alternative(proposal=made.draft.proposals[0], label=label, probability=share)
        for label, share in shares
    )
    draft = replace(made.draft, alternatives=others)
    fake.cards[row.case_id] = replace(card, recommendation=replace(made, draft=draft))
    app = open_case(row)
    assert [one[0]["note"] for one in table(app, "alternatives")] == ["recommended", "", ""]
    assert "has not the largest" in data_of(app, "ranks")["lines"][0][0]["text"]


def test_currency_that_is_not_one_is_left_out(fake: FakeEngine, row: QueueRow) -> None:
    facts = fake.cards[row.case_id].facts
    other = replace(facts[0], entity="other_order", value="USD")
    assert case_facts.currency_of(facts, "payment:O-1/P1") == "EUR"
    assert case_facts.currency_of((*facts, other), "order") == "EUR"
    assert case_facts.currency_of((*facts, other), "payment:O-1/P1") == ""


def test_first_look_stands_by_the_reason(fake: FakeEngine, row: QueueRow) -> None:
    card = fake.cards[row.case_id]
    fake.cards[row.case_id] = replace(card, first_look="Call the carrier's depot.")
    lines = data_of(open_case(row), "case_head")["lines"]
    assert ["First look: Call the carrier's depot."] in [
        [one["text"] for one in at] for at in lines
    ]


def test_declared_path_claims_no_answer(fake: FakeEngine, row: QueueRow) -> None:
    card = fake.cards[row.case_id]
    made = card.recommendation
    assert made
    draft = replace(made.draft, reasoner=DECLARED_PATH, raw_confidence=None, alternatives=())
    made = replace(made, draft=draft, confidence=None, threshold=None)
    fake.cards[row.case_id] = replace(card, recommendation=made)
    app = open_case(row)
    assert "Until somebody has looked" in [one.value for one in app.subheader]
    assert "It is no recommendation" in data_of(app, "declared")["lines"][0][0]["text"]
    with pytest.raises(AssertionError, match="no component"):
        data_of(app, "alternatives")


def test_money_is_filled_in_as_people_write_it(
    fake: FakeEngine, row: QueueRow, clock: ManualClock
) -> None:
    card = fake.cards[row.case_id]
    choice = ToolChoice(
        tool="refund",
        title="Refund",
        effect_class="compensable",
        schema={
            "type": "object",
            "required": ["amount_minor"],
            "properties": {
                "amount_minor": {"type": "integer", "minimum": 1, "title": "Amount Minor"},
                "currency": {"type": "string", "maxLength": 3, "title": "Currency"},
            },
        },
        options={},
        fixed={},
    )
    fake.cards[row.case_id] = replace(card, tools=(choice,))
    app = press(open_case(row), "Override…")
    field(app, "Amount").set_value("12,35").run()
    field(app, "Currency").set_value("EUR").run()
    said = data_of(app, "decision_words")["lines"][0][0]["text"]
    assert "with amount 12.35 EUR, currency EUR" in said
    app.pills[0].set_value(ReasonCode.WRONG_FACTS).run()
    clock.advance(3)
    press(app, "Override now")
    (request,) = sent(fake, DecideCase)
    assert request.arguments == {"amount_minor": 1235, "currency": "EUR"}


def test_new_things_stand_in_one_line(fake: FakeEngine, row: QueueRow) -> None:
    card = fake.cards[row.case_id]
    preview = Preview(difference=refunded()).to_json()
    steps = tuple(replace(one, preview=preview) for one in card.steps)
    fake.cards[row.case_id] = replace(card, steps=steps)
    (call,) = data_of(open_case(row), "plan")["calls"]
    told = [(one["of"], one["what"], one["before"], one["after"]) for one in call["changes"]]
    assert told == [
        ("", "37.50 EUR", "shop", "customer C-7"),
        ("Payment P1", "Refunded", "0.00 EUR", "37.50 EUR"),
        ("Payment P1", "Held", "37.50 EUR", "0.00 EUR"),
        ("Order", "Status", "placed", "cancelled"),
        ("", "New: refund R1", "", "37.50 EUR, pending; payment: P1; reason: <i>late</i> parcel"),
        ("", "New: message M1", "", "subject: A refund for you"),
    ]


def refunded() -> Difference:
    """What a refund changes: a payment, an order, and two things that are new."""
    changes = (
        ("payment:O-1/P1", "refunded_minor", 0, 3750),
        ("payment:O-1/P1", "held_minor", 3750, 0),
        ("order", "status", "PLACED", "CANCELLED"),
        ("refund:O-1/R1", "amount_minor", None, 3750),
        ("refund:O-1/R1", "payment_id", None, "O-1/P1"),
        ("refund:O-1/R1", "reason", None, "<i>late</i> parcel"),
        ("refund:O-1/R1", "state", None, "PENDING"),
        ("message:O-1/M1", "subject", None, "A refund for you"),
    )
    return Difference(
        fields=tuple(
            FieldChange(of=of, field=field, before=before, after=after)
            for of, field, before, after in changes
        ),
        money=(
            MoneyMove(
                source="shop", target="customer C-7", money=Money(minor=3750, currency="EUR")
            ),
        ),
    )
