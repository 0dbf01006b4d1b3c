"""The real client over real HTTP: what is asked, what comes back, what it costs, when it ends."""

import threading
from collections.abc import Callable
from time import perf_counter, sleep
from typing import Any

import pytest

from engine.domain.model_call import (
    Message,
    ModelAnswer,
    ModelPrice,
    ModelRequest,
    Speaker,
    StopReason,
    TextBlock,
    TokenUsage,
    ToolAnswer,
    ToolUse,
)
from engine.errors import ModelCancelled, ModelRefused
from engine.testing.messages_server import (
    Asked,
    MessagesServer,
    Reply,
    is_cut,
    refuses,
    says,
    uses,
)
from engine.testing.messages_server.counting import PART_TOKENS
from tests.contract.messages_world import KEY, LOOK, MODEL, PRICE, model_at, request

POLICY = "Refund nothing above the cap. " * 100
"""Long enough for the cache."""
OUTPUT = {
    "type": "object",
    "properties": {
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        "reason": {"type": "string", "maxLength": 200},
    },
    "required": ["confidence", "reason"],
}


def ask_in_pieces(server: MessagesServer, asked: ModelRequest) -> tuple[ModelAnswer, list[str]]:
    pieces: list[str] = []
    return model_at(server).ask(asked, on_text=pieces.append), pieces


THOUGHT = {"type": "thinking", "thinking": "Let me see what is known.", "signature": "c2ln"}
REPLIES = {
    "words": says("The order was paid twice; one payment should be given back."),
    "tool": uses("look_up_order", {"order_id": "O-1", "deep": {"n": [1, 2.5, None]}}),
    "words-and-tool": uses("look_up_order", {"order_id": "Ü-2"}, text="I look it up."),
    "no-arguments": uses("look_up_order", {}),
    "thought": Reply(content=(THOUGHT, {"type": "text", "text": "Done."})),
    "two-tools": Reply(
        content=(
            {"type": "tool_use", "id": "a", "name": "x", "input": {"n": 1}},
            {"type": "tool_use", "id": "b", "name": "y", "input": {"n": 2}},
        ),
        stop="tool_use",
    ),
    "refusal": refuses("I will not."),
    "cut": is_cut("It is long and"),
    "cut-tool": Reply(
        content=(
            {"type": "text", "text": "I look"},
            {"type": "tool_use", "id": "a", "name": "x", "input": {"order_id": "O-1"}},
        ),
        stop="max_tokens",
    ),
    "window-full": Reply(
        content=({"type": "text", "text": "No more"},), stop="model_context_window_exceeded"
    ),
    "nothing": Reply(content=()),
}


@pytest.mark.parametrize("name", REPLIES)
def test_streamed_answer_equals_whole_one(name: str) -> None:
    asked, pieces = request(policy=POLICY, tools=(LOOK,)), list[str]()
    with MessagesServer([REPLIES[name]] * 3) as server:
        model = model_at(server)
        model.ask(asked)  # fills the cache, so that both read it
        whole, streamed = model.ask(asked), model.ask(asked, on_text=pieces.append)
        assert [one.is_streamed for one in server.log] == [False, False, True]
    assert (streamed.stop, streamed.blocks) == (whole.stop, whole.blocks)
    assert (streamed.usage, streamed.model) == (whole.usage, whole.model)
    assert "".join(pieces) == streamed.text


@pytest.mark.parametrize(
    ("name", "stop"),
    [
        ("words", StopReason.END),
        ("tool", StopReason.TOOL_USE),
        ("refusal", StopReason.REFUSAL),
        ("cut", StopReason.MAX_TOKENS),
        ("window-full", StopReason.MAX_TOKENS),
    ],
)
def test_every_end_has_its_reason(name: str, stop: StopReason) -> None:
    with MessagesServer([REPLIES[name]]) as server:
        assert model_at(server).ask(request()).stop is stop


def test_cut_answer_asks_for_no_tool() -> None:
    with MessagesServer([REPLIES["cut-tool"]]) as server:
        answer = model_at(server).ask(request(tools=(LOOK,)))
    assert (answer.text, answer.tool_uses) == ("I look", ())


def test_thoughts_are_no_part_of_answers() -> None:
    with MessagesServer([REPLIES["thought"]]) as server:
        answer, pieces = ask_in_pieces(server, request())
    assert answer.blocks == (TextBlock(text="Done."),)
    assert pieces == ["Done."]
    assert answer.usage.output == 9  # 25 bytes of thought and 5 of words


def test_request_arrives_as_the_api_has_it() -> None:
    asked = request(
        "And this one?",
        messages=(
            Message(speaker=Speaker.USER, blocks=(TextBlock(text="Look."), TextBlock(text=" "))),
            Message(
                speaker=Speaker.ASSISTANT,
                blocks=(ToolUse(id="t1", name=LOOK.name, arguments={"order_id": "O-1"}),),
            ),
            Message(
                speaker=Speaker.USER, blocks=(ToolAnswer(id="t1", text="gone", is_error=True),)
            ),
        ),
        tools=(LOOK,),
        must_use_tool=True,
    )
    with MessagesServer([says("Yes.")]) as server:
        model_at(server).ask(asked)
    sent = server.log[0]
    assert sent.body == {
        "model": MODEL,
        "max_tokens": 100,
        "thinking": {"type": "between_tools"},
        "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
        "tools": [
            {
                "name": LOOK.name,
                "description": LOOK.description,
                "input_schema": dict(LOOK.schema),
            }
        ],
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Look."}]},
            {
                "role": "assistant",
                "content": [
                    {
                        "type": "tool_use",
                        "id": "t1",
                        "name": LOOK.name,
                        "input": {"order_id": "O-1"},
                    }
                ],
            },
            {
                "role": "user",
                "content": [
                    {
                        "type": "tool_result",
                        "tool_use_id": "t1",
                        "content": "gone",
                        "is_error": True,
                    }
                ],
            },
        ],
    }


def test_thinking_may_be_left_to_models() -> None:
    with MessagesServer([says("Yes.")]) as server:
        model_at(server, thinking="default").ask(request())
    assert "thinking" not in server.log[0].body


def test_schema_is_sent_as_far_as_enforced() -> None:
    with MessagesServer([says('{"confidence": 0.5, "reason": "seen"}')]) as server:
        model_at(server).ask(request(output=OUTPUT))
    sent = server.log[0].body["output_config"]["format"]
    assert sent["type"] == "json_schema"
    assert sent["schema"]["additionalProperties"] is False
    assert sent["schema"]["properties"]["confidence"] == {
        "type": "number",
        "description": "{minimum: 0, maximum: 1}",
    }
    assert OUTPUT["properties"]["confidence"]["minimum"] == 0  # type: ignore[index]  # as it was


@pytest.mark.parametrize("schema", [{}, {"type": ["string", "null"]}], ids=["empty", "two-types"])
def test_schema_that_cannot_be_asked_is_refused(schema: dict[str, Any]) -> None:
    with MessagesServer([]) as server, pytest.raises(ModelRefused, match="schema cannot be asked"):
        model_at(server).ask(request(output=schema))
    assert server.log == ()


def test_count_is_that_of_the_window() -> None:
    asked = request(policy=POLICY, tools=(LOOK,))
    with MessagesServer([says("Yes.")]) as server:
        counted = model_at(server).count(asked)
        usage = model_at(server).ask(asked).usage
    assert counted == usage.window
    assert [one.path for one in server.log] == ["/v1/messages/count_tokens", "/v1/messages"]


def test_cache_reads_and_writes_are_accounted() -> None:
    asked = request(policy=POLICY)
    prefix = PART_TOKENS + len(POLICY) // 4
    rest = 2 * PART_TOKENS + 3  # of the question and the request
    with MessagesServer([says("Yes.")] * 2) as server:
        first, second = (model_at(server).ask(asked).usage for _ in range(2))
    assert first == TokenUsage(input=rest, output=1, cache_write=prefix)
    assert second == TokenUsage(input=rest, output=1, cache_read=prefix)


def test_cost_sets_cache_reads_apart() -> None:
    asked = request(policy=POLICY)
    with MessagesServer([says("Yes.")] * 2) as server:
        model = model_at(server)
        first, second = (model.identity.price.cost(model.ask(asked).usage) for _ in range(2))
    # 9 tokens in at 2, 1 out at 10, 753 kept at 2.5 or read at 0.1 micro-dollars, rounded up
    assert (first, second) == (18 + 10 + 1883, 18 + 10 + 76)
    assert PRICE.is_known
    assert not ModelPrice(input=0, output=0, cache_read=0, cache_write=0).is_known


def test_watcher_hears_words_while_they_come() -> None:
    heard: list[float] = []
    with MessagesServer([says("four words of eight, or so", piece_s=0.05)]) as server:
        model_at(server).ask(request(), on_text=lambda piece: heard.append(perf_counter()))
    assert len(heard) == 4
    assert heard[-1] - heard[0] > 0.1


@pytest.mark.parametrize(
    "reply",
    [says("late", wait_s=30), says("slow words " * 40, piece_s=5)],
    ids=["before-first-byte", "between-two-pieces"],
)
def test_call_is_given_up_within_a_second(reply: Reply) -> None:
    is_paused = threading.Event()
    with MessagesServer([reply]) as server:
        threading.Timer(0.2, is_paused.set).start()
        began = perf_counter()
        with pytest.raises(ModelCancelled):
            model_at(server).ask(request(), is_cancelled=is_paused.is_set)
        assert perf_counter() - began < 1.2
        assert until(lambda: [one.is_whole for one in server.log] == [False])
        assert until(lambda: server.connections == 0)


def test_given_up_call_tells_what_went_in() -> None:
    heard: list[str] = []
    with (
        MessagesServer([says("slow words " * 40, piece_s=0.05)]) as server,
        pytest.raises(ModelCancelled) as caught,
    ):
        model_at(server).ask(request(), on_text=heard.append, is_cancelled=lambda: bool(heard))
    assert caught.value.facts["usage"].input == 15


def test_error_of_a_watcher_is_its_own() -> None:
    def fails(piece: str) -> None:
        raise ZeroDivisionError(piece)

    with MessagesServer([says("words")]) as server, pytest.raises(ZeroDivisionError):
        model_at(server).ask(request(), on_text=fails)


def test_many_calls_leave_nothing_behind() -> None:
    with MessagesServer(lambda asked: says("Yes.")) as server:
        model = model_at(server)
        before = threading.active_count()
        for number in range(200):
            model.ask(request(), on_text=(lambda piece: None) if number % 2 else None)
        assert until(lambda: server.connections == 0)
        assert until(lambda: threading.active_count() <= before)
    assert len(server.log) == 200


def test_calls_run_beside_each_other() -> None:
    answers: list[ModelAnswer] = []
    together = threading.Barrier(4)

    def script(asked: Asked) -> Reply:
        together.wait(5)  # nobody is answered before all have asked
        return says(asked.text)

    with MessagesServer(script) as server:
        model = model_at(server)
        threads = [
            threading.Thread(target=lambda n=n: answers.append(model.ask(request(f"<{n}>"))))
            for n in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(answer.text[-3:] for answer in answers) == ["<0>", "<1>", "<2>", "<3>"]


def test_only_what_the_api_needs_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-other")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "X-Spy: yes\nAuthorization: Bearer sk-other")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    shown: list[str] = []

    def script(asked: Any) -> Reply:
        shown.append(asked.key)
        return says("Yes.")

    with MessagesServer(script) as server:
        model_at(server).ask(request())
    assert shown == [KEY]
    assert sorted(server.log[0].headers) == [
        "accept",
        "accept-encoding",
        "anthropic-version",
        "authorization",
        "content-length",
        "content-type",
        "host",
        "user-agent",
    ]


def until(is_so: Callable[[], bool]) -> bool:
    """Whether something comes to be within two seconds."""
    for _ in range(200):
        if is_so():
            return True
        sleep(0.01)
    return False
