"""Look: one request as the rules see it, with what several of them need computed once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from zoneinfo import ZoneInfo

from engine.domain.verdict import RuleResult
from engine.govern.request import AuthorizationRequest, Usage

LocalTime = tuple[int, time]
"""A day of the week, Monday is 0, and the time of the day."""


class Look:
    """A request and the budgets, while it is being judged."""

    __slots__ = ("_local", "amount", "request", "usage")

    def __init__(self, request: AuthorizationRequest, usage: Usage) -> None:
        """Look at a request with this usage."""
        self.request = request
        self.usage = usage
        self.amount = request.amount_in_cell
        self._local: dict[str, LocalTime] = {}

    def local(self, zone: str) -> LocalTime | None:
        """The request's moment by the clock of a zone; None where it tells no moment."""
        known = self._local.get(zone)
        at = self.request.at
        if known is None and at is not None:
            there = at.astimezone(ZoneInfo(zone))
            known = self._local[zone] = (there.weekday(), there.time())
        return known


Check = Callable[[Look], RuleResult]
"""One rule with its limit bound: made once for a policy, asked for every action."""
