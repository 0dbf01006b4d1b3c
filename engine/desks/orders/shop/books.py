"""Books: the trial balance. Postings on one side, what is shown on the other; both must agree.

It reads all of the shop and is for tests and audits, not for a page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from sqlalchemy import Column, Connection, Table, func, select

from engine.desks.orders.shop import arguments as given
from engine.desks.orders.shop import tables
from engine.desks.orders.shop.words import (
    ON_THE_WAY,
    PROVIDER,
    REFUNDING,
    SHOP,
    SUPPLIER,
    LineState,
    RefundState,
    ShipmentState,
    credit_account,
    customer_name,
    line_place,
    shipment_place,
    warehouse_place,
)
from engine.domain.canonical import Json

Held: TypeAlias = Counter[tuple[str, str]]
"""What is in (a place or account, of a variant or currency); what is 0 may be missing."""

_MAY_OWE = (SUPPLIER, "customer:")
"""The world outside: what it gave is more than what it got."""


def books(connection: Connection, call: given.Nothing) -> Json:
    """The trial balance of money and pieces.

    Returns:
        `is_balanced`; for each currency and variant the sum over all accounts and places (0);
        every balance as it is shown next to the sum of its postings; what is below zero and must
        not be; and the keys of postings that no operation accounts for.
    """
    money = _held(connection, tables.money_posting, "account", "currency", "minor")
    pieces = _held(connection, tables.pieces_posting, "place", "variant_id", "quantity")
    balances = [
        *_compared("money", money, _shown_money(connection)),
        *_compared("pieces", pieces, _shown_pieces(connection)),
        *_payments(connection),
    ]
    below = [*_below_zero(money, _MAY_OWE), *_below_zero(pieces, (SUPPLIER,))]
    unexplained = _unexplained(connection)
    sums = _sums(money), _sums(pieces)
    return {
        "is_balanced": not (
            below
            or unexplained
            or any(one["shown"] != one["posted"] for one in balances)
            or any(any(one.values()) for one in sums)
        ),
        "currencies": sums[0],
        "variants": sums[1],
        "balances": balances,
        "below_zero": below,
        "unexplained": unexplained,
    }


def _held(connection: Connection, table: Table, end: str, of: str, amount: str) -> Held:
    held: Held = Counter()
    for side, sign in (("to", 1), ("from", -1)):
        where: Column[str] = table.c[f"{side}_{end}"]
        statement = select(where, table.c[of], func.sum(table.c[amount])).group_by(
            where, table.c[of]
        )
        for place, unit, total in connection.execute(statement):
            held[place, unit] += sign * int(total)
    return held


def _sums(held: Held) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for (_, unit), amount in held.items():
        sums[unit] += amount
    return dict(sorted(sums.items()))


def _shown_money(connection: Connection) -> Held:
    """Accounts as payments, refunds and credits have them."""
    shown: Held = Counter()
    payments, orders = tables.payment, tables.order
    statement = select(payments, orders.c.customer_id).join(
        orders, orders.c.id == payments.c.order_id
    )
    methods: dict[str, str] = {}
    for row in connection.execute(statement).mappings():
        methods[row["id"]] = row["method"]
        shown[PROVIDER, row["currency"]] += row["held_minor"]
        shown[SHOP, row["currency"]] += row["settled_minor"]
        if row["method"] == "CARD":
            shown[customer_name(row["customer_id"]), row["currency"]] -= row["captured_minor"]
    statement = select(tables.refund, orders.c.customer_id).join(
        orders, orders.c.id == tables.refund.c.order_id
    )
    for row in connection.execute(statement).mappings():
        if row["state"] == RefundState.CANCELLED:
            continue
        amount, currency = row["amount_minor"], row["currency"]
        shown[SHOP, currency] -= amount - row["from_provider_minor"]
        if row["state"] == RefundState.PENDING:
            shown[REFUNDING, currency] += amount
        elif row["destination"] == "original" and methods[row["payment_id"]] == "CARD":
            shown[customer_name(row["customer_id"]), currency] += amount
    for row in connection.execute(select(tables.credit)).mappings():
        shown[credit_account(row["customer_id"]), row["currency"]] += row["balance_minor"]
    return shown


def _shown_pieces(connection: Connection) -> Held:
    """Places as stock, lines and parcels have them; `lost` and `supplier` are known by postings."""
    shown: Held = Counter()
    for row in connection.execute(select(tables.stock)).mappings():
        shown[warehouse_place(row["warehouse_id"]), row["variant_id"]] += row["on_hand"]
    for row in connection.execute(select(tables.line)).mappings():
        if row["state"] == LineState.RESERVED:
            shown[line_place(row["id"]), row["variant_id"]] += row["quantity"]
    statement = (
        select(tables.parcel, tables.shipment.c.state, tables.order.c.customer_id)
        .join(tables.shipment, tables.shipment.c.id == tables.parcel.c.shipment_id)
        .join(tables.order, tables.order.c.id == tables.shipment.c.order_id)
    )
    for row in connection.execute(statement).mappings():
        if row["state"] in ON_THE_WAY:
            shown[shipment_place(row["shipment_id"]), row["variant_id"]] += row["quantity"]
        elif row["state"] == ShipmentState.DELIVERED:
            shown[customer_name(row["customer_id"]), row["variant_id"]] += row["quantity"]
    return shown


def _compared(of: str, posted: Held, shown: Held) -> Iterator[Json]:
    known_by_postings = {"supplier", "lost"}
    for place, unit in sorted(posted.keys() | shown.keys()):
        if place not in known_by_postings:
            sides = {"shown": shown[place, unit], "posted": posted[place, unit]}
            yield {"of": of, "name": place, "unit": unit, **sides}


def _payments(connection: Connection) -> Iterator[Json]:
    """What each payment says of itself, next to the postings that name it."""
    flows = _flows(connection)
    for row in connection.execute(select(tables.payment).order_by(tables.payment.c.id)).mappings():
        flow = flows.get(row["id"], Counter())
        at_provider = flow["payer", PROVIDER]
        paid_out = flow[PROVIDER, SHOP]
        by_provider = flow[PROVIDER, REFUNDING] - flow[REFUNDING, PROVIDER]
        by_shop = flow[SHOP, REFUNDING] - flow[REFUNDING, SHOP]
        for name, posted in (
            ("captured_minor", at_provider),
            ("held_minor", at_provider - paid_out - by_provider),
            ("settled_minor", paid_out),
            ("refunded_minor", by_provider + by_shop),
        ):
            sides = {"shown": row[name], "posted": posted}
            yield {"of": "payment", "name": row["id"], "unit": name, **sides}


def _flows(connection: Connection) -> Mapping[str, Held]:
    posting = tables.money_posting.c
    ends = (posting.payment_id, posting.from_account, posting.to_account)
    flows: dict[str, Held] = {}
    for payment_id, source, target, total in connection.execute(
        select(*ends, func.sum(posting.minor)).group_by(*ends)
    ):
        inside = (PROVIDER, REFUNDING, SHOP)
        payer = source if source in inside else "payer"
        flow = flows.setdefault(payment_id, Counter())
        flow[payer, target if target in inside else "payer"] += int(total)
    return flows


def _below_zero(held: Held, may_owe: tuple[str, ...]) -> list[Json]:
    return [
        {"name": place, "unit": unit, "posted": amount}
        for (place, unit), amount in sorted(held.items())
        if amount < 0 and not place.startswith(may_owe)
    ]


def _unexplained(connection: Connection) -> list[str]:
    done = select(tables.operation.c.key)
    keys: set[str] = set()
    for table in (tables.money_posting, tables.pieces_posting):
        statement = select(table.c.key).where(table.c.key.not_in(done)).distinct()
        keys.update(connection.execute(statement).scalars())
    return sorted(keys)
