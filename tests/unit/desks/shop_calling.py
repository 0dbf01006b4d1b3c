"""What a caller of the shop's HTTP needs: a credential for each call, and a fixed key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

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

KEY = bytes(range(32))
_ids = count(1)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call over HTTP, before it is sent."""

    method: str
    path: str
    tool: str
    scope: str
    kind: PermitKind
    arguments: Json


def call_of(name: str, **arguments: Any) -> Call:
    """A call by the name of its tool; `<name>.preview` previews."""
    if name in READS:
        tool = READS[name]
        return _call("POST", f"/v1/{name}", name, tool.scope, PermitKind.READ, arguments)
    if name in WRITES:
        tool_scope = WRITES[name].scope
        return _call("POST", f"/v1/{name}", name, tool_scope, PermitKind.GRANT, arguments)
    if name in WORLD:
        path = f"/{name.replace('.', '/')}"
        return _call("POST", path, name, "world", PermitKind.WORLD, arguments)
    if name.endswith(".preview"):
        path = f"/v1/{name.replace('.', '/')}"
        previewing = name.replace(".", "_")
        return _call("POST", path, previewing, PREVIEW_SCOPE, PermitKind.READ, arguments)
    paths = {
        "books": ("/v1/books", BOOKS.scope),
        "order_digest": (f"/v1/orders/{arguments.get('order_id')}/digest", ORDER_DIGEST.scope),
        "operation": (f"/v1/operations/{arguments.get('key')}", OPERATION_SCOPE),
    }
    path, scope = paths[name]
    return _call("GET", path, name, scope, PermitKind.READ, arguments)


def credential(call: Call, now: datetime, **changes: Any) -> str:
    """A token made for the call, or changed so that it is not."""
    number = next(_ids)
    claims: dict[str, Any] = {
        "id": f"credential-{number}",
        "audience": AUDIENCE,
        "case_id": "case-1",
        "tool": call.tool,
        "arguments_digest": digest(call.arguments).hex(),
        "scopes": (call.scope,),
        "kind": call.kind,
        "permit_id": f"permit-{number}",
        "issued_at": now,
        "expires_at": now + timedelta(minutes=1),
        **changes,
    }
    return issue(Claims(**claims), KEY)


def headers(token: str, key: str = "", if_match: str = "") -> Mapping[str, str]:
    return {
        "Authorization": f"Bearer {token}",
        **({"Idempotency-Key": key} if key else {}),
        **({"If-Match": f'"{if_match}"'} if if_match else {}),
    }


def _call(method: str, path: str, tool: str, scope: str, kind: PermitKind, arguments: Json) -> Call:
    return Call(method=method, path=path, tool=tool, scope=scope, kind=kind, arguments=arguments)
