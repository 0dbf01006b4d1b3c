"""Who does or decides something: code, a model, a person or policy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.domain.ids import PersonId


class DecidedBy(StrEnum):
    """Who decided what happened next."""

    CODE = "code"
    MODEL = "model"
    PERSON = "person"
    POLICY = "policy"


class Role(StrEnum):
    """What a person may do; a person can hold several."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    SENIOR_OPERATOR = "senior_operator"
    PRODUCT_OWNER = "product_owner"
    RISK_OFFICER = "risk_officer"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody with an account."""

    id: PersonId
    name: str
    """Sign-in name, unique, lower case."""
    display_name: str
    roles: frozenset[Role]
    is_active: bool = True

    def has_any(self, roles: frozenset[Role]) -> bool:
        """Whether the person holds one of these roles."""
        return bool(self.roles & roles)


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """The author of a ledger entry, a timeline row or an attempt."""

    decided_by: DecidedBy
    name: str
    """A person's sign-in name, a reasoner, a rule set or a part of the engine."""


ENGINE = Actor(decided_by=DecidedBy.CODE, name="engine")
POLICY = Actor(decided_by=DecidedBy.POLICY, name="envelope")


def as_actor(person: Person) -> Actor:
    """The actor a person is."""
    return Actor(decided_by=DecidedBy.PERSON, name=person.name)
