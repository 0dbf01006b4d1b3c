"""What a changed reasoner means for an envelope, as sentences for who looks at it or signs it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.domain.identity import ReasonerId
from engine.service.changes import UNEVIDENCED
from engine.service.rows import CellRow, ChangeRow, RecordRow

SUBJECT = "reasoners"


def changes_of_identity(
    earned: Mapping[str, str] | None, present: Sequence[ReasonerId], cells: Sequence[CellRow]
) -> tuple[ChangeRow, ...]:
    """Whose the phases become by signing, where that is another version than now.

    Args:
        earned: By name, the versions whose they are; None: nobody signed them.
        present: The reasoners that the new envelope names, as they are now.
        cells: What the labels say about the cells in force.
    """
    return tuple(
        ChangeRow(
            subject=SUBJECT,
            sentences=(f"The phases become those of {by}; they are {_of(by.name, before)}.",),
            widens=True,
            evidence=_evidence([one for row in cells for one in row.records if one.by == str(by)]),
        )
        for by, before in _changed(earned, present)
    )


def _changed(
    earned: Mapping[str, str] | None, present: Sequence[ReasonerId]
) -> Iterator[tuple[ReasonerId, str]]:
    for by in present if earned is not None else ():
        before = earned.get(by.name, "") if earned is not None else ""
        if by.version not in ("", before):
            yield by, before


def _of(name: str, version: str) -> str:
    return f"those of {ReasonerId(name, version)} now" if version else f"no {name}'s now"


def _evidence(records: Sequence[RecordRow]) -> str:
    labels, errors = sum(one.labels for one in records), sum(one.errors for one in records)
    return (
        f"{errors:,} of {labels:,} of its labels that count were wrong" if labels else UNEVIDENCED
    )


def record_words(record: RecordRow) -> str:
    """Whose record it is and how long; what a version before had does not count for this one."""
    counted = f"{record.labels:,} label{'' if record.labels == 1 else 's'}"
    if not record.before:
        return f"{record.by}: {counted}"
    return f"{record.by}: new version, {counted} yet; before it {record.before:,} that do not count"


def unearned_words(row: CellRow) -> str:
    """What becomes of the advice of versions that have not earned the phase; empty: all have."""
    if not row.unearned:
        return ""
    who = " and ".join(row.unearned)
    return (
        f"Another version earned this phase: what {who} recommends goes to people, until two "
        "people put the envelope into force anew."
    )
