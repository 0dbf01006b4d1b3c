"""Reading the seal file for the check: which lines can be believed, in what order. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from engine.domain.ledger_report import FindingKind, Findings
from engine.domain.seal import Seal, SealedEntry
from engine.domain.seal_line import SealLine, is_authentic_line, make_line, parse_line
from engine.domain.stored_ledger import FileLine
from engine.errors import LedgerError


class SealFileCheck:
    """Gives the believable lines by ascending number and reports the others."""

    def __init__(
        self, lines: Iterator[FileLine] | None, key: bytes | None, findings: Findings
    ) -> None:
        """Read lines; None where there is no file."""
        self.has_file = lines is not None
        self._lines = lines or iter(())
        self._key = key
        self._findings = findings
        self._torn: FileLine | None = None
        self._reported: set[int] = set()
        self.has_torn_line = False

    def lines(self) -> Iterator[SealLine]:
        """The lines whose macs hold, by ascending number."""
        last = 0
        for raw in self._lines:
            line = self._believable(raw)
            if line is None:
                continue
            if line.seal.number <= last:
                self._report(raw, "is repeated or out of order", line.seal.number)
                continue
            last = line.seal.number
            yield line

    def excuses(self, seal: Seal, marks: list[SealedEntry]) -> bool:
        """Whether it is explained already that the file has no line for this seal.

        Either its line was reported, or it is the half line a crash left at the end of the file.
        Asked after the lines up to this seal's number were read.
        """
        if seal.number in self._reported:
            return True
        if self._torn is None:
            return False
        if self._key is not None:
            whole = make_line(seal, marks, self._key).text().encode()
            if not whole.startswith(self._torn.text.encode("utf-8", "surrogateescape")):
                return False
        self.has_torn_line = True
        return True

    def close(self) -> None:
        """Report a last half line that no seal explains."""
        if self._torn is not None and not self.has_torn_line:
            self._report(self._torn, "is no part of any seal", None)

    def _believable(self, raw: FileLine) -> SealLine | None:
        try:
            line = parse_line(raw.text)
        except LedgerError:
            if raw.is_whole:
                self._report(raw, "cannot be read as a seal", None)
            else:
                self._torn = raw
            return None
        if self._key is not None and not is_authentic_line(line, self._key):
            self._report(raw, "was changed: its mac does not hold", line.seal.number)
            return None
        return line

    def _report(self, raw: FileLine, what: str, number: int | None) -> None:
        if number is not None:
            self._reported.add(number)
        words = f"Line {raw.number} of the seal file {what}."
        self._findings.add(FindingKind.FILE_CHANGED, words, seal_number=number)
