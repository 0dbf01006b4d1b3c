"""Run rows: runs, their steps and their calls of models as rows, and back."""

from __future__ import annotations

import zlib
from typing import Any

from engine.domain.ids import CaseId, RunId
from engine.domain.model_call import TokenUsage
from engine.domain.run import Run, RunKind, RunStatus, RunStep
from engine.domain.run_calls import CallStatus, ModelCall, ModelCallId
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import (
    move_from_json,
    move_to_json,
    observation_from_json,
    observation_to_json,
)
from engine.store.case_rows import Row


def run_of(row: Any) -> Run:
    """The run a row of `runs` holds."""
    return Run(
        id=RunId(row.id),
        case_id=CaseId(row.case_id),
        desk=row.desk,
        case_type=row.case_type,
        kind=RunKind(row.kind),
        version=row.version,
        model=row.model,
        is_scripted=row.is_scripted,
        is_shadow=row.is_shadow,
        status=RunStatus(row.status),
        steps=row.steps,
        started_at=row.started_at,
        usage=usage_of(row),
        cost_micro_usd=row.cost_micro_usd,
        ended_at=row.ended_at,
        fault=RunFault(row.fault) if row.fault else None,
        end_note=row.end_note,
        fallback_of=RunId(row.fallback_of) if row.fallback_of else None,
    )


def run_row(run: Run) -> Row:
    """A row of `runs` without its lease."""
    return {
        "id": run.id,
        "case_id": run.case_id,
        "desk": run.desk,
        "case_type": run.case_type,
        "kind": run.kind.value,
        "version": run.version,
        "model": run.model,
        "is_scripted": run.is_scripted,
        "is_shadow": run.is_shadow,
        "status": run.status.value,
        "steps": run.steps,
        "started_at": run.started_at,
        **usage_row(run.usage),
        "cost_micro_usd": run.cost_micro_usd,
        "ended_at": run.ended_at,
        "fault": run.fault.value if run.fault else None,
        "end_note": run.end_note,
        "fallback_of": run.fallback_of,
    }


def step_row(run_id: RunId, step: RunStep) -> Row:
    """A row of `run_steps`."""
    seen = step.observation
    return {
        "run_id": run_id,
        "number": step.number,
        "kind": step.move.kind,
        "move": move_to_json(step.move),
        "observation": None if seen is None else observation_to_json(seen),
        "at": step.at,
        "duration_us": step.duration_us,
        "cost_micro_usd": step.cost_micro_usd,
        "scopes": list(step.scopes),
        "verdict": step.verdict,
    }


def step_of(row: Any) -> RunStep:
    """The step a row of `run_steps` holds."""
    seen = row.observation
    return RunStep(
        number=row.number,
        move=move_from_json(row.move),
        observation=None if seen is None else observation_from_json(seen),
        at=row.at,
        duration_us=row.duration_us,
        cost_micro_usd=row.cost_micro_usd,
        scopes=tuple(row.scopes),
        verdict=row.verdict,
    )


def call_row(call: ModelCall) -> Row:
    """A row of `model_calls`."""
    return {
        "id": call.id,
        "run_id": call.run_id,
        "case_id": call.case_id,
        "desk": call.desk,
        "step": call.step,
        "attempt": call.attempt,
        "at": call.at,
        "model": call.model,
        "is_scripted": call.is_scripted,
        "request_digest": call.request_digest,
        "counted_tokens": call.counted_tokens,
        "reserved_micro_usd": call.reserved_micro_usd,
        **call_result(call),
    }


def call_result(call: ModelCall) -> Row:
    """The columns of a call that its end changes."""
    return {
        "status": call.status.value,
        "cost_micro_usd": call.cost_micro_usd,
        **usage_row(call.usage),
        "duration_ms": call.duration_ms,
        "stop": call.stop,
        "error": call.error,
    }


def call_of(row: Any) -> ModelCall:
    """The call a row of `model_calls` holds."""
    return ModelCall(
        id=ModelCallId(row.id),
        run_id=RunId(row.run_id),
        case_id=CaseId(row.case_id),
        desk=row.desk,
        step=row.step,
        attempt=row.attempt,
        at=row.at,
        model=row.model,
        is_scripted=row.is_scripted,
        request_digest=bytes(row.request_digest),
        counted_tokens=row.counted_tokens,
        reserved_micro_usd=row.reserved_micro_usd,
        status=CallStatus(row.status),
        cost_micro_usd=row.cost_micro_usd,
        usage=usage_of(row),
        duration_ms=row.duration_ms,
        stop=row.stop,
        error=row.error,
    )


def usage_of(row: Any) -> TokenUsage:
    """The tokens of a row."""
    return TokenUsage(
        input=row.input_tokens,
        output=row.output_tokens,
        cache_read=row.cache_read_tokens,
        cache_write=row.cache_write_tokens,
    )


def usage_row(usage: TokenUsage) -> Row:
    """Tokens as columns."""
    return {
        "input_tokens": usage.input,
        "output_tokens": usage.output,
        "cache_read_tokens": usage.cache_read,
        "cache_write_tokens": usage.cache_write,
    }


def text_row(text_digest: str, content: str) -> Row:
    """A row of `run_texts`."""
    packed = zlib.compress(content.encode("utf-8", "surrogatepass"))
    return {"digest": bytes.fromhex(text_digest), "content": packed}


def text_of(row: Any) -> str:
    """The text a row of `run_texts` holds."""
    return zlib.decompress(bytes(row.content)).decode("utf-8", "surrogatepass")
