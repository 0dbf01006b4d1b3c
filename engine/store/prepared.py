"""Prepared: the statements that every case, decision and execution runs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Label,
    bindparam,
    cast,
    delete,
    func,
    or_,
    select,
    update,
)

from engine.domain.grant import GrantStatus
from engine.store import case_rows, people_tables, tables
from engine.store.compiled import Compiled

_case = tables.cases.c
_action = tables.actions.c
_grant = tables.grants.c
_effect = tables.effects.c
_decision = tables.decisions.c

CASE = Compiled(select(tables.cases).where(_case.id == bindparam("case_id")))
RECOMMENDATION = Compiled(
    select(tables.recommendations).where(
        tables.recommendations.c.id == bindparam("recommendation_id")
    )
)
RECOMMENDED_ACTIONS = Compiled(
    select(tables.actions)
    .where(
        _action.recommendation_id == bindparam("recommendation_id"), _action.is_override.is_(False)
    )
    .order_by(_action.ordinal)
)
ACTION = Compiled(select(tables.actions).where(_action.id == bindparam("action_id")))
PLAN = Compiled(
    select(tables.actions)
    .where(
        _action.recommendation_id == bindparam("recommendation_id"),
        or_(_action.is_override.is_(False), _action.id == bindparam("action_id")),
    )
    .order_by(_action.is_override.desc(), _action.ordinal)
)
"""The plan of a recommendation; before it what a person put in its place, where that is to run."""
NEWEST_GRANT = Compiled(
    select(tables.grants)
    .where(_grant.case_id == bindparam("case_id"))
    .order_by(_grant.case_version.desc())
    .limit(1)
)
EFFECTS = Compiled(
    select(tables.effects)
    .where(_effect.case_id == bindparam("case_id"))
    .order_by(_effect.case_version)
)
NEWEST_DECISION = Compiled(
    select(tables.decisions)
    .where(_decision.case_id == bindparam("case_id"), _decision.taken_back_at.is_(None))
    .order_by(_decision.case_version.desc())
    .limit(1)
)
DECISION_OF_FORM = Compiled(
    select(tables.decisions).where(
        _decision.client_key == bindparam("client_key"), _decision.taken_back_at.is_(None)
    )
)
NEXT_WAKE = Compiled(
    select(_case.wake_at)
    .where(_case.lane == bindparam("lane"), _case.wake_at.is_not(None))
    .order_by(_case.wake_at)
    .limit(1)
)
IS_DUE = Compiled(
    select(_case.id)
    .where(
        _case.lane == bindparam("lane"),
        _case.wake_at <= bindparam("now"),
        or_(_case.lease_until.is_(None), _case.lease_until < bindparam("now")),
    )
    .limit(1)
)
DESK_TIME = Compiled(
    select(tables.desk_clocks.c.now).where(tables.desk_clocks.c.desk == bindparam("desk"))
)
CONTROL_EPOCH = Compiled(select(tables.control.c.epoch))
PERSON = Compiled(
    select(people_tables.people).where(people_tables.people.c.name == bindparam("name"))
)
_budget = tables.budget_uses.c


def _used(column: ColumnElement[int], name: str) -> Label[int]:
    """A sum over the windows that count; without a cast it is a decimal on PostgreSQL."""
    return cast(func.coalesce(func.sum(column), 0), BigInteger).label(name)


BUDGET_USED = Compiled(
    select(_used(_budget.executions, "executions"), _used(_budget.amount, "amount")).where(
        _budget.budget == bindparam("of_budget"),
        _budget.customer == bindparam("of_customer"),
        _budget.window_start > bindparam("after"),
        _budget.window_start < bindparam("until"),
    )
)
CLAIM = Compiled(
    select(tables.claims).where(tables.claims.c.case_id == bindparam("case_id")).with_for_update()
)
CLOSE_GRANT = Compiled(
    update(tables.grants)
    .where(_grant.id == bindparam("grant_id"), _grant.status == GrantStatus.MINTED.value)
    .values(status=bindparam("new_status"), closed_at=bindparam("at"))
)
HEAD = Compiled(
    select(_case.id, _case.version, _case.lease_epoch, _case.ledger_sequence, _case.ledger_head)
    .where(_case.id == bindparam("case_id"))
    .with_for_update()
)

_MOVING: dict[str, Any] = {
    name: bindparam(name) for name in (*case_rows.CHANGING, "ledger_sequence", "ledger_head")
}
MOVE_CASE = Compiled(
    update(tables.cases)
    .where(_case.id == bindparam("case_id"))
    .values(**_MOVING, lease_owner=None, lease_until=None)
)
"""What a transition changes; whoever held the case gives it up."""
MOVE_HELD_CASE = Compiled(
    update(tables.cases).where(_case.id == bindparam("case_id")).values(**_MOVING)
)
"""The same for a worker that goes on with the case."""
CHANGE_EFFECT = Compiled(
    update(tables.effects)
    .where(_effect.id == bindparam("effect_id"))
    .values(**{c.name: bindparam(c.name) for c in tables.effects.c if c.name != "id"})
)
END_CLAIM = Compiled(delete(tables.claims).where(tables.claims.c.case_id == bindparam("case_id")))
APPLY_LABEL = Compiled(
    update(tables.labels)
    .where(
        tables.labels.c.desk == bindparam("of_desk"),
        tables.labels.c.source == bindparam("of_source"),
        tables.labels.c.source_id == bindparam("of_source_id"),
    )
    .values(is_applied=True)
)
SHARE_CONTROL = Compiled(select(tables.control.c.epoch).with_for_update(read=True))
"""The control epoch, which nobody can raise until the transaction ends."""

_other = tables.budget_uses.alias("other").c


def _elsewhere(column: ColumnElement[int]) -> ColumnElement[int]:
    """What was used by the clock of another zone; nobody adds to it: the control epoch is held."""
    used = select(func.coalesce(func.sum(column), 0)).where(
        _other.budget == bindparam("of_budget"),
        _other.customer == bindparam("of_customer"),
        _other.window_start > bindparam("after"),
        _other.window_start < bindparam("until"),
        _other.window_start != bindparam("of_window"),
    )
    return used.scalar_subquery()


RESERVE_BUDGET = Compiled(
    update(tables.budget_uses)
    .where(
        _budget.budget == bindparam("of_budget"),
        _budget.customer == bindparam("of_customer"),
        _budget.window_start == bindparam("of_window"),
        _budget.executions + _elsewhere(_other.executions) < bindparam("most_executions"),
        _budget.amount + _elsewhere(_other.amount) <= bindparam("most_amount_before"),
    )
    .values(
        executions=_budget.executions + 1,
        amount=_budget.amount + bindparam("taken", type_=BigInteger),
    )
)

_window = tables.veto_windows.c
CLOSE_WINDOWS = Compiled(
    update(tables.veto_windows)
    .where(_window.case_id == bindparam("of_case"), _window.closed_at.is_(None))
    .values(closed_at=bindparam("at"))
)
