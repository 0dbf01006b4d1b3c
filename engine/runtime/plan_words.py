"""Plan words: how far a plan came and what is left to a person, in plain sentences. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.desk import Desk
from engine.domain.canonical import Json
from engine.domain.effect import Effect
from engine.domain.plan import Step, StepStatus
from engine.domain.transition import EffectChanged, Transition

_SAID: tuple[tuple[StepStatus, str], ...] = (
    (StepStatus.FAILED, "Not done"),
    (StepStatus.UNKNOWN, "Nobody can say whether it stands"),
    (StepStatus.RUNNING, "On its way"),
    (StepStatus.UNDOING, "Being put back"),
    (StepStatus.UNDONE, "Put back"),
    (StepStatus.VERIFIED, "Still done"),
    (StepStatus.DONE, "Done, but not as asked for, or not read back"),
    (StepStatus.LEFT, "Not begun"),
)
"""In the order in which they are told."""

BY_HAND = (
    "Look at each of these in the system of record, put right what is wrong there, then say what "
    "you found."
)


def plan_words(steps: Sequence[Step], desk: Desk) -> str:
    """How far a plan came, one sentence for each kind of step; empty where all of it is done."""
    statuses = {step.status for step in steps}
    if statuses <= {StepStatus.VERIFIED} or not statuses - {StepStatus.WAITING}:
        return ""
    return _each_said(steps, desk)


def _each_said(steps: Sequence[Step], desk: Desk) -> str:
    said = []
    for status, words in _SAID:
        of_it = [step for step in steps if step.status is status]
        if of_it:
            said.append(f"{words}: {'; '.join(_named(step, desk) for step in of_it)}.")
    return " ".join(said)


def repair_words(steps: Sequence[Step], desk: Desk) -> str:
    """The same, and what a person has to do about what stands or cannot be told."""
    is_open = any(step.stands or step.status is StepStatus.UNKNOWN for step in steps)
    if not is_open:
        return plan_words(steps, desk)
    return f"{_each_said(steps, desk)} {BY_HAND}".strip()


def step_words(step: Step, desk: Desk) -> str:
    """The call in words; the tool's name where the desk has it no longer."""
    tool = desk.effect_tool(step.action.tool)
    return tool.describe(step.action.arguments) if tool else step.action.tool.replace("_", " ")


def _named(step: Step, desk: Desk) -> str:
    return f"step {step.action.ordinal} ({step_words(step, desk)})"


def steps_to_json(steps: Sequence[Step]) -> Json:
    """For the ledger: what everybody needs who has to look for it outside."""
    return [
        {
            "step": step.action.ordinal,
            "tool": step.action.tool,
            "target": step.action.target,
            "arguments": step.action.arguments_digest,
            "key": step.effect.key if step.effect else "",
            "undo_key": step.undo.key if step.undo else "",
            "status": step.status,
        }
        for step in steps
    ]


def shown(step: Transition, steps: Sequence[Step], desk: Desk) -> Transition:
    """A case in need of repair with everything that is needed for it, in words and ledger."""
    words, last = repair_words(steps, desk), step.entries[-1]
    said = {**last.payload, "steps": steps_to_json(steps)}
    return replace(
        step,
        after=replace(step.after, attention_note=note_of(step.after.attention_note, words)),
        entries=(*step.entries[:-1], replace(last, payload=said)),
    )


def note_of(first: str, words: str) -> str:
    """What happened to a step, and on a line of its own what that means for its plan."""
    return "\n".join(part for part in (first, words) if part)


def changed_effect(step: Transition) -> Effect | None:
    """The effect as a transition leaves it; None where it changes none."""
    changed = [one.effect for one in step.records if isinstance(one, EffectChanged)]
    return changed[-1] if changed else None
