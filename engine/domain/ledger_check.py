"""Checking a stored ledger: every entry's hash along its stream, heads, seals and file. Pure.

Reads through `StoredLedger`, one entry at a time, and answers with a `LedgerReport`. An entry is
*verified* only where its content, its hash, its seal and the seal's mac all hold.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from engine.domain.ledger import GENESIS, entry_hash
from engine.domain.ledger_report import FindingKind, Findings, LedgerReport
from engine.domain.missing_entries import entries_in_words, report_missing, runs_of
from engine.domain.seal_check import SealCheck
from engine.domain.stored_ledger import StoredEntry, StoredLedger

_HEADS_AT_ONCE = 500


def check_ledger(stored: StoredLedger, key: bytes | None) -> LedgerReport:
    """Check a ledger against itself, its seals and its seal file.

    Args:
        stored: One unchanging picture of it.
        key: The key the seals were made with; None where it is not at hand.

    Returns:
        What was found; `is_intact` where nothing is wrong.
    """
    findings = Findings()
    seals = SealCheck(stored, key, findings)
    seals.run()
    chain = _ChainCheck(stored, findings, seals.broken, has_key=key is not None)
    chain.run()
    for run in runs_of(stored.orphan_marks()):
        report_missing(run, stored, findings)
    for stream, head in stored.heads_without_entries():
        words = f"Its row counts {head.sequence} entries, none is left."
        findings.add(FindingKind.STREAM_MISSING, words, stream=stream, sequence=1)
    return LedgerReport(
        entries=chain.sealed + chain.unsealed,
        sealed=chain.sealed,
        verified=chain.verified,
        unsealed=chain.unsealed,
        unsealed_since=chain.unsealed_since,
        erased=chain.erased,
        seals=seals.count,
        last_seal=seals.last.number if seals.last else 0,
        last_mac=seals.last.mac if seals.last else b"",
        has_torn_line=seals.has_torn_line,
        findings=findings.in_order(),
        findings_left_out=findings.left_out,
    )


class _ChainCheck:
    """Walks all streams, entry by entry."""

    def __init__(
        self, stored: StoredLedger, findings: Findings, broken_seals: set[int], *, has_key: bool
    ) -> None:
        self._stored = stored
        self._findings = findings
        self._broken_seals = broken_seals
        self._has_key = has_key
        self._stream = ""
        self._last = 0
        self._before: tuple[bytes, ...] = ()
        """Hashes the predecessor may have: as it was sealed and as it stands."""
        self._first_unmarked = 0
        self._ends: dict[str, tuple[int, bytes]] = {}
        self.sealed = self.unsealed = self.verified = self.erased = 0
        self.unsealed_since: datetime | None = None

    def run(self) -> None:
        """Check every entry, and every stream's head row."""
        for entry in self._stored.entries():
            if entry.stream != self._stream:
                self._begin(entry.stream)
            self._count(entry)
            if entry.sequence < 1:
                words = "No entry can have this number: it was put in from outside."
                self._report(FindingKind.ENTRY_CHANGED, words, entry.sequence)
                continue
            self._check(entry)
            self._ends[entry.stream] = (entry.sequence, entry.hash)
            if len(self._ends) > _HEADS_AT_ONCE:
                self._check_heads(keep=entry.stream)
        self._check_heads(keep="")

    def _begin(self, stream: str) -> None:
        self._stream = stream
        self._last = 0
        self._before = (GENESIS,)
        self._first_unmarked = 0

    def _check(self, entry: StoredEntry) -> None:
        self._check_place(entry)
        problem = _payload_problem(entry) or self._hash_problem(entry) or _mark_problem(entry)
        if problem:
            self._report(*problem, entry.sequence)
        elif self._before and self._has_key and entry.seal_number is not None:
            self.verified += entry.seal_number not in self._broken_seals
        self._last = entry.sequence
        sealed = () if entry.sealed_hash is None else (entry.sealed_hash,)
        self._before = (*sealed, entry.hash)

    def _count(self, entry: StoredEntry) -> None:
        if entry.payload is None and entry.salt is None:
            self.erased += 1
        if entry.seal_number is not None:
            self.sealed += 1
            return
        self.unsealed += 1
        if self.unsealed_since is None or entry.at < self.unsealed_since:
            self.unsealed_since = entry.at

    def _check_place(self, entry: StoredEntry) -> None:
        """Look for holes before an entry, in the numbers and in the seal marks."""
        if entry.sequence != self._last + 1:
            first, last = self._last + 1, entry.sequence - 1
            words = f"{entries_in_words(first, last).capitalize()} missing from the stream."
            self._report(FindingKind.ENTRY_MISSING, words, first)
            before = self._stored.marked_hash(entry.stream, last)
            self._before = () if before is None else (before,)
        if entry.seal_number is None:
            self._first_unmarked = self._first_unmarked or entry.sequence
        elif self._first_unmarked:
            words = f"It has no seal mark, though entry {entry.sequence} after it was sealed."
            self._report(FindingKind.SEAL_MARK_MISSING, words, self._first_unmarked)
            self._first_unmarked = 0

    def _hash_problem(self, entry: StoredEntry) -> tuple[FindingKind, str] | None:
        if not self._before or any(_follows(entry, before) for before in self._before):
            return None
        what = "who, what, when, its digest or its place in the stream was changed"
        if entry.seal_number is None:
            what += ", here or in an unsealed entry just before it"
        return FindingKind.ENTRY_CHANGED, f"Its hash does not fit: {what}."

    def _check_heads(self, *, keep: str) -> None:
        """Compare the ends of finished streams with their head rows."""
        unfinished = self._ends.pop(keep, None)
        names = list(self._ends)
        for start in range(0, len(names), _HEADS_AT_ONCE):
            part = names[start : start + _HEADS_AT_ONCE]
            heads = self._stored.heads(part)
            for stream in part:
                head = heads.get(stream)
                self._check_head(stream, *self._ends[stream], head)
        self._ends = {} if unfinished is None else {keep: unfinished}

    def _check_head(
        self, stream: str, sequence: int, last_hash: bytes, head: tuple[int, bytes] | None
    ) -> None:
        if head is None:
            words = "It has entries, but the row that holds its head is gone."
            self._findings.add(FindingKind.HEAD_MISSING, words, stream=stream)
        elif head[0] > sequence:
            words = f"Its row counts {head[0]} entries, the last one found is {sequence}."
            self._findings.add(FindingKind.TAIL_CUT, words, stream=stream, sequence=sequence + 1)
        elif head[0] < sequence or head[1] != last_hash:
            words = f"Its row does not name its last entry, {sequence}, or not that entry's hash."
            self._findings.add(FindingKind.HEAD_CHANGED, words, stream=stream)

    def _report(self, kind: FindingKind, words: str, sequence: int) -> None:
        self._findings.add(kind, words, stream=self._stream, sequence=sequence)


def _follows(entry: StoredEntry, before: bytes) -> bool:
    expected = entry_hash(
        previous_hash=before,
        stream=entry.stream,
        sequence=entry.sequence,
        kind=entry.kind,
        decided_by=entry.decided_by,
        actor=entry.actor,
        at=entry.at,
        payload_digest=entry.payload_digest,
    )
    return expected == entry.hash


def _payload_problem(entry: StoredEntry) -> tuple[FindingKind, str] | None:
    if entry.salt is None:
        if entry.payload is None:
            return None
        return FindingKind.PAYLOAD_CHANGED, "Its salt is gone, so its payload proves nothing."
    # A payload of JSON null is stored as no payload; its salt is still there.
    text = "null" if entry.payload is None else entry.payload
    salted = sha256(entry.salt + text.encode("utf-8", "surrogatepass")).digest()
    if salted == entry.payload_digest:
        return None
    return FindingKind.PAYLOAD_CHANGED, "Its payload or salt was changed: the digest does not fit."


def _mark_problem(entry: StoredEntry) -> tuple[FindingKind, str] | None:
    if entry.seal_number is None or entry.sealed_hash == entry.hash:
        return None
    words = (
        f"It was replaced and the chain computed anew: seal {entry.seal_number} covers another "
        "entry in its place."
    )
    return FindingKind.ENTRY_REPLACED, words
