"""Filters of the comparison: which runs. Data and models are never mixed, so one of each is chosen.

Gives a slice; reads only what there is to choose from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar

import streamlit as st

from console import session
from console.components import desk_words
from engine.domain.case import Origin
from engine.service.comparison_rows import ComparisonSlice, Made, Models, RunsMade

PAGE = "compare"
_PERIODS: dict[str, timedelta | None] = {
    "24 hours": timedelta(hours=24),
    "7 days": timedelta(days=7),
    "30 days": timedelta(days=30),
    "All": None,
}
_MODELS = {Models.REAL: "Real", Models.SCRIPTED: "Scripted"}
E = TypeVar("E", bound=StrEnum)


def draw(made: Sequence[RunsMade]) -> ComparisonSlice:
    """Draw the filters and give what they say.

    Args:
        made: All runs there are, at least one.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        desk = _choose("Desk", "desk", {one.desk for one in made}, "All desks")
        types = {one.case_type for one in made if desk in ("", one.desk)}
        case_type = _choose("Case type", "case_type", types, "All case types", desk)
        period = st.segmented_control(
            "Begun in the last",
            list(_PERIODS),
            default="All",
            key=session.key(PAGE, "period"),
            required=True,
        )
        how = _one_of("Runs", "made", Made, Made.BOTH, str.capitalize)
        origin = _pick("Data", "origin", Origin, (one.origin for one in made), str.capitalize)
        asked = (one.models for one in made if one.origin is origin and one.models)
        models = _pick("Model", "models", Models, asked, lambda one: _MODELS[Models(one)])
    length = _PERIODS[period]
    return ComparisonSlice(
        desk=desk,
        case_type=case_type,
        since=None if length is None else session.now() - length,
        made=how,
        origin=origin,
        models=models,
    )


def _choose(label: str, name: str, known: Iterable[str], everything: str, desk: str = "") -> str:
    """One of several codes, or all of them."""
    codes = ["", *sorted(known)]
    key = session.key(PAGE, name)
    if st.session_state.get(key) not in codes:
        st.session_state[key] = ""
    chosen: str = st.selectbox(
        label,
        codes,
        format_func=lambda code: _named(name, code, desk) if code else everything,
        key=key,
        width=190,
    )
    return chosen


def _named(name: str, code: str, desk: str) -> str:
    if name == "desk":
        return desk_words.desk_title(code)
    return desk_words.label(desk, code).replace("_", " ").capitalize()


def _pick(
    label: str, name: str, kinds: type[E], there: Iterable[E], said: Callable[[Any], str]
) -> E | None:
    """One of those there are; nothing is asked where there is no choice."""
    known = set(there)
    listed = [one for one in kinds if one in known]
    if len(listed) < 2:
        return listed[0] if listed else None
    return _one_of(label, name, listed, listed[0], said)


def _one_of(
    label: str, name: str, listed: Iterable[E], default: E, said: Callable[[Any], str]
) -> E:
    chosen: E = st.segmented_control(
        label,
        list(listed),
        default=default,
        format_func=said,
        key=session.key(PAGE, name),
        required=True,
    )
    return chosen
