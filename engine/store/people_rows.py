"""Rows of the tables of accounts to values, and values to rows. Runs no statement."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from engine.domain.actor import Person, Role
from engine.domain.ids import PersonId
from engine.service.people_store import Account, Attempts, Key, KeyId, KeyKind


def person(row: Row[Any]) -> Person:
    """Somebody with an account."""
    return Person(
        id=PersonId(row.id),
        name=row.name,
        display_name=row.display_name,
        roles=frozenset(Role(role) for role in row.roles),
        is_active=row.is_active,
    )


def of_person(one: Person) -> dict[str, Any]:
    """What can change of a person."""
    return {
        "display_name": one.display_name,
        "roles": sorted(one.roles),
        "is_active": one.is_active,
    }


def account(row: Row[Any]) -> Account:
    """A person with what proves who they are."""
    return Account(
        person=person(row),
        password_hash=row.password_hash,
        created_at=row.created_at,
        password_set_at=row.password_set_at,
        password_set_by=row.password_set_by,
    )


def of_account(one: Account) -> dict[str, Any]:
    """A whole new account."""
    return {
        **of_person(one.person),
        **of_password(one),
        "id": one.person.id,
        "name": one.person.name,
        "created_at": one.created_at,
    }


def of_password(one: Account) -> dict[str, Any]:
    """What changes with a password."""
    return {
        "password_hash": one.password_hash,
        "password_set_at": one.password_set_at or one.created_at,
        "password_set_by": one.password_set_by,
    }


def key(kind: KeyKind, row: Row[Any]) -> Key:
    """A session or a bearer token."""
    return Key(
        id=KeyId(row.id),
        kind=kind,
        token_hash=row.token_hash,
        person_id=PersonId(row.person_id),
        label=row.label,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


def of_key(one: Key) -> dict[str, Any]:
    """A new session or bearer token."""
    return {
        "token_hash": one.token_hash,
        "id": one.id,
        "person_id": one.person_id,
        "label": one.label,
        "created_at": one.created_at,
        "expires_at": one.expires_at,
    }


def attempts(row: Row[Any]) -> Attempts | None:
    """Sign-in attempts; None for a row that has just been made."""
    if row.last_at is None:
        return None
    return Attempts(
        count=row.attempts,
        last_at=row.last_at,
        blocked_until=row.blocked_until,
        proven_at=row.proven_at,
    )


def of_attempts(one: Attempts) -> dict[str, Any]:
    """Attempts as they are stored."""
    return {
        "attempts": one.count,
        "last_at": one.last_at,
        "blocked_until": one.blocked_until,
        "proven_at": one.proven_at,
    }
