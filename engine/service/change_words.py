"""Changes in the order in which a person reads them: what concerns software first, once each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.service.rows import ChangeRow


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeGroup:
    """What changes in the same words about one or several subjects."""

    subjects: tuple[str, ...]
    sentences: tuple[str, ...]
    widens: bool
    evidence: str


def parted(changes: Iterable[ChangeRow]) -> tuple[tuple[ChangeRow, ...], tuple[ChangeRow, ...]]:
    """What concerns software or the whole document, and cells that people decide all the same."""
    rows = tuple(changes)
    first = tuple(row for row in rows if not row.stays_with_people)
    return first, tuple(row for row in rows if row.stays_with_people)


def grouped(changes: Sequence[ChangeRow]) -> tuple[ChangeGroup, ...]:
    """The same words once, with all they are about; in the order of the first of each."""
    found: dict[tuple[tuple[str, ...], bool, str], list[str]] = {}
    for row in changes:
        found.setdefault((row.sentences, row.widens, row.evidence), []).append(row.subject)
    return tuple(
        ChangeGroup(subjects=tuple(subjects), sentences=said, widens=widens, evidence=evidence)
        for (said, widens, evidence), subjects in found.items()
    )
