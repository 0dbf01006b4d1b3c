"""Bare: a procedure that asks for whatever its model asks for, and checks nothing.

Beside the real agent it shows what policy does alone: no call is held back before `authorize`.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.domain.canonical import canonical_text
from engine.domain.context import ContextEntry, Treatment
from engine.domain.model_call import Message, ModelRequest, Speaker, TextBlock, ToolUse
from engine.domain.recommendation import Draft, Proposal
from engine.domain.run import RunStep
from engine.domain.run_moves import (
    AskModel,
    AskWrite,
    Finish,
    GiveUp,
    ModelFailed,
    ModelSaid,
    Move,
    ToolReturned,
    UseTool,
)
from engine.reason.agent.tools import FINISH
from engine.reason.brief import Brief
from engine.reason.window import estimated_tokens, pieces
from tests.injection.desks import REASONER

VERSION = "bare-1"


def bare_move(brief: Brief, steps: Sequence[RunStep]) -> Move:
    """Make the call of the newest answer; else ask for the next."""
    seen = steps[-1].observation if steps else None
    match seen:
        case ModelSaid(answer=answer):
            return _of_call(brief, answer.tool_uses[0])
        case ModelFailed(fault=fault, why=why):
            return GiveUp(fault=fault, why=why)
    return _question(brief, steps)


def _of_call(brief: Brief, use: ToolUse) -> Move:
    if use.name == FINISH:
        return Finish(summary=str(use.arguments["summary"]))
    if any(one.name == use.name for one in brief.reads):
        return UseTool(tool=use.name, arguments=use.arguments, use_id=use.id)
    grounds = ("because", "cites", "against", "missing", "confidence")
    arguments = {name: one for name, one in use.arguments.items() if name not in grounds}
    draft = Draft(
        reasoner=REASONER,
        reasoner_version=VERSION,
        proposals=(Proposal(tool=use.name, arguments=arguments),),
        label=use.name,
        summary=use.name,
        rationale=str(use.arguments["because"]),
        raw_confidence=use.arguments["confidence"],
    )
    return AskWrite(draft=draft, use_id=use.id)


def _question(brief: Brief, steps: Sequence[RunStep]) -> AskModel:
    case = canonical_text({"title": brief.title, "signal": dict(brief.signal)})
    results = [
        TextBlock(name=f"result {one.number}", text=canonical_text(one.observation.result))
        for one in steps
        if isinstance(one.observation, ToolReturned)
    ]
    request = ModelRequest(
        system=(TextBlock(name="goal", text=brief.goal),),
        messages=(
            Message(speaker=Speaker.USER, blocks=(TextBlock(name="case", text=case), *results)),
        ),
        max_tokens=1_000,
        must_use_tool=True,
    )
    context = tuple(
        ContextEntry(
            name=piece.name,
            treatment=Treatment.KEPT,
            tokens=estimated_tokens(piece.text),
            text_digest=piece.digest,
        )
        for piece in pieces(request)
    )
    return AskModel(purpose="next", request=request, context=context)
