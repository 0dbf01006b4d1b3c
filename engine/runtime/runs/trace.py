"""Trace: the steps of a run as spans of its case, and its faults as failures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from engine.domain.canonical import Json
from engine.domain.failure import FailureCode
from engine.domain.run import Run, RunStep
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import (
    Asked,
    GiveUp,
    Made,
    ModelFailed,
    ModelSaid,
    Recall,
    ToolFailed,
    ToolReturned,
    UseTool,
)
from engine.domain.span import Span, Stage
from engine.runtime.runs.beginning import decided_by

_C, _F = FailureCode, RunFault
CODES: Mapping[RunFault, FailureCode] = MappingProxyType(
    {
        _F.MODEL_AWAY: _C.MODEL_UNAVAILABLE,
        _F.MODEL_REFUSED: _C.MODEL_UNAVAILABLE,
        _F.OUTPUT_INVALID: _C.MODEL_OUTPUT_INVALID,
        _F.FACT_INVENTED: _C.MODEL_OUTPUT_INVALID,
        _F.AMOUNT_WRONG: _C.MODEL_OUTPUT_INVALID,
        _F.CONTRADICTION: _C.MODEL_OUTPUT_INVALID,
        _F.GOAL_LOST: _C.MODEL_OUTPUT_INVALID,
        _F.LOOP: _C.RUN_STUCK,
        _F.NO_PROGRESS: _C.RUN_STUCK,
        _F.ERRORS_IN_A_ROW: _C.RUN_STUCK,
        _F.STEPS_SPENT: _C.RUN_LIMIT,
        _F.TOKENS_SPENT: _C.RUN_LIMIT,
        _F.MONEY_SPENT: _C.RUN_LIMIT,
        _F.TIME_SPENT: _C.RUN_LIMIT,
        _F.READS_FAILED: _C.READ_UNAVAILABLE,
        _F.PAUSED: _C.PAUSED,
        _F.CODE_FAILED: _C.REASONER_FAILED,
    }
)
"""Why a run could not end, as the failure it is."""


def spans_of(run: Run, steps: Sequence[RunStep]) -> tuple[Span, ...]:
    """The questions and reads of a run as spans; what policy and people say have their own."""
    return tuple(
        Span(
            stage=Stage.REASON,
            name=_name(step.move)[:64],
            started_at=step.at - timedelta(microseconds=step.duration_us),
            duration_us=step.duration_us,
            decided_by=decided_by(run),
            rule=_rule(step),
            inputs=_inputs(step.move),
            outputs=_outputs(step),
            error=_error(step),
        )
        for step in steps
        if isinstance(step.move, Asked | UseTool | Recall)
    )


def failed_span(run: Run, move: GiveUp, at: datetime) -> Span:
    """The end of a run that could not end well."""
    return Span(
        stage=Stage.REASON,
        name=run.kind.value,
        started_at=at,
        duration_us=0,
        decided_by=decided_by(run),
        rule=move.fault.value,
        outputs={"why": move.why},
        error=CODES[move.fault].value,
    )


def _name(move: Made) -> str:
    match move:
        case Asked():
            return f"ask the model: {move.purpose}"
        case UseTool():
            return move.tool
        case _:
            return move.kind.replace("_", " ")


def _rule(step: RunStep) -> str:
    if isinstance(step.observation, ModelSaid):
        return step.observation.answer.model
    return step.verdict


def _inputs(move: Made) -> Json:
    match move:
        case Asked():
            return {"window": sum(entry.tokens for entry in move.context)}
        case UseTool():
            return move.arguments
        case Recall():
            return {"step": move.step}
        case _:
            return None


def _outputs(step: RunStep) -> Json:
    match step.observation:
        case ModelSaid(answer=answer):
            return {
                "stop": answer.stop,
                "window": answer.usage.window,
                "answer": answer.usage.output,
                "cost_micro_usd": step.cost_micro_usd,
            }
        case ToolReturned(result=result):
            return result
        case ToolFailed(why=why) | ModelFailed(why=why):
            return {"why": why}
        case _:
            return None


def _error(step: RunStep) -> str:
    match step.observation:
        case ToolFailed(code=code):
            return code.value
        case ModelFailed(fault=fault):
            return CODES[fault].value
        case _:
            return ""
