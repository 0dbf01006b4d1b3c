"""Every way in which a call of the Messages API fails, and what the engine makes of it."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from time import perf_counter
from typing import Any

import pytest

from engine.adapters.messages_wire import MOST_BYTES
from engine.domain.answer_limits import MOST_CHARACTERS
from engine.domain.model_call import Message, ModelTool, Speaker, StopReason, TextBlock, TokenUsage
from engine.errors import ModelError, ModelRefused, ModelUnavailable
from engine.testing.messages_server import Failure, MessagesServer, Said, fails, says, uses
from engine.testing.messages_server.answering import ServerWays
from engine.testing.messages_server.replies import Tear
from tests.contract.messages_world import LOOK, model_at, request
from tests.unit.adapters.small_server import SmallServer
from tests.unit.adapters.small_server import says as answers

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
LONG = says("words " * 20)
AskWith = dict[str, Any]
WAYS: dict[str, AskWith] = {"whole": {}, "streamed": {"is_cancelled": lambda: False}}


class StandingClock:
    def now(self) -> datetime:
        return AT


def trouble(said: Said, ask_with: AskWith, **more: Any) -> ModelError:
    """What a call fails with; it is made once and no more."""
    with MessagesServer([said, says("again")]) as server:
        with pytest.raises(ModelError) as caught:
            model_at(server, clock=StandingClock(), **more).ask(request(), **ask_with)
        assert len(server.log) == 1
    error: ModelError = caught.value
    assert re.fullmatch(r"(The|A) [^\n]+\.", error.message)
    assert (error.__cause__, error.__context__) == (None, None)
    return error


@pytest.mark.parametrize("ask_with", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_passing_trouble_is_unavailable(status: int, ask_with: AskWith) -> None:
    error = trouble(fails(status, "No way."), ask_with)
    assert isinstance(error, ModelUnavailable)
    assert (error.facts["status"], error.facts["retry_after_s"]) == (status, None)
    assert f"HTTP {status}: No way)." in error.message


@pytest.mark.parametrize("ask_with", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize(
    ("status", "setting"),
    [
        (400, "COUNTERSIGN_MODEL_THINKING"),
        (401, "COUNTERSIGN_ANTHROPIC_API_KEY"),
        (402, "billing"),
        (403, "COUNTERSIGN_MODEL "),
        (404, "COUNTERSIGN_ANTHROPIC_URL"),
        (413, "put less into it"),
        (422, "COUNTERSIGN_ANTHROPIC_URL"),
    ],
)
def test_lasting_trouble_says_what_to_do(status: int, setting: str, ask_with: AskWith) -> None:
    error = trouble(fails(status, "No way."), ask_with)
    assert isinstance(error, ModelRefused)
    assert setting in error.message
    assert error.facts == {"status": status}


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("3", 3.0),
        ("0.5", 0.5),
        (format_datetime(AT + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(AT - timedelta(seconds=90), usegmt=True), 0.0),
        ("Sun, 22 Nov 2026 12:01:30 -0000", None),
        ("soon", None),
        ("", None),
    ],
    ids=["whole", "half", "date", "past", "zoneless", "words", "nothing"],
)
@pytest.mark.parametrize("status", [429, 529])
def test_pause_asked_for_is_told(status: int, said: str, seconds: float | None) -> None:
    assert trouble(fails(status, retry_after=said), {}).facts["retry_after_s"] == seconds


@pytest.mark.parametrize("ask_with", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("tear", [Tear.DROP, Tear.RESET, Tear.GARBAGE])
def test_torn_answer_is_unavailable(tear: Tear, ask_with: AskWith) -> None:
    error = trouble(replace(LONG, tear=tear, tear_after=4), ask_with)
    assert isinstance(error, ModelUnavailable)


@pytest.mark.parametrize("after", range(10), ids=str)
@pytest.mark.parametrize("tear", [Tear.END, Tear.DROP])
def test_stream_torn_anywhere_is_unavailable(tear: Tear, after: int) -> None:
    reply = replace(uses("look", {"n": 1}, text="word"), tear=tear, tear_after=after)
    error = trouble(reply, WAYS["streamed"])
    assert isinstance(error, ModelUnavailable)
    out = 17 if after == 9 else 1  # told at the end alone
    assert error.facts == ({"usage": TokenUsage(input=15, output=out)} if after else {})


@pytest.mark.parametrize(
    ("kind", "expected", "status"),
    [
        ("overloaded_error", ModelUnavailable, 529),
        ("rate_limit_error", ModelUnavailable, 429),
        ("api_error", ModelUnavailable, 500),
        ("something_new", ModelUnavailable, 500),
        ("invalid_request_error", ModelRefused, 400),
    ],
)
def test_error_within_a_stream_has_its_status(
    kind: str, expected: type[ModelError], status: int
) -> None:
    reply = replace(LONG, tear=Tear.ERROR, tear_after=5, error=kind)
    error = trouble(reply, WAYS["streamed"])
    assert type(error) is expected
    assert error.facts["status"] == status


@pytest.mark.parametrize(
    ("said", "ask_with"),
    [
        (says("late", wait_s=20), WAYS["whole"]),
        (says("late", wait_s=20), WAYS["streamed"]),
        (replace(LONG, piece_s=0.1), WAYS["streamed"]),
        (replace(LONG, tear=Tear.HANG, tear_after=3), WAYS["streamed"]),
        (replace(LONG, tear=Tear.HANG), WAYS["whole"]),
        (Failure(status=529, wait_s=20), WAYS["whole"]),
    ],
    ids=["late", "late-stream", "drop-by-drop", "stuck-stream", "stuck", "late-refusal"],
)
def test_deadline_is_for_the_whole_answer(said: Said, ask_with: AskWith) -> None:
    began = perf_counter()
    error = trouble(said, ask_with, timeout_s=0.5)
    assert perf_counter() - began < 1.5
    assert isinstance(error, ModelUnavailable)
    assert "within 0.5 s (COUNTERSIGN_MODEL_TIMEOUT_S)" in error.message


def test_server_out_of_reach_is_unavailable() -> None:
    with MessagesServer([]) as server:
        url = server.url
    with pytest.raises(ModelUnavailable, match="out of reach"):
        model_at(url).ask(request())
    with pytest.raises(ModelUnavailable, match="out of reach"):
        model_at(url).count(request())


MESSAGE: dict[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [{"type": "text", "text": "hello"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 3, "output_tokens": 1},
}
USE = {"type": "tool_use", "id": "t", "name": "x", "input": {}}
LONG_TEXT = "x" * (MOST_CHARACTERS + 1)


def nested(depth: int) -> Any:
    return json.loads("[" * depth + "]" * depth)


MISSHAPEN: dict[str, Any] = {
    "no-object": [1, 2],
    "text": "hello",
    "no-content": {**MESSAGE, "content": None},
    "content-of-numbers": {**MESSAGE, "content": [1]},
    "text-is-number": {**MESSAGE, "content": [{"type": "text", "text": 1}]},
    "arguments-are-list": {**MESSAGE, "content": [{**USE, "input": [1]}]},
    "nameless-tool": {**MESSAGE, "content": [{**USE, "name": None}]},
    "unknown-block": {**MESSAGE, "content": [{"type": "hologram"}]},
    "no-stop": {**MESSAGE, "stop_reason": None},
    "unknown-stop": {**MESSAGE, "stop_reason": "pause_turn"},
    "tools-without-tool": {**MESSAGE, "stop_reason": "tool_use"},
    "no-usage": {**MESSAGE, "usage": None},
    "negative-usage": {**MESSAGE, "usage": {"input_tokens": -3, "output_tokens": 1}},
    "usage-of-words": {**MESSAGE, "usage": {"input_tokens": "many", "output_tokens": 1}},
    "usage-beyond-numbers": {**MESSAGE, "usage": {"input_tokens": 2**63, "output_tokens": 1}},
    "text-too-long": {**MESSAGE, "content": [{"type": "text", "text": LONG_TEXT}]},
    "arguments-too-deep": {**MESSAGE, "content": [{**USE, "input": {"a": nested(60)}}]},
    "nothing": {},
}


@pytest.mark.parametrize("name", MISSHAPEN)
def test_misshapen_answer_is_unavailable(name: str) -> None:
    answer = answers(200, MISSHAPEN[name], content_type="application/json")
    with (
        SmallServer(answer) as server,
        pytest.raises(ModelUnavailable, match="cannot be read") as caught,
    ):
        model_at(server.url).ask(request())
    told = isinstance(MISSHAPEN[name], dict) and MISSHAPEN[name].get("usage") == MESSAGE["usage"]
    assert caught.value.facts == ({"usage": TokenUsage(input=3, output=1)} if told else {})
    with (
        SmallServer(answer) as server,
        pytest.raises(ModelUnavailable, match=r"input_tokens is missing|it is no JSON"),
    ):
        model_at(server.url).count(request())


@pytest.mark.parametrize("depth", [400, 5_000])
def test_answer_too_deep_to_read_is_unavailable(depth: int) -> None:
    text = json.dumps({**MESSAGE, "content": [{**USE, "input": {"a": 0}}]})
    deep = text.replace('"a": 0', f'"a": {"[" * depth}{"]" * depth}').encode()
    with (
        SmallServer(answers(200, deep, content_type="application/json")) as server,
        pytest.raises(ModelUnavailable, match="it is nested more than 50 deep"),
    ):
        model_at(server.url).ask(request())


def stream(*events: dict[str, Any] | str) -> bytes:
    lines = [
        f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" if isinstance(one, dict) else one
        for one in events
    ]
    return "".join(lines).encode()


START = {"type": "message_start", "message": {**MESSAGE, "content": [], "stop_reason": None}}
OPEN = {"type": "content_block_start", "index": 0, "content_block": {**USE}}
DONE = {
    "type": "message_delta",
    "delta": {"stop_reason": "tool_use"},
    "usage": {"output_tokens": 4},
}
STOP = {"type": "message_stop"}
PIECE = {
    "type": "content_block_delta",
    "index": 0,
    "delta": {"type": "input_json_delta", "partial_json": '{"a": '},
}
STREAMS: dict[str, bytes] = {
    "torn-arguments": stream(START, OPEN, PIECE, DONE, STOP),
    "piece-of-nothing": stream(START, PIECE, DONE, STOP),
    "no-start": stream(OPEN, DONE, STOP),
    "words-for-usage": stream(
        {**START, "message": {**MESSAGE, "usage": {"input_tokens": "many"}}}, STOP
    ),
    "number-for-words": stream(
        START, OPEN, {**PIECE, "delta": {"type": "text_delta", "text": 5}}, DONE, STOP
    ),
    "block-of-no-kind": stream(START, {**OPEN, "content_block": {"text": "x"}}, DONE, STOP),
    "arguments-too-deep": stream(
        START,
        OPEN,
        {**PIECE, "delta": {"type": "input_json_delta", "partial_json": "[" * 5_000}},
        DONE,
        STOP,
    ),
    "no-event": stream("event: message_start\ndata: [1]\n\n", STOP),
    "bad-bytes": b"event: message_start\ndata: \xff\xfe\n\n",
    "empty": b"",
}


@pytest.mark.parametrize("name", STREAMS)
def test_misshapen_stream_is_unavailable(name: str) -> None:
    answer = answers(200, STREAMS[name], content_type="text/event-stream")
    with SmallServer(answer) as server, pytest.raises(ModelUnavailable, match="cannot be read"):
        model_at(server.url).ask(request(), is_cancelled=lambda: False)


def test_stream_is_left_once_too_long() -> None:
    """What comes after that is not heard: neither kept here nor passed on."""
    opened = {**OPEN, "content_block": {"type": "text", "text": ""}}
    piece = {**PIECE, "delta": {"type": "text_delta", "text": "x" * 100_000}}
    endless = stream(START, opened, *[piece] * 30)
    heard: list[str] = []
    with (
        SmallServer(answers(200, endless, content_type="text/event-stream")) as server,
        pytest.raises(ModelUnavailable, match=r"it is longer than 1,000,000 char") as caught,
    ):
        model_at(server.url).ask(request(), on_text=heard.append)
    assert caught.value.facts == {"usage": TokenUsage(input=3, output=1)}
    assert len("".join(heard)) == 900_000


@pytest.mark.parametrize("ask_with", WAYS.values(), ids=WAYS)
def test_flood_of_bytes_is_left(ask_with: AskWith) -> None:
    """Neither an answer nor an event ever ends, and the server goes on."""
    kind = "text/event-stream" if ask_with else "application/json"
    flood = answers(200, b"data: " + b" " * MOST_BYTES, content_type=kind)
    with (
        SmallServer(flood) as server,
        pytest.raises(ModelUnavailable, match=r"it is longer than 16,000,000 bytes"),
    ):
        model_at(server.url).ask(request(), **ask_with)


def test_events_not_known_yet_are_passed_over() -> None:
    new = {"type": "content_block_weighed", "index": 0, "grams": 3}
    done = {**DONE, "usage": {"output_tokens": 4, "input_tokens": None}}
    answer = answers(200, stream(START, new, OPEN, done, STOP), content_type="text/event-stream")
    with SmallServer(answer) as server:
        said = model_at(server.url).ask(request(), is_cancelled=lambda: False)
    assert [use.name for use in said.tool_uses] == ["x"]
    assert said.usage == TokenUsage(input=3, output=4)


def test_arguments_cut_at_the_limit_are_dropped() -> None:
    cut = {**DONE, "delta": {"stop_reason": "max_tokens"}}
    answer = answers(200, stream(START, OPEN, PIECE, cut, STOP), content_type="text/event-stream")
    with SmallServer(answer) as server:
        said = model_at(server.url).ask(request(), is_cancelled=lambda: False)
    assert (said.stop, said.blocks) == (StopReason.MAX_TOKENS, ())


@pytest.mark.parametrize("status", [301, 307])
def test_redirected_key_goes_nowhere(status: int) -> None:
    with MessagesServer([says("mine now")]) as thief:
        answer = answers(status, {}, location=f"{thief.url}/v1/messages")
        with SmallServer(answer) as server, pytest.raises(ModelRefused, match=f"HTTP {status}"):
            model_at(server.url).ask(request())
        assert thief.log == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda: request(messages=()), "at least one message"),
        (lambda: request(tools=(replace(LOOK, name="look up"),)), "tools.0.name"),
        (
            lambda: request(
                messages=(Message(speaker=Speaker.ASSISTANT, blocks=(TextBlock(text="So"),)),)
            ),
            "prefill",
        ),
    ],
    ids=["no-turn", "tool-name", "prefill"],
)
def test_request_the_api_refuses_is_refused(change: Callable[[], Any], words: str) -> None:
    with MessagesServer([says("no")]) as server:
        for ask in (model_at(server).ask, model_at(server).count):
            with pytest.raises(ModelRefused, match=words):
                ask(change())


def test_wrong_settings_are_named() -> None:
    with MessagesServer([says("no")], ways=ServerWays(key="sk-another-key")) as server:
        with pytest.raises(ModelRefused, match=r"set COUNTERSIGN_ANTHROPIC_API_KEY"):
            model_at(server).ask(request())
        with pytest.raises(ModelRefused, match=r"check COUNTERSIGN_MODEL and"):
            model_at(server, name="claude-none", key="sk-another-key").count(request())
        with pytest.raises(ModelRefused, match=r"COUNTERSIGN_MODEL_THINKING"):
            model_at(server, thinking="disabled", key="sk-another-key").ask(request())


def test_window_too_long_is_refused() -> None:
    with (
        MessagesServer([says("no")], ways=ServerWays(window=50)) as server,
        pytest.raises(ModelRefused, match=r"prompt is too long: 2\d\d tokens > 50"),
    ):
        model_at(server).ask(request("word " * 200))


def test_no_more_than_four_marks_are_sent() -> None:
    blocks = tuple(TextBlock(text=f"block {n}", is_cached=True) for n in range(6))
    asked = request(messages=(Message(speaker=Speaker.USER, blocks=blocks),), tools=(TOOL,))
    with MessagesServer([says("Yes.")]) as server:
        model_at(server).ask(asked)
    body = server.log[0].body
    assert "cache_control" not in body["system"][0]
    assert ["cache_control" in one for one in body["messages"][0]["content"]] == [
        False,
        False,
        True,
        True,
        True,
        True,
    ]


TOOL = ModelTool(name="noop", description="Does nothing.", schema={"type": "object"})
