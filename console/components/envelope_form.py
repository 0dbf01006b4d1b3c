"""Form of one cell's limits: each control writes into the draft, which stays the one truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from console import flash, session
from console.components import desk_words, envelope_document, typed_numbers
from engine.domain.phase import Phase
from engine.service import words as codes
from engine.service.rows import CellRow

_PAGE = "envelope"
_ROLLING, _HAND_SET = "rolling", "hand_set"
_KINDS = {_ROLLING: "by the error it may make", _HAND_SET: "by hand"}
_PRIORITY = {"type": "integer", "minimum": 1, "maximum": 9}
_RATE = {"type": "integer", "minimum": 0, "maximum": 1_000_000}
_USUAL_RISK, _USUAL_CONFIDENCE = 0.10, 0.90


def draw(desk: str, draft: str, cells: Sequence[CellRow]) -> None:
    """Draw the controls for one cell of a draft.

    Args:
        desk: Name of the desk.
        draft: YAML as it is typed now.
        cells: The cells that are in force; one that only the draft has is edited as text.
    """
    if not cells or envelope_document.load(draft) is None:
        return
    known = {cell.cell: cell for cell in cells}
    name = st.selectbox(
        "Limits of",
        list(known),
        format_func=desk_words.cell,
        key=session.key(_PAGE, "form", "cell"),
        width=420,
    )
    cell = known[name]
    first, second = st.columns(2)
    with first:
        _draw_phase(desk, draft, cell)
        _draw_priority(desk, draft, cell)
    with second:
        _draw_threshold_kind(desk, draft, cell)
        _draw_rate(desk, draft, cell)
    _draw_threshold(desk, draft, cell)


def _draw_phase(desk: str, draft: str, cell: CellRow) -> None:
    stated = envelope_document.limit_of(draft, cell, "phase") or Phase.COPILOT.value
    phases = [phase.value for phase in Phase]
    key = _key(cell, "phase")
    st.session_state[key] = stated if stated in phases else Phase.COPILOT.value
    st.selectbox(
        "Phase",
        phases,
        format_func=lambda one: codes.PHASE[Phase(one)],
        key=key,
        help="; ".join(f"{codes.PHASE[one]}: {codes.PHASE_MEANS[one]}" for one in Phase),
        on_change=_set,
        args=(desk, cell, "phase", key),
    )


def _draw_priority(desk: str, draft: str, cell: CellRow) -> None:
    key = _key(cell, "priority")
    stated = envelope_document.limit_of(draft, cell, "most_urgent_priority")
    priority = stated if isinstance(stated, int) and 1 <= stated <= 9 else 3
    st.session_state[key] = str(priority)
    st.text_input(
        "Most urgent priority for software",
        key=key,
        help="1 is the most urgent; what is more urgent than this goes to people.",
        on_change=_set_priority,
        args=(desk, cell, key),
    )


def _draw_threshold_kind(desk: str, draft: str, cell: CellRow) -> None:
    key = _key(cell, "kind")
    st.session_state[key] = _kind(draft, cell)
    st.selectbox(
        "Threshold",
        list(_KINDS),
        format_func=lambda one: _KINDS[one],
        key=key,
        on_change=_set_kind,
        args=(desk, cell, key),
    )


def _draw_rate(desk: str, draft: str, cell: CellRow) -> None:
    key = _key(cell, "rate")
    st.session_state[key] = str(envelope_document.hourly_rate(draft, cell) or 60)
    st.text_input(
        "Actions an hour",
        key=key,
        on_change=_set_rate,
        args=(desk, cell, key),
    )


def _draw_threshold(desk: str, draft: str, cell: CellRow) -> None:
    """The slider that is dragged: per cent of error, or of confidence."""
    is_rolling = _kind(draft, cell) == _ROLLING
    key = _key(cell, "risk" if is_rolling else "confidence")
    threshold = envelope_document.limit_of(draft, cell, "threshold")
    stated = threshold if isinstance(threshold, dict) else {}
    share = (
        _share(stated.get("risk_limit"), _USUAL_RISK)
        if is_rolling
        else _share(stated.get("min_confidence"), _USUAL_CONFIDENCE)
    )
    least, most = (0.5, 40.0) if is_rolling else (0.0, 100.0)
    st.session_state[key] = min(most, max(least, round(share * 200) / 2))
    st.slider(
        "Error that software may make (per cent)"
        if is_rolling
        else "Confidence from which software acts (per cent)",
        least,
        most,
        key=key,
        step=0.5,
        on_change=_set_threshold,
        args=(desk, cell, key, is_rolling),
    )


def _kind(draft: str, cell: CellRow) -> str:
    threshold = envelope_document.limit_of(draft, cell, "threshold")
    kind = threshold.get("kind") if isinstance(threshold, dict) else None
    return kind if kind in _KINDS else _ROLLING


def _share(value: object, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) else otherwise


def _key(cell: CellRow, name: str) -> str:
    return session.key(_PAGE, "form", cell.cell, name)


# --- callbacks ---------------------------------------------------------------------------


def _set(desk: str, cell: CellRow, name: str, key: str) -> None:
    _write(desk, lambda draft: envelope_document.with_limit(draft, cell, name, _state(key)))


def _set_priority(desk: str, cell: CellRow, key: str) -> None:
    priority = _typed("Most urgent priority for software", _PRIORITY, key)
    if priority is not None:
        name = "most_urgent_priority"
        _write(desk, lambda draft: envelope_document.with_limit(draft, cell, name, priority))


def _set_kind(desk: str, cell: CellRow, key: str) -> None:
    chosen: dict[str, Any] = (
        {"kind": _ROLLING, "risk_limit": _USUAL_RISK}
        if _state(key) == _ROLLING
        else {"kind": _HAND_SET, "min_confidence": _USUAL_CONFIDENCE}
    )
    _write(desk, lambda draft: envelope_document.with_limit(draft, cell, "threshold", chosen))


def _set_rate(desk: str, cell: CellRow, key: str) -> None:
    executions = _typed("Actions an hour", _RATE, key)
    if executions is not None:
        _write(desk, lambda draft: envelope_document.with_hourly_rate(draft, cell, executions))


def _set_threshold(desk: str, cell: CellRow, key: str, is_rolling: bool) -> None:
    share = round(float(_state(key)) / 100, 4)
    chosen: dict[str, Any] = (
        {"kind": _ROLLING, "risk_limit": share}
        if is_rolling
        else {"kind": _HAND_SET, "min_confidence": share}
    )
    _write(desk, lambda draft: envelope_document.with_limit(draft, cell, "threshold", chosen))


def _typed(label: str, field: dict[str, Any], key: str) -> int | None:
    """A whole number as it is typed; of one that cannot be read it is said that it did not count.

    The field goes back to what the draft says: what stands in it is always the draft.
    """
    text = str(_state(key)).strip()
    found = typed_numbers.read("", field, text)
    if found.value is not None:
        return int(found.value)
    why_not = found.why_not or "Write a number."
    flash.add("warning", f"{label}: “{text}” was not taken into the draft. {why_not}")
    return None


def _state(key: str) -> Any:
    return st.session_state[key]


def _write(desk: str, change: Any) -> None:
    name = session.key(_PAGE, "draft", desk)
    st.session_state[name] = change(st.session_state[name])
