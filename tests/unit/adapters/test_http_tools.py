"""HTTP tools: what is known after a call, whatever the system on the other side does."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import current_thread
from time import monotonic
from typing import Any

import pytest

from engine.act.calls import Calls
from engine.adapters.http_tools import LONGEST_ANSWER, HttpTransport
from engine.domain.canonical import Json
from engine.domain.credential import Credential
from engine.errors import ToolError, ToolOutcomeUnknown, ToolUnavailable
from engine.testing.world import START, FakeClock
from tests.unit.act.acting_tools import PERMIT, Look
from tests.unit.adapters.small_server import (
    Answer,
    SmallServer,
    breaks_off,
    drips,
    drops,
    hangs,
    page,
    says,
)

Send = Callable[..., Json]


@pytest.fixture
def make_send() -> Iterator[Callable[[Answer], Send]]:
    opened: list[HttpTransport | SmallServer] = []

    def make(answer: Answer) -> Send:
        server = SmallServer(answer).__enter__()
        transport = HttpTransport(server.url + "/", FakeClock())
        opened.extend([transport, server])

        def send(**changes: Any) -> Json:
            fields: dict[str, Any] = {
                "path": "/tools/look",
                "arguments": {"a": 1},
                "timeout_s": 2.0,
            }
            return transport.send(**(fields | changes))

        send.server = server  # type: ignore[attr-defined]  # what it got
        return send

    yield make
    for one in opened:
        if isinstance(one, HttpTransport):
            one.close()
        else:
            one.__exit__(None, None, None)


def credential_of(token: str) -> Credential:
    return Credential(token=token, id="c", scopes=(), expires_at=START + timedelta(minutes=1))


def error_of(send: Send, **changes: Any) -> ToolError:
    with pytest.raises(ToolError) as caught:
        send(**changes)
    return caught.value


def test_call_is_posted_with_key_and_token(make_send: Callable[[Answer], Send]) -> None:
    send = make_send(says(200, {"order": "O1"}))
    assert send(key="k-1", credential=credential_of("t0k"), is_write=True) == {"order": "O1"}
    (got,) = send.server.got  # type: ignore[attr-defined]
    assert (got.method, got.path, json.loads(got.body)) == ("POST", "/tools/look", {"a": 1})
    assert got.headers["idempotency-key"] == "k-1"
    assert got.headers["authorization"] == "Bearer t0k"
    assert got.headers["content-type"] == "application/json"


def test_read_has_no_key_and_no_token(make_send: Callable[[Answer], Send]) -> None:
    send = make_send(says(200, {}))
    send(method="GET")
    (got,) = send.server.got  # type: ignore[attr-defined]
    assert (got.method, got.body) == ("GET", b"")
    assert not {"idempotency-key", "authorization"} & got.headers.keys()


BROKEN: dict[str, Answer] = {
    "drops the connection": drops,
    "breaks off": breaks_off,
    "never answers": hangs,
    "500": says(500, {"detail": "no"}),
    "502": says(502, "<html>"),
    "504": says(504, ""),
    "408": says(408, ""),
    "no JSON": says(200, "<html>hello</html>"),
    "a list": says(200, [1]),
    "nothing": says(204, ""),
    "deep": says(200, "[" * 100_000),
    "not UTF-8": says(200, b'{"a": "\xff"}'),
    "not HTTP": lambda connection, is_over: connection.sendall(b"hello\r\n\r\n"),
    "oversized": says(200, b'{"a": "' + b"x" * LONGEST_ANSWER + b'"}'),
}


@pytest.mark.parametrize("name", BROKEN)
def test_unanswered_write_may_have_acted(make_send: Callable[[Answer], Send], name: str) -> None:
    error = error_of(make_send(BROKEN[name]), is_write=True, timeout_s=0.5)
    assert type(error) is ToolOutcomeUnknown


@pytest.mark.parametrize("name", BROKEN)
def test_unanswered_read_can_be_tried_again(make_send: Callable[[Answer], Send], name: str) -> None:
    error = error_of(make_send(BROKEN[name]), timeout_s=0.5)
    assert type(error) is ToolUnavailable


WHOLE = page(200, {"words": "slowly" * 20})


def test_answer_drop_by_drop_is_cut(make_send: Callable[[Answer], Send]) -> None:
    send = make_send(drips(WHOLE, every_s=0.05, at_once=len(WHOLE) - 60))
    begun = monotonic()
    assert type(error_of(send, timeout_s=0.4)) is ToolUnavailable
    assert monotonic() - begun < 1.5


def test_head_drop_by_drop_is_cut(make_send: Callable[[Answer], Send]) -> None:
    send = make_send(drips(WHOLE, every_s=0.05))
    begun = monotonic()
    assert type(error_of(send, timeout_s=0.3)) is ToolUnavailable
    assert monotonic() - begun < 1.0


def test_dripping_system_leaves_no_threads(make_send: Callable[[Answer], Send]) -> None:
    send, threads = make_send(drips(WHOLE, every_s=0.09)), []

    def look(number: int) -> Json:
        threads.append(current_thread())
        return send(timeout_s=0.2)

    calls = Calls()
    for number in range(4):
        tool = Look(look, timeout_s=0.2, system=str(number))
        with pytest.raises((ToolUnavailable, ToolOutcomeUnknown)):
            calls.run(tool, {"number": number}, key="", permit=PERMIT)
    calls.close()
    for thread in threads:
        thread.join(0.5)
    assert [thread.is_alive() for thread in threads] == [False] * 4


TOKEN = f"{'eyJhIjoxfQ' * 9}.s1gn-_4ture"
REPEATS: dict[str, tuple[int, Any]] = {
    "refusal": (404, {"detail": f"No route. Authorization: Bearer {TOKEN}"}),
    "busy": (503, {"title": f"token {TOKEN} is waiting"}),
    "failure": (502, {"detail": f"upstream failed: {{'authorization': 'bearer {TOKEN}'}}"}),
    "code": (409, {"code": TOKEN, "detail": "no"}),
    "answer": (200, {"said": {"headers": [f"BEARER  {TOKEN}"], TOKEN: 1}}),
    "another's": (400, {"detail": f"Bearer {TOKEN[::-1]}"}),
    "escaped": (400, f'{{"detail": "{TOKEN}"}}'.replace("eyJ", "\\u0065yJ")),
}


@pytest.mark.parametrize("is_write", [False, True])
@pytest.mark.parametrize("name", REPEATS)
def test_repeated_token_is_taken_out(
    make_send: Callable[[Answer], Send], name: str, is_write: bool
) -> None:
    send, credential = make_send(says(*REPEATS[name])), credential_of(TOKEN)
    try:
        told = repr(send(credential=credential, is_write=is_write))
    except ToolError as error:
        told = repr((error.message, error.facts))
    assert TOKEN not in told
    assert TOKEN[::-1] not in told
    assert "[credential removed]" in told


def test_words_about_bearers_are_kept(make_send: Callable[[Answer], Send]) -> None:
    said = {"note": "Every call needs a bearer credential.", "deep": [{"a": ["bearer of news"]}]}
    assert make_send(says(200, said))(credential=credential_of(TOKEN)) == said


@pytest.mark.parametrize("is_write", [False, True])
@pytest.mark.parametrize("status", [429, 503])
def test_busy_system_did_nothing(
    make_send: Callable[[Answer], Send], status: int, is_write: bool
) -> None:
    answer = says(status, {"detail": "busy", "code": "BUSY"}, retry_after="7")
    error = error_of(make_send(answer), is_write=is_write)
    assert type(error) is ToolUnavailable
    assert (error.message, error.facts) == ("busy", {"retry_after_s": 7.0, "code": "BUSY"})


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("Mon, 02 Mar 2026 08:02:00 GMT", 120.0),
        ("Mon, 02 Mar 2026 07:00:00 GMT", 0.0),
        ("Mon, 02 Mar 2026 08:02:00 -0000", None),
        ("Mon, 01 Jan 2024 00:00:00 +99999999999999999999", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
        ("٣", None),
        ("0", 0.0),
    ],
)
def test_asked_pause_is_read(
    make_send: Callable[[Answer], Send], said: str, seconds: float | None
) -> None:
    answer = page(503, {}, retry_after="@").replace(b"@", said.encode())
    error = error_of(make_send(lambda connection, is_over: connection.sendall(answer)))
    assert error.facts["retry_after_s"] == seconds


@pytest.mark.parametrize(
    ("status", "said", "code", "words"),
    [
        (403, {"code": "CREDENTIAL_SCOPE", "detail": "not this"}, "CREDENTIAL_SCOPE", "not this"),
        (409, {"title": "Conflict"}, "HTTP_409", "Conflict"),
        (404, "<html>", "HTTP_404", "HTTP 404"),
        (302, "", "HTTP_302", "HTTP 302"),
        (422, {"detail": "x" * 9_000, "code": "y" * 900}, "y" * 64, "x" * 500),
        (400, {"detail": {"a": [1]}}, "HTTP_400", "{'a': [1]}"),
    ],
    ids=["problem", "title alone", "no problem", "redirect", "long", "odd"],
)
def test_refusal_changed_nothing(
    make_send: Callable[[Answer], Send], status: int, said: Any, code: str, words: str
) -> None:
    error = error_of(make_send(says(status, said)), is_write=True)
    assert type(error) is ToolError
    assert (error.facts["code"], error.message) == (code, words)


def test_redirect_is_not_followed(make_send: Callable[[Answer], Send]) -> None:
    send = make_send(says(307, "", location="/elsewhere"))
    assert error_of(send, is_write=True).facts["status"] == 307
    assert len(send.server.got) == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("is_write", [False, True])
def test_refused_connection_did_nothing(is_write: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    transport = HttpTransport(f"http://127.0.0.1:{port}", FakeClock())
    error = error_of(transport.send, path="/", arguments={}, timeout_s=1.0, is_write=is_write)
    assert type(error) is ToolUnavailable
    assert "out of reach" in error.message
    transport.close()
