"""The drill's world: one order a case, in the state in which the case's plan can be carried out.

It plays orders into the shop and makes the intake rows that speak of them. No noise and no hidden
causes: what is measured is what becomes of plans, not how good they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from engine.desks.orders.words import CaseType, Resolution
from engine.domain.canonical import Json

SURE, UNSURE = "sure", "unsure"
"""What the detector's note says; the drill's reasoner is as confident as that."""
IN_STOCK, OTHER, OUT = "drill-tea", "drill-mint", "drill-rare"
"""Variants of one substitution group; of the last there is no piece."""
WAREHOUSE, CARRIER, CURRENCY = "drill-house", "swift", "EUR"
PRICE_MINOR, PIECES = 1_000, 2
CAPTURED_MINOR = PRICE_MINOR * PIECES
ADDRESS = {
    "recipient": "Drill Customer",
    "street": "Long Street 1",
    "postal_code": "10115",
    "city": "Berlin",
    "country": "DE",
}
STEPS_A_CALL = 400
HELD_EVERY = 3
"""Of the orders suspected of fraud every third is held already, and is released."""
STUMBLES_EVERY = 4
"""Of the plans that refund every fourth asks for more than there is, which shows at its last step:
what was done before is undone, and a person gets the case."""
_BEFORE = timedelta(hours=6)

Play = Callable[[Sequence[Json]], None]
"""Lets steps happen in the shop, all or none."""
Row = dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class DrillCase:
    """One case to come."""

    number: int
    prefix: str
    case_type: CaseType
    opened_at: datetime
    note: str = SURE

    @property
    def id(self) -> str:
        """Of the case."""
        return f"{self.prefix}{self.number:06d}"

    @property
    def order_id(self) -> str:
        """The order it is about."""
        return f"DRILL-{self.id}"

    @property
    def row(self) -> Row:
        """Its intake row."""
        return {
            "source": "shop",
            "id": self.id,
            "case_type": self.case_type.value,
            "order_id": self.order_id,
            "opened_at": self.opened_at.isoformat(),
            "detector_note": self.note,
        }

    def labelled(self, truth: Resolution) -> Row:
        """The row with what turned out to be right."""
        known_at = self.opened_at + timedelta(minutes=1)
        return {**self.row, "y_resolution": truth.value, "label_known_at": known_at.isoformat()}


def drill_cases(prefix: str, count: int, opened_at: datetime, note: str = SURE) -> list[DrillCase]:
    """So many cases, of every type in turns."""
    types = tuple(CaseType)
    return [
        DrillCase(
            number=number,
            prefix=prefix,
            case_type=types[number % len(types)],
            opened_at=opened_at,
            note=note,
        )
        for number in range(count)
    ]


def play_world(play: Play, opened_at: datetime) -> None:
    """Products, a warehouse and stock enough for everything."""
    at = opened_at - 2 * _BEFORE
    variants = [_variant(name) for name in (IN_STOCK, OTHER, OUT)]
    received = {"warehouse_id": WAREHOUSE, "quantity": 10**6}
    play(
        [
            _step(
                at,
                "add_catalogue",
                products=[{"id": "drill", "title": "Drill"}],
                variants=variants,
                warehouses=[{"id": WAREHOUSE, "title": "Drill house"}],
            ),
            *(
                _step(at, "receive_stock", variant_id=name, **received)
                for name in (IN_STOCK, OTHER)
            ),
        ]
    )


def play_orders(play: Play, cases: Sequence[DrillCase]) -> None:
    """Let the orders of all cases be there."""
    steps = (step for case in cases for step in _story(case))
    while batch := list(islice(steps, STEPS_A_CALL)):
        play(batch)


def is_held(case_type: CaseType, order_id: str) -> bool:
    """Whether an order of the drill is held from the first."""
    return case_type is CaseType.FRAUD_SUSPECTED and turn_of(order_id) % HELD_EVERY == 0


def stumbles(case_type: CaseType, order_id: str) -> bool:
    """Whether the shop refuses the last step of a plan, once the steps before it are done."""
    return case_type is CaseType.PAYMENT_MISMATCH and turn_of(order_id) % STUMBLES_EVERY == 3


def first_of(case: DrillCase) -> Resolution:
    """What the drill's plan for a case amounts to."""
    turn = turn_of(case.order_id)
    match case.case_type:
        case CaseType.ADDRESS_UNDELIVERABLE:
            return Resolution.CORRECT_ADDRESS
        case CaseType.STOCK_SHORT:
            return Resolution.BACKORDER if turn % 2 else Resolution.SUBSTITUTE
        case CaseType.PAYMENT_MISMATCH:
            return Resolution.REFUND
        case CaseType.DELIVERED_NOT_RECEIVED:
            return Resolution.RESHIP
        case CaseType.DUPLICATE_ORDER:
            return Resolution.CANCEL
        case CaseType.FRAUD_SUSPECTED:
            is_first = is_held(case.case_type, case.order_id)
            return Resolution.RELEASE if is_first else Resolution.HOLD


def turn_of(order_id: str) -> int:
    """How many cases of its type came before."""
    return int(order_id[-6:]) // len(CaseType)


def _story(case: DrillCase) -> Iterator[Json]:
    at, order_id = case.opened_at - _BEFORE, case.order_id
    yield _step(at, "place_order", **_order(case))
    payment = {"payment_id": f"{order_id}/P1", "amount_minor": CAPTURED_MINOR}
    yield _step(at + timedelta(minutes=1), "capture", order_id=order_id, **payment)
    if case.case_type is CaseType.DELIVERED_NOT_RECEIVED:
        yield _step(at + timedelta(minutes=2), "ship_order", order_id=order_id, carrier=CARRIER)
        for minute, kind in enumerate(("ACCEPTED", "DELIVERED"), start=3):
            told = {"shipment_id": f"{order_id}/S1", "kind": kind, "place": "Berlin", "notice": ""}
            yield _step(at + timedelta(minutes=minute), "carrier_scan", order_id=order_id, **told)
    if is_held(case.case_type, order_id):
        yield _step(at + timedelta(minutes=5), "hold_order", order_id=order_id, reason="Drill")


def _order(case: DrillCase) -> dict[str, Any]:
    is_short = case.case_type is CaseType.STOCK_SHORT
    line = {
        "variant_id": OUT if is_short else IN_STOCK,
        "quantity": PIECES,
        "unit_price_minor": PRICE_MINOR,
        "warehouse_id": "",
    }
    return {
        "order_id": case.order_id,
        "customer": {
            "id": f"{case.order_id}-customer",
            "name": "Drill Customer",
            "email": f"{case.id.lower()}@example.com",
            "since": "2025-01-01",
        },
        "address": ADDRESS,
        "currency": CURRENCY,
        "lines": [line],
        "payments": [{"method": "CARD", "authorised_minor": CAPTURED_MINOR}],
    }


def _variant(name: str) -> Json:
    return {
        "id": name,
        "product_id": "drill",
        "title": name.title(),
        "substitution_group": "drill",
        "weight_g": 100,
        "price_minor": PRICE_MINOR,
        "currency": CURRENCY,
    }


def _step(at: datetime, call: str, **arguments: Any) -> Json:
    return {"call": call, "arguments": arguments, "at": at.isoformat()}
