"""Past calls: what a case had done before each of its recommendations was judged.

Only cases with several recommendations are read: to the first one nothing was done before. Ids grow
with time, so an effect came before a recommendation where its id does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from engine.desk import Desk
from engine.domain.case import Case
from engine.domain.effect import Effect
from engine.domain.grant import Grant
from engine.domain.ids import ActionId
from engine.runtime.done_before import NOTHING, CaseCalls, DoneBefore, has_acted
from engine.store import mapping, tables
from engine.store.read_past import All

_NO_CALLS = CaseCalls(effects=(), actions={}, grants=())


class PastCalls:
    """The calls of some cases."""

    def __init__(self, run: All, case_ids: Sequence[UUID]) -> None:
        """Read them.

        Args:
            run: Runs a query.
            case_ids: Few enough for one query.
        """
        self._calls = _calls(run, case_ids) if case_ids else {}

    def before(self, made_id: UUID, case: Case, desk: Desk) -> DoneBefore:
        """What a case had done when a recommendation was made."""
        calls = self._calls.get(case.id)
        if calls is None:
            return NOTHING
        then = [one for one in calls.effects if one.id < made_id]
        return replace(calls, effects=then).done(case, desk)

    def has_acted(self, made_id: UUID, case: Case) -> bool:
        """Whether a recommendation was carried out, as it was or otherwise, by whomever."""
        calls = self._calls.get(case.id, _NO_CALLS)
        of_it = {one.id for one in calls.grants if one.recommendation_id == made_id}
        return any(has_acted(one) and one.grant_id in of_it for one in calls.effects)


def _calls(run: All, case_ids: Sequence[UUID]) -> dict[UUID, CaseCalls]:
    effects: dict[UUID, list[Effect]] = defaultdict(list)
    grants: dict[UUID, list[Grant]] = defaultdict(list)
    _effect, _grant, _action = tables.effects.c, tables.grants.c, tables.actions.c
    for row in run(select(tables.effects).where(_effect.case_id.in_(case_ids))):
        effects[row.case_id].append(mapping.effect_of(row))
    for row in run(select(tables.grants).where(_grant.case_id.in_(case_ids))):
        grants[row.case_id].append(mapping.grant_of(row))
    acted_on = select(_effect.action_id).where(_effect.case_id.in_(case_ids))
    actions = {
        ActionId(row.id): mapping.action_of(row)
        for row in run(select(tables.actions).where(_action.id.in_(acted_on)))
    }
    return {
        case_id: CaseCalls(effects=done, actions=actions, grants=grants[case_id])
        for case_id, done in effects.items()
    }
