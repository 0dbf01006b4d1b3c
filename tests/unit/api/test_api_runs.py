"""Routes of runs: start one once, list and read them, and compare a slice."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from engine.api.app import PREFIX, create_api
from engine.domain.run import RunKind
from engine.service.requests import StartRun
from engine.testing.fake_engine import FakeEngine

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ADA = {"Authorization": "Bearer session-ada"}


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(now=lambda: NOW, desk_now=NOW)


@pytest.fixture
def client(engine: FakeEngine) -> Iterator[TestClient]:
    api = create_api(lambda: engine)
    with TestClient(Starlette(routes=[Mount(PREFIX, api)])) as opened:
        yield opened


def get(client: TestClient, path: str, **query: Any) -> Any:
    reply = client.get(PREFIX + path, headers=ADA, params=query)
    assert reply.status_code == 200, reply.text
    return reply.json()


def start(client: TestClient, kind: str, key: str) -> Any:
    case_id = get(client, "/cases", limit=1)["rows"][0]["case_id"]
    headers = ADA | ({"Idempotency-Key": key} if key else {})
    return client.post(f"{PREFIX}/cases/{case_id}/runs", headers=headers, json={"kind": kind})


def test_run_is_started_once_a_key(client: TestClient, engine: FakeEngine) -> None:
    assert start(client, "agent", "").status_code == 422
    assert start(client, "oracle", "form").status_code == 422
    first, again = start(client, "agent", "form"), start(client, "agent", "form")
    assert (first.status_code, again.json()["is_repeat"]) == (200, True)
    started = [request for request, _ in engine.received if isinstance(request, StartRun)]
    assert [(one.kind, len(one.client_key)) for one in started] == [(RunKind.AGENT, 64)]
    assert start(client, "workflow", "form").status_code == 422


def test_runs_are_listed_and_read(client: TestClient) -> None:
    listed = get(client, "/runs", kind="agent", limit=2)
    assert [row["kind"] for row in listed["rows"]] == ["agent", "agent"]
    assert get(client, "/runs", desk="nowhere")["rows"] == []
    card = get(client, f"/runs/{listed['rows'][0]['run_id']}")
    assert card["row"] == listed["rows"][0]
    nobody = client.get(f"{PREFIX}/runs/018f0000-0000-7000-8000-000000000000", headers=ADA)
    assert nobody.status_code == 404


def test_comparison_follows_its_slice(client: TestClient) -> None:
    whole = get(client, "/comparison")
    assert [one["kind"] for one in whole["comparison"]["kinds"]] == list(RunKind)
    assert (whole["which"]["origin"], whole["which"]["models"]) == ("real", "scripted")
    assert len(whole["replies"]) == 8
    some = get(client, "/comparison", kind=["agent", "workflow"], made="shadow", desk="incidents")
    assert [one["kind"] for one in some["comparison"]["kinds"]] == ["workflow", "agent"]
    later = get(client, "/comparison", since="2026-12-01T00:00:00+00:00", models="real")
    assert (later["runs"], later["comparison"]["kinds"], later["replies"]) == (0, [], [])
    naive = client.get(f"{PREFIX}/comparison?since=2026-12-01T00:00:00", headers=ADA)
    assert naive.status_code == 422
