"""What an undo would do, in words: of an effect that stands, or of calls that have not run yet.

Tools are asked for words alone; nothing is read from outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from engine.desk import Desk
from engine.domain.case import Case
from engine.domain.effect import Effect
from engine.domain.ids import EffectId, GrantId
from engine.domain.recommendation import Action
from engine.domain.tool import EffectClass
from engine.errors import ToolError
from engine.runtime.undoing import undo_of
from engine.service.words import name


def ways_if_run(
    desk: Desk, plan: Sequence[Action], case: Case, at: datetime
) -> tuple[list[str], list[str]]:
    """What an undo of a plan would do, newest first, and what it could not take back.

    Args:
        desk: Whose tools they are.
        plan: Calls that have not run yet, in order.
        case: The case.
        at: Its desk's present.
    """
    ways: list[str] = []
    left: list[str] = []
    said = _as_part if len(plan) > 1 else str
    for action in reversed(plan):
        until = desk.undo_until.get(action.tool, "")
        if way := _way_if_run(desk, action, case, at):
            ways.append(said(f"{way}, until {until}" if until else way))
        else:
            tool = desk.effect_tool(action.tool)
            left.append(said(tool.describe(action.arguments) if tool else name(action.tool)))
    return ways, left


def _as_part(text: str) -> str:
    """A call in words, in the middle of a sentence."""
    return text[:1].lower() + text[1:]


def _way_if_run(desk: Desk, action: Action, case: Case, at: datetime) -> str:
    """What would put an action back, as far as it can be told before it has run."""
    tool = desk.effect_tool(action.tool)
    if action.target_state is None or tool is None:
        return ""
    if words := undo_if_run(desk, action, case, at):
        return words
    if tool.contract.effect_class is not EffectClass.COMPENSABLE:
        return ""
    # The way back needs what the call will have answered, such as the number of a refund.
    way = desk.effect_tool(tool.contract.compensation)
    return way.contract.title if way else ""


def undo_words(desk: Desk, action: Action, effect: Effect) -> str:
    """What an undo of an effect would do; empty where nothing undoes it."""
    try:
        undo = undo_of(desk, action, effect)
    except ToolError:
        return ""
    return undo.words if undo else ""


def undo_if_run(desk: Desk, action: Action, case: Case, at: datetime) -> str:
    """What an undo would do if the action ran on its target as it was seen."""
    return undo_words(desk, action, _as_if_run(action, case, at))


def _as_if_run(action: Action, case: Case, at: datetime) -> Effect:
    """The effect that running the action on its target as it was seen would be; never stored."""
    return Effect(
        id=EffectId(action.id),
        case_id=case.id,
        case_version=case.version,
        action_id=action.id,
        grant_id=GrantId(action.id),
        tool=action.tool,
        key="",
        call_deadline=at,
        intended_at=at,
        before=action.target_state,
    )
