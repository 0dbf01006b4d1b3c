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
from engine.domain.naming import Identifiers

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

IDENTIFIERS = Identifiers(
    forms=(
        r"(?<![a-z])(?=[a-z0-9-]{0,63}[0-9])[a-z][a-z0-9]{0,63}(?:-[a-z0-9]{1,63}){1,8}",
        r"(?<![a-z0-9])[a-z]{1,2}[ .]{0,2}[#_-][ #._-]{0,2}[0-9](?: ?[0-9]){2,11}",
    ),
    told_by=(SHOP, PAYMENTS, CUSTOMER_FILE, STOCK, WAREHOUSE, ALLOCATION),
    typed=("address", "past_address"),
)
"""Orders, customers and variants: parts with a hyphen between them, a digit among them; or a letter
or two and a number with other signs between. What a carrier tells is left out, for its notices are
texts."""

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
    _values: dict[tuple[str, str], FactValue] = field(init=False, repr=False)
    """What was told last, by entity and attribute."""
    _names: set[tuple[str, str, str]] = field(init=False, repr=False)
    """What was told, by source, entity and attribute."""

    def __post_init__(self) -> None:
        """Know what was told before."""
        self._values = {(one.entity, one.attribute): one.value for one in self.facts}
        self._names = {(one.source, one.entity, one.attribute) for one in self.facts}

    def read(self, source: str, entity: str, **values: FactValue) -> None:
        """Tell what a system was seen to say.

        Nothing is told of what is None or empty, unless the same system had told it before.
        """
        for attribute, value in values.items():
            is_empty = value is None or value == ""
            if not is_empty or (source, entity, attribute) in self._names:
                self._read(source, entity, attribute, None if is_empty else value)

    def read_again(self, source: str, entity: str, **values: FactValue) -> None:
        """Tell what a second system says of the same: where it says, or said, something else."""
        for attribute, value in values.items():
            if (entity, attribute) not in self._values:
                continue
            is_other = self._values[entity, attribute] != value
            if is_other or (source, entity, attribute) in self._names:
                self._read(source, entity, attribute, value)

    def value(self, source: str, entity: str, attribute: str) -> FactValue:
        """What a source told last; None where it told nothing."""
        found = (
            one.value
            for one in reversed(self.facts)
            if (one.source, one.entity, one.attribute) == (source, entity, attribute)
        )
        return next(found, None)

    def said(
        self, source: str, entity: str, attribute: str, value: FactValue, quote: Quote | None
    ) -> None:
        """Tell what somebody said when the case was raised."""
        self._tell(source, entity, attribute, value, self.as_of, None, quote)

    def _read(self, source: str, entity: str, attribute: str, value: FactValue) -> None:
        self._tell(source, entity, attribute, value, self.at, FRESH_FOR_S.get(source))

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
        self._values[entity, attribute] = value
        self._names.add((source, entity, attribute))
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
