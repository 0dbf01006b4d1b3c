"""Facts: typed statements about a case, and what can be wrong with a set of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.domain.canonical import Json, canonical_text, digest
from engine.domain.ids import CaseId

FactValue = str | int | float | bool | None

PERSON_SOURCE = "person:"
"""Source prefix of what a person said; their sign-in name follows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """Where in the signal somebody said it; the words themselves stay there."""

    field: str
    """Which text of the signal's payload."""
    start: int
    """Of the first character, from 0, as the text came in."""
    end: int
    """After the last."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One statement: this attribute of this entity had this value, says this source."""

    entity: str
    attribute: str
    value: FactValue
    source: str
    observed_at: datetime
    ttl_s: int | None = None
    """Seconds for which the fact counts as fresh; None: it does not age."""
    quote: Quote | None = None
    """The words it was taken from; None where it was not taken from a text."""

    @property
    def id(self) -> str:
        """Name under which a recommendation cites the fact."""
        return f"{self.entity}.{self.attribute}@{self.source}"

    @property
    def is_from_person(self) -> bool:
        """Whether a person said it; such facts outlive a change of the signal."""
        return self.source.startswith(PERSON_SOURCE)

    def is_stale(self, at: datetime) -> bool:
        """Whether the fact has outlived its time to live."""
        return self.ttl_s is not None and at > self.observed_at + timedelta(seconds=self.ttl_s)


@dataclass(frozen=True, kw_only=True, slots=True)
class FactSet:
    """All facts of a case at one moment; a new revision is written when any changes."""

    case_id: CaseId
    revision: int
    facts: tuple[Fact, ...]
    digest: bytes

    def value_of(self, attribute: str, entity: str | None = None) -> FactValue:
        """The latest value of an attribute, None where there is none."""
        found = self._latest(attribute, entity)
        return found.value if found else None

    def entity_of(self, attribute: str) -> str | None:
        """Of which entity `value_of` tells this attribute, None where there is none."""
        found = self._latest(attribute, None)
        return found.entity if found else None

    def _latest(self, attribute: str, entity: str | None) -> Fact | None:
        found = [f for f in self.facts if f.attribute == attribute and entity in (None, f.entity)]
        return max(found, key=lambda f: f.observed_at) if found else None


def fact_set(case_id: CaseId, revision: int, facts: Sequence[Fact]) -> FactSet:
    """Bind facts to a case under a digest of their stored form."""
    rows = tuple(facts)
    return FactSet(
        case_id=case_id,
        revision=revision,
        facts=rows,
        digest=digest(facts_to_json(rows)),
    )


def facts_to_json(facts: Sequence[Fact]) -> Json:
    """The stored and hashed form: neighbours of one entity, source and time share their head."""
    grouped: list[Json] = []
    for fact in facts:
        head = [fact.entity, fact.source, fact.observed_at.isoformat(), fact.ttl_s]
        if not grouped or grouped[-1][0] != head:
            grouped.append([head, []])
        quote = fact.quote
        place = [] if quote is None else [[quote.field, quote.start, quote.end]]
        grouped[-1][1].append([fact.attribute, fact.value, *place])
    return grouped


def facts_from_json(groups: Json) -> tuple[Fact, ...]:
    """Read the form `facts_to_json` writes."""
    return tuple(
        Fact(
            entity=entity,
            attribute=attribute,
            value=value,
            source=source,
            observed_at=datetime.fromisoformat(observed_at),
            ttl_s=ttl_s,
            quote=_quote(place),
        )
        for (entity, source, observed_at, ttl_s), said in groups
        for attribute, value, *place in said
    )


def _quote(place: Json) -> Quote | None:
    if not place:
        return None
    field, start, end = place[0]
    return Quote(field=field, start=start, end=end)


def people_who_told(facts: Sequence[Fact]) -> tuple[str, ...]:
    """Sign-in names of those who said some of the facts, each once, by name."""
    told = (fact.source.removeprefix(PERSON_SOURCE) for fact in facts if fact.is_from_person)
    return tuple(sorted(set(told)))


def stale_facts(facts: Sequence[Fact], at: datetime) -> tuple[Fact, ...]:
    """The facts that have outlived their time to live."""
    return tuple(f for f in facts if f.is_stale(at))


def told_of(arguments: Mapping[str, Json], facts: Iterable[Fact]) -> dict[str, frozenset[str]]:
    """Which facts tell the value of each argument, as `attribute@source`; who is told is left out.

    A text is equal letter by letter, a number by what it is; yes and no are no numbers. A fact that
    was taken from a text tells nothing: whoever wrote the text would choose the value.
    """
    tell: dict[tuple[bool, FactValue], set[str]] = {}
    for fact in facts:
        if fact.value is not None and fact.quote is None:
            said = tell.setdefault((isinstance(fact.value, bool), fact.value), set())
            said.add(f"{fact.attribute}@{fact.source}")
    found = {
        name: tell.get((isinstance(value, bool), value))
        for name, value in arguments.items()
        if isinstance(value, str | int | float)
    }
    return {name: frozenset(names) for name, names in found.items() if names}


def contradictions(facts: Sequence[Fact], at: datetime) -> tuple[tuple[Fact, Fact], ...]:
    """Pairs of fresh facts that give the same attribute of the same entity different values."""
    first: dict[tuple[str, str], Fact] = {}
    found: list[tuple[Fact, Fact]] = []
    for fact in facts:
        if fact.is_stale(at):
            continue
        known = first.setdefault((fact.entity, fact.attribute), fact)
        if known is not fact and canonical_text(known.value) != canonical_text(fact.value):
            found.append((known, fact))
    return tuple(found)
