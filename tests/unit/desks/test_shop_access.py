"""The shop's door over HTTP: who gets in, what a body may be, keys, digests, problems, the log."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from engine.desks.orders.shop.access import Door
from engine.desks.orders.shop.app import BODY_LIMIT, create_app
from engine.desks.orders.shop.toolbox import READS, WORLD, WRITES
from engine.domain.canonical import Json, digest
from engine.domain.credential import PermitKind
from tests.unit.desks.shop_calling import KEY, Call, call_of, credential, headers
from tests.unit.desks.shop_world import START, ShopWorld, open_world, refund_of

NOW = START
GET_ORDER = call_of("get_order", order_id="A1")
REFUND = call_of("refund", **refund_of())


@dataclass
class Web:
    """A client and the shop behind it."""

    client: TestClient
    shop: ShopWorld

    def send(self, call: Call, token: str, key: str = "", if_match: str = "") -> Any:
        given = headers(token, key, if_match)
        if call.method == "GET":
            return self.client.get(call.path, headers=given)
        return self.client.post(call.path, headers=given, json=call.arguments)

    def answer(self, call: Call, key: str = "k", **changes: Any) -> Any:
        """Send it with a credential of its own."""
        return self.send(call, credential(call, self.shop.clock.now(), **changes), key)

    def refunded(self) -> int:
        found: int = self.shop.read("get_order", order_id="A1")["refunded_minor"]
        return found


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    shop = open_world(f"sqlite:///{tmp_path}/shop.db")
    shop.fill()
    shop.paid_order()
    app = create_app(shop.shop, Door(KEY, shop.clock))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Web(client=client, shop=shop)
    shop.database.close()


def problem(response: Any) -> tuple[int, str]:
    body = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert body.keys() == {"type", "title", "status", "detail", "code", "retryable", "facts"}
    assert body["status"] == response.status_code
    return response.status_code, body["code"]


REFUSED: dict[str, tuple[dict[str, Any], tuple[int, str]]] = {
    "a read credential": (
        {"tool": "get_order", "scopes": ("order.read",), "kind": PermitKind.READ},
        (403, "CREDENTIAL_SCOPE"),
    ),
    "a read permit with the scope": ({"kind": PermitKind.READ}, (403, "CREDENTIAL_SCOPE")),
    "a world credential": ({"kind": PermitKind.WORLD}, (403, "CREDENTIAL_SCOPE")),
    "a credential without scopes": ({"scopes": ()}, (403, "CREDENTIAL_SCOPE")),
    "a longer scope": ({"scopes": ("payment.refund.all",)}, (403, "CREDENTIAL_SCOPE")),
    "another tool": ({"tool": "cancel_refund"}, (403, "CREDENTIAL_TOOL")),
    "its preview": ({"tool": "refund_preview"}, (403, "CREDENTIAL_TOOL")),
    "another audience": ({"audience": "itsm"}, (403, "CREDENTIAL_AUDIENCE")),
    "altered arguments": (
        {"arguments_digest": digest(refund_of(1)).hex()},
        (403, "CREDENTIAL_ARGUMENTS"),
    ),
    "expired": (
        {"issued_at": NOW - timedelta(minutes=2), "expires_at": NOW},
        (401, "CREDENTIAL_EXPIRED"),
    ),
    "not yet": (
        {"issued_at": NOW + timedelta(minutes=1), "expires_at": NOW + timedelta(minutes=2)},
        (401, "CREDENTIAL_NOT_YET"),
    ),
}


@pytest.mark.parametrize(("changes", "answer"), REFUSED.values(), ids=REFUSED)
def test_credential_for_something_else_is_refused(
    web: Web, changes: dict[str, Any], answer: tuple[int, str]
) -> None:
    assert problem(web.answer(REFUND, **changes)) == answer
    assert web.refunded() == 0


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "CREDENTIAL_MISSING"),
        ("Basic YTpi", "CREDENTIAL_MISSING"),
        ("Bearer", "CREDENTIAL_MISSING"),
        ("Bearer nothing", "CREDENTIAL_MALFORMED"),
        ("Bearer a.b", "CREDENTIAL_SIGNATURE"),
    ],
    ids=["none", "basic", "empty", "malformed", "forged"],
)
def test_call_without_a_credential_is_refused(web: Web, header: str, code: str) -> None:
    given = {"Authorization": header} if header else {}
    response = web.client.post(REFUND.path, json=REFUND.arguments, headers=given)
    assert problem(response) == (401, code)
    assert response.headers["www-authenticate"] == "Bearer"


EVERY_CALL = [
    *(call_of(name) for name in (*READS, *WRITES, *WORLD)),
    *(call_of(f"{name}.preview") for name in WRITES),
    call_of("order_digest", order_id="A1"),
    call_of("books"),
    call_of("operation", key="k"),
]


@pytest.mark.parametrize("call", EVERY_CALL, ids=lambda call: call.path)
def test_every_route_wants_its_own_credential(web: Web, call: Call) -> None:
    assert problem(web.client.request(call.method, call.path)) == (401, "CREDENTIAL_MISSING")
    engines_all = tuple({one.scope for one in EVERY_CALL} - {call.scope})
    refused = web.answer(call, scopes=engines_all)
    assert problem(refused) == (403, "CREDENTIAL_SCOPE")


@pytest.mark.parametrize("call", [call_of(name) for name in WORLD], ids=lambda call: call.path)
def test_no_credential_of_the_engine_moves_the_world(web: Web, call: Call) -> None:
    for kind in (PermitKind.GRANT, PermitKind.READ):
        assert problem(web.answer(call, kind=kind)) == (403, "CREDENTIAL_SCOPE")


def test_read_credential_is_good_for_its_read(web: Web) -> None:
    token = credential(GET_ORDER, NOW)
    first, second = (web.send(GET_ORDER, token).json() for _ in range(2))
    assert first == second == web.shop.read("get_order", order_id="A1")


def test_write_credential_acts_under_one_key(web: Web) -> None:
    token = credential(REFUND, NOW)
    assert web.send(REFUND, token, "k1").status_code == 200
    assert web.send(REFUND, token, "k1").status_code == 200
    assert problem(web.send(REFUND, token, "k2")) == (403, "CREDENTIAL_USED")
    assert web.refunded() == 1_000


def test_repeated_key_gives_the_same_bytes(web: Web) -> None:
    first, second = web.answer(REFUND), web.answer(REFUND)
    assert first.content == second.content
    assert "idempotent-replay" not in first.headers
    assert second.headers["idempotent-replay"] == "true"
    other = call_of("refund", **refund_of(1))
    assert problem(web.answer(other)) == (409, "KEY_REUSED")


def test_operation_can_be_asked_for(web: Web) -> None:
    asked = call_of("operation", key="k/1")
    assert web.answer(asked).json()["is_done"] is False
    done = web.answer(REFUND, key="k/1").json()
    assert web.answer(asked).json() == {
        "key": "k/1",
        "is_done": True,
        "tool": "refund",
        "answer": done,
    }


def test_preview_tells_what_comes_and_changes_nothing(web: Web) -> None:
    books = web.shop.books()
    told = web.answer(call_of("refund.preview", **refund_of())).json()
    assert web.shop.books() == books
    done = web.answer(REFUND).json()
    assert {name: done[name] for name in told} == told


def test_changed_target_is_a_failed_precondition(web: Web) -> None:
    asked = call_of("order_digest", order_id="A1")
    seen = web.answer(asked).json()["digest"]
    assert web.answer(GET_ORDER).json()["digest"] == seen
    web.shop.do("hold_order", order_id="A1", reason="odd")
    refused = web.send(REFUND, credential(REFUND, NOW), "k", seen)
    assert problem(refused) == (412, "TARGET_CHANGED")
    now = refused.json()["facts"]["digest"]
    assert web.send(REFUND, credential(REFUND, NOW), "k", now).status_code == 200


@pytest.mark.parametrize("key", ["", "with space", "k" * 201], ids=["none", "space", "long"])
def test_write_without_a_proper_key_is_refused(web: Web, key: str) -> None:
    assert problem(web.answer(REFUND, key=key)) == (400, "KEY_INVALID")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"note": "x"}, "/note"),
        ({"amount_minor": "1"}, "/amount_minor"),
        ({"amount_minor": 1.0}, "/amount_minor"),
        ({"amount_minor": True}, "/amount_minor"),
        ({"amount_minor": 0}, "/amount_minor"),
        ({"amount_minor": 10**40}, "/amount_minor"),
        ({"order_id": "A1\u0000"}, "/order_id"),
        ({"order_id": "A1/R1"}, "/order_id"),
        ({"reason": "\ud800"}, "/reason"),
        ({"to": "me"}, "/to"),
    ],
    ids=range(10),
)
def test_arguments_of_another_form_are_refused(
    web: Web, changes: dict[str, Json], pointer: str
) -> None:
    call = call_of("refund", **{**refund_of(), **changes})
    response = web.client.post(
        call.path,
        headers={**headers(credential(call, NOW), "k"), "Content-Type": "application/json"},
        content=json.dumps(call.arguments),
    )
    assert problem(response) == (422, "INVALID_ARGUMENTS")
    assert response.json()["facts"] == {"pointer": pointer}


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"a": NaN}', b'{"a": 1e999}', b'{"a": 1, "a": 2}', b"\xff", b"[" * 9_999],
    ids=range(8),
)
def test_body_that_is_no_object_is_refused(web: Web, body: bytes) -> None:
    given = headers(credential(REFUND, NOW), "k")
    assert problem(web.client.post(REFUND.path, headers=given, content=body)) == (
        400,
        "INVALID_JSON",
    )


def test_large_body_is_refused_before_it_is_read(web: Web) -> None:
    given = headers(credential(REFUND, NOW), "k")
    response = web.client.post(REFUND.path, headers=given, content=b" " * (BODY_LIMIT + 1))
    assert problem(response) == (413, "BODY_TOO_LARGE")


def test_unknown_route_is_a_problem_too(web: Web) -> None:
    assert problem(web.client.get("/v1/everything")) == (404, "UNKNOWN_ROUTE")
    assert problem(web.client.get(REFUND.path)) == (405, "METHOD_NOT_ALLOWED")


def test_health_needs_no_credential(web: Web) -> None:
    assert web.client.get("/healthz").json() == {"status": "ok"}


def test_failing_database_is_answered_as_unavailable(
    web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    with web.shop.database.transaction() as connection:
        connection.exec_driver_sql("ALTER TABLE shop_refund RENAME TO gone")
    with caplog.at_level(logging.DEBUG):
        refused = web.answer(REFUND)
    assert problem(refused) == (503, "STORE_UNAVAILABLE")
    assert refused.headers["retry-after"] == "1"


def test_defect_is_answered_without_its_words(
    web: Web, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*given: object) -> None:
        raise RuntimeError("secret words of a customer")

    monkeypatch.setattr(type(web.shop.shop), "write", fail)
    with caplog.at_level(logging.DEBUG):
        refused = web.answer(REFUND)
    assert problem(refused) == (500, "INTERNAL")
    assert "secret" not in refused.text + caplog.text
    assert "RuntimeError in fail" in caplog.text


def test_log_repeats_nothing_of_a_call(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="engine"):
        web.answer(REFUND)
        web.answer(call_of("refund", **refund_of(9_999)))
        web.answer(REFUND, tool="other")
    ours = [one for one in caplog.records if one.name.startswith("engine")]
    assert ours == []
