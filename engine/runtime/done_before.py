"""Done before: what earlier calls of a case moved, and how often software ran alone for it.

A run asks for one write after the other, and each is judged by itself. So that no limit is kept by
cutting what is wanted into asks, policy sees with each what the case has done already.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.desk import Desk
from engine.domain.case import Case
from engine.domain.effect import Effect, EffectStatus
from engine.domain.grant import Grant, GrantBasis
from engine.domain.ids import ActionId, RecommendationId
from engine.domain.money import Money
from engine.domain.phase import Cell
from engine.domain.plan import is_undone
from engine.domain.recommendation import Action
from engine.govern.request import AuthorizationRequest
from engine.ports import Reader
from engine.runtime.policy import cell_of

MOST_ALONE = 10
"""So many recommendations of one case software carries out alone; the rest wait for people."""
_ALONE = frozenset({GrantBasis.VERDICT, GrantBasis.VETO_LAPSE})


@dataclass(frozen=True, kw_only=True, slots=True)
class DoneBefore:
    """What a case has done, as far as it counts for its next call."""

    moved: tuple[tuple[Cell, Money], ...] = ()
    """What each call that was not put back, or may have acted, has moved."""
    alone: int = 0
    """Recommendations that software carried out without a person, also what was put back since."""

    def added_to(self, request: AuthorizationRequest) -> AuthorizationRequest:
        """The request for the case's next call, with all that."""
        if request.amount is not None and self.moved:
            same = [
                (cell, money.minor)
                for cell, money in self.moved
                if money.currency == request.amount.currency and money.minor > 0
            ]
            request = replace(
                request,
                moved=sum(minor for _, minor in same),
                moved_in_cell=sum(minor for cell, minor in same if cell == request.cell),
            )
        if self.alone < MOST_ALONE:
            return request
        often = f"software acted alone {self.alone} times"
        return replace(request, in_hand="; ".join(filter(None, (request.in_hand, often))))


NOTHING = DoneBefore()


def done_before(
    reader: Reader,
    case: Case,
    desk: Desk,
    *,
    but: Collection[ActionId] = (),
    but_of: RecommendationId | None = None,
) -> DoneBefore:
    """Read what a case has done.

    Args:
        reader: Reads of the store.
        case: The case.
        desk: Its desk; a call of a tool that it no longer has moved an amount nobody can tell.
        but: Actions that are judged now; a try of theirs is not counted beside them.
        but_of: The recommendation that is judged now.
    """
    effects = reader.effects(case.id)
    if not effects:
        return NOTHING
    actions = reader.actions([one.action_id for one in effects])
    calls = CaseCalls(effects=effects, actions=actions, grants=reader.grants(case.id))
    return calls.done(case, desk, but=but, but_of=but_of)


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseCalls:
    """The calls made for one case, up to some moment."""

    effects: Sequence[Effect]
    actions: Mapping[ActionId, Action]
    """At least those of the effects."""
    grants: Sequence[Grant]
    """At least those of the effects."""

    def done(
        self,
        case: Case,
        desk: Desk,
        *,
        but: Collection[ActionId] = (),
        but_of: RecommendationId | None = None,
    ) -> DoneBefore:
        """What they come to; arguments as `done_before`."""
        acted = [one for one in self.effects if has_acted(one)]
        standing = [
            one for one in acted if one.action_id not in but and not is_undone(one, self.effects)
        ]
        return DoneBefore(
            moved=_moved(self.actions, case, desk, standing),
            alone=_alone(self.grants, acted, but_of),
        )


def has_acted(effect: Effect) -> bool:
    """Whether an effect did something, or may have, that was no undo."""
    return effect.undoes is None and effect.status is not EffectStatus.FAILED


def _moved(
    actions: Mapping[ActionId, Action], case: Case, desk: Desk, effects: Collection[Effect]
) -> tuple[tuple[Cell, Money], ...]:
    moved = []
    for effect in effects:
        tool = desk.effect_tool(effect.tool)
        amount = tool.contract.amount_of(actions[effect.action_id].arguments) if tool else None
        if amount is not None:
            moved.append((cell_of(case, effect.tool), amount))
    return tuple(moved)


def _alone(
    grants: Sequence[Grant], effects: Collection[Effect], but_of: RecommendationId | None
) -> int:
    used = {one.grant_id for one in effects}
    alone = [one for one in grants if one.id in used and one.basis in _ALONE]
    return len({one.recommendation_id for one in alone} - {but_of})
