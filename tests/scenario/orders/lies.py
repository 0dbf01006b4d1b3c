"""Lies: answers of the shop's reads that keep their schema and are wrong in a field that matters.

Each changes a true answer, as consistently as whoever tells it could: sums go with their lines,
holds with `is_held`. It gives nothing where there is nothing to lie about.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.desks.orders.words import CaseType
from tests.scenario.orders.lie import Lie
from tests.scenario.orders.lies_around import OF_CUSTOMER, OF_STOCK, OF_WAITING
from tests.scenario.orders.lies_of_orders import OF_ORDER
from tests.scenario.orders.lies_of_parcels import OF_PAYMENTS, OF_SCANS

_WITH_PARCELS = (CaseType.ADDRESS_UNDELIVERABLE, CaseType.DELIVERED_NOT_RECEIVED)
READ_FOR: Mapping[str, tuple[CaseType, ...]] = MappingProxyType(
    {
        "get_order": tuple(CaseType),
        "customer_history": tuple(CaseType),
        "payments_of_order": tuple(CaseType),
        "carrier_scans": _WITH_PARCELS,
        "stock_levels": (CaseType.STOCK_SHORT, *_WITH_PARCELS),
        "waiting_lines": (CaseType.STOCK_SHORT,),
    }
)
"""For which case types a tool is read before anybody reasons."""

_ALL = {
    "get_order": OF_ORDER,
    "customer_history": OF_CUSTOMER,
    "stock_levels": OF_STOCK,
    "waiting_lines": OF_WAITING,
    "carrier_scans": OF_SCANS,
    "payments_of_order": OF_PAYMENTS,
}
LIES: tuple[Lie, ...] = tuple(
    Lie(tool=tool, name=name, change=change)
    for tool, changes in _ALL.items()
    for name, change in changes.items()
)
