"""What a verification of the ledger says: findings and counts. Pure; checks nothing itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MAX_FINDINGS = 1000
"""Kept of each sort (entries, everything else); the rest is counted."""


class FindingKind(StrEnum):
    """What can be wrong with a ledger."""

    PAYLOAD_CHANGED = "PAYLOAD_CHANGED"
    ENTRY_CHANGED = "ENTRY_CHANGED"
    ENTRY_REPLACED = "ENTRY_REPLACED"
    ENTRY_MISSING = "ENTRY_MISSING"
    TAIL_CUT = "TAIL_CUT"
    STREAM_MISSING = "STREAM_MISSING"
    HEAD_CHANGED = "HEAD_CHANGED"
    HEAD_MISSING = "HEAD_MISSING"
    SEAL_MARK_MISSING = "SEAL_MARK_MISSING"
    SEAL_MARK_CHANGED = "SEAL_MARK_CHANGED"
    SEAL_MISSING = "SEAL_MISSING"
    SEAL_CHANGED = "SEAL_CHANGED"
    SEAL_ROOT_WRONG = "SEAL_ROOT_WRONG"
    SEAL_NOT_IN_FILE = "SEAL_NOT_IN_FILE"
    FILE_MISSING = "FILE_MISSING"
    FILE_CHANGED = "FILE_CHANGED"
    KEY_MISSING = "KEY_MISSING"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that is wrong, and where."""

    kind: FindingKind
    words: str
    """What was found, as a sentence."""
    stream: str | None = None
    sequence: int | None = None
    """The entry in its stream; None where the whole stream, a seal or the file is meant."""
    seal_number: int | None = None

    @property
    def where(self) -> str:
        """The place in words."""
        if self.stream is not None:
            return self.stream if self.sequence is None else f"{self.stream} #{self.sequence}"
        return "seal file" if self.seal_number is None else f"seal {self.seal_number}"


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerReport:
    """What a verification found."""

    entries: int
    """Entries checked; each is sealed or unsealed."""
    sealed: int
    """Entries that bear the mark of a seal."""
    verified: int
    """Sealed entries whose content, chain, seal and mac all hold; 0 without the key."""
    unsealed: int
    """Entries no seal covers yet: chained, but never verified."""
    unsealed_since: datetime | None
    """Time of the oldest unsealed entry."""
    erased: int
    """Entries whose payload was erased; their chain and seal still hold."""
    seals: int
    last_seal: int
    """Number of the newest seal in the table, 0 where there is none."""
    last_mac: bytes
    """Its mac: kept elsewhere, it shows later that no seal up to it was dropped."""
    has_torn_line: bool
    """The seal file ends in half a line, as after a power cut; the next sealing completes it."""
    findings: tuple[Finding, ...]
    """The first broken entry first, then seals and file."""
    findings_left_out: int

    @property
    def is_intact(self) -> bool:
        """Whether nothing is wrong; says nothing about unsealed entries."""
        return not self.findings


class Findings:
    """Collects findings; the first one at a place stands."""

    def __init__(self) -> None:
        """Start with nothing found."""
        self._kept: dict[tuple[object, ...], Finding] = {}
        self._counts: Counter[bool] = Counter()
        self.left_out = 0

    def add(
        self,
        kind: FindingKind,
        words: str,
        *,
        stream: str | None = None,
        sequence: int | None = None,
        seal_number: int | None = None,
    ) -> None:
        """Keep a finding, unless its place already has one."""
        finding = Finding(
            kind=kind, words=words, stream=stream, sequence=sequence, seal_number=seal_number
        )
        place = _place(finding)
        if place in self._kept:
            return
        is_entry = stream is not None
        if self._counts[is_entry] >= MAX_FINDINGS:
            self.left_out += 1
            return
        self._counts[is_entry] += 1
        self._kept[place] = finding

    def in_order(self) -> tuple[Finding, ...]:
        """Entries by stream and number, then seals by number, then file and key."""
        return tuple(sorted(self._kept.values(), key=_order))


def _place(finding: Finding) -> tuple[object, ...]:
    if finding.sequence is not None:
        return (finding.stream, finding.sequence)
    if finding.stream is not None or finding.seal_number is not None:
        return (finding.kind, finding.stream, finding.seal_number)
    return (finding.kind, finding.words)


def _order(finding: Finding) -> tuple[int, str, float, str]:
    if finding.stream is not None:
        last = float("inf") if finding.sequence is None else finding.sequence
        return (0, finding.stream, last, finding.kind)
    if finding.seal_number is not None:
        return (1, "", finding.seal_number, finding.kind)
    return (2, "", 0, finding.kind)
