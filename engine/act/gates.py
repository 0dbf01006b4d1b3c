"""Gates: what keeps calls from a system that fails, or that is asked too often.

Counted in this process alone: several workers together may make several times as many calls.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

from engine.domain.tool import ToolContract
from engine.errors import ToolOutcomeUnknown, ToolUnavailable


@dataclass(slots=True)
class _Breaker:
    """Of one system: closed while it answers, open once it failed too often in a row."""

    failures: int = 0
    open_until: float = 0.0
    is_trying: bool = False
    """Whether one call looks if it is back."""


@dataclass(slots=True)
class _Traffic:
    """Of one tool."""

    at_once: int = 0
    started: deque[float] = field(default_factory=deque)


class Gates:
    """Lets a call pass where its tool's limits and its system's breaker do."""

    def __init__(self, timer: Callable[[], float] = monotonic) -> None:
        """All open; `timer` gives seconds that only grow."""
        self._timer = timer
        self._lock = Lock()
        self._breakers: dict[str, _Breaker] = {}
        self._traffic: dict[str, _Traffic] = {}

    @contextmanager
    def passing(self, contract: ToolContract) -> Iterator[None]:
        """Stand around one call; what it raises tells whether the system is in reach.

        Raises:
            ToolUnavailable: The call must not leave now; `retry_after_s` says when it may.
        """
        is_trial = self._enter(contract)
        is_away = False
        try:
            yield
        except (ToolUnavailable, ToolOutcomeUnknown):
            is_away = True
            raise
        finally:
            self._leave(contract, is_away=is_away, is_trial=is_trial)

    def _enter(self, contract: ToolContract) -> bool:
        """Count a call in; says whether it is the one that looks if the system is back."""
        now = self._timer()
        with self._lock:
            breaker = self._breakers.setdefault(_system(contract), _Breaker())
            traffic = self._traffic.setdefault(contract.name, _Traffic())
            _require_closed(breaker, contract, now)
            _require_room(traffic, contract, now)
            is_trial = breaker.open_until > 0
            breaker.is_trying = is_trial
            traffic.at_once += 1
            traffic.started.append(now)
            return is_trial

    def _leave(self, contract: ToolContract, *, is_away: bool, is_trial: bool) -> None:
        with self._lock:
            self._traffic[contract.name].at_once -= 1
            breaker = self._breakers[_system(contract)]
            if is_trial:  # one that left before the breaker opened ends nobody's trial
                breaker.is_trying = False
            if not is_away:
                breaker.failures, breaker.open_until = 0, 0.0
                return
            breaker.failures += 1
            if breaker.failures >= contract.breaker.failures:
                breaker.open_until = self._timer() + contract.breaker.open_s


def _system(contract: ToolContract) -> str:
    return contract.system or contract.name


def _require_closed(breaker: _Breaker, contract: ToolContract, now: float) -> None:
    left_s = breaker.open_until - now
    if left_s > 0 or breaker.is_trying:
        raise ToolUnavailable(
            f"{_system(contract)} failed {breaker.failures} times in a row and is left alone.",
            retry_after_s=max(left_s, 0.1),
            is_untried=True,
        )


def _require_room(traffic: _Traffic, contract: ToolContract, now: float) -> None:
    limit = contract.limit
    while traffic.started and traffic.started[0] <= now - limit.per_s:
        traffic.started.popleft()
    if traffic.at_once >= limit.at_once or len(traffic.started) >= limit.calls:
        oldest = traffic.started[0] if traffic.started else now
        raise ToolUnavailable(
            f"{contract.name} is called as often as its limit allows.",
            retry_after_s=max(oldest + limit.per_s - now, 0.05),
            is_untried=True,
        )
