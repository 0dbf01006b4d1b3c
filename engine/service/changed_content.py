"""Changed content: what new content under the same identifier means for a case on its way."""

from __future__ import annotations

from engine.domain.canonical import digest
from engine.domain.case import Case
from engine.domain.case_status import CaseStatus
from engine.ports import Reader
from engine.service.putting_back import waits_for_undo

_MAY_CHANGE = frozenset(
    {
        CaseStatus.RECEIVED,
        CaseStatus.PERCEIVED,
        CaseStatus.REASONING,
        CaseStatus.PENDING,
        CaseStatus.WAITING_FACT,
        CaseStatus.SECOND_PENDING,
        CaseStatus.VETO_WINDOW,
        CaseStatus.HELD,
        CaseStatus.RELEASING,
        CaseStatus.GRANTED,
    }
)
"""Statuses in which new content sends a case back to be perceived again."""

_ACTING = frozenset({CaseStatus.GRANTED, CaseStatus.EXECUTING, CaseStatus.UNKNOWN})


def may_begin_anew(case: Case, reader: Reader) -> bool:
    """Whether new content sends a case back; never one of which something is done already."""
    if case.status not in _MAY_CHANGE or case.status is CaseStatus.RECEIVED:
        return False
    if waits_for_undo(case):
        return False
    if case.status is not CaseStatus.GRANTED:
        return True
    action = reader.action(case)
    return action is None or action.ordinal == 1


def outdated(case: Case, content: bytes) -> dict[str, bytes]:
    """The facts of a case that is in the middle of acting no longer hold for its next step.

    A call that is under way ends as it would have; a plan does not go on behind it, for the digest
    that its grants bind is no longer the case's.

    Args:
        case: A case that does not begin anew.
        content: Digest of the new content.
    """
    if case.status not in _ACTING:
        return {}
    return {"facts_digest": digest([case.facts_digest, content])}
