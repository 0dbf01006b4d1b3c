"""The call that tells which lines wait for the same stock. Nothing changes here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, exists, select

from engine.desks.orders.shop import arguments as given
from engine.desks.orders.shop import tables
from engine.desks.orders.shop.refusals import Code, Refused
from engine.desks.orders.shop.words import LineState, OrderState
from engine.domain.canonical import Json

MOST_WAITING = 100
"""The oldest come first; nobody allocates stock to more at once."""

_WAITS = (LineState.SHORT, LineState.BACKORDERED)

_one_variant = select(tables.variant).where(tables.variant.c.id == bindparam("variant_id"))
_is_held = exists().where(
    tables.hold.c.order_id == tables.order.c.id, tables.hold.c.released_at == ""
)
_waiting = (
    select(
        tables.line,
        tables.order.c.placed_at,
        tables.order.c.currency,
        _is_held.label("is_held"),
    )
    .join(tables.order, tables.order.c.id == tables.line.c.order_id)
    .join(tables.variant, tables.variant.c.id == tables.line.c.variant_id)
    .where(
        tables.variant.c.substitution_group == bindparam("wanted"),
        tables.line.c.state.in_(_WAITS),
        tables.order.c.state == OrderState.OPEN,
    )
    .order_by(tables.order.c.placed_at, tables.line.c.order_id, tables.line.c.number)
    .limit(MOST_WAITING)
)


def waiting_lines(connection: Connection, call: given.OfWaiting) -> Json:
    """Lines without stock whose variant stands in for the named one, oldest order first.

    Raises:
        Refused: UNKNOWN_VARIANT.
    """
    named = {"variant_id": call.variant_id}
    variant = connection.execute(_one_variant, named).mappings().first()
    if variant is None:
        raise Refused(Code.UNKNOWN_VARIANT, f"There is no variant {call.variant_id}.")
    group = variant["substitution_group"]
    rows = connection.execute(_waiting, {"wanted": group}).mappings().all()
    return {
        "variant_id": call.variant_id,
        "substitution_group": group,
        "lines": [_shown(row) for row in rows],
    }


def _shown(row: RowMapping) -> dict[str, Any]:
    names = (
        "order_id",
        "variant_id",
        "quantity",
        "unit_price_minor",
        "currency",
        "state",
        "placed_at",
        "expected_on",
        "needed_by",
        "takes_substitute",
    )
    shown = {name: row[name] for name in names}
    return {"line": row["number"], **shown, "is_held": bool(row["is_held"])}
