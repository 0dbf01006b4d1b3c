"""Rows about an account: what its owner and administrators see of it. No secret, no hash."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from engine.domain.actor import Role
from engine.service.people_store import KeyId, KeyKind


@dataclass(frozen=True, kw_only=True, slots=True)
class AskAccount:
    """A wish to see an account."""

    name: str = ""
    """Whose; empty for one's own."""
    session: str = field(default="", repr=False)
    """Session token of whoever asks, so that it can be told from the others."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyRow:
    """Something that signs a person in."""

    id: KeyId
    kind: KeyKind
    label: str
    """A token: what it is for. A session: where it was begun."""
    created_at: datetime
    expires_at: datetime
    is_current: bool = False
    """The session of whoever asks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountRow:
    """An account with everything that signs its person in."""

    name: str
    display_name: str
    roles: frozenset[Role]
    is_active: bool
    created_at: datetime
    password_set_at: datetime
    password_set_by: str
    """Sign-in name of whoever else set the password; empty where the person did."""
    sessions: tuple[KeyRow, ...]
    """Newest first; those that have ended are not among them."""
    tokens: tuple[KeyRow, ...]
    """Newest first; those that have ended are not among them."""
