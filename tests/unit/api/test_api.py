"""The HTTP API over an engine in memory: access, problems, idempotency, limits, documents."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from engine.api.app import PREFIX, create_api, openapi_document
from engine.domain.decision import DecisionKind
from engine.errors import (
    AlreadyDone,
    ConfigError,
    Conflict,
    EngineError,
    IntakeError,
    InvalidRequest,
    NotAllowed,
    NotFound,
    StoreUnavailable,
)
from engine.service import requests
from engine.service.engine import Submitted
from engine.testing.fake_engine import FakeEngine

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ADA = {"Authorization": "Bearer session-ada"}
BEN = {"Authorization": "Bearer session-ben"}
VERA = {"Authorization": "Bearer session-vera"}
LIMIT = 50_000

OPEN_ROUTES = {"/healthz"}


class FixedClock:
    def now(self) -> datetime:
        return NOW


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(now=lambda: NOW, desk_now=NOW)


@pytest.fixture
def client(engine: FakeEngine) -> Iterator[TestClient]:
    api = create_api(lambda: engine, clock=FixedClock(), body_limit=LIMIT)
    app = Starlette(routes=[Mount(PREFIX, api)])
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


def first_case(client: TestClient) -> dict[str, Any]:
    row: dict[str, Any] = client.get(f"{PREFIX}/cases?limit=1", headers=ADA).json()["rows"][0]
    return row


def claim(client: TestClient) -> dict[str, Any]:
    """Claim the first case whose recommendation can be approved."""
    listed = client.get(f"{PREFIX}/cases", headers=ADA).json()["rows"]
    cards = (client.get(f"{PREFIX}/cases/{row['case_id']}", headers=ADA).json() for row in listed)
    row: dict[str, Any] = next(card["row"] for card in cards if card["words"]["can_approve"])
    client.post(f"{PREFIX}/cases/{row['case_id']}/claim", headers=ADA, json={})
    return row


def approve(client: TestClient, row: dict[str, Any], key: str, **changes: Any) -> Any:
    body = {"version": row["version"], "kind": "APPROVE"} | changes
    headers = ADA | ({"Idempotency-Key": key} if key else {})
    return client.post(f"{PREFIX}/cases/{row['case_id']}/decisions", headers=headers, json=body)


# --- access ---------------------------------------------------------------------------------


def routes() -> list[tuple[str, str]]:
    return [
        (method, path)
        for path, operations in openapi_document()["paths"].items()
        for method in operations
        if path not in OPEN_ROUTES
    ]


@pytest.mark.parametrize(("method", "path"), [*routes(), ("get", "/openapi.json")])
def test_every_route_needs_a_token(client: TestClient, method: str, path: str) -> None:
    place = PREFIX + path.replace("{case_id}", "018f0000-0000-7000-8000-000000000000")
    place = place.replace("{desk}", "incidents")
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic YTpi"}):
        reply = client.request(method, place, headers=headers)
        assert (reply.status_code, reply.json()["code"]) == (401, "NOT_SIGNED_IN")
        assert reply.headers["www-authenticate"] == "Bearer"
        assert reply.headers["content-type"] == "application/problem+json"


def test_session_cookie_opens_no_route(client: TestClient) -> None:
    client.cookies.set("countersign_session", "session-ada")
    assert client.get(f"{PREFIX}/cases").status_code == 401


def test_viewer_sends_no_cases_in(client: TestClient) -> None:
    body = {"desk": "incidents", "rows": [{"number": "INC1"}]}
    reply = client.post(f"{PREFIX}/cases", headers=VERA, json=body)
    assert (reply.status_code, reply.json()["code"]) == (403, "NOT_ALLOWED")


def test_token_says_whose_it_is(client: TestClient) -> None:
    me = client.get(f"{PREFIX}/me", headers=BEN).json()
    assert (me["name"], me["roles"]) == ("ben", ["operator"])


# --- the way of a case ----------------------------------------------------------------------


def test_rows_go_in_as_text(client: TestClient, engine: FakeEngine) -> None:
    body = {"desk": "incidents", "rows": [{"number": "INC1", "n": 3, "x": None, "b": True}]}
    reply = client.post(f"{PREFIX}/cases", headers=ADA, json=body)
    assert (reply.status_code, reply.json()["accepted"]) == (200, 1)


class Replaying(FakeEngine):
    """Remembers under which clock rows came in."""

    def __init__(self) -> None:
        super().__init__(now=lambda: NOW, desk_now=NOW)
        self.replays: list[bool] = []

    def submit(self, *given: Any, is_replay: bool = False, **named: Any) -> Submitted:
        self.replays.append(is_replay)
        return super().submit(*given, is_replay=is_replay, **named)


def test_body_says_whether_rows_are_replay() -> None:
    engine = Replaying()
    api = create_api(lambda: engine, clock=FixedClock(), body_limit=LIMIT)
    body = {"desk": "incidents", "rows": [{"number": "INC1"}]}
    with TestClient(Starlette(routes=[Mount(PREFIX, api)])) as client:
        for more in ({}, {"replay": True}, {"replay": False}):
            reply = client.post(f"{PREFIX}/cases", headers=ADA, json=body | more)
            assert reply.status_code == 200
    assert engine.replays == [False, True, False]


def test_queue_is_read_in_parts(client: TestClient) -> None:
    first = client.get(f"{PREFIX}/cases?limit=2", headers=ADA).json()
    assert len(first["rows"]) == 2
    second = client.get(
        f"{PREFIX}/cases", headers=ADA, params={"limit": 2, "cursor": first["next_cursor"]}
    ).json()
    ids = [row["case_id"] for row in first["rows"] + second["rows"]]
    assert len(set(ids)) == 4


def test_card_holds_recommendation_and_version(client: TestClient) -> None:
    row = first_case(client)
    card = client.get(f"{PREFIX}/cases/{row['case_id']}", headers=ADA).json()
    assert card["row"] == row
    assert set(card["words"]) == {"approving", "can_approve", "why_not", "undo", "take_back_s"}


def test_card_names_what_rules_saw(client: TestClient) -> None:
    row = claim(client)
    card = client.get(f"{PREFIX}/cases/{row['case_id']}", headers=ADA).json()
    rule, *_ = card["recommendation"]["actions"][0]["verdict"]["rules"]
    assert set(rule) == {"rule", "is_kept", "otherwise", "limit", "seen", "binds_people"}


def test_claimed_case_can_be_approved(client: TestClient, engine: FakeEngine) -> None:
    row = claim(client)
    reply = approve(client, row, "form-1", note="as proposed")
    assert (reply.status_code, reply.json()["is_repeat"]) == (200, False)
    request, person = engine.received[-1]
    assert isinstance(request, requests.DecideCase)
    assert (request.kind, request.note, person.name) == (
        DecisionKind.APPROVE,
        "as proposed",
        "ada",
    )


def test_decision_without_key_is_refused(client: TestClient) -> None:
    reply = approve(client, claim(client), "")
    assert (reply.status_code, reply.json()["code"]) == (422, "INVALID_REQUEST")


def test_unclaimed_case_is_not_decided(client: TestClient) -> None:
    reply = approve(client, first_case(client), "form-1")
    assert (reply.status_code, reply.json()["code"]) == (409, "CONFLICT")


@pytest.mark.parametrize(
    ("path", "body", "request_type"),
    [
        ("take-back", {"version": 1}, requests.TakeBackDecision),
        ("undo", {"version": 1, "reason": "wrong group"}, requests.UndoEffect),
        ("facts", {"version": 1, "attribute": "a", "value": 3.5}, requests.ProvideFact),
        ("look-again", {"version": 1}, requests.LookAgain),
        ("repair", {"version": 1, "is_done": True}, requests.SettleRepair),
    ],
    ids=["take-back", "undo", "facts", "look-again", "repair"],
)
def test_other_requests_reach_the_engine(
    client: TestClient, engine: FakeEngine, path: str, body: dict[str, Any], request_type: type
) -> None:
    row = first_case(client)
    place = f"{PREFIX}/cases/{row['case_id']}/{path}"
    client.post(place, headers=ADA, json=body | {"version": row["version"]})
    assert type(engine.received[-1][0]) is request_type


@pytest.mark.parametrize(
    ("path", "request_type"),
    [("/pauses", requests.PauseScope), ("/pauses/lift", requests.ResumeScope)],
    ids=["pause", "resume"],
)
def test_brakes_reach_the_engine(
    client: TestClient, engine: FakeEngine, path: str, request_type: type
) -> None:
    body = {"scope": "desk:incidents", "reason": "storm"}
    reply = client.post(PREFIX + path, headers=ADA, json=body)
    assert (reply.status_code, type(engine.received[-1][0])) == (200, request_type)


READS = [
    "/health",
    "/desks",
    "/cells",
    "/scores",
    "/traces",
    "/ledger",
    "/choices",
    "/pauses",
    "/desks/incidents/versions/envelope",
]


@pytest.mark.parametrize("path", READS)
def test_every_read_gives_plain_json(client: TestClient, path: str) -> None:
    reply = client.get(PREFIX + path, headers=ADA)
    assert reply.status_code == 200
    assert json.loads(reply.text) == reply.json()


# --- once -----------------------------------------------------------------------------------


def test_same_key_is_decided_once(client: TestClient, engine: FakeEngine) -> None:
    row = claim(client)
    first = approve(client, row, "form-1").json()
    again = approve(client, row, "form-1").json()
    assert again == first | {"is_repeat": True}
    assert [type(request) for request, _ in engine.received].count(requests.DecideCase) == 1


def test_key_of_another_request_is_refused(client: TestClient) -> None:
    row = claim(client)
    approve(client, row, "form-1")
    reply = approve(client, row, "form-1", kind="REJECT")
    assert (reply.status_code, reply.json()["code"]) == (422, "INVALID_REQUEST")


def test_keys_of_two_people_never_meet(client: TestClient, engine: FakeEngine) -> None:
    row = claim(client)
    approve(client, row, "form-1")
    body = {"version": row["version"], "kind": "REJECT"}
    place = f"{PREFIX}/cases/{row['case_id']}/decisions"
    client.post(place, headers=BEN | {"Idempotency-Key": "form-1"}, json=body)
    keys = [
        request.client_key
        for request, _ in engine.received
        if isinstance(request, requests.DecideCase)
    ]
    assert len(set(keys)) == 2
    assert {len(key) for key in keys} == {64}


def test_refused_request_can_be_tried_again(client: TestClient, engine: FakeEngine) -> None:
    row = claim(client)
    engine.refusals = [StoreUnavailable()]
    assert approve(client, row, "form-1").status_code == 503
    assert approve(client, row, "form-1").json()["is_repeat"] is False


def test_decision_known_to_the_engine_is_a_repeat(client: TestClient, engine: FakeEngine) -> None:
    row = claim(client)
    engine.refusals = [AlreadyDone()]
    reply = approve(client, row, "form-from-before-the-restart")
    assert (reply.status_code, reply.json()["is_repeat"]) == (200, True)


# --- problems -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotAllowed(), 403),
        (NotFound(), 404),
        (Conflict(), 409),
        (InvalidRequest(), 422),
        (IntakeError(), 422),
        (StoreUnavailable(), 503),
        (ConfigError(), 503),
        (EngineError(), 500),
    ],
    ids=lambda value: value.code if isinstance(value, EngineError) else str(value),
)
def test_engine_errors_become_problem_details(
    client: TestClient, engine: FakeEngine, error: EngineError, status: int
) -> None:
    engine.refusals = [error]
    row = first_case(client)
    reply = client.post(f"{PREFIX}/cases/{row['case_id']}/claim", headers=ADA, json={})
    problem = reply.json()
    assert reply.headers["content-type"] == "application/problem+json"
    assert (reply.status_code, problem["status"], problem["code"]) == (status, status, error.code)
    assert problem["type"] == f"urn:countersign:problem:{error.code.lower().replace('_', '-')}"
    assert (problem["detail"], problem["retryable"]) == (error.message, error.retryable)
    assert (reply.headers.get("retry-after") == "1") == (status == 503)


def test_unexpected_failure_tells_no_details(client: TestClient, engine: FakeEngine) -> None:
    engine.queries = None  # type: ignore[assignment]  # what a bug looks like
    reply = client.get(f"{PREFIX}/desks", headers=ADA)
    assert (reply.status_code, reply.json()["code"]) == (500, "INTERNAL")
    assert "NoneType" not in reply.text


def test_unknown_route_is_a_problem(client: TestClient) -> None:
    reply = client.get(f"{PREFIX}/nothing", headers=ADA)
    assert (reply.status_code, reply.json()["code"]) == (404, "NOT_FOUND")
    assert client.delete(f"{PREFIX}/cases", headers=ADA).json()["code"] == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"kind": "MAYBE"}, "/body/kind"),
        ({"version": "x"}, "/body/version"),
        ({"note": "nu\x00ll"}, "/body/note"),
        ({"note": "x" * 10_001}, "/body/note"),
        ({"arguments": {"a": {"b": float("nan")}}}, "/body/arguments"),
        ({"arguments": {"a": "\ud800"}}, "/body/arguments"),
        ({"note": "\ud800"}, "/body/note"),
        ({"surprise": 1}, "/body/surprise"),
        ({"time_to_decide_ms": -1}, "/body/time_to_decide_ms"),
    ],
    ids=["kind", "version", "null", "long", "nan", "half", "broken", "unknown", "negative"],
)
def test_bad_fields_are_named(
    client: TestClient, engine: FakeEngine, changes: dict[str, Any], pointer: str
) -> None:
    row = claim(client)
    received = len(engine.received)
    place = f"{PREFIX}/cases/{row['case_id']}/decisions"
    body = json.dumps({"version": row["version"], "kind": "APPROVE"} | changes)
    headers = ADA | {"Idempotency-Key": "k", "Content-Type": "application/json"}
    reply = client.post(place, headers=headers, content=body)
    assert reply.status_code == 422
    assert [error["pointer"] for error in reply.json()["errors"]] == [pointer]
    assert len(engine.received) == received


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"[" * 20_000,
        b'{"desk": "incidents", "rows": []}',
        b'{"desk": "incidents", "rows": [{"a": "\\ud800"}]}',
        b'{"desk": "incidents", "rows": [{"a": NaN}]}',
        b'{"desk": "incidents", "rows": [{"a": {"b": 1}}]}',
    ],
    ids=["empty", "cut", "list", "encoding", "deep", "no-rows", "half", "nan", "nested"],
)
def test_broken_bodies_are_refused(client: TestClient, content: bytes) -> None:
    headers = ADA | {"Content-Type": "application/json"}
    reply = client.post(f"{PREFIX}/cases", headers=headers, content=content)
    assert reply.status_code in {400, 422}
    assert reply.headers["content-type"] == "application/problem+json"


def test_declared_large_body_is_refused(client: TestClient) -> None:
    headers = ADA | {"Content-Type": "application/json"}
    reply = client.post(f"{PREFIX}/cases", headers=headers, content=b"x" * (LIMIT + 1))
    assert (reply.status_code, reply.json()["code"]) == (413, "CONTENT_TOO_LARGE")


def test_large_body_in_pieces_is_refused(client: TestClient) -> None:
    headers = ADA | {"Content-Type": "application/json"}
    pieces = (b"[" * 1000 for _ in range(LIMIT // 1000 + 1))
    reply = client.post(f"{PREFIX}/cases", headers=headers, content=pieces)
    assert reply.status_code == 413
    assert reply.json()["detail"] == "The body is larger than 0.05 MB; send it in parts."


# --- documents ------------------------------------------------------------------------------


def test_document_needs_no_outside_page(client: TestClient) -> None:
    document = client.get(f"{PREFIX}/openapi.json", headers=ADA).json()
    assert document["openapi"].startswith("3.")
    assert {
        client.get(f"{PREFIX}/{page}", headers=ADA).status_code for page in ("docs", "redoc")
    } == {404}


def test_document_tells_problems_on_every_route() -> None:
    for path, operations in openapi_document()["paths"].items():
        for method, operation in operations.items():
            content = operation["responses"]["default"]["content"]
            assert list(content) == ["application/problem+json"], (method, path)
            assert operation["summary"], (method, path)


# --- signs of life --------------------------------------------------------------------------


def test_health_is_open_and_bare(client: TestClient) -> None:
    reply = client.get(f"{PREFIX}/healthz")
    assert reply.status_code == 200
    assert set(reply.json()) == {
        "status",
        "database",
        "worker",
        "worker_seen_s",
        "is_demonstration",
    }
    assert reply.headers["cache-control"] == "no-store"


def test_health_fails_without_a_database() -> None:
    def no_database() -> FakeEngine:
        raise StoreUnavailable

    with TestClient(create_api(no_database, clock=FixedClock())) as client:
        reply = client.get("/healthz")
    assert (reply.status_code, reply.json()["database"]) == (503, "unavailable")
