"""Steps of a run as rows: what was asked, what came of it, and what it was decided on. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.domain.actor import DecidedBy
from engine.domain.canonical import Json
from engine.domain.fact import Fact
from engine.domain.failure import FailureCode
from engine.domain.model_call import TokenUsage
from engine.domain.recommendation import Draft, Reason
from engine.domain.run import Journal, Run, RunStep
from engine.domain.run_calls import ModelCall
from engine.domain.run_moves import (
    Answered,
    Asked,
    AskWrite,
    Finish,
    GiveUp,
    Made,
    ModelFailed,
    ModelSaid,
    Recall,
    Recommend,
    ToolFailed,
    ToolReturned,
    UseTool,
    WriteAnswered,
)
from engine.domain.verdict import VerdictKind
from engine.reason.agent.tools import FINISH
from engine.runtime.runs.beginning import decided_by
from engine.runtime.runs.trace import CODES
from engine.service.run_rows import (
    BlockRow,
    CallRow,
    CitedRow,
    ContextRow,
    CostBasis,
    CostRow,
    GroundsRow,
    StepRow,
    UseRow,
)

_WAITS = (Asked, UseTool, Recall, AskWrite)
"""Moves after which something is seen."""


def cost_row(run: Run, micro_usd: int, *, is_priced: bool, has_answer: bool) -> CostRow:
    """What models cost.

    Args:
        run: The run.
        micro_usd: As counted.
        is_priced: Whether the price was known when they were asked.
        has_answer: Whether any of them has answered.
    """
    if run.is_scripted:
        return CostRow(basis=CostBasis.SCRIPTED)
    if is_priced:
        return CostRow(basis=CostBasis.PRICED, micro_usd=micro_usd)
    return CostRow(basis=CostBasis.NO_PRICE if has_answer else CostBasis.NOTHING_ASKED)


def step_rows(
    journal: Journal, calls: Iterable[ModelCall], known: Iterable[Fact]
) -> tuple[StepRow, ...]:
    """The steps of a run, oldest first.

    Args:
        journal: The run.
        calls: Of models, all that it made.
        known: The facts of its case.
    """
    telling = _Telling(run=journal.run, facts={fact.id: (fact, None) for fact in known})
    for call in calls:
        telling.calls.setdefault(call.step, []).append(call)
    _note_uses(telling, journal.steps)
    return tuple(telling.row(step) for step in journal.steps)


@dataclass(slots=True)
class _Telling:
    """A journal while it is told."""

    run: Run
    facts: dict[str, tuple[Fact, int | None]]
    """By id, with the step that gave it."""
    calls: dict[int, list[ModelCall]] = field(default_factory=dict)
    """By step."""
    words: dict[int, str] = field(default_factory=dict)
    """Of the model, by question."""
    asked_in: dict[int, int] = field(default_factory=dict)
    """By step, the question in whose answer it was asked for."""
    became: dict[tuple[int, str], int] = field(default_factory=dict)
    """By question and use, the step that was made of it."""
    used: int = 0
    """Tokens so far, in and out."""

    def row(self, step: RunStep) -> StepRow:
        """One step; they have to be told in their order."""
        if isinstance(step.observation, ToolReturned):
            self.facts |= {fact.id: (fact, step.number) for fact in step.observation.facts}
        asked_in = self.asked_in.get(step.number)
        told: dict[str, Any] = {
            **_asked(step.move),
            **_seen(step),
            **(self._question(step) if isinstance(step.move, Asked) else {}),
        }
        if isinstance(step.move, AskWrite | Recommend):
            told["grounds"] = self._grounds(step.move.draft)
        return StepRow(
            number=step.number,
            kind=step.move.kind,
            at=step.at,
            duration_us=step.duration_us,
            decided_by=_decider(self.run, step.move),
            verdict=step.verdict,
            reason="" if asked_in is None else self.words.get(asked_in, ""),
            asked_in=asked_in,
            is_open=self._is_open(step),
            is_denied=_is_denied(step),
            scopes=step.scopes,
            **told,
        )

    def _is_open(self, step: RunStep) -> bool:
        waits = isinstance(step.move, _WAITS) and step.observation is None
        return waits and self.run.ended_at is None

    def _question(self, step: RunStep) -> dict[str, Any]:
        assert isinstance(step.move, Asked)
        calls, seen = self.calls.get(step.number, []), step.observation
        answer = seen.answer if isinstance(seen, ModelSaid) else None
        usage = answer.usage if answer else TokenUsage()
        self.used += usage.total
        return {
            "uses": tuple(
                UseRow(
                    tool=use.name,
                    arguments=use.arguments,
                    step=self.became.get((step.number, use.id)),
                )
                for use in (answer.tool_uses if answer else ())
            ),
            "stop": answer.stop.value if answer else "",
            "usage": answer.usage if answer else None,
            "cost": cost_row(
                self.run,
                step.cost_micro_usd,
                is_priced=any(call.reserved_micro_usd for call in calls),
                has_answer=answer is not None,
            ),
            "calls": tuple(_call_row(call) for call in calls),
            "context": _context(step.number, step.move, self.used),
        }

    def _grounds(self, draft: Draft) -> GroundsRow:
        return GroundsRow(
            summary=draft.summary,
            rationale=draft.rationale,
            confidence=draft.raw_confidence,
            cites=self._cited(draft.reasons),
            against=self._cited(draft.counter_evidence),
            missing=draft.missing,
            others=tuple((one.label, one.probability) for one in draft.alternatives),
        )

    def _cited(self, reasons: Sequence[Reason]) -> tuple[CitedRow, ...]:
        return tuple(
            CitedRow(
                fact=one.fact,
                text=one.text,
                weight=one.weight,
                value=self.facts[one.fact][0].value if one.fact in self.facts else None,
                given_in=self.facts[one.fact][1] if one.fact in self.facts else None,
                is_known=one.fact in self.facts,
            )
            for one in reasons
        )


def _note_uses(telling: _Telling, steps: Sequence[RunStep]) -> None:
    """Which question each step was asked for in: an id of a use may come back in later answers."""
    latest: dict[str, int] = {}
    for step in steps:
        if isinstance(step.observation, ModelSaid):
            answer = step.observation.answer
            telling.words[step.number] = answer.text.strip()
            latest |= {use.id: step.number for use in answer.tool_uses}
            if finish := [use.id for use in answer.tool_uses if use.name == FINISH]:
                latest[FINISH], latest_finish = step.number, finish[0]
        match step.move:
            case UseTool(use_id=use) | Recall(use_id=use) | AskWrite(use_id=use) if use in latest:
                telling.asked_in[step.number] = latest[use]
                telling.became[latest[use], use] = step.number
            case Finish() if FINISH in latest:
                telling.asked_in[step.number] = latest[FINISH]
                telling.became[latest[FINISH], latest_finish] = step.number


def _decider(run: Run, move: Made) -> DecidedBy:
    """Who decided on a step: that a run gives up is always code's."""
    return DecidedBy.CODE if isinstance(move, GiveUp) else decided_by(run)


def _asked(move: Made) -> Mapping[str, Any]:
    match move:
        case Asked(purpose=purpose):
            return {"name": purpose}
        case UseTool(tool=tool, arguments=arguments):
            return {"name": tool, "asked": arguments}
        case Recall(step=number):
            return {"asked": {"step": number}}
        case AskWrite(draft=draft) | Recommend(draft=draft):
            calls: Json = [
                {"tool": one.tool, "arguments": one.arguments} for one in draft.proposals
            ]
            return {
                "name": draft.proposals[0].tool if draft.proposals else "",
                "asked": calls,
                "text": draft.summary,
            }
        case Finish(summary=summary):
            return {"text": summary}
        case GiveUp(fault=fault, why=why):
            return {"text": why, "name": fault.value, "error": CODES[fault].value}


def _seen(step: RunStep) -> Mapping[str, Any]:
    match step.observation:
        case ModelSaid(answer=answer):
            return {"text": answer.text}
        case ModelFailed(fault=fault, why=why):
            return {"text": why, "error": CODES[fault].value}
        case ToolReturned(result=result):
            return {"result": result, "has_called": isinstance(step.move, UseTool)}
        case ToolFailed(code=code, why=why):
            return {"text": why, "error": code.value, "has_called": bool(step.scopes)}
        case WriteAnswered(answered=answered, by=by, why=why, result=result):
            return {
                "answered": answered,
                "answered_by": by,
                "answered_why": why,
                "result": result,
            }
    return {}


def _is_denied(step: RunStep) -> bool:
    match step.observation:
        case WriteAnswered(answered=answered):
            return answered is Answered.DENIED
        case ToolFailed(code=code):
            return code is FailureCode.READ_REFUSED
    return step.verdict.startswith(f"{VerdictKind.DENY}:")


def _call_row(call: ModelCall) -> CallRow:
    return CallRow(
        attempt=call.attempt,
        at=call.at,
        status=call.status,
        error=call.error,
        duration_ms=call.duration_ms,
    )


def _context(number: int, move: Asked, used: int) -> ContextRow:
    return ContextRow(
        step=number,
        window=sum(entry.tokens for entry in move.context),
        used=used,
        blocks=tuple(
            BlockRow(
                place=place,
                name=entry.name,
                treatment=entry.treatment,
                tokens=entry.tokens,
                full_tokens=entry.full_tokens,
                why=entry.why,
                has_text=bool(entry.text_digest),
            )
            for place, entry in enumerate(move.context, start=1)
        ),
    )
