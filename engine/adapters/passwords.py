"""Passwords as argon2id hashes (RFC 9106, second recommended option). No policy lives here."""

from __future__ import annotations

import unicodedata

from argon2 import PasswordHasher, profiles
from argon2.exceptions import Argon2Error, InvalidHashError


class Argon2Passwords:
    """Hash and verify passwords."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher.from_parameters(profiles.RFC_9106_LOW_MEMORY)
        self._nobody = self._hasher.hash("nobody has this password")

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


def _prepared(password: str) -> bytes:
    """One form for one password, whichever keyboard typed it (RFC 8265)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
