"""Booking: the double entry of one operation. The only writer of postings.

Every movement names where it comes from and where it goes, so what is missing in one place is in
another. What a posting stands for (a balance, a state) is changed by whoever books it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection, RowMapping, Table, bindparam, insert, select, update

from engine.desks.orders.shop import tables
from engine.desks.orders.shop.database import add_missing
from engine.desks.orders.shop.refusals import Code, Refused

Value: TypeAlias = str | int | bool

PREVIEW_KEY = ""
"""The key of what is never committed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MoneyMoved:
    """One movement of money."""

    from_account: str
    to_account: str
    minor: int
    currency: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PiecesMoved:
    """One movement of pieces."""

    variant_id: str
    from_place: str
    to_place: str
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Windows:
    """How long money takes."""

    payment_settles_s: int = 2 * 24 * 3600
    """From the capture to the provider's payout."""
    refund_settles_s: int = 24 * 3600
    """For so long a refund can be called back, or until the next settlement run after it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Booking:
    """One operation while it happens: its transaction, its time, and what it has moved so far."""

    connection: Connection
    key: str
    now: datetime
    windows: Windows
    money: list[MoneyMoved] = field(default_factory=list)
    pieces: list[PiecesMoved] = field(default_factory=list)

    @property
    def at(self) -> str:
        """The time of the operation, as it is stored."""
        return stored_time(self.now)

    def pay(self, moved: MoneyMoved, payment_id: str) -> None:
        """Move money; nothing where the amount is 0."""
        if moved.minor == 0:
            return
        row = {
            "key": self.key,
            "from_account": moved.from_account,
            "to_account": moved.to_account,
            "minor": moved.minor,
            "currency": moved.currency,
            "payment_id": payment_id,
            "posted_at": self.at,
        }
        self.connection.execute(insert(tables.money_posting), row)
        self.money.append(moved)

    def move(self, moved: PiecesMoved) -> None:
        """Move pieces; nothing where the quantity is 0."""
        if moved.quantity == 0:
            return
        row = {
            "key": self.key,
            "variant_id": moved.variant_id,
            "from_place": moved.from_place,
            "to_place": moved.to_place,
            "quantity": moved.quantity,
            "posted_at": self.at,
        }
        self.connection.execute(insert(tables.pieces_posting), row)
        self.pieces.append(moved)

    def add(self, table: Table, row: Mapping[str, Value]) -> None:
        """Insert one row."""
        self.connection.execute(insert(table), row)

    def add_missing(self, table: Table, row: Mapping[str, Value]) -> bool:
        """Insert one row where its primary key is not there; whether it was inserted."""
        return add_missing(self.connection, table, row)

    def has(self, table: Table, row_id: str) -> bool:
        """Whether there is a row with that id, of whatever order."""
        statement = select(table.c.id).where(table.c.id == bindparam("row_id"))
        return bool(self.connection.execute(statement, {"row_id": row_id}).all())

    def change(self, table: Table, row_id: str, **values: Value) -> None:
        """Change one row of the order that is locked."""
        statement = update(table).where(table.c.id == bindparam("row_id")).values(**values)
        self.connection.execute(statement, {"row_id": row_id})

    def rows(self, table: Table, order_id: str) -> list[RowMapping]:
        """What an order has of one kind, in the order it came."""
        statement = select(table).where(table.c.order_id == bindparam("order_id"))
        found = self.connection.execute(statement, {"order_id": order_id}).mappings().all()
        return sorted(found, key=_came)

    def one(self, table: Table, order_id: str, row_id: str, code: Code) -> RowMapping:
        """One row of an order.

        Raises:
            Refused: The order has none with that id; the code says of which kind.
        """
        for row in self.rows(table, order_id):
            if row["id"] == row_id:
                return row
        raise Refused(code, f"Order {order_id} has no such {code.split('_')[1].lower()}.")

    def order(self, order_id: str) -> RowMapping:
        """The order, which the operation has locked."""
        statement = select(tables.order).where(tables.order.c.id == bindparam("order_id"))
        return self.connection.execute(statement, {"order_id": order_id}).mappings().one()

    def next_id(self, table: Table, order_id: str, letter: str) -> str:
        """The id of an order's next row: the same in a preview and in what follows it."""
        return f"{order_id}/{letter}{len(self.rows(table, order_id)) + 1}"


def stored_time(moment: datetime) -> str:
    """A moment as text of one width, so that texts compare as moments do."""
    return moment.isoformat(timespec="microseconds")


def _came(row: RowMapping) -> tuple[int, Any]:
    return len(row["id"]), row["id"]
