"""The world of an orders scenario as events of the shop, and the case as a row of the intake."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.bootstrap.scenarios.orders_suite import (
    Address,
    Line,
    OrderScenario,
    Payment,
    Stock,
    World,
)
from engine.bootstrap.scenarios.texts import said
from engine.domain.canonical import Json
from engine.simulators.orders.events import WorldEvent

ORDER, OTHER, STRANGERS = "A-1001", "A-1000", "B-2001"
"""The order of the case, the customer's other one, and one of somebody else."""
CASE = "case-1"
_BEFORE_ALL = timedelta(days=6_000)
_PAST_ITEM = Line(item="past-goods", title="Earlier goods")


def events_of(world: World, now: datetime) -> list[WorldEvent]:
    """Everything that happened before the case came in, by time."""
    found = [*_Telling(world=world, now=now).tell()]
    return sorted(found, key=lambda event: event.at)


def row_of(scenario: OrderScenario, now: datetime) -> dict[str, str]:
    """The case as a line of the intake's format."""
    case = scenario.case
    is_beside = scenario.world.other_order is not None
    return {
        "source": case.raised_by.value,
        "id": CASE,
        "case_type": case.type.value,
        "order_id": ORDER if case.order is None else case.order,
        "opened_at": (now - timedelta(hours=case.opened_hours_ago)).isoformat(),
        "priority": str(case.priority),
        "customer_message": said(case.customer_message),
        "carrier_notice": said(case.carrier_notice),
        "detector_note": said(case.detector_note),
        "line": "" if case.line is None else str(case.line),
        "other_order_id": OTHER if is_beside else "",
        "score": "" if case.score is None else str(case.score),
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class _Telling:
    """Tells a world, event by event."""

    world: World
    now: datetime

    def tell(self) -> Iterator[WorldEvent]:
        world = self.world
        yield from self._goods()
        yield from self._past()
        placed_at = self._ago(world.ordered_hours_ago)
        other = world.other_order
        if other is not None:
            at = placed_at - timedelta(hours=other.hours_before)
            yield self._order(OTHER, at, _with_pieces(world.lines, other.pieces), other.address)
        payments = _payments(world)
        yield self._order(ORDER, placed_at, world.lines, None, payments)
        yield self._order(STRANGERS, placed_at, (_PAST_ITEM,), None, customer="Ivo Brandt")
        yield from self._money(placed_at, payments)
        if world.held:
            yield self._event(self._ago(0.5), "hold_order", order_id=ORDER, reason="Under review")
        yield from self._parcel()
        for stock in world.stock:
            yield from self._stock(stock)

    def _ago(self, hours: float) -> datetime:
        return self.now - timedelta(hours=hours)

    def _event(self, at: datetime, call: str, **arguments: Json) -> WorldEvent:
        return WorldEvent(at=at, call=call, arguments=arguments)

    def _goods(self) -> Iterator[WorldEvent]:
        """What is sold, and as many pieces of it as the orders take."""
        world, at = self.world, self.now - _BEFORE_ALL
        lines = (*world.lines, _PAST_ITEM)
        groups = {stock.item: stock.like or stock.item for stock in world.stock}
        sold: list[Line | Stock] = [*lines, *world.stock]
        variants = {one.item: (one.title, one.price) for one in reversed(sold)}
        yield self._event(
            at,
            "add_catalogue",
            products=[{"id": item, "title": title} for item, (title, _) in variants.items()],
            variants=[
                _variant(item, title, price, groups.get(item, item))
                for item, (title, price) in variants.items()
            ],
            warehouses=[{"id": "north", "title": "North"}, {"id": "south", "title": "South"}],
        )
        other = world.other_order
        other_lines = _with_pieces(world.lines, other.pieces) if other else ()
        past = world.history.orders
        past_lines = world.lines if world.history.same_items else (_PAST_ITEM,)
        taken = [*(one for one in (*world.lines, *other_lines) if one.in_stock), _PAST_ITEM]
        for line in (*taken, *(past_lines * past)):
            yield self._received(at, line.item, "north", line.pieces)

    def _received(self, at: datetime, item: str, warehouse: str, pieces: int) -> WorldEvent:
        return self._event(
            at, "receive_stock", warehouse_id=warehouse, variant_id=item, quantity=pieces
        )

    def _past(self) -> Iterator[WorldEvent]:
        history, world = self.world.history, self.world
        lines = world.lines if history.same_items else (_priced(_PAST_ITEM, history.total),)
        for number in range(1, history.orders + 1):
            order_id = f"H-{number}"
            at = self.now - timedelta(days=20 * (history.orders - number + 1))
            paid = (Payment(authorised=_total(lines), taken=_total(lines)),)
            yield self._order(order_id, at, lines, history.address, paid)
            yield from self._taken(order_id, at, paid)
            sent_at = at + timedelta(hours=2)
            yield self._event(sent_at, "ship_order", order_id=order_id, carrier="swift")
            for kind in ("ACCEPTED", "DELIVERED"):
                sent_at += timedelta(hours=6)
                yield self._scan(sent_at, order_id, kind)
            if number > history.orders - history.refunded:
                yield self._refund(sent_at + timedelta(hours=2), order_id, _total(lines), 1)

    def _order(
        self,
        order_id: str,
        at: datetime,
        lines: tuple[Line, ...],
        address: Address | None,
        payments: tuple[Payment, ...] = (),
        customer: str = "",
    ) -> WorldEvent:
        world = self.world
        since = self.now - timedelta(days=world.known_for_days)
        who = customer or world.customer
        paid = payments or (Payment(authorised=_total(lines)),)
        return self._event(
            at,
            "place_order",
            order_id=order_id,
            customer={
                "id": "C-2" if customer else "C-1",
                "name": who,
                "email": "somebody@example.com",
                "since": f"{since:%Y-%m-%d}",
            },
            address=(address or world.address).model_dump(),
            currency="EUR",
            lines=[
                {
                    "variant_id": line.item,
                    "quantity": line.pieces,
                    "unit_price_minor": _minor(line.price),
                }
                for line in lines
            ],
            payments=[
                {"method": "CARD", "authorised_minor": _minor(one.authorised)} for one in paid
            ],
        )

    def _money(self, placed_at: datetime, payments: tuple[Payment, ...]) -> Iterator[WorldEvent]:
        yield from self._taken(ORDER, placed_at, payments)
        if self.world.refunded:
            at = placed_at + timedelta(minutes=40)
            yield self._refund(at, ORDER, self.world.refunded, len(payments))

    def _taken(
        self, order_id: str, placed_at: datetime, payments: tuple[Payment, ...]
    ) -> Iterator[WorldEvent]:
        for number, payment in enumerate(payments, start=1):
            if payment.taken:
                yield self._event(
                    placed_at + timedelta(minutes=number),
                    "capture",
                    order_id=order_id,
                    payment_id=f"{order_id}/P{number}",
                    amount_minor=_minor(payment.taken),
                )

    def _refund(self, at: datetime, order_id: str, amount: float, payment: int) -> WorldEvent:
        return self._event(
            at,
            "refund",
            order_id=order_id,
            payment_id=f"{order_id}/P{payment}",
            amount_minor=_minor(amount),
            currency="EUR",
            to="original",
            reason="Paid back by the shop",
        )

    def _parcel(self) -> Iterator[WorldEvent]:
        parcel = self.world.parcel
        if parcel is None:
            return
        at = self._ago(parcel.hours_ago)
        yield self._event(at, "ship_order", order_id=ORDER, carrier=parcel.carrier)
        yield self._scan(at + timedelta(minutes=30), ORDER, "ACCEPTED")
        for one in parcel.reports:
            yield self._scan(self._ago(one.hours_ago), ORDER, one.kind, one.place, one.notice)

    def _scan(
        self, at: datetime, order_id: str, kind: str, place: str = "", notice: str = ""
    ) -> WorldEvent:
        told = {"kind": kind, "place": place, "notice": notice}
        shipment = f"{order_id}/S1"
        return self._event(at, "carrier_scan", order_id=order_id, shipment_id=shipment, **told)

    def _stock(self, stock: Stock) -> Iterator[WorldEvent]:
        at = self._ago(0.4)
        where: dict[str, Json] = {"warehouse_id": stock.warehouse, "variant_id": stock.item}
        if stock.pieces:
            yield self._event(at, "receive_stock", **where, quantity=stock.pieces)
        if stock.announced:
            day = f"{self.now + timedelta(days=stock.announced_in_days):%Y-%m-%d}"
            told = {"quantity": stock.announced, "expected_on": day}
            yield self._event(at, "announce_stock", **where, **told)
        if stock.counted is not None:
            yield self._event(at, "count_stock", **where, counted=stock.counted)


def _variant(item: str, title: str, price: float, group: str) -> dict[str, Json]:
    return {
        "id": item,
        "product_id": item,
        "title": title,
        "substitution_group": group,
        "weight_g": 500,
        "price_minor": _minor(price),
        "currency": "EUR",
    }


def _payments(world: World) -> tuple[Payment, ...]:
    total = _total(world.lines)
    usual = (Payment(authorised=total, taken=total),)
    return usual if world.payments is None else world.payments


def _with_pieces(lines: tuple[Line, ...], pieces: int | None) -> tuple[Line, ...]:
    if pieces is None:
        return lines
    return tuple(line.model_copy(update={"pieces": pieces}) for line in lines)


def _priced(line: Line, price: float) -> Line:
    return line.model_copy(update={"price": price})


def _total(lines: tuple[Line, ...]) -> float:
    return sum(line.price * line.pieces for line in lines)


def _minor(euro: float) -> int:
    return round(euro * 100)
