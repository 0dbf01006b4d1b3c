"""Choosing what to do instead: the software's other choices first, then everything else.

Draws nothing. Nothing is chosen before somebody chose, but for the software's best other choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import streamlit as st

from console import session
from engine.domain.recommendation import Action, Alternative, Proposal, Recommendation
from engine.service import phrases
from engine.service.rows import ToolChoice

PAGE = "override"


class Choosable(Protocol):
    """What an action can be chosen for."""

    @property
    def tools(self) -> tuple[ToolChoice, ...]:
        """What can be chosen."""
        ...

    @property
    def recommendation(self) -> Recommendation | None:
        """Whose alternatives come first; None where they may not be known."""
        ...


def choices(card: Choosable) -> tuple[ToolChoice, ...]:
    """The tools that the person may choose, the software's choices first, in their order.

    A cell may be other roles' to decide.
    """
    held = session.person().roles
    may = [one for one in card.tools if not phrases.who_decides("", one.deciders, held)]
    ranked = _ranked(card)
    return tuple(sorted(may, key=lambda one: ranked.get(one.tool, len(ranked))))


def _ranked(card: Choosable) -> dict[str, int]:
    """Place of every tool among the software's choices that are not what it recommends."""
    made = card.recommendation.actions if card.recommendation else ()
    tools = dict.fromkeys([*(one.tool for one in _others(card)), *(one.tool for one in made)])
    return {tool: place for place, tool in enumerate(tools)}


def _others(card: Choosable) -> list[Proposal]:
    """The software's choices that are not what it recommends, best first."""
    proposals = [one.proposal for one in _alternatives(card)]
    return [one for one in proposals if not same_as_recommended(card, one.tool, one.arguments)]


def _alternatives(card: Choosable) -> tuple[Alternative, ...]:
    return card.recommendation.draft.alternatives if card.recommendation else ()


def titles(card: Choosable) -> dict[str, str]:
    """What every choice is called, by its tool, with what the software makes of it."""
    ranked, others = _ranked(card), {one.tool for one in _others(card)}
    said = dict[str, str]()
    for one in choices(card):
        rank = f", choice {ranked[one.tool] + 2}" if one.tool in others else ", recommended"
        said[one.tool] = f"{one.title}{rank if one.tool in ranked else ''}"
    return said


def suggested(card: Choosable, tool: str) -> Mapping[str, Any]:
    """The arguments to begin with: of its best other choice, else of what it recommends.

    A step of the plan may have the same tool: its arguments are for after the other steps.
    """
    made = card.recommendation.actions if card.recommendation else ()
    calls = [*((one.tool, one.arguments) for one in _others(card))]
    calls += [(one.tool, one.arguments) for one in made]
    return next((arguments for called, arguments in calls if called == tool), {})


def chosen_of(card: Choosable, form: str) -> ToolChoice | None:
    """The chosen tool; before anybody chose, the software's best other choice, or the only one."""
    offered = choices(card)
    key = tool_key(form)
    if key not in st.session_state:
        opens = len(offered) == 1 or any(one.tool == offered[0].tool for one in _others(card))
        return offered[0] if offered and opens else None
    tool = st.session_state[key]
    return next((one for one in offered if one.tool == tool), None)


def same_as_recommended(card: Choosable, tool: str, arguments: Mapping[str, Any]) -> Action | None:
    """The recommended call that this one repeats, argument for argument; None: it is another."""
    made, call = card.recommendation, (tool, _given(arguments))
    actions = made.actions if made else ()
    return next((one for one in actions if (one.tool, _given(one.arguments)) == call), None)


def _given(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that say anything: a form leaves out what is empty."""
    return {
        name: one for name, one in arguments.items() if one is not False and one not in (None, "")
    }


def likely_first(
    card: Choosable, tool: str, name: str, options: Sequence[str]
) -> tuple[list[str], dict[str, str]]:
    """Values of an argument, the reasoner's alternatives first, with their rank.

    Their scores are no odds.
    """
    proposals = [one.proposal for one in _alternatives(card)]
    values = [str(one.arguments.get(name)) for one in proposals if one.tool == tool]
    ranked = [value for value in dict.fromkeys(values) if value in options]
    likely = {value: f", choice {place}" for place, value in enumerate(ranked, 1)}
    return [*ranked, *(value for value in options if value not in likely)], likely


def tool_key(form: str) -> str:
    """Key of the choice of tool."""
    return session.key(PAGE, form, "tool")
