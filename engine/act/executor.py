"""Executor: the one place that calls a tool with an effect.

It takes an intent that is already durable, calls, and says what is known of the result. What to
make of the answer is the runtime's; writing it down is the store's.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from engine.act.calls import Calls
from engine.act.crash_points import CrashPoint, Reach, pass_by
from engine.domain.canonical import Json
from engine.domain.credential import CallPermit
from engine.errors import (
    EngineError,
    InvalidRequest,
    ToolError,
    ToolOutcomeUnknown,
    ToolUnavailable,
)
from engine.ports import EffectTool, ReadTool, Verification

log = logging.getLogger("countersign.executor")


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
    code: str = ""
    """Why the target refused, in its own word."""
    retry_after_s: float | None = None
    """How long the target asked to be left alone."""
    is_untried: bool = False
    """It never left: a limit or a breaker kept it."""
    scopes: tuple[str, ...] = ()
    """Of the credential that was shown; none: the system takes none."""


_AT_THE_DOOR = ("BODY_", "CREDENTIAL_", "HTTP_", "INVALID_", "KEY_", "METHOD_")
"""How codes begin of refusals that come before a target looks whether it knows the key."""


def is_at_the_door(result: CallResult) -> bool:
    """Whether a call was turned away before the target looked for its key.

    Such a refusal says that this call did nothing, and nothing of an earlier one with its key.
    """
    return result.answer is Answer.REFUSED and result.code.startswith(_AT_THE_DOOR)


class Executor:
    """Calls tools with an effect, each under its contract."""

    def __init__(self, calls: Calls, reach: Reach = pass_by) -> None:
        """Bind the way out.

        Args:
            calls: Makes the calls.
            reach: Called at each named crash point; a crash test ends the process there.
        """
        self._calls = calls
        self._reach = reach

    def call(
        self, tool: EffectTool, arguments: Mapping[str, Any], *, key: str, permit: CallPermit
    ) -> CallResult:
        """Call a tool once. The intent for `key` must be committed.

        Args:
            tool: The tool; its contract gives timeout and result schema.
            arguments: Canonical arguments.
            key: The intent's idempotency key.
            permit: The grant the intent used up.
        """
        self._reach(CrashPoint.BEFORE_CALL)
        try:
            called = self._calls.run(tool, arguments, key=key, permit=permit)
        except ToolOutcomeUnknown as error:
            return CallResult(answer=Answer.UNKNOWN, note=error.message, scopes=_scopes(error))
        except ToolUnavailable as error:
            return CallResult(
                answer=Answer.UNAVAILABLE,
                note=error.message,
                retry_after_s=error.facts.get("retry_after_s"),
                is_untried=bool(error.facts.get("is_untried")),
                scopes=_scopes(error),
            )
        except ToolError as error:
            code = str(error.facts.get("code", ""))
            return CallResult(
                answer=Answer.REFUSED, note=error.message, code=code, scopes=_scopes(error)
            )
        except Exception as error:  # a desk's bug must not lose track of an effect
            return CallResult(answer=Answer.UNKNOWN, note=f"{type(error).__name__} in the tool")
        self._reach(CrashPoint.AFTER_CALL)
        return replace(checked(tool, called.result), scopes=called.scopes)


def _scopes(error: ToolError) -> tuple[str, ...]:
    return tuple(error.facts.get("scopes", ()))


def checked(tool: EffectTool, result: Json) -> CallResult:
    """Check a result against the tool's contract."""
    try:
        return CallResult(answer=Answer.ACTED, result=tool.contract.check_result(result))
    except InvalidRequest as error:
        return CallResult(answer=Answer.BROKE_CONTRACT, note=error.message)


def verify(
    tool: EffectTool, arguments: Mapping[str, Any], before: Json, result: Json, read: ReadTool
) -> Verification | None:
    """Read the target back; None where it could not be read."""
    try:
        return tool.verify(arguments, before, result, read)
    except EngineError:
        return None
    except Exception:  # a desk's bug must not lose track of an effect
        log.exception("%s could not verify", tool.contract.name)
        return None
