"""The tools that reach the shop: one class for all that read, one for all that write.

They reach out in `call` alone, through a transport that is passed in; all else is read through the
port. What sets one tool apart from another stands in `contracts` and `writes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from engine.desks.orders.contracts import PREVIEW_CONTRACTS, READ_CONTRACTS, WRITE_CONTRACTS
from engine.desks.orders.moves import Made, beyond
from engine.desks.orders.order_view import not_as_told, not_so, things_of
from engine.desks.orders.target import state_of
from engine.desks.orders.writes import WRITES, Write
from engine.domain.canonical import Json
from engine.domain.credential import Credential
from engine.domain.difference import Difference
from engine.domain.tool import ToolContract
from engine.errors import InvalidRequest, ToolOutcomeUnknown
from engine.ports import ReadTool, Verification


class Transport(Protocol):
    """One way to the shop; it knows HTTP, and what is known where an answer is missing."""

    def send(
        self,
        path: str,
        arguments: Mapping[str, Any],
        *,
        timeout_s: float,
        key: str = "",
        credential: Credential | None = None,
        is_write: bool = False,
    ) -> Json:
        """Post arguments and give the answer.

        Raises:
            ToolError: Refused; `code` is the shop's own.
            ToolUnavailable: Nothing happened; trying again may help.
            ToolOutcomeUnknown: A write that was not answered.
        """
        ...


class ShopRead:
    """Reads from the shop: an order, stock, or what a write would change."""

    def __init__(self, contract: ToolContract, path: str, transport: Transport) -> None:
        """Read under this contract from this path."""
        self.contract = contract
        self._path = path
        self._transport = transport

    def call(
        self, arguments: Mapping[str, Any], *, key: str = "", credential: Credential | None = None
    ) -> Json:
        """Give what the shop tells.

        Raises:
            ToolError: The shop refuses, with its code.
            ToolUnavailable: It is out of reach, or did not answer in time.
            InvalidRequest: The answer is about something else than was asked for.
        """
        answer = self._transport.send(
            self._path, arguments, timeout_s=self.contract.timeout_s, credential=credential
        )
        asked = arguments[self.contract.target_argument]
        if answer.get(self.contract.target_argument, asked) != asked:
            raise InvalidRequest(
                f"{self.contract.name} broke its contract: it was asked about {asked} and "
                "answered about another.",
                tool=self.contract.name,
            )
        return answer


class ShopWrite:
    """Changes an order in the shop, and looks whether that is what it did."""

    def __init__(self, contract: ToolContract, write: Write, transport: Transport) -> None:
        """Act under this contract."""
        self.contract = contract
        self._write = write
        self._transport = transport

    def call(
        self, arguments: Mapping[str, Any], *, key: str, credential: Credential | None = None
    ) -> Json:
        """Act, once a key.

        Raises:
            ToolError: The shop refuses, with its code; nothing changed.
            ToolUnavailable: Nothing changed, and trying again may help.
            ToolOutcomeUnknown: No answer, or the answer to another call.
        """
        answer = self._transport.send(
            f"/v1/{self.contract.name}",
            arguments,
            timeout_s=self.contract.timeout_s,
            key=key,
            credential=credential,
            is_write=True,
        )
        if answer.get("key") != key:
            raise ToolOutcomeUnknown(f"The shop answered another call than {key}.")
        return answer

    def describe(self, arguments: Mapping[str, Any]) -> str:
        """The call in a few plain words."""
        return self._write.describe(arguments)

    def options(self, argument: str) -> tuple[str, ...]:
        """The values a person may choose for an argument."""
        return self._write.options.get(argument, ())

    def target_state(self, arguments: Mapping[str, Any], read: ReadTool) -> Json:
        """The order as it stands, and what else the call depends on.

        Raises:
            ToolError: There is no such order, line, payment or parcel.
        """
        return state_of(arguments, read, self._write.look)

    def is_settled(self, state: Json) -> bool:
        """Whether nothing is left to do."""
        return self._write.is_over(state)

    def preview(self, arguments: Mapping[str, Any], read: ReadTool) -> Difference | None:
        """What the shop says the call would change.

        Raises:
            ToolError: The shop would refuse it as the order stands.
        """
        told = read(self.contract.preview, arguments)
        return Difference.from_json(told["difference"])

    def verify(
        self, arguments: Mapping[str, Any], before: Json, result: Json, read: ReadTool
    ) -> Verification:
        """Read the order back: is what was asked for there, and what the answer told?"""
        of_order = {"order_id": arguments["order_id"]}
        order = read("get_order", of_order)
        made = Made(
            arguments=arguments,
            before=before,
            answer=result["result"],
            told=Difference.from_json(result["difference"]),
            now=things_of(order, read("payments_of_order", of_order)),
            contents=self._contents(arguments, result, read),
        )
        is_same = order["digest"] == result["digest_after"]
        wrong = (
            *self._another(arguments, result),
            *not_so(self._write.wanted(arguments, made.answer), made.now),
            *beyond(self._write.moves, made),
            *self._not_packed(made),
            *not_as_told(made.told, made.now, is_same=is_same),
        )
        seen = {
            "digest": order["digest"],
            "status": order["status"],
            "is_held": order["is_held"],
            "things": {one.of: dict(made.now.get(one.of, {})) for one in made.told.fields},
        }
        note = "; ".join(dict.fromkeys(wrong))
        return Verification(is_correct=not wrong, seen=seen, note=note)

    def undo(
        self, arguments: Mapping[str, Any], before: Json, result: Json
    ) -> tuple[str, dict[str, Any]] | None:
        """The tool and arguments that take the call back."""
        return self._write.undo(arguments, before, result)

    def ask(self, key: str, read: ReadTool) -> Json:
        """Nothing: a call of the shop is made again with the same key."""
        return None

    def _another(self, arguments: Mapping[str, Any], result: Json) -> tuple[str, ...]:
        """Whether the answer is about something else."""
        asked = (self.contract.name, arguments["order_id"])
        told = (result["tool"], result["order_id"])
        return () if asked == told else (f"the answer is about {told[0]} of {told[1]}",)

    def _contents(
        self, arguments: Mapping[str, Any], result: Json, read: ReadTool
    ) -> Sequence[Json]:
        """What lies in the parcel that the answer names, if it names one."""
        name = result["result"].get("shipment_id", "")
        if not name:
            return ()
        parcels = read("carrier_scans", {"order_id": arguments["order_id"]})["shipments"]
        return [one for parcel in parcels if parcel["id"] == name for one in parcel["contents"]]

    def _not_packed(self, made: Made) -> tuple[str, ...]:
        """What lies in the parcel that should not, or the other way round."""
        if self._write.packed is None:
            return ()
        inside = {one["line_id"]: one["quantity"] for one in made.contents}
        wanted, name = dict(self._write.packed(made.arguments)), made.answer["shipment_id"]
        return () if inside == wanted else (f"parcel {name} holds {inside}, should be {wanted}",)


def read_tools(transport: Transport) -> tuple[ShopRead, ...]:
    """All tools that read, previews last."""
    reads = [ShopRead(one, f"/v1/{name}", transport) for name, one in READ_CONTRACTS.items()]
    previews = [
        ShopRead(one, f"/v1/{name}/preview", transport) for name, one in PREVIEW_CONTRACTS.items()
    ]
    return (*reads, *previews)


def effect_tools(transport: Transport) -> tuple[ShopWrite, ...]:
    """All tools that change something."""
    return tuple(
        ShopWrite(contract, WRITES[name], transport) for name, contract in WRITE_CONTRACTS.items()
    )
