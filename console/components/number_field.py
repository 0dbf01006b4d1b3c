"""A field for a number: a text that this product reads itself, with what is wrong under it.

The browser's own number field keeps the last number it understood and reads a comma as nothing,
so it would send another amount than the one that stands there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from console.components import text_line, typed_numbers
from console.components.text_line import Piece
from console.components.typed_numbers import Typed


def draw(
    label: str,
    name: str,
    field: Mapping[str, Any],
    key: str,
    *,
    suggested: object = None,
    is_required: bool = False,
) -> None:
    """Draw the field and, where it cannot be read, how to write it.

    Args:
        label: Over the field.
        name: The argument; one in minor units is typed in whole units.
        field: Its JSON Schema.
        key: Of the field.
        suggested: What stands there at first, as the argument's own value.
        is_required: Whether it may not stay empty.
    """
    with st.container(gap="xxsmall"):
        text = st.text_input(
            label,
            value=typed_numbers.written(name, field, suggested),
            autocomplete="off",
            live=True,
            key=key,
        )
        if said := why_not(name, field, text, is_required=is_required):
            text_line.draw([[Piece(text=said, tone="bad")]], key=f"{key}:why_not")


def typed(name: str, field: Mapping[str, Any], key: str) -> Typed:
    """What stands in a field that was drawn before."""
    return typed_numbers.read(name, field, st.session_state.get(key))


def why_not(name: str, field: Mapping[str, Any], text: object, *, is_required: bool) -> str:
    """Why nothing can be sent with this text; empty where something can."""
    found = typed_numbers.read(name, field, text)
    if found.why_not or found.value is not None or not is_required:
        return found.why_not
    return f"Write a number, such as {typed_numbers.example(name, field)}."
