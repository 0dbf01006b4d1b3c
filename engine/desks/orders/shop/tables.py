"""Tables of the shop. Nothing is executed here.

Names carry a prefix, so that the shop may share a PostgreSQL database with others. Times are ISO
8601 text in UTC of one width, so that they sort; money is whole minor units.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

SCHEMA_VERSION = 2

metadata = MetaData()

_Number = BigInteger().with_variant(Integer, "sqlite")


def _text(name: str, *constraints: ForeignKey, **options: Any) -> Column[str]:
    return Column(name, Text, *constraints, nullable=False, **options)


def _amount(name: str) -> Column[int]:
    return Column(name, _Number, CheckConstraint(f"{name} >= 0"), nullable=False)


def _serial() -> Column[int]:
    return Column("id", _Number, primary_key=True, autoincrement=True)


def _of(table: str, *, primary_key: bool = False, index: bool = False) -> Column[str]:
    name = "order_id" if table == "order" else f"{table}_id"
    to = ForeignKey(f"shop_{table}.id")
    return _text(name, to, primary_key=primary_key, index=index)


schema = Table("shop_schema", metadata, Column("version", Integer, primary_key=True))

customer = Table(
    "shop_customer",
    metadata,
    _text("id", primary_key=True),
    _text("name"),
    _text("email"),
    _text("since"),
)

product = Table("shop_product", metadata, _text("id", primary_key=True), _text("title"))

variant = Table(
    "shop_variant",
    metadata,
    _text("id", primary_key=True),
    _of("product"),
    _text("title"),
    _text("substitution_group"),  # one may stand in for another of the same group
    _amount("weight_g"),
    _amount("price_minor"),
    _text("currency"),
)

warehouse = Table("shop_warehouse", metadata, _text("id", primary_key=True), _text("title"))

stock = Table(
    "shop_stock",
    metadata,
    _of("warehouse", primary_key=True),
    _of("variant", primary_key=True),
    _amount("on_hand"),  # the shop's feed: what the postings say
    Column("count_difference", _Number, nullable=False),  # the warehouse's feed less the shop's
    _text("counted_at"),
    _amount("announced_quantity"),  # what the supplier has promised
    _text("announced_for"),
)

order = Table(
    "shop_order",
    metadata,
    _text("id", primary_key=True),
    _of("customer", index=True),
    _text("address_id"),
    _text("currency"),
    _text("state"),
    _text("placed_at"),
    _amount("refunded_before_cancel"),  # over all its payments
)

address = Table(
    "shop_address",
    metadata,
    _text("id", primary_key=True),
    _of("order", index=True),
    _text("recipient"),
    _text("street"),
    _text("postal_code"),
    _text("city"),
    _text("country"),
)

line = Table(
    "shop_line",
    metadata,
    _text("id", primary_key=True),
    _of("order", index=True),
    Column("number", Integer, nullable=False),
    _of("variant", index=True),
    _amount("quantity"),
    _amount("unit_price_minor"),
    _text("state"),
    _text("warehouse_id"),  # where its pieces come from; empty: nowhere yet
    _text("expected_on"),  # of a backorder
    _text("before_backorder"),  # its state before, for the way back
    _text("before_cancel"),
    _text("needed_by"),  # the customer's day, given with the order; empty: none
    _text("takes_substitute"),  # yes or no, given with the order; empty: not asked
    UniqueConstraint("order_id", "number"),
)

hold = Table(
    "shop_hold",
    metadata,
    _text("id", primary_key=True),
    _of("order", index=True),
    _text("reason"),
    _text("placed_at"),
    _text("released_at"),  # empty: it holds
)

payment = Table(
    "shop_payment",
    metadata,
    _text("id", primary_key=True),
    _of("order", index=True),
    _text("method"),
    _text("currency"),
    _amount("authorised_minor"),
    _amount("captured_minor"),
    _amount("refunded_minor"),  # settled or on its way
    _amount("held_minor"),  # captured and still with the provider
    _amount("settled_minor"),  # what the provider has paid out
    Column("is_voided", Boolean, nullable=False),
    _text("authorised_at"),
    _text("settles_at"),
    CheckConstraint("captured_minor <= authorised_minor"),
    CheckConstraint("refunded_minor <= captured_minor"),
)
Index("ix_shop_payment_due", payment.c.settles_at, payment.c.held_minor)

refund = Table(
    "shop_refund",
    metadata,
    _text("id", primary_key=True),
    _of("order", index=True),
    _of("payment"),
    _amount("amount_minor"),
    _amount("from_provider_minor"),  # the rest came from the shop's own money
    _text("currency"),
    _text("destination"),
    _text("reason"),
    _text("state"),
    _text("asked_at"),
    _text("settles_at"),
)
Index("ix_shop_refund_due", refund.c.state, refund.c.settles_at)

credit = Table(
    "shop_credit",
    metadata,
    _of("customer", primary_key=True),
    _text("currency", primary_key=True),
    _amount("balance_minor"),
)

shipment = Table(
    "shop_shipment",
    metadata,
    _text("id", primary_key=True),
    _of("order", index=True),
    _of("warehouse"),
    _text("kind"),
    _text("address_id"),
    _text("carrier"),
    _text("state"),
    _text("packed_at"),
)

parcel = Table(
    "shop_parcel",
    metadata,
    _of("shipment", primary_key=True),
    _of("line", primary_key=True),
    _of("variant"),
    _amount("quantity"),
)

scan = Table(
    "shop_scan",
    metadata,
    _serial(),
    _of("shipment", index=True),
    _text("kind"),
    _text("place"),
    _text("notice"),
    _text("scanned_at"),
)

message = Table(
    "shop_message",
    metadata,
    _text("id", primary_key=True),
    _of("order", index=True),
    _text("subject"),
    _text("body"),
    _text("sent_at"),
)

operation = Table(
    "shop_operation",
    metadata,
    _text("key", primary_key=True),
    _text("tool"),
    _text("arguments_digest"),
    _text("credential_id"),  # of the credential it was done with
    _text("case_id"),
    _text("answer"),
    _text("done_at"),
)

credential_use = Table(
    "shop_credential_use",
    metadata,
    _text("credential_id", primary_key=True),
    _text("key"),
)

money_posting = Table(
    "shop_money_posting",
    metadata,
    _serial(),
    _text("key", index=True),  # the operation that caused it
    _text("from_account"),
    _text("to_account"),
    Column("minor", _Number, CheckConstraint("minor > 0"), nullable=False),
    _text("currency"),
    _text("payment_id", index=True),
    _text("posted_at"),
    CheckConstraint("from_account <> to_account"),
)

pieces_posting = Table(
    "shop_pieces_posting",
    metadata,
    _serial(),
    _text("key", index=True),
    _of("variant"),
    _text("from_place"),
    _text("to_place"),
    Column("quantity", _Number, CheckConstraint("quantity > 0"), nullable=False),
    _text("posted_at"),
    CheckConstraint("from_place <> to_place"),
)
