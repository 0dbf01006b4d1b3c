"""Credential: a short-lived token that lets one tool be called with one set of arguments.

Only the token lives here: its claims, its text and its check. Who may issue one, where its key
lies and which scope a call needs are decided elsewhere. No clock and no randomness: the caller
brings the time and the identifier.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from engine.domain.canonical import Json, canonical_text, parse

LONGEST_LIFE = timedelta(minutes=15)
"""A credential is made for one call; one that lives longer is refused."""
CLOCKS_DIFFER = timedelta(seconds=5)
"""By so much the issuer's clock may be ahead of the clock of whoever checks."""
LONGEST_TEXT = 4_096
"""Characters."""
SMALLEST_KEY = 32
"""Bytes."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_FIELDS = {"aud", "args", "case", "exp", "iat", "jti", "kind", "permit", "scopes", "tool"}
_TEXTS = ("aud", "args", "case", "jti", "kind", "permit", "tool")


class PermitKind(StrEnum):
    """What a credential rests on."""

    READ = "read"
    """A logged read permit: nothing may change."""
    GRANT = "grant"
    """A grant: one effect."""
    WORLD = "world"
    """No permit of the engine: a simulator or a test that makes the world move."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CallPermit:
    """What one call rests on: a grant, or a read permit that is logged with the call."""

    kind: PermitKind
    id: str
    case_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Credential:
    """A token for one call, and what may be shown of it."""

    token: str = field(repr=False)
    """Nobody but the target sees it."""
    id: str
    scopes: tuple[str, ...]
    expires_at: datetime


class Refusal(StrEnum):
    """Why a token is no credential now."""

    MALFORMED = "malformed"
    BAD_SIGNATURE = "bad_signature"
    EXPIRED = "expired"
    NOT_YET = "not_yet"


@dataclass(frozen=True, kw_only=True, slots=True)
class Claims:
    """What a credential says; each field narrows what it is good for."""

    id: str
    """Unique; the system of record remembers the credentials that changed something."""
    audience: str
    """The system of record it is for."""
    case_id: str
    tool: str
    arguments_digest: str
    """SHA-256 of the canonical arguments, in hex."""
    scopes: tuple[str, ...]
    kind: PermitKind
    permit_id: str
    """The grant or read permit."""
    issued_at: datetime
    """Aware; kept to the millisecond."""
    expires_at: datetime


def issue(claims: Claims, key: bytes) -> str:
    """Write claims as a signed token: base64url(JSON), a dot, base64url(HMAC-SHA-256).

    Args:
        claims: What it is good for.
        key: At least 32 bytes, known to the issuer and the system of record alone.

    Raises:
        ValueError: The key is too short, or the life is empty or longer than `LONGEST_LIFE`.
    """
    if len(key) < SMALLEST_KEY:
        raise ValueError(f"the key has {len(key)} bytes, at least {SMALLEST_KEY} are needed")
    if not timedelta(0) < claims.expires_at - claims.issued_at <= LONGEST_LIFE:
        raise ValueError(f"a credential lives longer than nothing and at most {LONGEST_LIFE}")
    payload = _encoded(canonical_text(_as_json(claims)).encode())
    return f"{payload}.{_signature(payload, key)}"


def verify(token: str, key: bytes, now: datetime) -> Claims | Refusal:
    """Check a token; total for every text.

    The signature is compared in constant time and before anything in the token is read.

    Args:
        token: What the caller presented.
        key: The key it must have been signed with.
        now: Aware.

    Returns:
        The claims, or why it is refused.
    """
    if len(token) > LONGEST_TEXT or not token.isascii():
        return Refusal.MALFORMED
    payload, dot, signature = token.partition(".")
    if not (payload and dot and signature):
        return Refusal.MALFORMED
    if not hmac.compare_digest(_signature(payload, key), signature):
        return Refusal.BAD_SIGNATURE
    claims = _read(payload)
    if claims is None:
        return Refusal.MALFORMED
    if now < claims.issued_at - CLOCKS_DIFFER:
        return Refusal.NOT_YET
    if now >= claims.expires_at:
        return Refusal.EXPIRED
    return claims


def _signature(payload: str, key: bytes) -> str:
    return _encoded(hmac.digest(key, payload.encode("ascii"), "sha256"))


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def _as_json(claims: Claims) -> Json:
    return {
        "aud": claims.audience,
        "args": claims.arguments_digest,
        "case": claims.case_id,
        "exp": _milliseconds(claims.expires_at),
        "iat": _milliseconds(claims.issued_at),
        "jti": claims.id,
        "kind": claims.kind,
        "permit": claims.permit_id,
        "scopes": list(claims.scopes),
        "tool": claims.tool,
    }


def _read(payload: str) -> Claims | None:
    try:
        found = parse(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return _claims(found) if _is_complete(found) else None
    except (binascii.Error, ValueError, OverflowError, RecursionError):
        return None


def _is_complete(found: Json) -> bool:
    return (
        isinstance(found, dict)
        and found.keys() == _FIELDS
        and all(isinstance(found[name], str) for name in _TEXTS)
        and all(type(found[name]) is int for name in ("iat", "exp"))
        and isinstance(found["scopes"], list)
        and all(isinstance(scope, str) for scope in found["scopes"])
        and len(found["args"]) == 2 * sha256().digest_size
    )


def _claims(found: Json) -> Claims | None:
    issued, expires = _moment(found["iat"]), _moment(found["exp"])
    if not timedelta(0) < expires - issued <= LONGEST_LIFE + _MILLISECOND:
        return None
    return Claims(
        id=found["jti"],
        audience=found["aud"],
        case_id=found["case"],
        tool=found["tool"],
        arguments_digest=found["args"],
        scopes=tuple(found["scopes"]),
        kind=PermitKind(found["kind"]),
        permit_id=found["permit"],
        issued_at=issued,
        expires_at=expires,
    )


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MILLISECOND


def _moment(milliseconds: int) -> datetime:
    return _EPOCH + milliseconds * _MILLISECOND
