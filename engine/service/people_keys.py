"""Tokens of sessions and of the API, and the ledger entries about people. No store, no policy."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import datetime
from hashlib import sha256

from engine.domain.actor import Actor, Person
from engine.domain.canonical import Json
from engine.domain.ids import PersonId
from engine.domain.ledger import EntryDraft, EventKind
from engine.ports import Ids
from engine.service.people_store import Key

TOKEN_BYTES = 32


def new_token(ids: Ids) -> str:
    """256 random bits as text that is safe in cookies, headers and links."""
    return urlsafe_b64encode(ids.token(TOKEN_BYTES)).rstrip(b"=").decode()


def token_hash(token: str) -> bytes:
    """What is stored of a token: with 256 random bits a plain SHA-256 cannot be reversed."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


def key_of(
    token: str, person_id: PersonId, created_at: datetime, expires_at: datetime, *, label: str = ""
) -> Key:
    """The row of a token."""
    return Key(
        token_hash=token_hash(token),
        person_id=person_id,
        label=label,
        created_at=created_at,
        expires_at=expires_at,
    )


def entry(kind: EventKind, actor: Actor, payload: Json, at: datetime) -> EntryDraft:
    """A ledger entry about people."""
    return EntryDraft(kind=kind, actor=actor, at=at, payload=payload)


def described(person: Person) -> dict[str, Json]:
    """A person as the ledger keeps them."""
    return {
        "name": person.name,
        "display_name": person.display_name,
        "roles": sorted(person.roles),
        "is_active": person.is_active,
    }
