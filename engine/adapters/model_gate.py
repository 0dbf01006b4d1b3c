"""Model gate: how many calls of a model run at once, and when none does.

One gate stands before one model for all threads of a process. It knows nothing of how calls travel:
it reads in the error what the model's server asked for. Nothing is tried again here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition
from time import monotonic
from typing import Protocol

from engine.domain.model_call import ModelAnswer, ModelIdentity, ModelRequest
from engine.errors import ModelCancelled, ModelRefused, ModelUnavailable
from engine.ports import Model, never

ASKED_EVERY_S = 0.2
"""How often one who waits asks whether the call is given up."""
_BUSY = frozenset({429, 503, 529})
"""Statuses with which a server asks to be left alone, also where it does not say how long."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GateLimits:
    """What a gate holds to."""

    at_once: int = 4
    longest_wait_s: float = 20.0
    """For a place; whoever would wait longer is told at once that there is none."""
    first_pause_s: float = 2.0
    """After a busy server that does not say for how long; doubled each time, up to `open_s`."""
    longest_pause_s: float = 900.0
    """A server that asks for more is asked again after that."""
    opens_after: int = 5
    """Failures in a row after which calls are no longer made."""
    open_s: float = 30.0
    """Then one at a time is let through, to see whether the server is back."""
    spread: float = 0.25
    """Share of a pause that is added by chance, so that not all come back at one moment."""


class GateTime(Protocol):
    """Time as a gate needs it."""

    def now(self) -> float:
        """Seconds that only go forward."""
        ...

    def wait(self, change: Condition, seconds: float) -> None:
        """Wait for a change, at most so long."""
        ...


class RealTime:
    """The machine's."""

    def now(self) -> float:
        """Seconds that only go forward."""
        return monotonic()

    def wait(self, change: Condition, seconds: float) -> None:
        """Wait for a change, at most so long."""
        change.wait(seconds)


@dataclass
class _Standing:
    """What a gate remembers."""

    running: int = 0
    failures: int = 0
    """In a row."""
    not_before: float = 0.0
    why: str = ""
    """There is a pause."""


class ModelGate:
    """A model of which only so many calls run at once, and none while its server wants a pause."""

    def __init__(
        self,
        model: Model,
        limits: GateLimits,
        *,
        chance: Callable[[], float],
        time: GateTime | None = None,
    ) -> None:
        """Stand before a model.

        Args:
            model: What is asked.
            limits: What to hold to.
            chance: A number from 0 to 1 at random, for each pause.
            time: The machine's by default.
        """
        self._model = model
        self._limits = limits
        self._chance = chance
        self._time = time or RealTime()
        self._change = Condition()
        self._standing = _Standing()

    @property
    def identity(self) -> ModelIdentity:
        """Which model it is and what it takes."""
        return self._model.identity

    def count(self, request: ModelRequest) -> int:
        """Tokens of the whole window of a request.

        Raises:
            ModelUnavailable: It cannot be counted now, or there was no place in time.
            ModelRefused: The request itself will not be taken.
        """
        with self._place(never):
            return self._model.count(request)

    def ask(
        self,
        request: ModelRequest,
        *,
        on_text: Callable[[str], None] | None = None,
        is_cancelled: Callable[[], bool] = never,
    ) -> ModelAnswer:
        """Ask once, as soon as there is a place.

        Raises:
            ModelUnavailable: It did not answer whole, or there was no place in time.
            ModelRefused: The request itself will not be taken.
            ModelCancelled: `is_cancelled` said so, also while waiting for a place.
        """
        with self._place(is_cancelled):
            return self._model.ask(request, on_text=on_text, is_cancelled=is_cancelled)

    @contextmanager
    def _place(self, is_cancelled: Callable[[], bool]) -> Iterator[None]:
        """A place for one call; how the call ends is remembered."""
        self._enter(is_cancelled)
        ended: BaseException | None = None
        try:
            yield
        except BaseException as error:
            ended = error
            raise
        finally:
            self._leave(ended)

    def _enter(self, is_cancelled: Callable[[], bool]) -> None:
        until = self._time.now() + self._limits.longest_wait_s
        while True:
            if is_cancelled():  # asked outside of the lock: it may take its time
                raise ModelCancelled
            with self._change:
                if self._is_free():
                    self._standing.running += 1
                    return
                self._require_hope(until)
                left_s = self._closed_for_s()
                self._time.wait(self._change, min(left_s or ASKED_EVERY_S, ASKED_EVERY_S))

    def _leave(self, ended: BaseException | None) -> None:
        with self._change:
            self._standing.running -= 1
            if isinstance(ended, ModelUnavailable):
                self._failed(ended)
            elif ended is None or isinstance(ended, ModelRefused):
                self._standing.failures = 0  # a refusal shows that the server is there
            self._change.notify_all()

    def _require_hope(self, until: float) -> None:
        """Whoever cannot have a place in time is told at once, and why."""
        left_s = self._closed_for_s()
        if self._time.now() + left_s <= until:
            return
        if left_s:
            why = f"{self._standing.why}; it can be asked in {left_s:.0f} s"
        else:
            why = (
                f"all places were taken for {self._limits.longest_wait_s:g} s "
                f"(COUNTERSIGN_MODEL_CALLS_AT_ONCE is {self._limits.at_once})"
            )
        raise ModelUnavailable(
            f"The model was not asked: {why}.", retry_after_s=left_s or None, was_asked=False
        )

    def _closed_for_s(self) -> float:
        return max(self._standing.not_before - self._time.now(), 0.0)

    def _is_free(self) -> bool:
        most = 1 if self._is_open() else self._limits.at_once
        return not self._closed_for_s() and self._standing.running < most

    def _is_open(self) -> bool:
        """Whether so many calls failed in a row that only one at a time is let through."""
        return self._standing.failures >= self._limits.opens_after

    def _failed(self, error: ModelUnavailable) -> None:
        self._standing.failures += 1
        asked_s = error.facts.get("retry_after_s")
        if asked_s is not None:
            self._pause(min(asked_s, self._limits.longest_pause_s), "its server wants a pause")
        elif error.facts.get("status") in _BUSY:
            doubled_s = self._limits.first_pause_s * 2.0 ** min(self._standing.failures - 1, 16)
            self._pause(min(doubled_s, self._limits.open_s), "its server is busy")
        if self._is_open():
            why = f"{self._standing.failures} calls in a row failed"
            self._pause(self._limits.open_s, why)

    def _pause(self, pause_s: float, why: str) -> None:
        ends = self._time.now() + pause_s * (1 + self._limits.spread * self._chance())
        if ends > self._standing.not_before:
            self._standing.not_before, self._standing.why = ends, why
