"""Reads: what a path of the orders desk reads, with arguments that come from facts alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.desks.orders import sources
from engine.reason.workflow.known import Known
from engine.reason.workflow.path import Read

Calls = Sequence[Mapping[str, Any]]


def _own_order(known: Known) -> Calls:
    return ({"order_id": known.brief.target},)


def _own_customer(known: Known) -> Calls:
    customer_id = known.value(f"order.customer_id@{sources.SHOP}")
    return ({"customer_id": customer_id},) if customer_id else ()


def _own_variants(known: Known) -> Calls:
    told = known.of_source(sources.SHOP)
    variants = {str(one.value) for one in told if one.attribute == "variant_id" and one.value}
    return tuple({"variant_id": one, "with_substitutes": False} for one in sorted(variants))


def _short_variant(known: Known) -> str:
    number = known.value(f"case.short_line@{sources.SHOP}")
    return str(known.value(f"line:{number}.variant_id@{sources.SHOP}") or "")


def _short_stock(known: Known) -> Calls:
    variant = _short_variant(known)
    return ({"variant_id": variant, "with_substitutes": True},) if variant else ()


def _who_waits(known: Known) -> Calls:
    variant = _short_variant(known)
    return ({"variant_id": variant},) if variant else ()


ORDER = Read(tool="get_order", source=sources.SHOP, calls=_own_order)
PAYMENTS = Read(tool="payments_of_order", source=sources.PAYMENTS, calls=_own_order)
SCANS = Read(tool="carrier_scans", source=sources.CARRIER, calls=_own_order)
HISTORY = Read(
    tool="customer_history", source=sources.CUSTOMER_FILE, calls=_own_customer, is_needed=False
)
STOCK = Read(tool="stock_levels", source=sources.STOCK, calls=_own_variants, is_needed=False)
SHORT_STOCK = Read(tool="stock_levels", source=sources.STOCK, calls=_short_stock)
WHO_WAITS = Read(tool="waiting_lines", source=sources.ALLOCATION, calls=_who_waits)
