"""Apportion: the tokens of a context ledger made exact once a window has been counted. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.domain.context import ContextEntry


def apportioned(entries: Sequence[ContextEntry], counted: int) -> tuple[ContextEntry, ...]:
    """Give each entry its share of a counted window, by the estimates; the sum is exactly that.

    A server counts whole windows, and its marks between the parts with them: each part bears its
    share of those. What is over after rounding down goes to the largest remainders, the earlier
    entry first. Entries without tokens keep none, unless there is no other to bear the count.
    `full_tokens` of what stands there shortened is brought to the same measure.

    Args:
        entries: As estimated.
        counted: Tokens of the window, 0 or more.

    Raises:
        ValueError: There is no entry, and yet something was counted; or less than nothing was.
    """
    if counted < 0 or (counted and not entries):
        raise ValueError(f"{counted} tokens cannot be apportioned to {len(entries)} entries")
    weights = [one.tokens for one in entries]
    total = sum(weights) or len(entries) or 1
    weights = weights if sum(weights) else [1] * len(entries)
    shares = [weight * counted // total for weight in weights]
    by_remainder = sorted(range(len(entries)), key=lambda n: -(weights[n] * counted % total))
    for place in by_remainder[: counted - sum(shares)]:
        shares[place] += 1
    return tuple(
        replace(one, tokens=share, full_tokens=_scaled(one, share, counted, total))
        for one, share in zip(entries, shares, strict=True)
    )


def _scaled(entry: ContextEntry, share: int, counted: int, total: int) -> int:
    return max(entry.full_tokens * counted // total, share) if entry.full_tokens else 0
