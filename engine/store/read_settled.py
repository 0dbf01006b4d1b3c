"""When a case was decided, on the clock of its desk: what its deadline is held against."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from engine.domain.case import Case
from engine.domain.case_status import CaseStatus
from engine.domain.decision import Decision, DecisionKind
from engine.domain.grant import Grant, GrantBasis
from engine.store import tables
from engine.store.read_source import ReadSource

_DECIDED = frozenset(
    {
        *(CaseStatus.RELEASING, CaseStatus.GRANTED, CaseStatus.EXECUTING, CaseStatus.UNKNOWN),
        *(CaseStatus.COMPENSATING, CaseStatus.DONE, CaseStatus.CLOSED_NO_ACTION),
    }
)
_FINAL = frozenset({DecisionKind.APPROVE, DecisionKind.OVERRIDE, DecisionKind.REJECT})
_ALONE = frozenset({GrantBasis.VERDICT, GrantBasis.VETO_LAPSE})
_case = tables.cases.c
_made = tables.recommendations.c


def settled_at(
    source: ReadSource, case: Case, decision: Decision | None, grant: Grant | None
) -> datetime | None:
    """When somebody or policy decided; None while nobody has, or where it cannot be told.

    Args:
        source: What to read from.
        case: The case.
        decision: The newest decision on it.
        grant: Its newest permit.
    """
    if case.status not in _DECIDED:
        return None
    if decision is not None and decision.kind in _FINAL:
        return _on_desk(source, case, decision.decided_at)
    if grant is None or grant.basis not in _ALONE:
        return None
    is_replaying = source.reader.desk_time(case.desk) is not None
    return case.as_of if is_replaying else grant.minted_at


def _on_desk(source: ReadSource, case: Case, at: datetime) -> datetime | None:
    """Where the desk's clock stood; a replay has come as far as the newest recommendation."""
    if source.reader.desk_time(case.desk) is None:
        return at
    query = (
        select(_made.as_of)
        .join(tables.cases, _case.id == _made.case_id)
        .where(_case.desk == case.desk, _made.created_at <= at)
    )
    row = source.first(query.order_by(_made.id.desc()).limit(1))
    return None if row is None else max(row.as_of, case.as_of)
