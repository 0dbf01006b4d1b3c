"""Sources: who tells the facts of an order case, for how long they are fresh, and the teller.

A fact is told by one source. Where two tell the same thing, both are kept only if they differ: that
is a contradiction, and the case shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from engine.domain.fact import Fact, FactValue, Quote

SHOP = "shop"
PAYMENTS = "payments"
CUSTOMER_FILE = "customer_file"
CARRIER = "carrier"
STOCK = "stock"
WAREHOUSE = "warehouse"
ALLOCATION = "allocation"
INTAKE = "intake"
CUSTOMER = "customer"
DETECTOR = "detector"

_MINUTE_S = 60
FRESH_FOR_S: Mapping[str, int] = MappingProxyType(
    {
        SHOP: 15 * _MINUTE_S,
        PAYMENTS: 15 * _MINUTE_S,
        CUSTOMER_FILE: 60 * _MINUTE_S,
        CARRIER: 60 * _MINUTE_S,
        STOCK: 15 * _MINUTE_S,
        WAREHOUSE: 15 * _MINUTE_S,
        ALLOCATION: 15 * _MINUTE_S,
    }
)
"""Seconds; what is not here does not age: somebody said it once."""


@dataclass(kw_only=True, slots=True)
class Teller:
    """Collects the facts of one case, in the order in which they are told."""

    as_of: datetime
    """When the signal was raised: what its texts and fields say was said then."""
    at: datetime
    """When systems are read."""
    facts: list[Fact] = field(default_factory=list)

    def read(self, source: str, entity: str, **values: FactValue) -> None:
        """Tell what a system was seen to say; nothing is told of what is None or empty."""
        for attribute, value in values.items():
            if value is not None and value != "":
                self._tell(source, entity, attribute, value, self.at, FRESH_FOR_S.get(source))

    def read_again(self, source: str, entity: str, **values: FactValue) -> None:
        """Tell what a second system says of the same, where it says something else."""
        known = {(one.entity, one.attribute): one.value for one in self.facts}
        for attribute, value in values.items():
            if (entity, attribute) in known and known[entity, attribute] != value:
                self._tell(source, entity, attribute, value, self.at, FRESH_FOR_S.get(source))

    def said(
        self, source: str, entity: str, attribute: str, value: FactValue, quote: Quote | None
    ) -> None:
        """Tell what somebody said when the case was raised."""
        self._tell(source, entity, attribute, value, self.as_of, None, quote)

    def _tell(
        self,
        source: str,
        entity: str,
        attribute: str,
        value: FactValue,
        observed_at: datetime,
        ttl_s: int | None,
        quote: Quote | None = None,
    ) -> None:
        self.facts.append(
            Fact(
                entity=entity,
                attribute=attribute,
                value=value,
                source=source,
                observed_at=observed_at,
                ttl_s=ttl_s,
                quote=quote,
            )
        )
