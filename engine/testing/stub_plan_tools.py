"""Tools of the stub desk's plans, each with a door at which a test can stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from engine.domain.canonical import Json
from engine.domain.credential import Credential
from engine.domain.difference import Difference, FieldChange
from engine.domain.tool import Delivery, EffectClass, Strict, ToolContract
from engine.ports import ReadTool, Verification
from engine.testing.stub_assign import ASSIGN, AssignOwner
from engine.testing.ticket_book import TicketBook

Act: TypeAlias = Callable[[], None]
Around: TypeAlias = Callable[[str, Mapping[str, Any], Act], None]
"""Stands around a call: its tool, its arguments, and what makes it act; a test may raise before or
after, or not act at all."""

Look: TypeAlias = Callable[[str], None]
"""Comes before a tool looks at its target; a test may raise here, or change the target."""


def just_look(tool: str) -> None:
    """Look, and nothing else."""


def do_it(tool: str, arguments: Mapping[str, Any], act: Act) -> None:
    """Act, and nothing else."""
    act()


class CreditArguments(Strict):
    """Arguments of `pay_credit`."""

    number: str
    amount: int
    currency: str


class TextArguments(Strict):
    """Arguments of `add_note` and `send_message`."""

    number: str
    text: str


class SetResult(Strict):
    """Result of all of them."""

    number: str
    value: str


CREDIT = ToolContract(
    name="pay_credit",
    version=1,
    title="Pay a credit",
    effect_class=EffectClass.REVERSIBLE,
    delivery=Delivery.DEDUPES,
    arguments=CreditArguments,
    result=SetResult,
    target_argument="number",
    amount_argument="amount",
    currency_argument="currency",
    timeout_s=5.0,
    compensation="pay_credit",
)
NOTE = ToolContract(
    name="add_note",
    version=1,
    title="Add a note",
    effect_class=EffectClass.REVERSIBLE,
    delivery=Delivery.DEDUPES,
    arguments=TextArguments,
    result=SetResult,
    target_argument="number",
    timeout_s=5.0,
    compensation="add_note",
)
MESSAGE = replace(
    NOTE,
    name="send_message",
    title="Send a message",
    effect_class=EffectClass.IRREVERSIBLE,
    compensation="",
)
TOOLS = (ASSIGN.name, CREDIT.name, NOTE.name, MESSAGE.name)


class SetField:
    """Sets one field of a ticket; undone by setting what it was."""

    def __init__(
        self, contract: ToolContract, field: str, book: TicketBook, around: Around, look: Look
    ) -> None:
        """Act on a book."""
        self._look = look
        self.contract = contract
        self._field = field
        self._book = book
        self._around = around

    def call(
        self, arguments: Mapping[str, Any], *, key: str, credential: Credential | None = None
    ) -> Json:
        """Set it, once a key."""
        number, value = arguments["number"], self._value(arguments)
        self._around(
            self.contract.name,
            arguments,
            lambda: self._book.write(number, self._field, value, key),
        )
        return {"number": number, "value": value}

    def describe(self, arguments: Mapping[str, Any]) -> str:
        """The call in words."""
        return f"{self.contract.title}: {self._value(arguments) or 'nothing'}"

    def options(self, argument: str) -> tuple[str, ...]:
        """Any value may be typed."""
        return ()

    def target_state(self, arguments: Mapping[str, Any], read: ReadTool) -> Json:
        """The field; of a credit the owner as well, for who owns a ticket is who pays."""
        self._look(self.contract.name)
        ticket = self._book.ticket(arguments["number"])
        names = ("owner", self._field) if self.contract.name == CREDIT.name else (self._field,)
        return {"number": arguments["number"], **{name: ticket[name] for name in names}}

    def preview(self, arguments: Mapping[str, Any], read: ReadTool) -> Difference | None:
        """The field as it is, and as it would be."""
        seen = self.target_state(arguments, read)
        change = FieldChange(
            of=seen["number"],
            field=self._field,
            before=seen[self._field],
            after=self._value(arguments),
        )
        return Difference(fields=(change,))

    def is_settled(self, state: Json) -> bool:
        """Whether somebody elsewhere closed the ticket."""
        return bool(state.get("owner") == "closed")

    def verify(
        self, arguments: Mapping[str, Any], before: Json, result: Json, read: ReadTool
    ) -> Verification:
        """Read it back."""
        seen = self.target_state(arguments, read)
        return Verification(is_correct=seen[self._field] == self._value(arguments), seen=seen)

    def undo(
        self, arguments: Mapping[str, Any], before: Json, result: Json
    ) -> tuple[str, dict[str, Any]] | None:
        """Set it to what it was; a message stays."""
        if not self.contract.compensation or before is None:
            return None
        was = before[self._field]
        if self.contract.name == CREDIT.name:
            return CREDIT.name, {**arguments, "amount": int(was.split()[0]) if was else 0}
        return self.contract.name, {**arguments, "text": was}

    def ask(self, key: str, read: ReadTool) -> Json:
        """Not needed: the tool dedupes."""
        return None

    def _value(self, arguments: Mapping[str, Any]) -> str:
        if "amount" not in arguments:
            return str(arguments["text"])
        return f"{arguments['amount']} {arguments['currency']}" if arguments["amount"] else ""


class PlanAssign(AssignOwner):
    """Gives a ticket to somebody, with something around the call."""

    around: Around
    look: Look

    def target_state(self, arguments: Mapping[str, Any], read: ReadTool) -> Json:
        """Number and owner."""
        self.look(self.contract.name)
        return super().target_state(arguments, read)

    def call(
        self, arguments: Mapping[str, Any], *, key: str, credential: Credential | None = None
    ) -> Json:
        """Assign the ticket, once a key."""
        super_call = super().call
        self.around(self.contract.name, arguments, lambda: _nothing(super_call(arguments, key=key)))
        return {"number": arguments["number"], "owner": arguments["owner"]}


def _nothing(result: Json) -> None:
    """Forget a result."""
