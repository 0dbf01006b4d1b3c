"""Results of the tools that read stock, and who waits for it: closed schemas."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from engine.desks.orders.results import Amount, Count, MaybeDay, MaybeMoment, Moment, Told
from engine.desks.orders.shop.arguments import Currency, Name, OrderId
from engine.domain.tool import Strict


class LevelResult(Strict):
    """Free stock of one variant in one warehouse, by both feeds."""

    warehouse_id: Name
    variant_id: Name
    counted_at: MaybeMoment
    announced_quantity: Count
    announced_for: MaybeDay
    product_id: Name
    title: Told
    substitution_group: Name
    weight_g: Count
    price_minor: Amount
    currency: Currency
    by_shop: Count
    by_warehouse: Count


class StockResult(Strict):
    """Free stock of a variant, and of what may stand in for it where that was asked for."""

    variant_id: Name
    substitution_group: Name
    levels: list[LevelResult]

    @model_validator(mode="after")
    def _of_one_group(self) -> Self:
        if any(one.substitution_group != self.substitution_group for one in self.levels):
            raise ValueError("a level is of another substitution group")
        return self


class WaitingResult(Strict):
    """A line that waits for stock."""

    line: Annotated[int, Field(ge=1)]
    order_id: OrderId
    variant_id: Name
    quantity: Annotated[int, Field(ge=1)]
    unit_price_minor: Amount
    currency: Currency
    state: Literal["SHORT", "BACKORDERED"]
    placed_at: Moment
    expected_on: MaybeDay
    is_held: bool
    needed_by: MaybeDay
    takes_substitute: Literal["", "yes", "no"]


class WaitingLinesResult(Strict):
    """All lines that wait for the stock of one substitution group, oldest order first."""

    variant_id: Name
    substitution_group: Name
    lines: list[WaitingResult]
