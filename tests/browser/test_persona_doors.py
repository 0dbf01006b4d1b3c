"""Taking a simulated person's place over HTTP: on a demonstration, from this machine, or not."""

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from console.server.doors import PERSONA_PATH, Doors
from console.session import COOKIE
from engine.service.demonstration_rows import DemonstrationRow, PersonaRow
from engine.testing.fake_engine import FakeEngine
from tests.browser.conftest import DESK_NOW, WALL_NOW

HERE = ("127.0.0.1", 50_000)
MARK = DemonstrationRow(
    seed=7,
    begins_at=WALL_NOW,
    per_hour=40.0,
    personas=(
        PersonaRow(name="ada", display_name="Ada (simulated operator)", what="Reads every card."),
        PersonaRow(name="rhea", display_name="Rhea <simulated>", what="Signs & audits."),
    ),
)


def marked(*, is_marked: bool = True) -> FakeEngine:
    fake = FakeEngine(now=lambda: WALL_NOW, desk_now=DESK_NOW, count=2)
    fake.queries.marked = MARK if is_marked else None
    return fake


def client_of(
    fake: FakeEngine,
    *,
    host: str = "127.0.0.1",
    public_url: str = "",
    client: tuple[str, int] = HERE,
    url: str = "http://127.0.0.1:8501",
) -> TestClient:
    doors = Doors(lambda: fake, public_url, host=host)
    app = Starlette(routes=doors.routes())
    return TestClient(app, base_url=url, client=client, follow_redirects=False)


def cookie_of(reply: Any) -> str:
    """The cookie that is set, with its attributes; empty: none is."""
    return str(reply.headers.get("set-cookie", ""))


def test_sign_in_page_offers_everybody() -> None:
    shown = client_of(marked()).get("/signin").text
    assert "Everything here is simulated" in shown
    assert "Ada (simulated operator)" in shown
    assert "Rhea &lt;simulated&gt;" in shown
    assert 'type="password"' not in shown


def test_one_click_takes_a_place() -> None:
    reply = client_of(marked()).post(PERSONA_PATH, data={"name": "rhea", "next": "/live"})
    assert (reply.status_code, reply.headers["location"]) == (303, "/live")
    assert cookie_of(reply).startswith(f"{COOKIE}=session-rhea;")
    assert "HttpOnly" in cookie_of(reply)


def test_switching_ends_the_session_before() -> None:
    fake = marked()
    client = client_of(fake)
    client.cookies.set(COOKIE, "session-rhea")
    assert client.post(PERSONA_PATH, data={"name": "ada"}).status_code == 303
    assert "session-rhea" in fake._ended


ELSEWHERE = {
    "another machine": {"client": ("192.0.2.7", 50_000)},
    "a process that listens everywhere": {"host": "0.0.0.0"},
    "a proxy in front": {"public_url": "https://ops.example"},
    "another name": {"url": "http://ops.example:8501"},
}


@pytest.mark.parametrize("where", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_no_place_is_offered_or_taken_elsewhere(where: dict[str, str]) -> None:
    client = client_of(marked(), **where)  # type: ignore[arg-type]  # a table of keyword arguments
    assert "simulated" not in client.get("/signin").text
    reply = client.post(PERSONA_PATH, data={"name": "ada"})
    assert (reply.status_code, cookie_of(reply)) == (403, "")


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://elsewhere.example"},
        {"Host": "rebound.example:8501"},
    ],
    ids=["forwarded for", "forwarded", "another site", "another origin", "another name"],
)
def test_no_place_is_taken_for_others(headers: dict[str, str]) -> None:
    reply = client_of(marked()).post(PERSONA_PATH, data={"name": "ada"}, headers=headers)
    assert (reply.status_code, cookie_of(reply)) == (403, "")


def test_product_without_a_mark_offers_nobody() -> None:
    client = client_of(marked(is_marked=False))
    shown = client.get("/signin").text
    assert "simulated" not in shown
    assert 'type="password"' in shown
    reply = client.post(PERSONA_PATH, data={"name": "ada"})
    assert (reply.status_code, cookie_of(reply)) == (403, "")


def test_place_is_taken_by_a_form_alone() -> None:
    assert client_of(marked()).get(f"{PERSONA_PATH}?name=ada").status_code == 405
