"""Passwords as argon2id hashes (RFC 9106, second recommended option). No policy lives here."""

from __future__ import annotations

import unicodedata
from base64 import b64encode

from argon2 import PasswordHasher, profiles
from argon2.exceptions import Argon2Error, InvalidHashError
from argon2.low_level import ARGON2_VERSION


class Argon2Passwords:
    """Hash and verify passwords."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher.from_parameters(profiles.RFC_9106_LOW_MEMORY)
        self._nobody = hash_of_nobody(self._hasher)

    def hash(self, password: str) -> str:
        """The text to store: parameters, salt and hash."""
        return self._hasher.hash(_prepared(password))

    def verify(self, stored: str, password: str) -> bool:
        """Whether it is the password.

        An empty `stored` costs as much time as a wrong password, so that an unknown name cannot
        be told from a known one by the clock.
        """
        try:
            self._hasher.verify(stored or self._nobody, _prepared(password))
        except (Argon2Error, InvalidHashError):
            return False
        return bool(stored)

    def needs_rehash(self, stored: str) -> bool:
        """Whether the stored text was made with older parameters."""
        return self._hasher.check_needs_rehash(stored)


def hash_of_nobody(hasher: PasswordHasher) -> str:
    """A stored text that no password fits, and that costs as much to verify as any.

    Written down and not hashed, because every process with an engine needs one as it starts.
    """
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    salt, hashed = (
        b64encode(bytes(size)).decode().rstrip("=") for size in (hasher.salt_len, hasher.hash_len)
    )
    return f"$argon2id$v={ARGON2_VERSION}${costs}${salt}${hashed}"


def _prepared(password: str) -> bytes:
    """One form for one password, whichever keyboard typed it (RFC 8265)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
