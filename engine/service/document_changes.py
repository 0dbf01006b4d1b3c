"""What all kinds of documents say, one against another, and what is left where nothing is said.

A difference that has no sentence still counts: nobody goes back alone to what nobody can read.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.govern.documents import PolicyDocument
from engine.service.rows import ChangeRow

DOCUMENT = "document"
"""Subject of what is said of a whole document."""
UNSAID = "Something differs that has no sentence here; compare the two texts."
_FREEING = ("desk", "currency", "zone")


def changes_of_head(
    before: PolicyDocument, after: PolicyDocument, *, frees: bool
) -> Iterator[ChangeRow]:
    """What differs in desk, currency, zone and note.

    Args:
        before: The document to compare with.
        after: The document to look at.
        frees: Whether another desk, currency or zone lets something happen that could not before:
            a limit of 100 says something else in another currency, and hours by another clock.
    """
    said = tuple(_head_sentences(before, after))
    if said:
        is_wider = any(getattr(before, name) != getattr(after, name) for name in _FREEING)
        yield ChangeRow(subject=DOCUMENT, sentences=said, widens=frees and is_wider, evidence="")


def _head_sentences(before: PolicyDocument, after: PolicyDocument) -> Iterator[str]:
    if before.desk != after.desk:
        yield f"It is for the desk {after.desk}, was for {before.desk}."
    if before.currency != after.currency:
        yield f"All amounts are in {after.currency}, were in {before.currency}."
    if before.zone != after.zone:
        yield f"Hours and days go by the clock of {after.zone}, went by {before.zone}."
    if before.note != after.note:
        yield f"The note is {_quoted(after.note)}, was {_quoted(before.note)}."


def _quoted(text: str) -> str:
    return f"“{text}”" if text else "empty"


def unsaid(before: PolicyDocument, after: PolicyDocument) -> Iterator[ChangeRow]:
    """One row that counts as widening, where more than the head differs.

    Args:
        before: The document to compare with.
        after: The document to look at, in which nothing below the head was found to differ.
    """
    head = {name: getattr(after, name) for name in PolicyDocument.model_fields}
    if before.model_copy(update=head).hash != after.hash:
        yield ChangeRow(subject=DOCUMENT, sentences=(UNSAID,), widens=True, evidence="")
