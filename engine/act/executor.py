"""Executor: the one place that calls a tool with an effect.

It takes an intent that is already durable, calls, and says what is known of the result. What to
make of the answer is the runtime's; writing it down is the store's.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as CallTimeout
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from engine.act.crash_points import CrashPoint, Reach, pass_by
from engine.domain.canonical import Json
from engine.errors import (
    EngineError,
    InvalidRequest,
    ToolError,
    ToolOutcomeUnknown,
    ToolUnavailable,
)
from engine.ports import EffectTool, Verification


class Answer(StrEnum):
    """What is known after a call."""

    ACTED = "ACTED"
    REFUSED = "REFUSED"
    """Proven not to have acted; trying again is no use."""
    UNAVAILABLE = "UNAVAILABLE"
    """Proven not to have acted; trying again may help."""
    UNKNOWN = "UNKNOWN"
    BROKE_CONTRACT = "BROKE_CONTRACT"
    """It acted, and its answer does not keep the contract."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CallResult:
    """The answer of one call."""

    answer: Answer
    result: Json = None
    note: str = ""


class Executor:
    """Calls tools under their timeout, each call in a thread that can be given up."""

    def __init__(self, reach: Reach = pass_by) -> None:
        """Start without threads.

        Args:
            reach: Called at each named crash point; a crash test ends the process there.
        """
        self._reach = reach
        self._pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="tool")

    def call(self, tool: EffectTool, arguments: Mapping[str, Any], *, key: str) -> CallResult:
        """Call a tool once. The intent for `key` must be committed.

        Args:
            tool: The tool; its contract gives timeout and result schema.
            arguments: Canonical arguments.
            key: The intent's idempotency key.
        """
        self._reach(CrashPoint.BEFORE_CALL)
        future = self._pool.submit(tool.call, arguments, key=key)
        try:
            result = future.result(timeout=tool.contract.timeout_s)
        except CallTimeout:
            self._pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="tool")
            return CallResult(answer=Answer.UNKNOWN, note="no answer in time")
        except ToolOutcomeUnknown as error:
            return CallResult(answer=Answer.UNKNOWN, note=error.message)
        except ToolUnavailable as error:
            return CallResult(answer=Answer.UNAVAILABLE, note=error.message)
        except ToolError as error:
            return CallResult(answer=Answer.REFUSED, note=error.message)
        except Exception as error:  # a desk's bug must not lose track of an effect
            return CallResult(answer=Answer.UNKNOWN, note=f"{type(error).__name__} in the tool")
        self._reach(CrashPoint.AFTER_CALL)
        return checked(tool, result)

    def close(self) -> None:
        """Let running calls end, take no more."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def checked(tool: EffectTool, result: Json) -> CallResult:
    """Check a result against the tool's contract."""
    try:
        return CallResult(answer=Answer.ACTED, result=tool.contract.check_result(result))
    except InvalidRequest as error:
        return CallResult(answer=Answer.BROKE_CONTRACT, note=error.message)


def verify(
    tool: EffectTool, arguments: Mapping[str, Any], before: Json, result: Json
) -> Verification | None:
    """Read the target back; None where it could not be read."""
    try:
        return tool.verify(arguments, before, result)
    except EngineError:
        return None
