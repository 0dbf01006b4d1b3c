"""What sending the open form does, said before it is sent. Draws nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from console import format as words
from console.components import decision_panel, desk_words, override_choice, override_form
from console.components.decision_panel import Filled
from console.components.open_case import OpenCase
from engine.domain.decision import DecisionKind
from engine.service import phrases
from engine.service.rows import ToolChoice
from engine.service.step_words import EFFECT_CLASS


def sending(case: OpenCase, kind: DecisionKind) -> str:
    """What sending a form does to this case, with what is filled in so far."""
    match kind:
        case DecisionKind.OVERRIDE:
            return _overriding(case)
        case DecisionKind.REJECT:
            return f"Sending this closes the case; nothing is run. {_back(case)}".strip()
        case DecisionKind.ESCALATE:
            role = decision_panel.read(case, kind).role
            whom = phrases.a_role(role) if role else "somebody else"
            return f"Sending this passes the case to {whom} at once; nothing is run."
        case DecisionKind.ASK:
            return (
                "Sending this puts your question on the case at once; nothing is run, and the "
                "case comes back with the answer or when none came in time."
            )
        case DecisionKind.APPROVE:
            return case.card.words.approving
        case DecisionKind.UNDO:
            return case.card.words.undo


def _overriding(case: OpenCase) -> str:
    filled = decision_panel.read(case, DecisionKind.OVERRIDE)
    choice = next((one for one in case.card.tools if one.tool == filled.tool), None)
    if choice is None:
        return _CHOOSE if override_choice.choices(case.card) else "No tool can be chosen instead."
    if why_not := decision_panel.why_not(case, DecisionKind.OVERRIDE):
        return f"Nothing can be sent as the form stands. {why_not}"
    values = [
        f"{_label(choice, argument)} {_said(case, argument, value, filled.arguments or {})}"
        for argument, value in (filled.arguments or {}).items()
        if argument not in choice.fixed and value is not False and value not in (None, "")
    ]
    target = next(iter(choice.fixed.values()), case.card.row.source_id)
    what = f" with {', '.join(values)}" if values else ""
    effect = EFFECT_CLASS.get(choice.effect_class, "")
    undo = f"Afterwards it {effect}." if effect else ""
    said = f"Sending this runs “{choice.title}” on {target}{what}, {_against(case, filled)}"
    return " ".join(part for part in (said, _back(case), undo) if part)


def _against(case: OpenCase, filled: Filled) -> str:
    """How it differs from what is recommended, and what of a plan it leaves out."""
    made = override_choice.same_as_recommended(case.card, filled.tool, filled.arguments or {})
    desk = case.card.row.desk
    steps = {step.ordinal: desk_words.tool(step.tool, desk) for step in case.card.steps}
    if len(steps) < 2:
        return "not what is recommended." if made is None else _SAME
    kept = None if made is None else made.ordinal
    left = words.listed([f"“{said}”" for place, said in steps.items() if place != kept])
    if made is None:
        return f"alone and not what is recommended: of the plan nothing runs, so not {left}."
    return (
        f"alone. It is step {kept} of what is recommended: approving runs the whole plan, this "
        f"leaves out {left}."
    )


_CHOOSE = "Choose what to do instead; nothing is run before you send it."
_SAME = (
    "which is exactly what is recommended. Approving does it; an override counts as disagreeing."
)


def _label(choice: ToolChoice, argument: str) -> str:
    properties = choice.schema.get("properties", {}) if isinstance(choice.schema, dict) else {}
    field = properties.get(argument, {})
    return override_form.title_of(argument, str(field.get("title") or "")).lower()


def _said(case: OpenCase, argument: str, value: Any, arguments: Mapping[str, Any]) -> str:
    """An argument as it is filled in: nested ones by their values, money with its currency."""
    if isinstance(value, Mapping):
        return ", ".join(_said(case, name, one, arguments) for name, one in value.items() if one)
    if isinstance(value, list):
        return "; ".join(_said(case, argument, one, arguments) for one in value)
    currency = str(arguments.get("currency", ""))
    return desk_words.value(case.card.row.desk, argument, value, currency)


def _back(case: OpenCase) -> str:
    seconds = case.card.words.take_back_s
    return f"You can take it back for {seconds:g} s." if seconds else ""
