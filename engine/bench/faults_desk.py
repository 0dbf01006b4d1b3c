"""The drill's desk: the orders desk under a reasoner that always acts and may act alone.

Its plans need every write a case can end with, one of them in three steps; a fault of a call is
all that can bring a case to a person. Tools, perceiver, intake and guardrails are the desk's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.adapters.http_tools import HttpTransport
from engine.bench.faults_world import CARRIER, OTHER, UNSURE, WAREHOUSE, stumbles, turn_of
from engine.desk import Desk, Learning
from engine.desks.orders.desk import orders_desk
from engine.desks.orders.perceive import perceive
from engine.desks.orders.words import DESK, RESOLUTION_OF, CaseType
from engine.domain.budget import Period
from engine.domain.case import Case, Signal
from engine.domain.fact import Fact, FactSet, FactValue
from engine.domain.phase import Phase
from engine.domain.precedent import FittedPrecedent, PrecedentProcedure
from engine.domain.recommendation import Draft, Proposal
from engine.domain.tool import RetryPolicy
from engine.govern.envelope import CellEntry, EnvelopeDocument
from engine.govern.limits import Budget, HandSetThreshold
from engine.ports import Clock, ReadTool

ACTIONS: Mapping[CaseType, tuple[str, ...]] = {
    CaseType.ADDRESS_UNDELIVERABLE: ("correct_address",),
    CaseType.STOCK_SHORT: ("substitute_variant", "backorder"),
    CaseType.PAYMENT_MISMATCH: ("refund",),
    CaseType.DELIVERED_NOT_RECEIVED: ("reship",),
    CaseType.DUPLICATE_ORDER: ("cancel_order", "refund", "message_customer"),
    CaseType.FRAUD_SUSPECTED: ("hold_order", "release_order", "message_customer"),
}
"""The cells of the drill."""
MIN_CONFIDENCE = 0.7
CONFIDENCE = {False: 0.9, True: 0.2}
"""By whether the row says that it is unsure."""
MANY = 10**9
ENTITY = "drill"
"""Of the facts that the drill adds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waits:
    """How long the drill's calls wait, much shorter than in the product: there are many."""

    timeout_s: float = 0.3
    """Of every call; the proxy's slow ones take longer."""
    first_delay_s: float = 0.02
    """Before the second try."""
    attempts: int = 6


def drill_desk(shop_url: str, clock: Clock, waits: Waits) -> Desk:
    """The desk over a shop, or over what stands in front of one."""
    desk = orders_desk(transport=HttpTransport(shop_url, clock))
    retry = RetryPolicy(attempts=waits.attempts, first_delay_s=waits.first_delay_s)
    for tool in (*desk.read_tools, *desk.effect_tools):
        contract = replace(tool.contract, timeout_s=waits.timeout_s, retry=retry)
        tool.contract = contract  # type: ignore[misc]  # the drill's tools have it settable
    procedure = PrecedentProcedure(features=("case_type",), contexts=(), minimum_rows=MANY)
    return replace(
        desk,
        envelope=_envelope(),
        perceive=_perceive,
        reasoner=DrillReasoner(),
        learning=Learning(procedure=procedure, features=lambda facts: {"case_type": "any"}),
    )


def _envelope() -> EnvelopeDocument:
    return EnvelopeDocument(
        desk=DESK,
        cells=tuple(
            CellEntry(
                case_type=case_type.value,
                action=action,
                phase=Phase.BOUNDED,
                threshold=HandSetThreshold(min_confidence=MIN_CONFIDENCE),
                amount_cap=MANY,
                reversible_only=False,
                budgets=(Budget(per=Period.HOUR, executions=MANY),),
            )
            for case_type, actions in ACTIONS.items()
            for action in actions
        ),
    )


def _perceive(signal: Signal, read: ReadTool, at: datetime) -> Sequence[Fact]:
    """What the desk perceives, and what the drill's plans need of the order and its payment."""
    order_id = signal.payload["order_id"]
    order = read("get_order", {"order_id": order_id})
    payments = read("payments_of_order", {"order_id": order_id})
    told: dict[str, FactValue] = {
        "order_id": order_id,
        "is_held": order["is_held"],
        "captured_minor": payments["captured_minor"],
        "currency": payments["currency"],
        "payment_id": payments["payments"][0]["id"],
        "note": str(signal.payload.get("detector_note", "")),
        **{f"address_{name}": value for name, value in order["address"].items()},
    }
    mine = (
        Fact(entity=ENTITY, attribute=name, value=value, source="shop", observed_at=at)
        for name, value in told.items()
    )
    return (*perceive(signal, read, at), *mine)


class DrillReasoner:
    """Recommends the plan of the case's type, as sure as the row says."""

    name = "drill"
    version = "1"

    def recommend(self, case: Case, facts: FactSet, memory: FittedPrecedent | None) -> Draft | None:
        """The plan."""
        plan = plan_of(CaseType(case.case_type), facts)
        first = plan[0]
        return Draft(
            reasoner=self.name,
            reasoner_version=self.version,
            proposals=plan,
            label=RESOLUTION_OF[first.tool].value,
            summary=first.tool,
            rationale="The drill's plan for this type of case.",
            raw_confidence=CONFIDENCE[facts.value_of("note", ENTITY) == UNSURE],
        )


def plan_of(case_type: CaseType, facts: FactSet) -> tuple[Proposal, ...]:
    """What is to be done about a case, step by step."""
    match case_type:
        case CaseType.ADDRESS_UNDELIVERABLE:
            return (_step(facts, "correct_address", address=_new_address(facts)),)
        case CaseType.STOCK_SHORT:
            return (_stock(facts),)
        case CaseType.PAYMENT_MISMATCH:
            is_short = stumbles(case_type, _order_id(facts))
            return tuple(_refund(facts, part) for part in ((0.6, 0.7) if is_short else (0.2,)))
        case CaseType.DELIVERED_NOT_RECEIVED:
            lines = [{"line": 1, "quantity": 1}]
            what = {"warehouse_id": WAREHOUSE, "carrier": CARRIER, "lines": lines}
            return (_step(facts, "reship", **what),)
        case CaseType.DUPLICATE_ORDER:
            cancel = _step(facts, "cancel_order", reason="Ordered twice")
            return (cancel, _refund(facts, 1.0), _message(facts))
        case CaseType.FRAUD_SUSPECTED:
            return _fraud(facts)


def _stock(facts: FactSet) -> Proposal:
    if turn_of(_order_id(facts)) % 2:
        return _step(facts, "backorder", line=1, expected_on="2030-01-15")
    what = {"variant_id": OTHER, "warehouse_id": WAREHOUSE}
    return _step(facts, "substitute_variant", line=1, **what)


def _fraud(facts: FactSet) -> tuple[Proposal, ...]:
    if facts.value_of("is_held", ENTITY):
        return (_step(facts, "release_order"),)
    hold = _step(facts, "hold_order", reason="Looks odd")
    return (hold, _message(facts)) if turn_of(_order_id(facts)) % 2 else (hold,)


def _refund(facts: FactSet, part: float) -> Proposal:
    captured_minor = int(facts.value_of("captured_minor", ENTITY) or 0)
    return _step(
        facts,
        "refund",
        payment_id=facts.value_of("payment_id", ENTITY),
        amount_minor=int(part * captured_minor),
        currency=facts.value_of("currency", ENTITY),
        to="original",
        reason="Taken too much",
    )


def _message(facts: FactSet) -> Proposal:
    text = {"subject": "Your order", "body": "It has been looked after."}
    return _step(facts, "message_customer", **text)


def _step(facts: FactSet, tool: str, **arguments: Any) -> Proposal:
    return Proposal(tool=tool, arguments={"order_id": _order_id(facts), **arguments})


def _order_id(facts: FactSet) -> str:
    return str(facts.value_of("order_id", ENTITY))


def _new_address(facts: FactSet) -> dict[str, FactValue]:
    names = ("recipient", "street", "postal_code", "city", "country")
    now = {name: facts.value_of(f"address_{name}", ENTITY) for name in names}
    return {**now, "street": f"{now['street']} a"}
