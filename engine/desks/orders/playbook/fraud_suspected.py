"""Fraud suspected: a detector does not trust an order."""

from __future__ import annotations

from types import MappingProxyType

from engine.desks.orders.playbook.looking import HELD_WORDS, first_said, graded, held
from engine.desks.orders.playbook.model import (
    OFTEN,
    RARELY,
    SILENT,
    SOMETIMES,
    USUALLY,
    CaseModel,
    Cause,
    Cost,
    Seen,
    Sign,
)
from engine.desks.orders.playbook.view import View
from engine.desks.orders.sources import CUSTOMER, CUSTOMER_FILE, INTAKE
from engine.desks.orders.words import CaseType, Resolution

_USUAL, _FAR = 1.5, 4.0
"""Times the customer's usual order: up to the first it is usual, beyond the second far above."""


def _amount(view: View) -> Seen:
    usual = view.number("customer", "usual_total_minor", CUSTOMER_FILE)
    fact = f"customer.usual_total_minor@{CUSTOMER_FILE}"
    if usual <= 0:
        return Seen(value="usual", fact=fact)
    times = view.amount_minor / usual
    value = "usual" if times <= _USUAL else "above" if times <= _FAR else "far_above"
    return Seen(value=value, fact=fact)


def _address(view: View) -> Seen:
    past = view.number("customer", "past_orders", CUSTOMER_FILE)
    if view.value("customer", "is_abroad", CUSTOMER_FILE) is True:
        return Seen(value="abroad", fact=f"customer.is_abroad@{CUSTOMER_FILE}")
    is_used = past == 0 or view.value("customer", "has_used_address", CUSTOMER_FILE) is True
    fact = f"customer.has_used_address@{CUSTOMER_FILE}"
    return Seen(value="same" if is_used else "other", fact=fact)


SIGNS = (
    Sign(
        name="score",
        values={
            "low": "The detector's score is low.",
            "middle": "The detector's score is in the middle.",
            "high": "The detector's score is high.",
        },
        look=graded("case", "score", INTAKE, ((0.4, "low"), (0.7, "middle")), "high"),
    ),
    Sign(
        name="tenure",
        values={
            "days": "The customer is new by days.",
            "months": "The customer is known for months.",
            "years": "The customer is known for years.",
        },
        look=graded(
            "customer", "days_known", CUSTOMER_FILE, ((30, "days"), (365, "months")), "years"
        ),
    ),
    Sign(
        name="orders",
        values={
            "none": "The customer never ordered before.",
            "few": "The customer ordered a few times before.",
            "many": "The customer ordered many times before.",
        },
        look=graded("customer", "past_orders", CUSTOMER_FILE, ((0, "none"), (4, "few")), "many"),
    ),
    Sign(
        name="refunds",
        values={
            "none": "No earlier order was refunded.",
            "some": "Earlier orders were refunded.",
        },
        look=graded("customer", "refunded_orders", CUSTOMER_FILE, ((0, "none"),), "some"),
    ),
    Sign(
        name="amount",
        values={
            "usual": "The amount is not more than usual, as far as known.",
            "above": "The amount is above what is usual for the customer.",
            "far_above": "The amount is far above what is usual for the customer.",
        },
        look=_amount,
    ),
    Sign(
        name="address",
        values={
            "same": "It goes where the customer's orders went before.",
            "other": "It goes to an address the customer never used.",
            "abroad": "It goes to a country the customer never used.",
        },
        look=_address,
    ),
    Sign(
        name="message",
        values={
            "denies": "The customer says that the order is not theirs.",
            "explains": "The customer explains the order.",
            "presses": "The customer presses for shipping.",
            SILENT: "The customer says nothing of the order.",
        },
        look=first_said(
            CUSTOMER,
            CUSTOMER,
            ("denies_order", True, "denies"),
            ("explains_order", True, "explains"),
            ("presses", True, "presses"),
        ),
    ),
    Sign(name="held", values=HELD_WORDS, look=held()),
)

_NEVER_REFUNDED = {"none": USUALLY, "some": SOMETIMES}
_STOPPED = {"yes": USUALLY, "no": RARELY}
_EITHER = {"yes": OFTEN, "no": OFTEN}
_GOODS_GONE = MappingProxyType(
    {
        Resolution.RELEASE: Cost(minor=2_500, share=1.0),
        Resolution.ASK_CUSTOMER: Cost(minor=900, share=0.25),
    }
)
"""Goods, money and the provider's fee; and who is asked may be the thief, who says yes."""

MODEL = CaseModel(
    case_type=CaseType.FRAUD_SUSPECTED,
    signs=SIGNS,
    causes=(
        Cause(
            name="stolen_card",
            title="the card is stolen",
            resolution=Resolution.CANCEL,
            share=0.22,
            shows={
                "score": {"high": USUALLY, "middle": SOMETIMES},
                "tenure": {"days": USUALLY, "months": RARELY},
                "orders": {"none": USUALLY, "few": SOMETIMES},
                "refunds": _NEVER_REFUNDED,
                "amount": {"far_above": OFTEN, "above": SOMETIMES, "usual": OFTEN},
                "address": {"other": OFTEN, "abroad": SOMETIMES, "same": OFTEN},
                "message": {SILENT: OFTEN, "presses": OFTEN},
                "held": {"yes": OFTEN, "no": SOMETIMES},
            },
            harm=_GOODS_GONE,
        ),
        Cause(
            name="account_taken",
            title="somebody else uses the account",
            resolution=Resolution.HOLD,
            share=0.18,
            shows={
                "score": {"high": OFTEN, "middle": OFTEN, "low": RARELY},
                "tenure": {"years": USUALLY, "months": SOMETIMES},
                "orders": {"many": OFTEN, "few": OFTEN},
                "refunds": _NEVER_REFUNDED,
                "amount": {"far_above": USUALLY, "above": SOMETIMES, "usual": RARELY},
                "address": {"other": OFTEN, "abroad": OFTEN, "same": RARELY},
                "message": {SILENT: OFTEN, "presses": OFTEN, "denies": RARELY},
                "held": {"no": USUALLY, "yes": RARELY},
            },
            harm=_GOODS_GONE,
        ),
        Cause(
            name="gift",
            title="it is a gift",
            resolution=Resolution.RELEASE,
            share=0.20,
            shows={
                "score": {"middle": OFTEN, "low": OFTEN, "high": RARELY},
                "tenure": {"years": USUALLY, "months": SOMETIMES},
                "orders": {"many": OFTEN, "few": OFTEN},
                "refunds": _NEVER_REFUNDED,
                "amount": {"above": OFTEN, "usual": SOMETIMES, "far_above": SOMETIMES},
                "address": {"other": USUALLY, "same": SOMETIMES, "abroad": RARELY},
                "message": {"explains": OFTEN, SILENT: OFTEN},
                "held": _STOPPED,
            },
        ),
        Cause(
            name="large_order",
            title="a known customer buys more this time",
            resolution=Resolution.RELEASE,
            share=0.16,
            shows={
                "score": {"low": OFTEN, "middle": OFTEN, "high": RARELY},
                "tenure": {"years": USUALLY, "months": SOMETIMES},
                "orders": {"many": USUALLY, "few": SOMETIMES},
                "refunds": _NEVER_REFUNDED,
                "amount": {"far_above": OFTEN, "above": OFTEN, "usual": RARELY},
                "address": {"same": USUALLY, "other": RARELY},
                "message": {SILENT: USUALLY, "explains": SOMETIMES},
                "held": _STOPPED,
            },
        ),
        Cause(
            name="new_customer",
            title="a new customer orders much",
            resolution=Resolution.ASK_CUSTOMER,
            share=0.14,
            shows={
                "score": {"middle": USUALLY, "low": SOMETIMES, "high": SOMETIMES},
                "tenure": {"days": USUALLY, "months": SOMETIMES},
                "orders": {"none": USUALLY, "few": RARELY},
                "refunds": {"none": USUALLY, "some": RARELY},
                "amount": {"usual": OFTEN, "above": SOMETIMES, "far_above": RARELY},
                "address": {"same": USUALLY, "other": SOMETIMES},
                "message": {SILENT: OFTEN, "explains": OFTEN},
                "held": _EITHER,
            },
        ),
        Cause(
            name="sends_much_back",
            title="a customer who sends much back",
            resolution=Resolution.ASK_CUSTOMER,
            share=0.10,
            shows={
                "score": {"middle": USUALLY, "high": SOMETIMES, "low": SOMETIMES},
                "tenure": {"months": OFTEN, "years": OFTEN},
                "orders": {"few": OFTEN, "many": OFTEN},
                "refunds": {"some": USUALLY, "none": RARELY},
                "amount": {"above": OFTEN, "usual": OFTEN, "far_above": SOMETIMES},
                "address": {"same": USUALLY, "other": SOMETIMES},
                "message": {SILENT: USUALLY, "presses": SOMETIMES, "explains": RARELY},
                "held": _EITHER,
            },
        ),
    ),
    offers=(Resolution.RELEASE, Resolution.HOLD, Resolution.CANCEL, Resolution.ASK_CUSTOMER),
)
