"""Prepared: the statements that every decision and every execution runs, built once.

Building a statement costs more than running it; these take their values as parameters.
"""

from __future__ import annotations

from sqlalchemy import bindparam, select, update

from engine.domain.grant import GrantStatus
from engine.store import people_tables, tables

_case = tables.cases.c
_action = tables.actions.c
_grant = tables.grants.c
_effect = tables.effects.c
_decision = tables.decisions.c

CASE = select(tables.cases).where(_case.id == bindparam("case_id"))
RECOMMENDATION = select(tables.recommendations).where(
    tables.recommendations.c.id == bindparam("recommendation_id")
)
RECOMMENDED_ACTIONS = (
    select(tables.actions)
    .where(
        _action.recommendation_id == bindparam("recommendation_id"), _action.is_override.is_(False)
    )
    .order_by(_action.ordinal)
)
ACTION = select(tables.actions).where(_action.id == bindparam("action_id"))
NEWEST_GRANT = (
    select(tables.grants)
    .where(_grant.case_id == bindparam("case_id"))
    .order_by(_grant.minted_at.desc(), _grant.id.desc())
    .limit(1)
)
EFFECTS = (
    select(tables.effects)
    .where(_effect.case_id == bindparam("case_id"))
    .order_by(_effect.intended_at, _effect.id)
)
NEWEST_DECISION = (
    select(tables.decisions)
    .where(_decision.case_id == bindparam("case_id"), _decision.taken_back_at.is_(None))
    .order_by(_decision.decided_at.desc(), _decision.id.desc())
    .limit(1)
)
DECISION_OF_FORM = select(tables.decisions).where(_decision.client_key == bindparam("client_key"))
NEXT_WAKE = (
    select(_case.wake_at)
    .where(_case.lane == bindparam("lane"), _case.wake_at.is_not(None))
    .order_by(_case.wake_at)
    .limit(1)
)
DESK_TIME = select(tables.desk_clocks.c.now).where(tables.desk_clocks.c.desk == bindparam("desk"))
CONTROL_EPOCH = select(tables.control.c.epoch)
PERSON = select(people_tables.people).where(people_tables.people.c.name == bindparam("name"))
BUDGET_USED = select(tables.budget_uses.c.used).where(
    tables.budget_uses.c.cell == bindparam("cell"),
    tables.budget_uses.c.window_start == bindparam("window_start"),
)
CLAIM = (
    select(tables.claims).where(tables.claims.c.case_id == bindparam("case_id")).with_for_update()
)
CLOSE_GRANT = (
    update(tables.grants)
    .where(_grant.id == bindparam("grant_id"), _grant.status == GrantStatus.MINTED.value)
    .values(status=bindparam("new_status"), closed_at=bindparam("at"))
)
HEAD = (
    select(_case.id, _case.version, _case.lease_epoch, _case.ledger_sequence, _case.ledger_head)
    .where(_case.id == bindparam("case_id"))
    .with_for_update()
)
