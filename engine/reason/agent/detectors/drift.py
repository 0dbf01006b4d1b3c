"""Drift: a run that turns to something else than its goal.

What code can tell: a write on another target than the case's, a tool that was not offered for this
goal, and a goal text that is no longer the one the run began with, or not the last it reads. The
first two are told to the model once in a run, however much lies between.

What it cannot see: drift in meaning, on the right target with an offered tool.
"""

from __future__ import annotations

from hashlib import sha256

from engine.domain.model_call import ModelRequest, TextBlock, ToolUse
from engine.domain.run import RunStep
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import Asked, GiveUp
from engine.reason.agent.tools import FINISH, RECALL
from engine.reason.brief import Brief

GOAL = "goal"
"""Name of the part of a window that is the goal, word for word and nothing else."""


def drifts(brief: Brief, use: ToolUse) -> bool:
    """Whether a call is for a tool that was not offered, or writes on another target."""
    if use.name in (FINISH, RECALL):
        return False
    contract = brief.tool(use.name)
    if contract is None:
        return True
    target = use.arguments.get(contract.target_argument)
    return contract in brief.writes and target is not None and target != brief.target


def goal_lost(brief: Brief, steps: tuple[RunStep, ...], request: ModelRequest) -> GiveUp | None:
    """The end of a run whose goal is not the one it began with, or is not the last it reads.

    Args:
        brief: The task.
        steps: The journal; its first question tells the digest of the goal it began with.
        request: The question as it would be asked now.
    """
    goal = next((one for one in request.system if one.name == GOAL), None)
    last = request.messages[-1].blocks[-1] if request.messages else None
    if goal is None or not isinstance(last, TextBlock) or not last.text.endswith(goal.text):
        why = "Its goal is not the last that the model would read."
        return GiveUp(fault=RunFault.GOAL_LOST, why=why)
    begun_with = next((one for step in steps for one in _goal_of(step)), "")
    now = sha256(goal.text.encode("utf-8")).hexdigest()
    if begun_with and begun_with != now:
        why = "The text of its goal was changed while it ran; begin a new run."
        return GiveUp(fault=RunFault.GOAL_LOST, why=why)
    return None


def _goal_of(step: RunStep) -> tuple[str, ...]:
    if not isinstance(step.move, Asked):
        return ()
    return tuple(one.text_digest for one in step.move.context if one.name == GOAL)
