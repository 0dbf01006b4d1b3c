"""What a person had done instead of what was recommended, with policy's answer to it."""

from __future__ import annotations

from sqlalchemy import select

from engine.domain.case import Case
from engine.domain.decision import Decision
from engine.service.putting_back import describe
from engine.service.rows import ChosenRow
from engine.store import mapping, tables
from engine.store.read_source import ReadSource

_c = tables.actions.c


def chosen_instead(source: ReadSource, case: Case, decision: Decision | None) -> ChosenRow | None:
    """What the last answer to the recommendation chose; None where it chose nothing of its own."""
    if decision is None or decision.recommendation_id != case.recommendation_id:
        return None
    query = select(tables.actions).where(_c.id == decision.action_id, _c.is_override)
    row = source.first(query)
    if row is None:
        return None
    action = mapping.action_of(row)
    return ChosenRow(
        words=describe(source.desks[case.desk], action),
        person=decision.first_by or decision.person,
        verdict=action.verdict,
    )
