"""What sending the open form does, said before it is sent. Draws nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from console.components import decision_panel, desk_words, override_form
from console.components.open_case import OpenCase
from engine.domain.decision import DecisionKind
from engine.service import phrases
from engine.service.rows import ToolChoice

_IRREVERSIBLE = "irreversible"


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
        return "No tool can be chosen instead."
    values = [
        f"{_label(choice, argument)} {_said(case, argument, value, filled.arguments or {})}"
        for argument, value in (filled.arguments or {}).items()
        if argument not in choice.fixed and value not in (None, "", False, 0)
    ]
    target = next(iter(choice.fixed.values()), case.card.row.source_id)
    what = f" with {', '.join(values)}" if values else ""
    undo = (
        "Afterwards nothing undoes it."
        if choice.effect_class == _IRREVERSIBLE
        else "Afterwards it can be undone."
    )
    said = f"Sending this runs “{choice.title}” on {target}{what}, not what is recommended."
    return " ".join(part for part in (said, _back(case), undo) if part)


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
