"""Parts of the fakes' lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from engine.service.rows import Page

T = TypeVar("T")


def part_of(listed: Sequence[T], cursor: str, limit: int) -> Page[T]:
    """A part of a list; the cursor is the place where it begins."""
    start = int(cursor or 0)
    end = start + limit
    return Page(
        rows=tuple(listed[start:end]),
        next_cursor=str(end) if end < len(listed) else "",
        total=len(listed),
    )
