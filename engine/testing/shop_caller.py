"""ShopCaller: calls the shop as a test or a campaign does, with a credential made for each call.

The engine never calls through this; it makes the world move, reads the shop's books, and tries
calls that no desk would make.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from engine.desks.orders.shop.toolbox import (
    BOOKS,
    OPERATION_SCOPE,
    ORDER_DIGEST,
    PREVIEW_SCOPE,
    READS,
    WORLD,
    WRITES,
)
from engine.desks.orders.shop.words import AUDIENCE
from engine.domain.canonical import Json, digest
from engine.domain.credential import Claims, PermitKind, issue
from engine.errors import EngineError
from engine.ports import Clock, Ids

if TYPE_CHECKING:
    from httpx2 import Response

LIVES = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShopCall:
    """One call over HTTP, before it is sent."""

    method: str
    path: str
    tool: str
    scope: str
    kind: PermitKind
    arguments: Json


class ShopCaller:
    """A client with the shop's key; for one thread at a time."""

    def __init__(
        self, url: str, key: bytes, *, clock: Clock, ids: Ids, timeout_s: float = 30.0
    ) -> None:
        """Connect at the first call.

        Args:
            url: Of the shop, or of what stands in front of it.
            key: Credentials are signed with it.
            clock: Dates credentials.
            ids: Names credentials and keys.
            timeout_s: Of each step of a call.
        """
        import httpx2

        self._client = httpx2.Client(base_url=url, timeout=timeout_s, trust_env=False)
        self._key, self._clock, self._ids = key, clock, ids

    def do(self, name: str, *, under: str = "", **arguments: Any) -> Json:
        """Make a call that must succeed.

        Args:
            name: Of the tool.
            under: Its idempotency key; one is made for what is no read.
            arguments: Of the call.

        Raises:
            EngineError: It does not.
        """
        answer = self.send(call_of(name, **arguments), under=under)
        if answer.status_code != 200:
            raise EngineError(f"The shop answered {name} with {answer.status_code}: {answer.text}")
        return answer.json()

    def send(
        self, call: ShopCall, *, under: str = "", credential: str = "", **changes: Any
    ) -> Response:
        """Send a call and give whatever comes back.

        Args:
            call: What to send.
            under: Its idempotency key; one is made for what is no read.
            credential: One made elsewhere.
            changes: What its credential says otherwise than the call needs.
        """
        token = credential or self.credential(call, **changes)
        headers = {"Authorization": f"Bearer {token}"}
        if call.kind != PermitKind.READ:
            headers["Idempotency-Key"] = under or str(self._ids.new())
        json = None if call.method == "GET" else call.arguments
        return self._client.request(call.method, call.path, headers=headers, json=json)

    def credential(self, call: ShopCall, **changes: Any) -> str:
        """A token made for the call, or changed so that it is not."""
        now = self._clock.now()
        claims: dict[str, Any] = {
            "id": str(self._ids.new()),
            "audience": AUDIENCE,
            "case_id": "",
            "tool": call.tool,
            "arguments_digest": digest(call.arguments).hex(),
            "scopes": (call.scope,),
            "kind": call.kind,
            "permit_id": str(self._ids.new()),
            "issued_at": now,
            "expires_at": now + LIVES,
            **changes,
        }
        return issue(Claims(**claims), self._key)

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()


def call_of(name: str, **arguments: Any) -> ShopCall:
    """A call by the name of its tool; `<name>.preview` previews, `world.<name>` moves the world.

    Raises:
        KeyError: The shop has no such call.
    """
    path, method = f"/v1/{name.replace('.', '/')}", "POST"
    if name in WRITES or name in WORLD:
        tool = {**WRITES, **WORLD}[name]
        scope, kind = tool.scope, tool.kind
        path = path.removeprefix("/v1") if name in WORLD else path
    elif name in READS:
        scope, kind = READS[name].scope, PermitKind.READ
    elif name.removesuffix(".preview") in WRITES:
        scope, kind = PREVIEW_SCOPE, PermitKind.READ
    else:
        method, kind = "GET", PermitKind.READ
        path, scope = _gets(arguments)[name]
    return ShopCall(
        method=method, path=path, tool=name, scope=scope, kind=kind, arguments=arguments
    )


def _gets(arguments: Mapping[str, Any]) -> Mapping[str, tuple[str, str]]:
    return {
        "books": ("/v1/books", BOOKS.scope),
        "order_digest": (f"/v1/orders/{arguments.get('order_id')}/digest", ORDER_DIGEST.scope),
        "operation": (f"/v1/operations/{arguments.get('key')}", OPERATION_SCOPE),
    }
