"""Key files: made once by `migrate`, kept outside the database, readable by their owner alone.

A lost key is not made again silently: with another audit key the draws could be redone, and with
another seal key every old seal would look forged.
"""

from __future__ import annotations

import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from engine.errors import ConfigError

AUDIT = "audit.key"
"""Draws the audit sample."""
SEAL = "seal.key"
"""Authenticates the ledger's seals."""
NAMES = (AUDIT, SEAL)

_SIZE = 32
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyFolder:
    """The folder the key files lie in."""

    path: Path

    def missing(self) -> tuple[str, ...]:
        """Names of the keys that are not there."""
        return tuple(name for name in NAMES if not (self.path / name).is_file())

    def make_missing(self) -> tuple[str, ...]:
        """Make the keys that are not there.

        Returns:
            Names of the keys that were made.

        Raises:
            ConfigError: The folder cannot be written to.
        """
        made = self.missing()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            for name in made:
                _write_new(self.path / name, secrets.token_bytes(_SIZE))
        except OSError as error:
            raise ConfigError(
                f"The keys cannot be written to {self.path}: {error.strerror}; "
                "make the folder writable or set COUNTERSIGN_DATA_DIR"
            ) from None
        return made

    def make(self, name: str, key: bytes | None = None) -> None:
        """Make one more key, unless it is there.

        Args:
            name: Of its file.
            key: 32 bytes where it is no secret, as in a demonstration; random by default.

        Raises:
            ConfigError: The folder cannot be written to.
        """
        file = self.path / name
        if file.is_file():
            return
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            _write_new(file, key or secrets.token_bytes(_SIZE))
        except FileExistsError:
            return  # somebody else was faster
        except OSError as error:
            raise ConfigError(f"The key {file} cannot be written: {error.strerror}") from None

    def read(self, name: str) -> bytes | None:
        """One key of 32 bytes; None where the file is not there.

        Raises:
            ConfigError: The file is damaged, unreadable or open to other people.
        """
        file = self.path / name
        try:
            key = file.read_bytes()
            mode = file.stat().st_mode
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ConfigError(f"The key {file} cannot be read: {error.strerror}") from None
        if len(key) != _SIZE:
            raise ConfigError(f"The key {file} is damaged; put it back from a backup")
        if os.name == "posix" and mode & _OTHERS:
            raise ConfigError(f"The key {file} is open to other people; run: chmod 600 {file}")
        return key


def _write_new(file: Path, key: bytes) -> None:
    """The name appears once the key is whole: a kill in between must not leave half a key."""
    part = file.with_name(f"{file.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(key)
        handle.flush()
        os.fsync(handle.fileno())
    try:
        os.link(part, file)  # unlike a rename, it never puts another key in the place of one
    finally:
        part.unlink()
