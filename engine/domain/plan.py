"""Plan: the actions of a recommendation in order, and where each stands, read off the effects.

Pure: rows in, values out. What happens next is `runtime`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from engine.domain.effect import Effect, EffectStatus
from engine.domain.ids import ActionId
from engine.domain.recommendation import Action

MOST_STEPS = 20


class StepStatus(StrEnum):
    """How far one step of a plan has come."""

    WAITING = "WAITING"
    """It may still run; nothing was called for it."""
    RUNNING = "RUNNING"
    """Its call is on its way, or is tried again."""
    DONE = "DONE"
    """The target says it was done; reading it back did not show it, or was not possible."""
    VERIFIED = "VERIFIED"
    """Done, and read back as asked for."""
    UNDOING = "UNDOING"
    """Done; the call that puts it back is on its way."""
    UNDONE = "UNDONE"
    """Done, and put back."""
    FAILED = "FAILED"
    """Proven not to have been done."""
    UNKNOWN = "UNKNOWN"
    """Nobody can say whether it stands: its call, or the one that was to undo it, is not known."""
    LEFT = "LEFT"
    """Nothing was called for it, and nothing will be."""


STANDING = frozenset({StepStatus.DONE, StepStatus.VERIFIED, StepStatus.UNDOING})
"""Done, and not put back."""
_OPEN = (EffectStatus.INTENDED, EffectStatus.RETRYING)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One action of a plan with what became of it."""

    action: Action
    effect: Effect | None
    """Its call; None: none was made."""
    undo: Effect | None
    """The newest call that was to put it back; None: none was made."""
    status: StepStatus

    @property
    def stands(self) -> bool:
        """Whether it changed the target and was not put back, as far as anybody knows."""
        return self.status in STANDING


def newest_plan(effects: Sequence[Effect], ordinals: Mapping[ActionId, int]) -> tuple[Effect, ...]:
    """The calls of the plan that ran last, in their order; undos are none of them.

    A plan begins with its first step, so everything since the last first step is one plan.

    Args:
        effects: All effects of a case, oldest first.
        ordinals: Place of each action in its plan, from 1; an action that is missing is a first.
    """
    calls = [effect for effect in effects if effect.undoes is None]
    firsts = [n for n, call in enumerate(calls) if ordinals.get(call.action_id, 1) == 1]
    return tuple(calls[firsts[-1] :]) if firsts else tuple(calls)


def whole_run(effects: Sequence[Effect], plan: Sequence[Effect]) -> tuple[Effect, ...]:
    """The calls of a plan behind those of earlier plans that stood, verified, when it began.

    A run may have several writes done for one case, each a plan of its own. What it did is put
    back as one, and what was put back before is none of it.

    Args:
        effects: All effects of a case, oldest first.
        plan: Calls of the newest plan.
    """
    if not plan:
        return ()
    before = effects[: effects.index(plan[0])]
    calls = [one for one in before if one.undoes is None and one.is_correct]
    return (*standing(calls, before), *plan)


def is_undone(effect: Effect, effects: Sequence[Effect]) -> bool:
    """Whether an effect was put back, and reading the target back showed it."""
    return any(
        one.undoes == effect.id and one.status is EffectStatus.SUCCEEDED and one.is_correct
        for one in effects
    )


def standing(run: Sequence[Effect], effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """What of a run is done and not undone, oldest first.

    Args:
        run: Calls of one plan.
        effects: All effects of the case.
    """
    return tuple(
        effect
        for effect in run
        if effect.status is EffectStatus.SUCCEEDED and not is_undone(effect, effects)
    )


def found(
    run: Sequence[Effect], effects: Sequence[Effect], *, stands: bool, at: datetime, note: str
) -> tuple[Effect, ...]:
    """What a person's look at the target makes of the calls nobody could be sure of.

    Only what is open is written: a call without an answer, or one that read back as something
    else. Where that is an undo, what it was to put back stands if the undo did not work.

    Args:
        run: Calls of one plan.
        effects: All effects of the case, oldest first.
        stands: Whether what was done stands as it was asked for.
        at: When somebody looked.
        note: Who looked, and what they found.
    """
    changed = []
    for effect in run:
        undos = [one for one in effects if one.undoes == effect.id]
        undo = undos[-1] if undos and _is_unsure(undos[-1]) else None
        if undo is not None:
            changed.append(_looked_at(undo, has_worked=not stands, at=at, note=note))
        if _is_unsure(effect) and not is_undone(effect, effects) and (stands or undo is None):
            changed.append(_looked_at(effect, has_worked=stands, at=at, note=note))
    return tuple(changed)


def _is_unsure(effect: Effect) -> bool:
    is_wrong = effect.status is EffectStatus.SUCCEEDED and not effect.is_correct
    return effect.status is EffectStatus.UNKNOWN or is_wrong


def _looked_at(effect: Effect, *, has_worked: bool, at: datetime, note: str) -> Effect:
    seen = replace(effect, is_correct=has_worked, verified_at=at, note=note)
    if has_worked:
        return replace(seen, status=EffectStatus.SUCCEEDED, is_completed=True)
    is_answered = effect.status is EffectStatus.SUCCEEDED and effect.undoes is None
    return seen if is_answered else replace(seen, status=EffectStatus.FAILED, is_completed=False)


def steps_of(
    actions: Sequence[Action],
    run: Sequence[Effect],
    effects: Sequence[Effect],
    *,
    may_go_on: bool,
) -> tuple[Step, ...]:
    """Where every action of a plan stands.

    Args:
        actions: Of one plan, in order.
        run: The calls of its run; none: it did not begin.
        effects: All effects of the case, oldest first.
        may_go_on: Whether steps without a call may still be run.
    """
    calls = {effect.action_id: effect for effect in run}
    return tuple(
        _step(action, calls.get(action.id), effects, may_go_on=may_go_on) for action in actions
    )


def _step(
    action: Action, effect: Effect | None, effects: Sequence[Effect], *, may_go_on: bool
) -> Step:
    undos = [one for one in effects if effect is not None and one.undoes == effect.id]
    undo = undos[-1] if undos else None
    status = _status(effect, undo, may_go_on=may_go_on)
    return Step(action=action, effect=effect, undo=undo, status=status)


def _status(effect: Effect | None, undo: Effect | None, *, may_go_on: bool) -> StepStatus:
    if effect is None:
        return StepStatus.WAITING if may_go_on else StepStatus.LEFT
    if effect.status in _OPEN:
        return StepStatus.RUNNING
    if effect.status is EffectStatus.UNKNOWN:
        return StepStatus.UNKNOWN
    if effect.status is EffectStatus.FAILED:
        return StepStatus.FAILED
    done = StepStatus.VERIFIED if effect.is_correct else StepStatus.DONE
    return done if undo is None else _undo_status(undo, done)


def _undo_status(undo: Effect, done: StepStatus) -> StepStatus:
    """Where a done step stands whose undo was called."""
    if undo.status in _OPEN:
        return StepStatus.UNDOING
    if undo.status is EffectStatus.FAILED:
        return done
    is_back = undo.status is EffectStatus.SUCCEEDED and undo.is_correct
    return StepStatus.UNDONE if is_back else StepStatus.UNKNOWN
