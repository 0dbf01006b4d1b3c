"""Sight: the facts that a window shows, and ways to look at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from engine.domain.fact import FactValue


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A fact as it stands in a window."""

    id: str
    """`entity.attribute@source`."""
    value: FactValue
    is_too_old: bool = False
    against: tuple[str, ...] = ()
    """Facts that say something else of the same."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """All facts of a window."""

    facts: Mapping[str, Shown]
    today: str = ""
    """Day in ISO form on which the latest was seen; empty: there are none."""

    def value(self, name: str) -> FactValue:
        """Of the fact with that id; None where there is none."""
        found = self.facts.get(name)
        return None if found is None else found.value

    def text(self, name: str) -> str:
        """The same as text; empty where there is none."""
        value = self.value(name)
        return "" if value is None else str(value)

    def number(self, name: str) -> int:
        """The same as a whole number; 0 where there is none."""
        value = self.value(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else 0

    def named(self, *patterns: str) -> tuple[str, ...]:
        """Ids of facts with a value, in the order of some patterns such as `parcel:*.state@*`."""
        return tuple(
            dict.fromkeys(
                name
                for pattern in patterns
                for name, fact in self.facts.items()
                if fact.value is not None and fnmatchcase(name, pattern)
            )
        )

    def values(self, pattern: str) -> tuple[FactValue, ...]:
        """Values of the facts that a pattern names."""
        return tuple(self.facts[name].value for name in self.named(pattern))

    def entities(self, kind: str) -> tuple[str, ...]:
        """Entities `<kind>:…`, each once, as they are listed; a dot may stand in their names."""
        names = (one.rpartition("@")[0].rpartition(".")[0] for one in self.facts)
        return tuple(dict.fromkeys(one for one in names if one.startswith(f"{kind}:")))

    def is_usable(self, name: str) -> bool:
        """Whether something may rest on a fact."""
        found = self.facts.get(name)
        return found is not None and found.value is not None and not found.is_too_old
