"""Calls on money: capture, refund, calling a refund back, and the provider's settlement run.

For each payment: captured = with the provider + paid out + refunded by the provider.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import RowMapping, bindparam, select, update

from engine.desks.orders.shop import arguments as given
from engine.desks.orders.shop import tables
from engine.desks.orders.shop.booking import Booking, MoneyMoved, Value, stored_time
from engine.desks.orders.shop.order_calls import open_order, refuse_held
from engine.desks.orders.shop.refusals import Code, Refused
from engine.desks.orders.shop.words import (
    PROVIDER,
    REFUNDING,
    SHOP,
    Destination,
    PaymentMethod,
    RefundState,
    credit_account,
    customer_name,
)
from engine.domain.money import Money

MOST_SETTLED = 500
"""Payments, and refunds, of one settlement run."""


_credit = tables.credit.c
_this_credit = (_credit.customer_id == bindparam("of_customer")) & (
    _credit.currency == bindparam("in_currency")
)
_give_credit = (
    update(tables.credit)
    .where(_this_credit)
    .values(balance_minor=_credit.balance_minor + bindparam("amount"))
)
_take_credit = (
    update(tables.credit)
    .where(_this_credit, _credit.balance_minor >= bindparam("amount"))
    .values(balance_minor=_credit.balance_minor - bindparam("amount"))
)
_due_payments = (
    select(tables.payment.c.id, tables.payment.c.order_id)
    .where(tables.payment.c.held_minor > 0, tables.payment.c.settles_at <= bindparam("now"))
    .order_by(tables.payment.c.settles_at, tables.payment.c.id)
    .limit(MOST_SETTLED)
)
_due_refunds = (
    select(tables.refund.c.id, tables.refund.c.order_id, tables.order.c.customer_id)
    .join(tables.order, tables.order.c.id == tables.refund.c.order_id)
    .where(
        tables.refund.c.state == RefundState.PENDING, tables.refund.c.settles_at <= bindparam("now")
    )
    .order_by(tables.refund.c.settles_at, tables.refund.c.id)
    .limit(MOST_SETTLED)
)


def capture(
    booking: Booking, order_id: str, payment_id: str, amount_minor: int
) -> Mapping[str, Value]:
    """Take authorised money; the provider has it until it settles.

    Raises:
        Refused: ORDER_CANCELLED, ORDER_HELD, UNKNOWN_PAYMENT, PAYMENT_VOIDED, OVER_CAPTURE,
            NO_CREDIT.
    """
    order = open_order(booking, order_id)
    refuse_held(booking, order_id)
    payment = booking.one(tables.payment, order_id, payment_id, Code.UNKNOWN_PAYMENT)
    if payment["is_voided"]:
        raise Refused(Code.PAYMENT_VOIDED, f"Payment {payment_id} is voided.")
    captured = payment["captured_minor"] + amount_minor
    if captured > payment["authorised_minor"]:
        raise Refused(
            Code.OVER_CAPTURE,
            f"Payment {payment_id} is authorised for {payment['authorised_minor']}.",
        )
    if payment["method"] == PaymentMethod.CREDIT:
        _take_from_credit(booking, order["customer_id"], payment["currency"], amount_minor)
    booking.change(
        tables.payment,
        payment_id,
        captured_minor=captured,
        held_minor=payment["held_minor"] + amount_minor,
        settles_at=_later(booking, booking.windows.payment_settles_s),
    )
    payer = _payer(payment["method"], order["customer_id"])
    _pay(booking, payment, payer, PROVIDER, amount_minor)
    return {"payment_id": payment_id, "captured_minor": captured}


def refund(booking: Booking, call: given.Refund) -> Mapping[str, Value]:
    """Send captured money back, first what the provider still has.

    Raises:
        Refused: UNKNOWN_PAYMENT, CURRENCY_MISMATCH, OVER_REFUND.
    """
    payment = booking.one(tables.payment, call.order_id, call.payment_id, Code.UNKNOWN_PAYMENT)
    if payment["currency"] != call.currency:
        raise Refused(
            Code.CURRENCY_MISMATCH, f"Payment {call.payment_id} is in {payment['currency']}."
        )
    left = payment["captured_minor"] - payment["refunded_minor"]
    if call.amount_minor > left:
        raise Refused(
            Code.OVER_REFUND,
            f"Of payment {call.payment_id} {Money(minor=left, currency=call.currency)} can be "
            "refunded, not more.",
            refundable_minor=left,
        )
    by_provider = min(payment["held_minor"], call.amount_minor)
    refund_id = booking.next_id(tables.refund, call.order_id, "R")
    booking.add(tables.refund, _refund_row(booking, call, refund_id, by_provider))
    _shift(booking, payment, call.amount_minor, by_provider)
    _pay(booking, payment, PROVIDER, REFUNDING, by_provider)
    _pay(booking, payment, SHOP, REFUNDING, call.amount_minor - by_provider)
    return {"refund_id": refund_id, "refundable_minor": left - call.amount_minor}


def cancel_refund(booking: Booking, call: given.CancelRefund) -> Mapping[str, Value]:
    """Call a refund back; the money returns to where it came from.

    Raises:
        Refused: UNKNOWN_REFUND, REFUND_SETTLED, REFUND_CANCELLED.
    """
    found = booking.one(tables.refund, call.order_id, call.refund_id, Code.UNKNOWN_REFUND)
    if found["state"] == RefundState.SETTLED:
        raise Refused(Code.REFUND_SETTLED, f"Refund {call.refund_id} has settled.")
    if found["state"] == RefundState.CANCELLED:
        raise Refused(Code.REFUND_CANCELLED, f"Refund {call.refund_id} is cancelled already.")
    payment = booking.one(tables.payment, call.order_id, found["payment_id"], Code.UNKNOWN_PAYMENT)
    amount, by_provider = found["amount_minor"], found["from_provider_minor"]
    booking.change(tables.refund, call.refund_id, state=RefundState.CANCELLED)
    _shift(booking, payment, -amount, -by_provider)
    _pay(booking, payment, REFUNDING, PROVIDER, by_provider)
    _pay(booking, payment, REFUNDING, SHOP, amount - by_provider)
    return {"refund_id": call.refund_id, "amount_minor": amount}


def settle(booking: Booking) -> Mapping[str, Value]:
    """Pay out what the provider has held long enough, and complete refunds that are due."""
    now = {"now": booking.at}
    payments = booking.connection.execute(_due_payments, now).all()
    refunds = booking.connection.execute(_due_refunds, now).all()
    _lock_orders(booking, {row.order_id for row in (*payments, *refunds)})
    for row in payments:
        _settle_payment(booking, row.order_id, row.id)
    for due in sorted(refunds, key=lambda row: (row.customer_id, row.id)):  # one order of locks
        _settle_refund(booking, due.order_id, due.id)
    is_more = max(len(payments), len(refunds)) == MOST_SETTLED
    return {"payments": len(payments), "refunds": len(refunds), "is_more": is_more}


def _settle_payment(booking: Booking, order_id: str, payment_id: str) -> None:
    payment = booking.one(tables.payment, order_id, payment_id, Code.UNKNOWN_PAYMENT)
    held = payment["held_minor"]
    booking.change(
        tables.payment,
        payment_id,
        held_minor=0,
        settled_minor=payment["settled_minor"] + held,
    )
    _pay(booking, payment, PROVIDER, SHOP, held)


def _settle_refund(booking: Booking, order_id: str, refund_id: str) -> None:
    found = booking.one(tables.refund, order_id, refund_id, Code.UNKNOWN_REFUND)
    if found["state"] != RefundState.PENDING:
        return  # called back, or settled by another run, before this one had the lock
    payment = booking.one(tables.payment, order_id, found["payment_id"], Code.UNKNOWN_PAYMENT)
    customer_id = booking.order(order_id)["customer_id"]
    to_credit = found["destination"] == Destination.CREDIT
    method = PaymentMethod.CREDIT if to_credit else payment["method"]
    if method == PaymentMethod.CREDIT:
        _give_to_credit(booking, customer_id, found["currency"], found["amount_minor"])
    booking.change(tables.refund, refund_id, state=RefundState.SETTLED)
    payee = _payer(method, customer_id)
    _pay(booking, payment, REFUNDING, payee, found["amount_minor"])


def _lock_orders(booking: Booking, order_ids: set[str]) -> None:
    statement = (
        select(tables.order.c.id)
        .where(tables.order.c.id.in_(sorted(order_ids)))
        .order_by(tables.order.c.id)
        .with_for_update()
    )
    booking.connection.execute(statement).all()


def _refund_row(
    booking: Booking, call: given.Refund, refund_id: str, by_provider: int
) -> dict[str, Value]:
    return {
        "id": refund_id,
        "order_id": call.order_id,
        "payment_id": call.payment_id,
        "amount_minor": call.amount_minor,
        "from_provider_minor": by_provider,
        "currency": call.currency,
        "destination": call.to,
        "reason": call.reason,
        "state": RefundState.PENDING,
        "asked_at": booking.at,
        "settles_at": _later(booking, booking.windows.refund_settles_s),
    }


def _shift(booking: Booking, payment: RowMapping, refunded: int, by_provider: int) -> None:
    booking.change(
        tables.payment,
        payment["id"],
        refunded_minor=payment["refunded_minor"] + refunded,
        held_minor=payment["held_minor"] - by_provider,
    )


def _pay(booking: Booking, payment: RowMapping, source: str, target: str, minor: int) -> None:
    moved = MoneyMoved(
        from_account=source, to_account=target, minor=minor, currency=payment["currency"]
    )
    booking.pay(moved, payment["id"])


def _payer(method: str, customer_id: str) -> str:
    is_credit = method == PaymentMethod.CREDIT
    return credit_account(customer_id) if is_credit else customer_name(customer_id)


def _take_from_credit(booking: Booking, customer_id: str, currency: str, amount: int) -> None:
    named = {"of_customer": customer_id, "in_currency": currency, "amount": amount}
    if booking.connection.execute(_take_credit, named).rowcount == 0:
        raise Refused(Code.NO_CREDIT, f"Customer {customer_id} has less store credit than that.")


def _give_to_credit(booking: Booking, customer_id: str, currency: str, amount: int) -> None:
    row: dict[str, Value] = {"customer_id": customer_id, "currency": currency}
    booking.add_missing(tables.credit, {**row, "balance_minor": 0})
    named = {"of_customer": customer_id, "in_currency": currency, "amount": amount}
    booking.connection.execute(_give_credit, named)


def _later(booking: Booking, seconds: int) -> str:
    return stored_time(booking.now + timedelta(seconds=seconds))
