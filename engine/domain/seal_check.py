"""Checking seals: numbering, macs and roots, the table against the file. Pure.

Where a root does not hold, the file's list of what was sealed tells which entry is to blame.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby

from engine.domain.ledger_report import MAX_FINDINGS, FindingKind, Findings
from engine.domain.missing_entries import report_missing, runs_of
from engine.domain.seal import GENESIS_MAC, Seal, SealedEntry, covers, is_authentic
from engine.domain.seal_file_check import SealFileCheck
from engine.domain.seal_line import SealLine, tag_of
from engine.domain.stored_ledger import StoredLedger


@dataclass(kw_only=True, slots=True)
class _AtNumber:
    """Everything that bears one seal number."""

    number: int
    seal: Seal | None = None
    line: SealLine | None = None
    marks: list[SealedEntry] = field(default_factory=list)


class SealCheck:
    """Checks all seals; afterwards knows which of them prove nothing."""

    def __init__(self, stored: StoredLedger, key: bytes | None, findings: Findings) -> None:
        """Check seals with a key, or without one what can be seen without."""
        self._stored = stored
        self._key = key
        self._findings = findings
        self._file = SealFileCheck(stored.lines(), key, findings)
        self._expected = 1
        self._previous_mac: bytes | None = GENESIS_MAC
        self.broken: set[int] = set()
        """Numbers of seals that do not hold."""
        self.count = 0
        self.last: Seal | None = None

    @property
    def has_torn_line(self) -> bool:
        """Whether the seal file ends in half a line that a crash explains."""
        return self._file.has_torn_line

    def run(self) -> None:
        """Check them all, in order."""
        if self._key is None:
            words = "The key is missing: seals cannot be checked and nothing is verified."
            self._findings.add(FindingKind.KEY_MISSING, words)
        for at in self._by_number():
            self._check(at)
        self._file.close()
        if self.count and not self._file.has_file:
            words = "There are seals in the database but there is no seal file."
            self._findings.add(FindingKind.FILE_MISSING, words)

    def _by_number(self) -> Iterator[_AtNumber]:
        sources: tuple[Iterator[tuple[int, Seal | SealLine | SealedEntry]], ...] = (
            ((seal.number, seal) for seal in self._stored.seals()),
            ((line.seal.number, line) for line in self._file.lines()),
            ((number, mark) for number, mark in self._stored.marks()),
        )
        streams = merge(*sources, key=lambda pair: pair[0])
        for number, pairs in groupby(streams, key=lambda pair: pair[0]):
            at = _AtNumber(number=number)
            for _, said in pairs:
                if isinstance(said, Seal):
                    at.seal = said
                elif isinstance(said, SealLine):
                    at.line = said
                else:
                    at.marks.append(said)
            yield at

    def _check(self, at: _AtNumber) -> None:
        if at.seal is None and at.line is None:
            words = f"{len(at.marks)} entries bear this seal's number, but there is no such seal."
            self._break(at.number, FindingKind.SEAL_MISSING, words)
            return
        self._check_numbering(at.number)
        if at.seal is None:
            words = "The seal file has this seal, the database does not: it was dropped there."
            self._break(at.number, FindingKind.SEAL_MISSING, words)
        else:
            self.count += 1
            self.last = at.seal
            self._check_seal(at.seal, at.marks)
            self._check_against_file(at.seal, at)
        if at.line and at.number in self.broken:
            self._locate(at, at.line)
        self._go_on(at)

    def _check_numbering(self, number: int) -> None:
        for missing in range(self._expected, min(number, self._expected + MAX_FINDINGS)):
            words = "This number is left out in the database and in the seal file."
            self._break(missing, FindingKind.SEAL_MISSING, words)
            self._previous_mac = None
        self._expected = max(self._expected, number + 1)

    def _check_seal(self, seal: Seal, marks: list[SealedEntry]) -> None:
        if not self._is_vouched(seal):
            words = "Its mac does not hold: number, count, root, time or the mac was changed."
            self._break(seal.number, FindingKind.SEAL_CHANGED, words)
        elif self._previous_mac not in (None, seal.previous_mac):
            words = "It does not follow the seal before it."
            self._break(seal.number, FindingKind.SEAL_CHANGED, words)
        if not covers(seal, marks):
            words = (
                f"It covers {seal.count} entries, {len(marks)} bear its number."
                if seal.count != len(marks)
                else "Its entries do not give its root: at least one of them was changed."
            )
            self._break(seal.number, FindingKind.SEAL_ROOT_WRONG, words)

    def _check_against_file(self, seal: Seal, at: _AtNumber) -> None:
        if at.line is not None and at.line.seal != seal:
            words = "The database and the seal file hold different seals under this number."
            self._break(seal.number, FindingKind.SEAL_CHANGED, words)
        elif at.line is None and self._file.has_file and not self._file.excuses(seal, at.marks):
            words = "The database has this seal, the seal file does not."
            self._findings.add(FindingKind.SEAL_NOT_IN_FILE, words, seal_number=seal.number)

    def _go_on(self, at: _AtNumber) -> None:
        """Remember the mac the next seal has to name; unknown where this one is doubtful."""
        if at.line is not None:
            self._previous_mac = at.line.seal.mac
        elif at.seal is not None and self._is_vouched(at.seal):
            self._previous_mac = at.seal.mac
        else:
            self._previous_mac = None

    def _is_vouched(self, seal: Seal) -> bool:
        return self._key is None or is_authentic(seal, self._key)

    def _break(self, number: int, kind: FindingKind, words: str) -> None:
        self.broken.add(number)
        self._findings.add(kind, words, seal_number=number)

    def _locate(self, at: _AtNumber, line: SealLine) -> None:
        """Find the entries that are to blame, by the file's list of what was sealed."""
        listed = line.listed()
        marked = {(mark.stream, mark.sequence): mark.hash for mark in at.marks}
        gone: list[tuple[str, int]] = []
        for place, tag in sorted(listed.items()):
            stored = self._stored.entry_hash(*place)
            if stored is None:
                gone.append(place)
            elif tag_of(stored) != tag:
                words = f"It was replaced: seal {at.number} covers another entry in its place."
                self._blame(FindingKind.ENTRY_REPLACED, words, place)
            elif place in marked and tag_of(marked[place]) != tag:
                words = f"Its seal mark was changed: seal {at.number} covers it as it stands."
                self._blame(FindingKind.SEAL_MARK_CHANGED, words, place)
            elif place not in marked and at.seal is not None:
                words = f"Its seal mark is gone: seal {at.number} covers it."
                self._blame(FindingKind.SEAL_MARK_MISSING, words, place)
        for place in sorted(marked.keys() - listed.keys()):
            words = f"It bears the mark of seal {at.number}, which does not cover it."
            self._blame(FindingKind.SEAL_MARK_CHANGED, words, place)
        for run in runs_of(gone):
            report_missing(run, self._stored, self._findings)

    def _blame(self, kind: FindingKind, words: str, place: tuple[str, int]) -> None:
        self._findings.add(kind, words, stream=place[0], sequence=place[1])
