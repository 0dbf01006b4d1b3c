"""A small shop for an agent, what a model may say in it, and journals made of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from engine.domain.canonical import Json
from engine.domain.context import ContextEntry
from engine.domain.fact import Fact
from engine.domain.failure import FailureCode
from engine.domain.ids import CaseId
from engine.domain.model_call import (
    ModelAnswer,
    StopReason,
    TextBlock,
    TokenUsage,
    ToolUse,
)
from engine.domain.run import RunStep
from engine.domain.run_moves import (
    Answered,
    Asked,
    AskModel,
    AskWrite,
    GiveUp,
    ModelSaid,
    Move,
    ToolFailed,
    ToolReturned,
    UseTool,
    WriteAnswered,
)
from engine.domain.tool import Delivery, EffectClass, Strict, ToolContract
from engine.reason.agent.procedure import AgentProcedure
from engine.reason.brief import Brief, RunLimits

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CASE = CaseId(UUID("01890000-0000-7000-8000-000000000001"))
OrderId = Annotated[str, Field(min_length=1, max_length=40)]


class OfOrder(Strict):
    order_id: OrderId


class OfShelf(Strict):
    shelf: int
    note: str = ""


class Refund(Strict):
    order_id: OrderId
    amount_minor: Annotated[int, Field(ge=1)]
    currency: str
    to: str = "original"
    reason: str = ""


class Message(Strict):
    order_id: OrderId
    body: str


class Anything(Strict):
    text: str = ""


def contract_of(
    name: str, arguments: type[Strict], effect: EffectClass, **more: str
) -> ToolContract:
    return ToolContract(
        name=name,
        version=1,
        title=name.replace("_", " ").capitalize(),
        effect_class=effect,
        delivery=Delivery.DEDUPES,
        arguments=arguments,
        result=Anything,
        **{"target_argument": "order_id", **more},  # type: ignore[arg-type]  # all are text
    )


GET_ORDER = contract_of("get_order", OfOrder, EffectClass.READ)
LOOK_AT_SHELF = contract_of("look_at_shelf", OfShelf, EffectClass.READ, target_argument="shelf")
REFUND = contract_of(
    "refund",
    Refund,
    EffectClass.COMPENSABLE,
    amount_argument="amount_minor",
    currency_argument="currency",
)
MESSAGE = contract_of("message_customer", Message, EffectClass.IRREVERSIBLE)


def fact(
    attribute: str,
    value: str | int | float | bool | None,
    *,
    source: str = "shop",
    entity: str = "order",
    at: datetime = NOON,
    ttl_s: int | None = None,
) -> Fact:
    return Fact(
        entity=entity,
        attribute=attribute,
        value=value,
        source=source,
        observed_at=at,
        ttl_s=ttl_s,
    )


PAID = fact("captured_minor", 4990)
GIVEN = (fact("order_id", "O-1001"), PAID, fact("currency", "EUR"), fact("status", "LOST"))

BRIEF = Brief(
    case_id=CASE,
    desk="orders",
    case_type="parcel_lost",
    title="Parcel never came",
    goal="Put order O-1001 right once, at the least cost.\nWord for word: ŕ 'x'.",
    constraints=("A refund above 5,000 EUR is never made.", "Messages stay short."),
    signal={"message": "My parcel never came. Please refund me."},
    target="O-1001",
    facts=GIVEN,
    reads=(GET_ORDER, LOOK_AT_SHELF),
    writes=(REFUND, MESSAGE),
    at=NOON,
    seconds=1.0,
)


def brief_with(**changes: Any) -> Brief:
    return replace(BRIEF, **changes)


def limited(**limits: Any) -> Brief:
    return brief_with(limits=RunLimits(**limits))


# --- what a model says -------------------------------------------------------


def use(name: str, use_id: str = "u1", /, **arguments: Any) -> ToolUse:
    return ToolUse(id=use_id, name=name, arguments=arguments)


def cites(name: str, why: str = "It says so.", strength: str = "strong") -> dict[str, str]:
    return {"fact": name, "why": why, "strength": strength}


def grounds(**changes: Any) -> dict[str, Any]:
    return {
        "because": "The parcel is lost and was paid for.",
        "cites": [cites("order.status@shop")],
        "against": [],
        "missing": [],
        "confidence": 0.9,
        **changes,
    }


def refund(use_id: str = "u1", /, **changes: Any) -> ToolUse:
    own = {"order_id": "O-1001", "amount_minor": 4990, "currency": "EUR"}
    return ToolUse(id=use_id, name="refund", arguments={**own, **grounds(), **changes})


def finish(outcome: str = "needs_person", summary: str = "Somebody has to look.") -> ToolUse:
    return use("finish", "f1", outcome=outcome, summary=summary)


def said(
    *blocks: TextBlock | ToolUse, stop: StopReason | None = None, tokens: int = 0
) -> ModelAnswer:
    asks = any(isinstance(one, ToolUse) for one in blocks)
    return ModelAnswer(
        stop=stop or (StopReason.TOOL_USE if asks else StopReason.END),
        blocks=blocks,
        usage=TokenUsage(input=tokens, output=min(tokens, 50)),
        model="scripted",
    )


ORDER: dict[str, Any] = {"order_id": "O-1001"}

# --- a journal ---------------------------------------------------------------


def asked(move: AskModel) -> Asked:
    return Asked(
        purpose=move.purpose,
        context=move.context,
        request_digest=move.request.digest.hex(),
    )


ASKED = Asked(purpose="next", context=(), request_digest="")


def journal(*pairs: Any, at: datetime = NOON) -> tuple[RunStep, ...]:
    return tuple(
        RunStep(number=number, move=move, observation=seen, at=at)
        for number, (move, seen) in enumerate(pairs, start=1)
    )


def turn(*uses: ToolUse) -> tuple[Asked, ModelSaid]:
    return ASKED, ModelSaid(answer=said(*uses))


def read(
    tool: str,
    use_id: str = "u1",
    *,
    result: Json = None,
    facts: Sequence[Fact] = (),
    **arguments: Any,
) -> tuple[UseTool, ToolReturned]:
    move = UseTool(tool=tool, arguments=arguments, use_id=use_id)
    return move, ToolReturned(result=result, facts=tuple(facts))


def failed(
    tool: str, use_id: str = "u1", *, why: str = "No answer.", **arguments: Any
) -> tuple[UseTool, ToolFailed]:
    move = UseTool(tool=tool, arguments=arguments, use_id=use_id)
    return move, ToolFailed(code=FailureCode.READ_UNAVAILABLE, why=why)


def looked(shelf: int, result: Json = None, facts: Sequence[Fact] = ()) -> list[Any]:
    """One answer that looks at a shelf, and what came."""
    made = read("look_at_shelf", result=result, facts=facts, shelf=shelf, note="")
    return [turn(use("look_at_shelf", shelf=shelf)), made]


def looks(many: int, size: int = 10) -> list[Any]:
    """So many looks at shelves, each with a result of about that many characters."""
    return [pair for n in range(many) for pair in looked(n, {"n": n, "pad": "x" * size})]


def answered(answer: Answered, by: str = "ada", why: str = "") -> WriteAnswered:
    return WriteAnswered(answered=answer, by=by, why=why, answer_id="a1")


# --- what comes next ----------------------------------------------------------


def text_of(move: AskModel) -> Mapping[str, str]:
    """The named texts of a question."""
    blocks = [*move.request.system, *(one for m in move.request.messages for one in m.blocks)]
    return {one.name: one.text for one in blocks if isinstance(one, TextBlock)}


def next_of(*pairs: Any, brief: Brief = BRIEF) -> Move:
    return AgentProcedure().next_move(brief, journal(*pairs))


def question_of(*pairs: Any, brief: Brief = BRIEF) -> AskModel:
    move = next_of(*pairs, brief=brief)
    assert isinstance(move, AskModel), move
    return move


def end_of(*pairs: Any, brief: Brief = BRIEF) -> GiveUp:
    move = next_of(*pairs, brief=brief)
    assert isinstance(move, GiveUp), move
    return move


def notes_of(*pairs: Any, **more: Any) -> str:
    """What the model is told of its last answer."""
    texts = text_of(question_of(*pairs, **more))
    return texts.get("problems", "") + texts.get("set aside", "")


def asked_write(*pairs: Any, **more: Any) -> AskWrite:
    move = next_of(*pairs, **more)
    assert isinstance(move, AskWrite), move
    return move


def entry(move: AskModel, name: str) -> ContextEntry:
    """A line of the context ledger."""
    return next(one for one in move.context if one.name == name)
