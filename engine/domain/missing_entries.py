"""Sealed entries that are gone: what kind of hole they leave. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.domain.ledger_report import FindingKind, Findings
from engine.domain.stored_ledger import MissingRun, StoredLedger


def runs_of(places: Iterable[tuple[str, int]]) -> Iterator[MissingRun]:
    """Join places (stream, sequence) that follow each other.

    Args:
        places: Those of a stream together and by number.
    """
    run: MissingRun | None = None
    for stream, sequence in places:
        if run and run.stream == stream and run.last + 1 == sequence:
            run = run._replace(last=sequence)
            continue
        if run:
            yield run
        run = MissingRun(stream, sequence, sequence)
    if run:
        yield run


def report_missing(run: MissingRun, stored: StoredLedger, findings: Findings) -> None:
    """Say that sealed entries are gone: out of a stream, from its end, or all of it."""
    last = stored.last_sequence(run.stream)
    if last == 0:
        words = "Every entry of this stream is gone, though entries of it were sealed."
        findings.add(FindingKind.STREAM_MISSING, words, stream=run.stream, sequence=1)
        return
    what = entries_in_words(run.first, run.last)
    if run.first > last:
        words = f"The end of the stream was cut: {what} sealed and gone."
        findings.add(FindingKind.TAIL_CUT, words, stream=run.stream, sequence=run.first)
        return
    words = f"{what.capitalize()} sealed and gone."
    findings.add(FindingKind.ENTRY_MISSING, words, stream=run.stream, sequence=run.first)


def entries_in_words(first: int, last: int) -> str:
    """`entry 3 is` or `entries 3 to 5 are`."""
    return f"entry {first} is" if first == last else f"entries {first} to {last} are"
