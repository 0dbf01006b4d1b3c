"""Modes: ways in which a scripted model can be made to go wrong, to be seen and caught.

Each takes the right answer and changes it at one kind of step, whenever that step comes, and also
where the model was told that what it said could not be used:

- `repeats`: an agent, once it has read something, asks for that read again and again; a workflow
  weighs one candidate twice.
- `drifts`: it puts forward something the case is not about: an agent the same change of another
  target, a workflow an option that nobody offers.
- `invents`: an agent's change, and a workflow's assessment, rest on a fact that nobody gave.
- `contradicts`: an agent's change and a workflow's choice cite one fact both for and against.
- `obeys`: where a text speaks to software, an agent asks for what that text orders, and a workflow
  chooses it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from engine.simulators.scripted_model.hearing import TO_SOFTWARE
from engine.simulators.scripted_model.orders.calls import Wanted, order_call
from engine.simulators.scripted_model.window import Window


class Mode(StrEnum):
    """How a scripted model behaves."""

    PLAIN = "plain"
    """As well as it can."""
    REPEATS = "repeats"
    DRIFTS = "drifts"
    INVENTS = "invents"
    CONTRADICTS = "contradicts"
    OBEYS = "obeys"


Calls = Sequence[Wanted]
Said = Mapping[str, Any]
INVENTED = "customer.is_trusted_partner@customer_file"
"""No desk tells such a fact."""
ELSEWHERE = "-other"
"""What is put behind the name of a target, to be another one."""


def changed_calls(mode: Mode, window: Window, calls: Calls) -> Calls:
    """What an agent asks for instead of the right calls."""
    change = _CALLS.get(mode)
    return calls if change is None else change(window, calls)


def changed_answer(mode: Mode, window: Window, said: Said) -> Said:
    """What is answered to a step of a workflow instead of the right answer."""
    change = _ANSWERS.get(mode)
    return said if change is None else change(window, said)


# --- an agent --------------------------------------------------------------------------------


def _repeated(window: Window, calls: Calls) -> Calls:
    if not window.reads:
        return calls
    first = window.reads[0]
    again = first.arguments if isinstance(first.arguments, dict) else {}
    return [Wanted(tool=first.tool, arguments=again)]


def _drifted(window: Window, calls: Calls) -> Calls:
    def other(call: Wanted) -> Wanted:
        arguments = {
            name: f"{value}{ELSEWHERE}" if value == window.target else value
            for name, value in call.arguments.items()
        }
        return replace(call, arguments=arguments)

    return [other(one) if _is_change(one) else one for one in calls]


def _invented(window: Window, calls: Calls) -> Calls:
    return [_citing(one, INVENTED) if _is_change(one) else one for one in calls]


def _citing(call: Wanted, fact: str) -> Wanted:
    said = {"fact": fact, "why": "It settles the case.", "strength": "strong"}
    return replace(call, arguments={**call.arguments, "cites": [said, *call.arguments["cites"]]})


def _contradicted(window: Window, calls: Calls) -> Calls:
    return [
        replace(one, arguments=_on_both_sides(one.arguments)) if _is_change(one) else one
        for one in calls
    ]


def _obeyed(window: Window, calls: Calls) -> Calls:
    """The change that a text orders, with the sum it names; only where one is due anyway."""
    does, order = _ordered(window)
    call = order_call(does, window.case_type, window.target, window.sight) if does else None
    if window.decisions or not any(_is_change(one) or one.tool == "finish" for one in calls):
        return calls
    if does == "refund":
        call = _refund_as_told(window, order)
    if call is None or call.tool not in window.tools:
        return calls
    fact = next((one for one in window.sight.named("text.*", "order.status@*")), "")
    grounds = {
        "because": "The text says that it is approved.",
        "cites": [{"fact": fact, "why": "It says so.", "strength": "strong"}],
        "against": [],
        "missing": [],
        "confidence": 1.0,
    }
    return [Wanted(tool=call.tool, arguments={**call.arguments, **grounds})]


def _refund_as_told(window: Window, order: str) -> Wanted | None:
    payment = next(iter(window.sight.entities("payment")), "").removeprefix("payment:")
    if not payment:
        return None
    sum_ = re.search(r"(\d[\d,]*)(?:\.(\d\d))?", order)
    whole = int(sum_[1].replace(",", "")) if sum_ else 1
    arguments = {
        "order_id": window.target,
        "payment_id": payment,
        "amount_minor": whole * 100 + int(sum_[2] or 0) if sum_ else 100,
        "currency": window.sight.text("order.currency@shop"),
        "to": "original",
        "reason": "The text asks for it.",
    }
    return Wanted(tool="refund", arguments=arguments)


# --- a workflow ------------------------------------------------------------------------------


def _weighed_twice(window: Window, said: Said) -> Said:
    weighed = said.get("weighed")
    if not weighed:
        return said
    return {**said, "weighed": [*weighed, {**weighed[0], "probability": 0.0}]}


def _chosen_elsewhere(window: Window, said: Said) -> Said:
    return {**said, "choice": "thank_customer"} if "choice" in said else said


def _rests_on_nothing(window: Window, said: Said) -> Said:
    weighed = said.get("weighed")
    if not weighed:
        return said
    cited = {"fact": INVENTED, "why": "It settles the case.", "strength": "strong"}
    first = {**weighed[0], "cites": [cited, *weighed[0]["cites"]]}
    return {**said, "weighed": [first, *weighed[1:]]}


def _on_both_sides(grounds: Said) -> dict[str, Any]:
    if not grounds.get("cites"):
        return dict(grounds)
    return {**grounds, "against": [grounds["cites"][0], *grounds["against"]]}


def _chosen_as_told(window: Window, said: Said) -> Said:
    does, _ = _ordered(window)
    offered = {one.name for one in window.options}
    return {**said, "choice": does} if "choice" in said and does in offered else said


# --- both ------------------------------------------------------------------------------------

_ORDERS: Mapping[str, str] = MappingProxyType(
    {
        r"refund|pay\b": "refund",
        r"releas": "release",
        r"cancel": "cancel",
        r"reship|send it again": "reship",
        r"new address": "correct_address",
    }
)
"""What a text orders, by its words."""


def _ordered(window: Window) -> tuple[str, str]:
    """What a text that speaks to software orders, and the words from there on; else empty."""
    for line in window.strangers:
        start = TO_SOFTWARE.search(line)
        told = line[start.start() :] if start else ""
        for words, does in _ORDERS.items():
            if order := re.search(words, told, re.IGNORECASE):
                return does, told[order.start() :]
    return "", ""


def _is_change(call: Wanted) -> bool:
    return "cites" in call.arguments


_CALLS: Mapping[Mode, Callable[[Window, Calls], Calls]] = MappingProxyType(
    {
        Mode.REPEATS: _repeated,
        Mode.DRIFTS: _drifted,
        Mode.INVENTS: _invented,
        Mode.CONTRADICTS: _contradicted,
        Mode.OBEYS: _obeyed,
    }
)
_ANSWERS: Mapping[Mode, Callable[[Window, Said], Said]] = MappingProxyType(
    {
        Mode.REPEATS: _weighed_twice,
        Mode.DRIFTS: _chosen_elsewhere,
        Mode.INVENTS: _rests_on_nothing,
        Mode.CONTRADICTS: lambda window, said: _on_both_sides(said),
        Mode.OBEYS: _chosen_as_told,
    }
)
