"""The descriptor of the orders desk: everything the engine needs of it, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.desk import Desk, Incoming, Learning, ShippedServer
from engine.desks.orders.amounts import amount_problem
from engine.desks.orders.intake import OrderIntake
from engine.desks.orders.names import NAMES, UNDO_UNTIL, VALUES
from engine.desks.orders.paths import PATHS
from engine.desks.orders.perceive import perceive
from engine.desks.orders.reading import facts_of_read
from engine.desks.orders.reasoner import PlaybookReasoner
from engine.desks.orders.recall import RECALL
from engine.desks.orders.sources import IDENTIFIERS
from engine.desks.orders.tools import Transport, effect_tools, read_tools
from engine.desks.orders.words import DESK, RESOLUTION_OF, SYSTEM, CaseType
from engine.desks.orders.workflow import WORKFLOW
from engine.domain.case import Signal
from engine.domain.fact import FactSet
from engine.domain.outcome import Label
from engine.domain.precedent import PrecedentProcedure
from engine.govern.documents import read_document
from engine.govern.envelope import EnvelopeDocument, read_envelope
from engine.govern.hard_rules import GoalsDocument, GuardrailDocument

_HERE = Path(__file__).parent
_GOAL = (
    "Every order that went wrong is put right once, at the least cost to the customer and the shop."
)

NO_FIT = PrecedentProcedure(features=("case_type",), contexts=(), minimum_rows=10**9)
"""The playbook is declared, not fitted; what is learned is how far its confidence can be trusted:
calibration and threshold, from later truth."""


class LiveShop:
    """The shop is a system of its own, that learns of the world from the world alone."""

    def receive(self, incoming: Sequence[Incoming]) -> None:
        """Nothing: the orders are there."""

    def settle(self, labels: Sequence[Label]) -> None:
        """Nothing: labels are not told to the shop."""

    def prepare(self) -> None:
        """Nothing: the shop prepares itself when it starts."""


def orders_desk(*, transport: Transport, server: ShippedServer | None = None) -> Desk:
    """Put the desk together; nothing connects before it is used.

    Args:
        transport: The way to the shop.
        server: The shop that has to run beside; None where another one does.

    Raises:
        ConfigError: A shipped document is damaged.
    """
    return replace(_over(transport), server=server)


def _over(transport: Transport) -> Desk:
    return Desk(
        name=DESK,
        title="Order exceptions",
        goal=_GOAL,
        measure="Share of cases whose first action was the one that later proved right",
        case_types=tuple(CaseType),
        read_tools=read_tools(transport),
        effect_tools=effect_tools(transport),
        intake=OrderIntake(),
        system=LiveShop(),
        takes_credentials=SYSTEM,
        envelope=default_envelope(),
        guardrails=read_document(GuardrailDocument, *_document("guardrails.yaml")),
        goals=read_document(GoalsDocument, *_document("goals.yaml")),
        perceive=perceive,
        reasoner=PlaybookReasoner(),
        learning=Learning(procedure=NO_FIT, features=lambda facts: {}),
        recall=RECALL,
        paths=PATHS,
        label_of=label_of,
        target_of=target_of,
        facts_of_read=facts_of_read,
        amount_problem=amount_problem,
        workflow=WORKFLOW,
        identifiers=IDENTIFIERS,
        customer_of=customer_of,
        names=NAMES,
        values=VALUES,
        undo_until=UNDO_UNTIL,
    )


def default_envelope() -> EnvelopeDocument:
    """The limits the desk starts with.

    Raises:
        ConfigError: The file is damaged.
    """
    text, source = _document("envelope.yaml")
    return read_envelope(text, source=source)


def label_of(tool: str, arguments: Mapping[str, Any]) -> str:
    """The resolution a call amounts to; empty for calls that only take others back."""
    found = RESOLUTION_OF.get(tool)
    return "" if found is None else found.value


def target_of(signal: Signal) -> str:
    """The order a case is about."""
    return str(signal.payload["order_id"])


def customer_of(facts: FactSet) -> str:
    """The customer as the shop names them."""
    shop = (one for one in facts.facts if one.source == "shop" and one.entity == "order")
    return next((str(one.value) for one in shop if one.attribute == "customer_id"), "")


def _document(name: str) -> tuple[str, str]:
    return (_HERE / name).read_text(encoding="utf-8"), name
