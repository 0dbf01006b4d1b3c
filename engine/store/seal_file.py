"""SealFile: `seals.jsonl`, the copy of all seals outside the database.

Appending, locking and reading lines live here; what a line says is `engine.domain.seal_line`.
The file is only ever appended to. A half line at its end is what a power cut leaves.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.domain.stored_ledger import FileLine
from engine.errors import LedgerError

_BLOCK = 1 << 16
_MODE = 0o600


class OpenSealFile:
    """The file under a lock; good inside the block that opened it."""

    def __init__(self, descriptor: int, path: Path) -> None:
        """Wrap an open file."""
        self._descriptor = descriptor
        self._path = path

    @property
    def size(self) -> int:
        """Bytes."""
        return os.fstat(self._descriptor).st_size

    def tail(self) -> tuple[str, str]:
        """The last whole line, and the half line after it; empty where there is none."""
        held, start = b"", self.size
        while start > 0 and held.count(b"\n") < 2:
            length = min(_BLOCK, start)
            start -= length
            held = os.pread(self._descriptor, length, start) + held
        *whole, rest = held.split(b"\n")
        return _text(whole[-1]) if whole else "", _text(rest)

    def append(self, texts: Iterable[str]) -> None:
        """Write lines behind the last one and wait until they are on the disk.

        A half line at the end is completed where it is the start of the first; otherwise it is
        closed and stays, for the check to find.

        Raises:
            LedgerError: The file cannot be written.
        """
        begun = self.tail()[1].encode("utf-8", "surrogateescape")
        has_written = False
        try:
            for text in texts:
                whole = text.encode() + b"\n"
                self._write(whole[len(begun) :] if whole.startswith(begun) else b"\n" + whole)
                begun, has_written = b"", True
            if has_written:
                os.fsync(self._descriptor)
        except OSError as error:
            raise _unusable(self._path, error) from error

    def _write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._descriptor, data) :]


class SealFile:
    """The seal file at a path; it need not exist yet."""

    def __init__(self, path: Path) -> None:
        """Name the file; nothing is opened."""
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[OpenSealFile]:
        """The file for appending, made if it is missing, under a lock no other process shares.

        Raises:
            LedgerError: It cannot be made or opened.
        """
        try:
            is_new = not self.path.exists()
            self.path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            descriptor = os.open(self.path, flags, _MODE)
        except OSError as error:
            raise _unusable(self.path, error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if is_new:
                _sync_folder(self.path.parent)
            yield OpenSealFile(descriptor, self.path)
        finally:
            os.close(descriptor)

    @contextmanager
    def still(self) -> Iterator[int | None]:
        """Its size in bytes while nobody appends; None where there is no file.

        Raises:
            LedgerError: It is there but cannot be read.
        """
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            yield None
            return
        except OSError as error:
            raise _unusable(self.path, error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            yield os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)

    def lines(self, size: int) -> Iterator[FileLine]:
        """The lines in the first `size` bytes, one at a time.

        Raises:
            LedgerError: The file cannot be read.
        """
        try:
            with self.path.open("rb") as file:
                number = 0
                while size > 0 and (raw := file.readline(size)):
                    size -= len(raw)
                    number += 1
                    yield FileLine(
                        number=number,
                        text=_text(raw.removesuffix(b"\n")),
                        is_whole=raw.endswith(b"\n"),
                    )
        except OSError as error:
            raise _unusable(self.path, error) from error


def _text(raw: bytes) -> str:
    # Bytes that are no text survive the way there and back, so that a cut letter still compares.
    return raw.decode("utf-8", "surrogateescape")


def _sync_folder(folder: Path) -> None:
    """Make a new file's name durable, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unusable(path: Path, error: OSError) -> LedgerError:
    reason = error.strerror or str(error)
    return LedgerError(f"The seal file {path} cannot be used: {reason}.", path=str(path))
