"""The stub desk's first tool: it gives a ticket to somebody, and the read beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from engine.domain.canonical import Json
from engine.domain.credential import Credential
from engine.domain.difference import Difference, FieldChange
from engine.domain.tool import Delivery, EffectClass, Strict, ToolContract
from engine.ports import ReadTool, Verification
from engine.testing.ticket_book import TicketBook


class AssignArguments(Strict):
    """Arguments of `assign_owner`."""

    number: str
    owner: str


class AssignResult(Strict):
    """Result of `assign_owner`."""

    number: str
    owner: str


class ReadArguments(Strict):
    """Arguments of `get_ticket`."""

    number: str


ASSIGN = ToolContract(
    name="assign_owner",
    version=1,
    title="Assign a ticket",
    effect_class=EffectClass.REVERSIBLE,
    delivery=Delivery.DEDUPES,
    arguments=AssignArguments,
    result=AssignResult,
    target_argument="number",
    timeout_s=5.0,
    compensation="assign_owner",
)

GET = ToolContract(
    name="get_ticket",
    version=1,
    title="Read a ticket",
    effect_class=EffectClass.READ,
    delivery=Delivery.DEDUPES,
    arguments=ReadArguments,
    result=AssignResult,
    target_argument="number",
)


class GetTicket:
    """Reads a ticket."""

    contract = GET

    def __init__(self, book: TicketBook) -> None:
        """Read from a book."""
        self._book = book

    def call(
        self, arguments: Mapping[str, Any], *, key: str = "", credential: Credential | None = None
    ) -> Json:
        """Number and owner."""
        number = arguments["number"]
        return {"number": number, "owner": self._book.owner(number)}


class AssignOwner:
    """Gives a ticket to somebody; undone by giving it back."""

    def __init__(
        self,
        book: TicketBook,
        before_call: Callable[[str], None] = lambda key: None,
        timeout_s: float = ASSIGN.timeout_s,
    ) -> None:
        """Act on a book.

        Args:
            book: The outside system.
            before_call: Called with the key; a test may raise a tool error here.
            timeout_s: How long a call may take, and an intent is left alone.
        """
        self.contract = replace(ASSIGN, timeout_s=timeout_s)
        self._book = book
        self._before_call = before_call

    def call(
        self, arguments: Mapping[str, Any], *, key: str, credential: Credential | None = None
    ) -> Json:
        """Assign the ticket, once a key."""
        self._before_call(key)
        self._book.assign(arguments["number"], arguments["owner"], key)
        return {"number": arguments["number"], "owner": arguments["owner"]}

    def describe(self, arguments: Mapping[str, Any]) -> str:
        """The call in words."""
        return f"Assign {arguments['number']} to {arguments['owner'] or 'nobody'}"

    def options(self, argument: str) -> tuple[str, ...]:
        """Two owners and nobody."""
        return ("", "north", "south") if argument == "owner" else ()

    def target_state(self, arguments: Mapping[str, Any], read: ReadTool) -> Json:
        """Number and owner."""
        number = arguments["number"]
        return {"number": number, "owner": self._book.owner(number)}

    def preview(self, arguments: Mapping[str, Any], read: ReadTool) -> Difference | None:
        """The owner as it is, and as it would be."""
        seen = self.target_state(arguments, read)
        change = FieldChange(
            of=seen["number"], field="owner", before=seen["owner"], after=arguments["owner"]
        )
        return Difference(fields=(change,))

    def is_settled(self, state: Json) -> bool:
        """Whether somebody elsewhere closed the ticket: owner `closed`."""
        return bool(state["owner"] == "closed")

    def verify(
        self, arguments: Mapping[str, Any], before: Json, result: Json, read: ReadTool
    ) -> Verification:
        """Read the owner back."""
        seen = self.target_state(arguments, read)
        is_correct = seen["owner"] == arguments["owner"]
        note = "" if is_correct else f"the ticket is with {seen['owner'] or 'nobody'}"
        return Verification(is_correct=is_correct, seen=seen, note=note)

    def undo(
        self, arguments: Mapping[str, Any], before: Json, result: Json
    ) -> tuple[str, dict[str, Any]] | None:
        """Give it back."""
        return ASSIGN.name, {"number": arguments["number"], "owner": before["owner"]}

    def ask(self, key: str, read: ReadTool) -> Json:
        """Not needed: the tool dedupes."""
        return None
