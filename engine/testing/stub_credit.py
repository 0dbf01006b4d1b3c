"""The stub desk's tool that moves money: a credit for a ticket, put back by a credit of nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.domain.canonical import Json
from engine.domain.case import Case
from engine.domain.credential import Credential
from engine.domain.difference import Difference, FieldChange
from engine.domain.fact import FactSet
from engine.domain.recommendation import Proposal
from engine.domain.tool import Delivery, EffectClass, Strict, ToolContract
from engine.ports import ReadTool, Verification
from engine.testing.ticket_book import TicketBook

MONEY = ("amount", "currency", "customer")
"""Columns a row may have beside the others."""


def money_of(row: Mapping[str, str]) -> dict[str, Json]:
    """What a row says of money, where it says anything."""
    said: dict[str, Json] = {name: row[name] for name in MONEY if row.get(name)}
    return said | ({"amount": int(row["amount"])} if row.get("amount") else {})


class CreditArguments(Strict):
    """Arguments of `grant_credit`."""

    number: str
    amount: int
    currency: str


class CreditResult(Strict):
    """Result of `grant_credit`."""

    number: str
    amount: int


CREDIT = ToolContract(
    name="grant_credit",
    version=1,
    title="Grant a credit",
    effect_class=EffectClass.REVERSIBLE,
    delivery=Delivery.DEDUPES,
    arguments=CreditArguments,
    result=CreditResult,
    target_argument="number",
    amount_argument="amount",
    currency_argument="currency",
    timeout_s=5.0,
    compensation="grant_credit",
)


class GrantCredit:
    """Writes a credit into the ticket book, in the place of the owner."""

    contract = CREDIT

    def __init__(self, book: TicketBook) -> None:
        """Act on a book."""
        self._book = book

    def call(
        self, arguments: Mapping[str, Any], *, key: str, credential: Credential | None = None
    ) -> Json:
        """Grant it, once a key."""
        self._book.assign(arguments["number"], _said(arguments), key)
        return {"number": arguments["number"], "amount": arguments["amount"]}

    def describe(self, arguments: Mapping[str, Any]) -> str:
        """The call in words."""
        return f"Credit {arguments['amount'] / 100:.2f} {arguments['currency']}"

    def options(self, argument: str) -> tuple[str, ...]:
        """Any value may be typed."""
        return ()

    def target_state(self, arguments: Mapping[str, Any], read: ReadTool) -> Json:
        """Number and what the book says of it."""
        number = arguments["number"]
        return {"number": number, "owner": self._book.owner(number)}

    def preview(self, arguments: Mapping[str, Any], read: ReadTool) -> Difference | None:
        """The owner as it is, and as it would be."""
        seen = self.target_state(arguments, read)
        change = FieldChange(
            of=seen["number"], field="owner", before=seen["owner"], after=_said(arguments)
        )
        return Difference(fields=(change,))

    def is_settled(self, state: Json) -> bool:
        """Whether somebody elsewhere closed the ticket."""
        return bool(state["owner"] == "closed")

    def verify(
        self, arguments: Mapping[str, Any], before: Json, result: Json, read: ReadTool
    ) -> Verification:
        """Read the credit back."""
        seen = self.target_state(arguments, read)
        is_correct = seen["owner"] == _said(arguments)
        return Verification(
            is_correct=is_correct, seen=seen, note="" if is_correct else "the credit is not there"
        )

    def undo(
        self, arguments: Mapping[str, Any], before: Json, result: Json
    ) -> tuple[str, dict[str, Any]] | None:
        """A credit of nothing in its place."""
        return CREDIT.name, {**arguments, "amount": 0}

    def ask(self, key: str, read: ReadTool) -> Json:
        """Not needed: the tool dedupes."""
        return None


def _said(arguments: Mapping[str, Any]) -> str:
    return f"{arguments['amount']} {arguments['currency']}" if arguments["amount"] else ""


def credit_proposal(case: Case, facts: FactSet) -> Proposal | None:
    """A credit, where the row names an amount."""
    amount = facts.value_of("amount")
    if not isinstance(amount, int):
        return None
    currency = str(facts.value_of("currency") or "EUR")
    return Proposal(
        tool=CREDIT.name,
        arguments={"number": case.source_id, "amount": amount, "currency": currency},
    )
