"""Steps: how a script answers each step of a workflow, in the form that the step asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.simulators.scripted_model.hearing import statements
from engine.simulators.scripted_model.judging import judged
from engine.simulators.scripted_model.leaning import ASK, Leaning
from engine.simulators.scripted_model.window import Option, Question, Window

_LEAST_SURE = 0.55
"""An option that is right with less is not taken where asking can be had."""
_MOST_WEIGHED = 12


def answered(window: Window) -> dict[str, Any]:
    """The answer to a step, as the JSON value it asks for."""
    match window.question:
        case Question.READING:
            return {"statements": statements(window)[:20]}
        case Question.ASSESSMENT:
            return {"weighed": _weighed(window)}
        case Question.CHOICE:
            return _choice(window)
        case _:
            return {}


def _weighed(window: Window) -> list[dict[str, Any]]:
    """What the leaning says; where nothing is clear, everything alike."""
    candidates = window.candidates
    taken = judged(window.case_type, window.sight, candidates)
    if taken.cause not in candidates:
        share = round(1 / max(len(candidates), 1), 4)
        why = "Nothing that is known speaks for this more than for the others."
        return [_one(name, share, why, ()) for name in candidates[:_MOST_WEIGHED]]
    first = _one(taken.cause, taken.sure, taken.because, taken.grounds()["cites"])
    if taken.rival not in candidates or taken.rival == taken.cause:
        return [first]
    rest = round((1 - taken.sure) / 2, 4)
    why = "It is what else the same facts could come from."
    return [first, _one(taken.rival, rest, why, ())]


def _one(name: str, probability: float, because: str, cites: Sequence[Any]) -> dict[str, Any]:
    return {"name": name, "probability": probability, "because": because, "cites": list(cites)}


def _choice(window: Window) -> dict[str, Any]:
    options = window.options
    groups = tuple(one.name for one in options) if window.case_type == "routing" else ()
    taken = judged(window.case_type, window.sight, groups)
    option = _option(options, taken)
    return {"choice": option.name, **taken.grounds(_confidence(option, taken))}


def _option(options: Sequence[Option], taken: Leaning) -> Option:
    """What the leaning would do; else to ask; else what is listed first."""
    by_name = {one.name: one for one in options}
    wanted = by_name.get(taken.does)
    if wanted is not None and (wanted.right is None or wanted.right >= _LEAST_SURE):
        return wanted
    return by_name.get(ASK) or wanted or options[0]


def _confidence(option: Option, taken: Leaning) -> float:
    """Never above what was assessed before."""
    return taken.sure if option.right is None else min(taken.sure, option.right)
