"""The key of the Messages API is shown to its server and to nobody else, whatever that repeats."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from traceback import TracebackException
from typing import Any

import pytest
from opentelemetry import trace

from engine.adapters.messages_api import MessagesAccess, MessagesApi
from engine.adapters.messages_key import REMOVED
from engine.adapters.system import SystemClock
from engine.bootstrap.models import open_model
from engine.domain.model_call import ModelAnswer
from engine.errors import ConfigError, ModelError
from engine.settings import Settings, setting_rows
from engine.testing.messages_server import Asked, MessagesServer, Reply, Said, fails, says, uses
from engine.testing.messages_server.answering import ServerWays
from engine.testing.messages_server.replies import Tear
from tests.contract.messages_world import KEY, model_at, request

Echo = Callable[[str], Said]
STATUSES = (307, 400, 401, 402, 403, 404, 413, 418, 429, 500, 529)
BAD: dict[str, Echo] = {
    **{str(status): lambda key, s=status: fails(s, f"I saw {key}!") for status in STATUSES},  # type: ignore[misc]  # the default binds each
    "unknown-block": lambda key: Reply(content=({"type": key},)),
    "unknown-stop": lambda key: Reply(content=(), stop=key),
    "torn-arguments": lambda key: uses(key, {}, tear=Tear.DROP, tear_after=4),
    "in-stream": lambda key: replace(says("x"), tear=Tear.ERROR, tear_after=3, error=key),
    "retry-after": lambda key: fails(429, retry_after=key),
}
GOOD: dict[str, Echo] = {
    "words": lambda key: says(f"Your key is {key}, I think."),
    "only-the-key": says,
    "twice": lambda key: says(f"{key}{key}"),
    "half": lambda key: says(f"It starts with {key[:-1]}"),
    "two-blocks": lambda key: Reply(
        content=(
            {"type": "text", "text": f"It is {key[:9]}"},
            {"type": "tool_use", "id": "1", "name": "look", "input": {}},
            {"type": "text", "text": f"{key[9:]}, I think."},
        )
    ),
    "arguments": lambda key: uses(key, {key: [key, {"deep": f"<{key}>"}]}, id=key),
}
WAYS: dict[str, dict[str, Any]] = {"whole": {}, "streamed": {"on_text": lambda piece: None}}


@pytest.fixture(autouse=True)
def loud_logs(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Everything is logged that can be, as `ANTHROPIC_LOG=debug` would have it."""
    caplog.set_level(logging.DEBUG)
    for name in ("anthropic", "httpx2", "httpcore2", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    yield
    told = "\n".join(record.getMessage() for record in caplog.get_records("call"))
    assert KEY not in told
    assert "What now?" not in told


def server_that(echo: Echo) -> MessagesServer:
    def script(asked: Asked) -> Said:
        assert asked.key == KEY
        return echo(asked.key)

    return MessagesServer(script)


@pytest.mark.parametrize("ask_with", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("name", BAD)
def test_no_error_tells_the_key(name: str, ask_with: dict[str, Any]) -> None:
    with server_that(BAD[name]) as server, pytest.raises(ModelError) as caught:
        model_at(server).ask(request(), **ask_with)
    told = TracebackException.from_exception(caught.value, capture_locals=True)
    for shown in ("".join(told.format()), repr(caught.value), repr(caught.value.facts)):
        assert KEY not in shown


@pytest.mark.parametrize("name", GOOD)
def test_no_answer_tells_the_key(name: str) -> None:
    pieces: list[str] = []
    with server_that(GOOD[name]) as server:
        whole = model_at(server).ask(request())
        streamed = model_at(server).ask(request(), on_text=pieces.append)
    assert KEY not in repr((whole, streamed, pieces))
    assert KEY not in whole.text + "".join(pieces)
    assert (whole.blocks, "".join(pieces)) == (streamed.blocks, whole.text)
    assert (REMOVED in repr(whole)) is (name != "half")


def test_wrong_key_is_not_told_either() -> None:
    with (
        MessagesServer([says("no")], ways=ServerWays(key="sk-the-right-one")) as server,
        pytest.raises(ModelError) as caught,
    ):
        model_at(server).ask(request())
    assert KEY not in str(caught.value)


def test_request_log_knows_the_key_came(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with MessagesServer([says("Yes.")], log=log) as server:
        model_at(server).ask(request())
        assert server.log[0].headers["authorization"] == "present"
        assert KEY not in repr([asdict(one) for one in server.log])
    assert "present" in log.read_text()
    assert KEY not in log.read_text()


def test_nothing_that_holds_the_key_shows_it() -> None:
    settings = Settings(anthropic_api_key=KEY)
    access = MessagesAccess(url="http://127.0.0.1:1", key=KEY, model="m")
    model = MessagesApi(access, SystemClock())
    holders: list[object] = [settings, access, model, model.identity, setting_rows(settings)]
    assert KEY not in repr([*holders, vars(model)])


@pytest.mark.parametrize("key", ["short", "sk-two\nlines-of-it", "sk-with space", "sk-ünicode-1"])
def test_key_that_cannot_be_one_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="COUNTERSIGN_ANTHROPIC_API_KEY") as caught:
        Settings(anthropic_api_key=key)
    assert key not in str(caught.value)


def test_model_without_key_is_none() -> None:
    assert open_model(Settings(), SystemClock()) is None
    with pytest.raises(ConfigError, match="COUNTERSIGN_ANTHROPIC_API_KEY"):
        model_at("http://127.0.0.1:1", key="")


def test_settings_alone_make_a_model() -> None:
    with MessagesServer([says("Yes.")]) as server:
        settings = Settings(
            anthropic_api_key=KEY,
            anthropic_url=server.url,
            model_price_input=2_000_000,
            model_price_output=10_000_000,
            model_price_cache_read=100_000,
            model_price_cache_write=2_500_000,
        )
        model = open_model(settings, SystemClock())
        assert model
        answer: ModelAnswer = model.ask(request())
    assert (answer.text, answer.model) == ("Yes.", model.identity.name)
    assert model.identity.price.cost(answer.usage) == 15 * 2 + 10
    assert not model.identity.is_scripted


def test_client_emits_no_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    given = trace.get_tracer

    def get_tracer(name: str, *more: Any, **named: Any) -> Any:
        asked.append(name)
        return given(name, *more, **named)

    monkeypatch.setattr(trace, "get_tracer", get_tracer)
    with MessagesServer([says("Yes.")]) as server:
        model_at(server).ask(request())
    assert asked == []
    assert "traceparent" not in server.log[0].headers
