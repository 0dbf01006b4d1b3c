"""The shop's closed lists of words by the place they stand in, for wrong values of the right form.

A place is the name of the field, with the name of what it is in before it where that tells more.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from engine.desks.orders.shop import words
from engine.testing.faulty_proxy.damage import Vocabulary


def _words(kind: type[StrEnum]) -> Vocabulary:
    return frozenset(str(one) for one in kind)


SHOP_WORDS: Mapping[str, Vocabulary] = MappingProxyType(
    {
        "currency": frozenset(("EUR", "USD", "GBP", "CHF")),
        "country": frozenset(("AT", "DE", "FR", "IT", "PL")),
        "status": frozenset(("PLACED", "PARTLY_SHIPPED", "SHIPPED", "DELIVERED", "CANCELLED")),
        "method": _words(words.PaymentMethod),
        "destination": _words(words.Destination),
        "lines/state": _words(words.LineState),
        "payments/state": frozenset(("AUTHORISED", "CAPTURED", "SETTLED", "REFUNDED", "VOIDED")),
        "refunds/state": _words(words.RefundState),
        "shipments/state": _words(words.ShipmentState),
        "shipments/kind": _words(words.ShipmentKind),
        "scans/kind": _words(words.ScanKind),
    }
)
