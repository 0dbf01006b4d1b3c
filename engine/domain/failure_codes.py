"""Failure codes: which code a step gets, from what the engine knows of it.

Every function is total: what nobody foresaw gets the general code of its stage, never none.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.domain.case import Attention
from engine.domain.failure import FailureCode
from engine.domain.span import Stage
from engine.errors import (
    InvalidRequest,
    ModelError,
    ToolError,
    ToolOutcomeUnknown,
    ToolUnavailable,
)

_C, _A = FailureCode, Attention

OF_ATTENTION: Mapping[Attention, FailureCode | None] = MappingProxyType(
    {
        _A.COPILOT: None,
        _A.OUTSIDE_ENVELOPE: None,
        _A.DENIED: None,
        _A.SECOND_PERSON: None,
        _A.UNDO_SECOND_PERSON: None,
        _A.HELD: None,
        _A.PAUSED: None,
        _A.TAKEN_BACK: None,
        _A.ESCALATED: None,
        _A.UNDONE: None,
        _A.NO_RECOMMENDATION: _C.NO_RECOMMENDATION,
        _A.SOURCE_UNAVAILABLE: _C.READ_UNAVAILABLE,
        _A.SOURCE_REFUSED: _C.READ_REFUSED,
        _A.NOTICE_FAILED: _C.NOBODY_TOLD,
        _A.LAPSED_LATE: _C.WORKERS_SILENT,
        _A.FACTS_CHANGED: _C.FACTS_CHANGED,
        _A.TARGET_CHANGED: _C.TARGET_CHANGED,
        _A.CONTRACT_CHANGED: _C.TOOL_CHANGED,
        _A.ENVELOPE_CHANGED: _C.ENVELOPE_CHANGED,
        _A.AUTHORITY_LOST: _C.AUTHORITY_LOST,
        _A.BUDGET_SPENT: _C.BUDGET_SPENT,
        _A.GRANT_EXPIRED: _C.PERMIT_EXPIRED,
        _A.TIMED_OUT: _C.NOBODY_DECIDED,
        _A.FACT_TIMED_OUT: _C.NOBODY_ANSWERED,
        _A.TOOL_FAILED: _C.TARGET_REFUSED,
        _A.NOT_VERIFIED: _C.NOT_VERIFIED,
        _A.OUTCOME_UNKNOWN: _C.OUTCOME_UNKNOWN,
        _A.UNDO_FAILED: _C.UNDO_FAILED,
    }
)
"""Why a case stands with people, as a failure; None: as designed, nothing failed."""

OF_PERMITTED: Mapping[Attention, FailureCode] = MappingProxyType(
    {
        _A.OUTSIDE_ENVELOPE: _C.NO_LONGER_ALLOWED,
        _A.DENIED: _C.NO_LONGER_ALLOWED,
        _A.PAUSED: _C.PAUSED,
    }
)
"""The same for an action that was permitted before: then policy's no is a step that failed."""

OF_ANSWER: Mapping[str, FailureCode] = MappingProxyType(
    {
        "REFUSED": _C.TARGET_REFUSED,
        "UNAVAILABLE": _C.TOOL_UNAVAILABLE,
        "UNKNOWN": _C.TOOL_NO_ANSWER,
        "BROKE_CONTRACT": _C.TOOL_BROKE_CONTRACT,
    }
)
"""What is known after a call with an effect (`Answer`, by its value)."""

_OF_SYSTEM: Mapping[str, FailureCode] = MappingProxyType(
    {
        "TARGET_CHANGED": _C.TARGET_CHANGED,
        "INVALID_ARGUMENTS": _C.TOOL_BROKE_CONTRACT,
        "STORE_UNAVAILABLE": _C.TOOL_UNAVAILABLE,
        "OUTCOME_UNKNOWN": _C.TOOL_NO_ANSWER,
    }
)
_CREDENTIAL = "CREDENTIAL_"


def code_of_attention(attention: Attention, *, was_permitted: bool) -> FailureCode | None:
    """The code of a case that has come to people; None: nothing failed.

    Args:
        attention: Why it stands there.
        was_permitted: Whether its action held a permit, or was about to get one.
    """
    if was_permitted and attention in OF_PERMITTED:
        return OF_PERMITTED[attention]
    return OF_ATTENTION[attention]


def code_of_system(code: str) -> FailureCode:
    """The code of a refusal with a word of the system of record's own.

    Args:
        code: That word; a system that checks credentials says `CREDENTIAL_...` of them.
    """
    if code.startswith(_CREDENTIAL):
        return FailureCode.CREDENTIAL_REFUSED
    return _OF_SYSTEM.get(code, FailureCode.TARGET_REFUSED)


def code_of_answer(answer: str, system_code: str = "") -> FailureCode | None:
    """The code of a call with an effect; None where it went well.

    Args:
        answer: What is known after it, as `Answer` has it.
        system_code: Why the system refused, in its own word.
    """
    if answer == "REFUSED" and system_code:
        return code_of_system(system_code)
    return OF_ANSWER.get(answer)


def code_of_error(error: BaseException, stage: Stage) -> FailureCode:
    """The code of a step that ended in an error.

    Args:
        error: What was raised.
        stage: Where; all but the executor's calls are reads.
    """
    match error:
        case ToolUnavailable() | ToolOutcomeUnknown():
            return FailureCode.READ_UNAVAILABLE
        case ToolError() if error.facts.get("broke_contract"):
            return FailureCode.READ_BROKE_CONTRACT
        case ToolError() if str(error.facts.get("code", "")).startswith(_CREDENTIAL):
            return FailureCode.CREDENTIAL_REFUSED
        case ToolError():
            return FailureCode.READ_REFUSED
        case ModelError():
            return FailureCode.REASONER_FAILED
        case InvalidRequest() if stage is Stage.PERCEIVE:
            return FailureCode.READ_BROKE_CONTRACT
    return _of_stage(stage)


_CODES: Mapping[str, FailureCode] = MappingProxyType({code.value: code for code in FailureCode})
_ERRORS: Mapping[str, FailureCode] = MappingProxyType(
    {
        ToolUnavailable.code: _C.READ_UNAVAILABLE,
        ToolOutcomeUnknown.code: _C.READ_UNAVAILABLE,
        ToolError.code: _C.READ_REFUSED,
        ModelError.code: _C.REASONER_FAILED,
    }
)


def code_of_mark(error: str, stage: Stage) -> FailureCode:
    """The code of a span that says it failed.

    Args:
        error: What it says: a failure code, an answer, or an engine error's code.
        stage: Where the span belongs.
    """
    return _CODES.get(error) or OF_ANSWER.get(error) or _ERRORS.get(error) or _of_stage(stage)


def _of_stage(stage: Stage) -> FailureCode:
    return FailureCode.REASONER_FAILED if stage is Stage.REASON else FailureCode.INTERNAL_ERROR
