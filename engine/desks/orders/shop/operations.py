"""Shop: every call is one short transaction; a write is done once a key, and can be previewed.

No HTTP and no credentials here; who may call is decided before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, select, update

from engine.desks.orders.shop import tables
from engine.desks.orders.shop.booking import PREVIEW_KEY, Booking, Windows
from engine.desks.orders.shop.database import Database, add_missing
from engine.desks.orders.shop.refusals import Code, Refused
from engine.desks.orders.shop.snapshot import NOTHING, Snapshot, difference, take_snapshot
from engine.desks.orders.shop.toolbox import ReadTool, WriteTool
from engine.domain.canonical import Json, canonical_text, digest, parse
from engine.domain.tool import Strict

if TYPE_CHECKING:
    from engine.ports import Clock

_operation = select(tables.operation).where(tables.operation.c.key == bindparam("of_key"))
_finish = (
    update(tables.operation)
    .where(tables.operation.c.key == bindparam("of_key"))
    .values(answer=bindparam("with_answer"))
)
_use = select(tables.credential_use.c.key).where(
    tables.credential_use.c.credential_id == bindparam("credential_id")
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who asks for a write, and under which key."""

    key: str
    credential_id: str
    case_id: str
    if_match: str = ""
    """Digest the order must have; empty: any."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a write answers."""

    text: str
    """Canonical JSON: the same for the first call and every repetition."""
    is_repeated: bool


class Shop:
    """The system of record; safe for many threads and, on PostgreSQL, many processes."""

    def __init__(self, database: Database, clock: Clock, windows: Windows | None = None) -> None:
        """Keep what it works with.

        Args:
            database: Prepared before the first call.
            clock: Dates what the shop writes, and says what is due.
            windows: How long money takes to settle.
        """
        self._database = database
        self._clock = clock
        self._windows = windows or Windows()

    def read(self, tool: ReadTool, arguments: Strict) -> Json:
        """Look at one state of the shop.

        Raises:
            Refused: What is asked for is not there, or the database is out of reach.
        """
        return self._database.read(lambda connection: tool.look(connection, arguments))

    def write(self, tool: WriteTool, arguments: Strict, caller: Caller) -> Answer:
        """Act, once a key.

        Raises:
            Refused: Nothing was changed (but see OUTCOME_UNKNOWN).
        """
        with self._database.transaction() as connection:
            _bind_credential(connection, caller)
            booking = self._booking(connection, caller.key)
            repeated = _claim(booking, tool, arguments, caller)
            if repeated:
                return Answer(text=repeated, is_repeated=True)
            body = _perform(tool, arguments, booking, caller.if_match)
            text = canonical_text({**body, "key": caller.key, "done_at": booking.at})
            done = {"of_key": caller.key, "with_answer": text}
            connection.execute(_finish, done)
        return Answer(text=text, is_repeated=False)

    def preview(self, tool: WriteTool, arguments: Strict, if_match: str = "") -> Json:
        """Act and take all of it back: the answer `write` would give, without key and time.

        Raises:
            Refused: As `write` would.
        """

        def act(connection: Connection) -> Json:
            return _perform(tool, arguments, self._booking(connection, PREVIEW_KEY), if_match)

        return self._database.rolled_back(act)

    def operation(self, key: str) -> Json:
        """Whether a key was acted on, and with which answer."""

        def look(connection: Connection) -> Json:
            row = connection.execute(_operation, {"of_key": key}).mappings().one_or_none()
            if row is None:
                return {"key": key, "is_done": False, "tool": "", "answer": None}
            answer = parse(row["answer"])
            return {"key": key, "is_done": True, "tool": row["tool"], "answer": answer}

        return self._database.read(look)

    def _booking(self, connection: Connection, key: str) -> Booking:
        now = self._clock.now()
        return Booking(connection=connection, key=key, now=now, windows=self._windows)


def _perform(
    tool: WriteTool, arguments: Strict, booking: Booking, if_match: str
) -> dict[str, Json]:
    """What acts and what previews: the same, up to what becomes of the transaction."""
    order_id = str(getattr(arguments, "order_id", ""))
    before = _before(tool, booking, order_id)
    if if_match and before.digest() != if_match:
        raise Refused(
            Code.TARGET_CHANGED,
            f"Order {order_id} is not as it was when it was looked at.",
            digest=before.digest(),
        )
    result = tool.act(booking, arguments)
    after = take_snapshot(booking.connection, order_id) if order_id else NOTHING
    return {
        "tool": tool.name,
        "order_id": order_id,
        "result": dict(result),
        "difference": difference(before, after, booking),
        "digest_before": before.digest(),
        "digest_after": after.digest(),
    }


def _before(tool: WriteTool, booking: Booking, order_id: str) -> Snapshot:
    if not order_id or tool.makes_order:
        return NOTHING
    return take_snapshot(booking.connection, order_id, lock=True)


def _claim(booking: Booking, tool: WriteTool, arguments: Strict, caller: Caller) -> str:
    """Take the key for this call; or give the answer of the call that has it, else nothing.

    On PostgreSQL the second of two calls at once waits here until the first is done or undone.
    """
    arguments_digest = digest(arguments.model_dump(mode="json")).hex()
    row = {
        "key": caller.key,
        "tool": tool.name,
        "arguments_digest": arguments_digest,
        "credential_id": caller.credential_id,
        "case_id": caller.case_id,
        "answer": "",
        "done_at": booking.at,
    }
    if booking.add_missing(tables.operation, row):
        return ""
    known = booking.connection.execute(_operation, {"of_key": caller.key}).mappings().one()
    if (known["tool"], known["arguments_digest"]) != (tool.name, arguments_digest):
        raise Refused(
            Code.KEY_REUSED,
            f"The key belongs to another call of {known['tool']}; nothing was done.",
        )
    answer: str = known["answer"]
    assert answer  # it is written in the transaction that takes the key
    return answer


def _bind_credential(connection: Connection, caller: Caller) -> None:
    """A credential that acted under one key acts under no other."""
    row = {"credential_id": caller.credential_id, "key": caller.key}
    if add_missing(connection, tables.credential_use, row):
        return
    used = connection.execute(_use, {"credential_id": caller.credential_id}).scalar_one()
    if used != caller.key:
        raise Refused(Code.CREDENTIAL_USED, "The credential was used under another key.")
