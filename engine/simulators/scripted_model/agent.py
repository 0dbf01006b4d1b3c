"""Agent: which tool a script asks for next.

It reads, asks for one change, hears what was decided and ends. All it knows of its own past is what
the window shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from engine.domain.run_moves import Answered
from engine.simulators.scripted_model import incidents
from engine.simulators.scripted_model.judging import judged
from engine.simulators.scripted_model.leaning import ASK, UNSURE, Leaning
from engine.simulators.scripted_model.looking import reads_left
from engine.simulators.scripted_model.orders.calls import CASE_TYPES, Wanted, order_call
from engine.simulators.scripted_model.sight import Sight
from engine.simulators.scripted_model.window import Window

Calls = Sequence[Wanted]
"""The tools asked for in one answer."""
_DONE = (Answered.EXECUTED, Answered.APPROVED)
_IN_FORCE = (*_DONE, Answered.OVERRIDDEN)
_THEN = MappingProxyType({"cancel_order": "refund", "refund": "refund"})
"""What may be left to do after a change, by its tool."""
_ENDS: Mapping[Answered, tuple[str, str]] = MappingProxyType(
    {
        Answered.EXECUTED: ("done", "What the case needed was carried out and stands."),
        Answered.APPROVED: ("done", "A person approved what the case needed, and it stands."),
        Answered.OVERRIDDEN: ("done", "A person put another change in its place, and that stands."),
        Answered.REJECTED: ("nothing_to_do", "A person said no to the change that was asked for."),
        Answered.TIMED_OUT: (
            "needs_person",
            "Nobody answered in time, which is neither a yes nor a no; a person has to look.",
        ),
        Answered.DENIED: (
            "needs_person",
            "Policy forbids the change that the case seems to need; a person has to look.",
        ),
        Answered.FAILED: (
            "needs_person",
            "The change was allowed and did not come through; a person has to look.",
        ),
    }
)


def next_calls(window: Window, *, is_stubborn: bool = False) -> Calls:
    """The tools to ask for now; never none.

    Args:
        window: What the model sees.
        is_stubborn: Whether it goes on where it was told that what it said could not be used.
    """
    decided = window.decisions[-1] if window.decisions else None
    if decided is not None and decided.answered is not Answered.FACT_GIVEN:
        then = _THEN.get(decided.tool, "") if decided.answered in _DONE else ""
        if not then:
            return [_end(window, decided.answered)]
        return _looking(window) or [_wanted(window, then) or _end(window, decided.answered)]
    if window.is_told_off and not is_stubborn:
        text = "What was put forward could not be used, and there is nothing better to put forward."
        return [finish("needs_person", text)]
    return _looking(window) or [_change(window)]


def finish(outcome: str, summary: str) -> Wanted:
    """The end of the run."""
    return Wanted(tool="finish", arguments={"outcome": outcome, "summary": summary})


def _looking(window: Window) -> Calls:
    """Reads that are left, as many as one answer may ask for; none where it is the last answer."""
    if window.answers_left <= 1:
        return ()
    return reads_left(window)[: window.most_reads]


def _change(window: Window) -> Wanted:
    sight, kind = window.sight, window.case_type
    taken = judged(kind, sight)
    if not taken.does:
        return finish("nothing_to_do", taken.because)
    if kind == incidents.CASE_TYPE:
        return _assignment(window, taken)
    if kind not in CASE_TYPES:
        return finish("needs_person", "There is no script for such a case.")
    if found := _wanted(window, taken.does, taken):
        return found
    if taken.does == "release":
        return finish("nothing_to_do", f"{taken.because} Nothing holds the order.")
    if taken.does == "hold":
        return finish("needs_person", f"{taken.because} The order is held already.")
    careful = _wanted(window, ASK, taken, UNSURE)
    return careful or finish("needs_person", f"{taken.because} It cannot be done from here.")


def _assignment(window: Window, taken: Leaning) -> Wanted:
    if not incidents.is_clear(taken) or "assign_group" not in window.tools:
        return finish("needs_person", "Nothing in the incident tells which group it is for.")
    where = {"number": window.target, "group": taken.does}
    return Wanted(tool="assign_group", arguments=where | taken.grounds())


def _wanted(
    window: Window, does: str, taken: Leaning | None = None, confidence: float | None = None
) -> Wanted | None:
    """The call with its grounds; None where it cannot be had, or nothing usable speaks for it."""
    sight, kind = window.sight, window.case_type
    taken = taken or judged(kind, sight)
    call = order_call(does, kind, window.target, sight)
    if call is None or call.tool not in window.tools or not taken.cites:
        return None
    grounds = taken.grounds(confidence)
    others = _others(window, does, sight, grounds["confidence"])
    return Wanted(tool=call.tool, arguments={**call.arguments, **grounds, **others})


def _others(window: Window, does: str, sight: Sight, confidence: float) -> dict[str, Any]:
    """To ask the customer, as the other call that was thought of."""
    other = order_call(ASK, window.case_type, window.target, sight) if does != ASK else None
    if other is None or other.tool not in window.tools:
        return {}
    thought = {
        "tool": other.tool,
        "arguments": dict(other.arguments),
        "probability": round((1 - confidence) / 2, 2),
    }
    return {"alternatives": [thought]}


def _end(window: Window, answered: Answered) -> Wanted:
    """The end after a decision, told as what stands."""
    outcome, text = _ENDS[answered]
    has_effect = any(one.answered in _IN_FORCE for one in window.decisions)
    if has_effect and outcome == "nothing_to_do":
        outcome = "needs_person"
    why = window.decisions[-1].why
    return finish(outcome, f"{text} Said was: {why}" if why else text)
