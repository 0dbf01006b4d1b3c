"""Access: the credential of every call is checked here, against what the call really is."""

from __future__ import annotations

import hmac
import os
import stat
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from engine.desks.orders.shop.refusals import Code, Refused
from engine.desks.orders.shop.words import AUDIENCE
from engine.domain.canonical import Json, digest
from engine.domain.credential import SMALLEST_KEY, Claims, PermitKind, Refusal, verify
from engine.errors import ConfigError

if TYPE_CHECKING:
    from engine.ports import Clock

_SCHEME = "bearer "
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_REFUSALS = MappingProxyType(
    {
        Refusal.MALFORMED: (Code.CREDENTIAL_MALFORMED, "The credential is none."),
        Refusal.BAD_SIGNATURE: (Code.CREDENTIAL_SIGNATURE, "The credential's signature is wrong."),
        Refusal.EXPIRED: (Code.CREDENTIAL_EXPIRED, "The credential has expired."),
        Refusal.NOT_YET: (Code.CREDENTIAL_NOT_YET, "The credential is not good yet."),
    }
)


class Door:
    """Lets a call in if its credential was made for it."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        """Check signatures with this key, and lifetimes by this clock."""
        self._key = key
        self._clock = clock

    def admit(self, authorization: str, *, tool: str, scope: str, kind: PermitKind) -> Claims:
        """Check all of a credential but the arguments, before the body is read.

        Args:
            authorization: The header; empty where there is none.
            tool: What is called.
            scope: What the call needs.
            kind: What the credential must rest on.

        Raises:
            Refused: One of the CREDENTIAL_ codes.
        """
        if authorization[: len(_SCHEME)].lower() != _SCHEME:
            raise Refused(Code.CREDENTIAL_MISSING, "Every call needs a bearer credential.")
        token = authorization[len(_SCHEME) :].strip()
        claims = verify(token, self._key, self._clock.now())
        if isinstance(claims, Refusal):
            raise Refused(*_REFUSALS[claims])
        if claims.audience != AUDIENCE:
            raise Refused(Code.CREDENTIAL_AUDIENCE, "The credential is for another system.")
        if scope not in claims.scopes or claims.kind != kind:
            raise Refused(
                Code.CREDENTIAL_SCOPE,
                f"The credential does not cover {scope} on a {kind} permit.",
                needs=scope,
            )
        if claims.tool != tool:
            raise Refused(Code.CREDENTIAL_TOOL, f"The credential is not for {tool}.", needs=tool)
        return claims


def check_arguments(claims: Claims, arguments: Json) -> None:
    """Refuse arguments the credential was not made for.

    Raises:
        Refused: CREDENTIAL_ARGUMENTS.
    """
    if not hmac.compare_digest(claims.arguments_digest.encode(), digest(arguments).hex().encode()):
        raise Refused(Code.CREDENTIAL_ARGUMENTS, "The credential is for other arguments.")


def read_key(file: Path) -> bytes:
    """The key credentials are signed with.

    Raises:
        ConfigError: The file is missing, too short, or open to other people.
    """
    try:
        key = file.read_bytes()
        mode = file.stat().st_mode
    except OSError as error:
        raise ConfigError(f"The key {file} cannot be read: {error.strerror}.") from None
    if len(key) < SMALLEST_KEY:
        raise ConfigError(f"The key {file} is shorter than {SMALLEST_KEY} bytes.")
    if os.name == "posix" and mode & _OTHERS:
        raise ConfigError(f"The key {file} is open to other people; run: chmod 600 {file}")
    return key
