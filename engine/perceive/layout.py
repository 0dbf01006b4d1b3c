"""Layout: which columns a format has, and what to say about others."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from difflib import get_close_matches
from typing import Protocol

from engine.errors import IntakeError


class Layout(Protocol):
    """The columns of a format; every intake format of a desk is one."""

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns."""
        ...

    @property
    def required(self) -> tuple[str, ...]:
        """Columns that must be there."""
        ...


def check_columns(names: Sequence[str], layout: Layout) -> None:
    """Refuse names that are unknown or stand twice, and the lack of a required one.

    Raises:
        IntakeError: The message names the column, the closest known one and all known ones.
    """
    for name in names:
        if name not in layout.columns:
            raise IntakeError(_unknown(name, layout.columns), column=name)
        if names.count(name) > 1:
            raise IntakeError(f"The column {name} stands twice.", column=name)
    missing = [name for name in layout.required if name not in names]
    if missing:
        raise IntakeError(
            f"{_columns(missing)} missing; required are {', '.join(layout.required)}.",
            column=missing[0],
        )


def _columns(names: Collection[str]) -> str:
    return ("The column " if len(names) == 1 else "The columns ") + (
        ", ".join(names) + (" is" if len(names) == 1 else " are")
    )


def _unknown(name: str, known: tuple[str, ...]) -> str:
    close = get_close_matches(name.strip().lower(), known, n=1, cutoff=0.6)
    shown = name if len(name) <= 60 else name[:60] + "…"
    hint = f" Did you mean {close[0]}?" if close else ""
    return f"Unknown column {shown!r}.{hint} Known columns: {', '.join(known)}."
