"""The steps of a case's plan as its card shows them: what became of each, what is left, what to do.

Tools are asked for words alone. Nothing is read from outside.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.desk import Desk
from engine.domain.canonical import Json
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.naming import names_in
from engine.domain.plan import Step, StepStatus, steps_of
from engine.domain.preview import made_by
from engine.domain.recommendation import Action, Recommendation
from engine.errors import ToolError
from engine.govern.rules_action import NAMES_OTHERS, PARTED
from engine.runtime.plan_words import plan_words, repair_words, step_words
from engine.runtime.undoing import done_of, is_of, plan_of, undo_of, undos_of
from engine.service.putting_back import describe, words_of
from engine.service.rows import PlanStepRow
from engine.service.words import name
from engine.store.read_source import ReadSource

_S = CaseStatus
_TO_COME = frozenset({_S.RELEASING, _S.SECOND_PENDING, _S.VETO_WINDOW, _S.HELD, _S.BLIND_PENDING})
"""What is shown has not begun, whatever ran before it."""
_OVER = frozenset({_S.DONE, _S.CLOSED_NO_ACTION, _S.WITHDRAWN, _S.NEEDS_REPAIR, _S.COMPENSATING})
"""Steps that have not run by now are not run any more."""


class Plans:
    """Reads of the plan of one case."""

    def __init__(self, source: ReadSource) -> None:
        """Read from this source."""
        self._source = source

    def steps(self, case: Case, made: Recommendation | None) -> tuple[tuple[PlanStepRow, ...], str]:
        """The steps of what runs, ran or is recommended, and how far a plan came, in words."""
        desk = self._source.desks.get(case.desk)
        if desk is None:
            return (), ""
        steps = self._steps(case, made)
        if case.status is _S.NEEDS_REPAIR:
            left = repair_words(steps, desk)
        elif any(step.effect is not None for step in steps) and len(steps) > 1:
            left = plan_words(steps, desk)
        else:
            left = ""
        rows = tuple(_row(step, desk, is_broken=case.status is _S.NEEDS_REPAIR) for step in steps)
        return rows, left

    def undo_words(self, case: Case) -> str:
        """What an undo would put back, newest first, and what it cannot; empty: nothing."""
        desk = self._source.desks.get(case.desk)
        if desk is None:
            return ""
        done = done_of(self._source.reader, case)
        found = undos_of(desk, done)
        ways = [(effect, undo) for effect, undo in found if undo is not None]
        left = [describe(desk, done.action(effect)) for effect, undo in found if undo is None]
        if not ways or not left:
            return words_of(ways)
        stays = "; ".join(one[:1].lower() + one[1:] for one in left)
        return f"{words_of(ways)}. It cannot take back: {stays}"

    def _steps(self, case: Case, made: Recommendation | None) -> tuple[Step, ...]:
        reader = self._source.reader
        planned = made.actions if made is not None else ()
        waits_for_undo = case.attention is Attention.UNDO_SECOND_PERSON
        if case.status in _TO_COME and not waits_for_undo:
            return steps_of(reader.plan(case), (), (), may_go_on=True)
        done = done_of(reader, case)
        of_plan = is_of(done, planned)
        is_new = case.status is _S.GRANTED and _is_first(reader.action(case))
        may_go_on = case.status not in _OVER and not waits_for_undo
        if is_new:
            return steps_of(reader.plan(case), (), (), may_go_on=True)
        if not done.run or (case.status is _S.PENDING and not of_plan):
            return steps_of(planned, (), (), may_go_on=may_go_on)
        is_put_back = case.status is _S.PENDING
        actions, may_go_on = plan_of(planned, done), may_go_on and not is_put_back
        return steps_of(actions, done.run, done.effects, may_go_on=may_go_on)


def _is_first(action: Action | None) -> bool:
    return action is not None and action.ordinal == 1


def _row(step: Step, desk: Desk, *, is_broken: bool) -> PlanStepRow:
    action, effect = step.action, step.effect
    tool = desk.effect_tool(action.tool)
    amount = tool.contract.amount_of(action.arguments) if tool else None
    call = step.undo or effect
    view = tool.contract.view(action.arguments) if tool else ()
    return PlanStepRow(
        ordinal=action.ordinal,
        tool=action.tool,
        words=step_words(step, desk),
        arguments_view=view,
        verdict=action.verdict.kind,
        status=step.status,
        effect_status=effect.status if effect else None,
        is_verified=effect.is_correct if effect else None,
        note=_note(step, desk, is_broken=is_broken),
        key=call.key if call else "",
        amount=str(amount) if amount is not None else "",
        way_back=_way_back(step, desk),
        target=action.target,
        marked=_marked(action, view, desk),
        preview=_changes(step),
    )


def _marked(
    action: Action, view: Sequence[tuple[str, str]], desk: Desk
) -> tuple[tuple[str, int, int], ...]:
    """Where its texts name what no system told the case."""
    seen = (rule.seen for rule in action.verdict.broken if rule.rule == NAMES_OTHERS)
    words = {one.partition(": ")[2] for one in next(seen, "").split(PARTED)} - {""}
    return tuple(
        (title, one.start, one.end)
        for title, text in (view if words else ())
        for one in names_in(text, desk.identifiers)
        if one.words in words
    )


def _changes(step: Step) -> Json:
    """What a step changes: as it answered where reading back showed it, else as it was foreseen.

    What was foreseen of a later step was asked for before the steps in front of it.
    """
    effect = step.effect
    answered = made_by(effect.result) if effect is not None and effect.is_correct else None
    return step.action.preview if answered is None else answered.to_json()


def _note(step: Step, desk: Desk, *, is_broken: bool) -> str:
    """What went wrong with a step, and what a person has to do about it."""
    call = step.undo or step.effect
    said = call.note if call is not None else ""
    where = f"{step.action.target} " if step.action.target else ""
    if step.status is StepStatus.UNKNOWN and call is not None:
        found = f"Look {where}up in the system of record by the key {call.key}: did it happen?"
        return f"{said.rstrip('.')}. {found}" if said else found
    if is_broken and step.stands:
        back = _way_back(step, desk)
        by_hand = f"to put it back: {back}" if back else "nothing puts it back"
        return f"{said.rstrip('.') + '. ' if said else ''}It stands; {by_hand}."
    return said


def _way_back(step: Step, desk: Desk) -> str:
    """What would put a step back, as far as it can be told before it has run."""
    tool, effect = desk.effect_tool(step.action.tool), step.effect
    if tool is None or not tool.contract.compensation:
        return ""
    if effect is None or effect.result is None:
        way = desk.effect_tool(tool.contract.compensation)
        return way.contract.title if way else name(tool.contract.compensation)
    try:
        undo = undo_of(desk, step.action, effect)
    except ToolError:
        return ""
    return undo.words if undo else ""
