"""View: the facts of a case by entity, attribute and source.

Every look names its source: what a customer says never stands in for what a system shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from engine.desks.orders import sources
from engine.domain.fact import Fact, FactSet, FactValue


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """The facts of one case, on one day."""

    facts: FactSet
    today: date

    def fact(self, entity: str, attribute: str, source: str) -> Fact | None:
        """The latest such fact."""
        found = [
            one
            for one in self.facts.facts
            if (one.entity, one.attribute, one.source) == (entity, attribute, source)
        ]
        return max(found, key=lambda one: one.observed_at) if found else None

    def value(self, entity: str, attribute: str, source: str = sources.SHOP) -> FactValue:
        """Its value; None where there is none."""
        found = self.fact(entity, attribute, source)
        return None if found is None else found.value

    def text(self, entity: str, attribute: str, source: str = sources.SHOP) -> str:
        """Its value as text; empty where there is none."""
        value = self.value(entity, attribute, source)
        return "" if value is None else str(value)

    def number(self, entity: str, attribute: str, source: str = sources.SHOP) -> int:
        """Its value as a whole number; 0 where there is none."""
        value = self.value(entity, attribute, source)
        return value if isinstance(value, int) else 0

    def entities(self, kind: str) -> tuple[str, ...]:
        """Entities `<kind>:…`, each once, in the order they were told."""
        found = (one.entity for one in self.facts.facts if one.entity.startswith(f"{kind}:"))
        return tuple(dict.fromkeys(found))

    @property
    def order_id(self) -> str:
        """The order the case is about."""
        return self.text("order", "order_id")

    @property
    def currency(self) -> str:
        """Of the order."""
        return self.text("order", "currency")

    @property
    def amount_minor(self) -> int:
        """What is at stake: what the order costs."""
        return self.number("order", "total_minor")

    @property
    def is_open(self) -> bool:
        """Whether the order stands."""
        return self.text("order", "status") not in ("", "CANCELLED")

    @property
    def is_held(self) -> bool:
        """Whether something holds it."""
        return self.value("order", "is_held") is True

    def free(self, variant_id: str) -> Iterator[tuple[str, int]]:
        """Warehouses with the pieces of a variant that both feeds see."""
        for entity in self.entities("stock"):
            name, _, warehouse_id = entity.removeprefix("stock:").rpartition("@")
            if name != variant_id:
                continue
            counts = [
                one.value
                for one in self.facts.facts
                if (one.entity, one.attribute) == (entity, "free") and isinstance(one.value, int)
            ]
            yield warehouse_id, min(counts, default=0)
