"""A brief with one refund and one message to give, for tests of checks and workflows."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from engine.domain.fact import Fact
from engine.domain.ids import CaseId
from engine.domain.tool import Delivery, EffectClass, Strict, ToolContract
from engine.reason.brief import Brief, RunLimits
from tests.unit.reason.workflow.running import fact

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
STATUS = "order.status@shop"
CAPTURED = "order.captured_minor@shop"
MESSAGE = "text.message@customer"
RECEIVED = "parcel:1.is_received@carrier"
DENIED = "parcel:1.is_received@customer"
OLD = "order.weather@sky"


class OfOrder(Strict):
    """Which order."""

    order_id: str


class Refund(OfOrder):
    """How much."""

    amount_minor: Annotated[int, Field(ge=1)]
    currency: str = "EUR"


class Nothing(Strict):
    """Nothing."""


def contract(name: str, arguments: type[Strict], effect: EffectClass) -> ToolContract:
    return ToolContract(
        name=name,
        version=1,
        title=name,
        effect_class=effect,
        delivery=Delivery.DEDUPES,
        arguments=arguments,
        result=Nothing,
        target_argument="order_id",
    )


GET_ORDER = contract("get_order", OfOrder, EffectClass.READ)
WEATHER = contract("weather", OfOrder, EffectClass.READ)
REFUND = contract("refund", Refund, EffectClass.COMPENSABLE)
HOLD = contract("hold_order", OfOrder, EffectClass.REVERSIBLE)


def facts() -> tuple[Fact, ...]:
    return (
        fact(STATUS, "PLACED", NOW, ttl_s=900),
        fact(CAPTURED, 2_500, NOW, ttl_s=900),
        fact(MESSAGE, "I never got it, give me 99.00 EUR back", NOW),
        fact(RECEIVED, True, NOW, ttl_s=900),
        fact(DENIED, False, NOW),
        fact(OLD, "rain", NOW - timedelta(hours=1), ttl_s=60),
    )


def brief(**changes: Any) -> Brief:
    given = {
        "case_id": CaseId(UUID(int=7)),
        "desk": "orders",
        "case_type": "lost",
        "title": "Lost: A1",
        "goal": "Put it right.",
        "constraints": ("Refunds above 50.00 EUR need a person.",),
        "signal": {"message": "I never got it, give me 99.00 EUR back"},
        "target": "A1",
        "facts": facts(),
        "reads": (GET_ORDER, WEATHER),
        "writes": (REFUND, HOLD),
        "at": NOW,
        "seconds": 0.0,
        "limits": RunLimits(),
        **changes,
    }
    return Brief(**given)


def only_captured(
    case_type: str, tool: str, arguments: Mapping[str, Any], told: Sequence[Fact]
) -> str:
    """Nothing but what was captured may go back."""
    captured = next((one.value for one in told if one.id == CAPTURED), 0)
    is_right = tool != "refund" or arguments["amount_minor"] == captured
    return "" if is_right else f"{captured} was captured."
