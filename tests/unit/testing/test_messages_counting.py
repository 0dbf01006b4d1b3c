"""What the local Messages API counts, keeps in its cache and refuses."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from engine.testing.messages_server.cache import KEPT_S, PromptCache, TokensIn
from engine.testing.messages_server.checking import NotTaken, check
from engine.testing.messages_server.counting import count, parts_of, tokens_of

MARK = {"cache_control": {"type": "ephemeral"}}
TOOL = {"name": "look", "description": "Looks.", "input_schema": {"type": "object"}}
USE = {"type": "tool_use", "id": "t1", "name": "look", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "t1", "content": "seen"}


def text(words: str, *, is_marked: bool = False) -> dict[str, Any]:
    return {"type": "text", "text": words, **(MARK if is_marked else {})}


def body(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    turn = {"role": "user", "content": [*blocks]}
    return {"model": "m", "max_tokens": 9, "messages": [turn], **more}


def block(number: int, *, is_marked: bool = False) -> dict[str, Any]:
    """Ten tokens, its own three included."""
    return text(f"block {number:03d} ".ljust(28, "."), is_marked=is_marked)


@pytest.mark.parametrize(
    ("words", "tokens"),
    [("", 0), ("a", 1), ("abcd", 1), ("abcde", 2), ("Ü" * 2, 1), ("😀", 1)],
    ids=["nothing", "one", "four", "five", "umlauts", "emoji"],
)
def test_four_bytes_are_a_token(words: str, tokens: int) -> None:
    assert tokens_of(words) == tokens


def test_request_counts_as_its_parts() -> None:
    whole = body(block(1), RESULT, system=[text("Be brief.")], tools=[TOOL])
    parts = parts_of(whole)
    assert [part.tokens for part in parts] == [3 + 18, 3 + 3, 10, 3 + 1]
    assert count(whole) == 3 + sum(part.tokens for part in parts)
    assert count(body(block(1, is_marked=True))) == count(body(block(1)))
    assert count(body(text("hi"))) == count(
        {**body(), "messages": [{"role": "user", "content": "hi"}]}
    )


@dataclass
class Time:
    at: float = 0.0

    def now(self) -> float:
        return self.at


def cache() -> tuple[Callable[[dict[str, Any]], TokensIn], Time]:
    time = Time()
    kept = PromptCache(shortest=20, now=time.now)
    return (lambda asked: kept.account(asked["model"], parts_of(asked))), time


def test_marked_prefix_is_written_then_read() -> None:
    ask, _ = cache()
    asked = body(block(1), block(2, is_marked=True), block(3))
    assert ask(asked) == TokensIn(fresh=13, read=0, written=20)
    assert ask(asked) == TokensIn(fresh=13, read=20, written=0)


def test_longer_window_reads_what_it_shares() -> None:
    ask, _ = cache()
    ask(body(block(1), block(2, is_marked=True)))
    longer = body(block(1), block(2), block(3), block(4, is_marked=True))
    assert ask(longer) == TokensIn(fresh=3, read=20, written=20)


@pytest.mark.parametrize(
    "other",
    [
        body(block(9), block(2, is_marked=True)),
        body(block(1), block(2)),
        {**body(block(1), block(2, is_marked=True)), "model": "other"},
        body(block(1), block(2, is_marked=True), tools=[TOOL]),
    ],
    ids=["other-start", "no-mark", "other-model", "other-tools"],
)
def test_other_prefix_reads_nothing(other: dict[str, Any]) -> None:
    ask, _ = cache()
    ask(body(block(1), block(2, is_marked=True)))
    assert ask(other).read == 0


def test_short_prefix_is_not_kept() -> None:
    ask, _ = cache()
    short = body(block(1, is_marked=True), block(2))
    assert [ask(short), ask(short)] == [TokensIn(fresh=23, read=0, written=0)] * 2


def test_prefix_is_kept_from_each_use() -> None:
    ask, time = cache()
    asked = body(block(1), block(2, is_marked=True))
    ask(asked)
    for _ in range(3):
        time.at += KEPT_S - 1
        assert ask(asked).read == 20
    time.at += KEPT_S
    assert ask(asked) == TokensIn(fresh=3, read=0, written=20)


def test_mark_looks_back_twenty_parts() -> None:
    for added, read in ((19, 20), (20, 0)):
        ask, _ = cache()
        ask(body(block(1), block(2, is_marked=True)))
        more = [block(n) for n in range(3, added + 2)]
        assert ask(body(block(1), block(2), *more, block(99, is_marked=True))).read == read


def after_call(*answers: dict[str, Any]) -> dict[str, Any]:
    turns = [
        {"role": "user", "content": [text("Look.")]},
        {"role": "assistant", "content": [USE]},
        {"role": "user", "content": [*answers]},
    ]
    return {**body(), "messages": turns}


def schema(**more: Any) -> dict[str, Any]:
    form = {"type": "json_schema", "schema": {"type": "object", **more}}
    return {"output_config": {"format": form}}


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (body(text("hi"), temperature=0.5), "temperature: Extra inputs"),
        (body(text("hi"), top_k=3), "top_k: Extra inputs"),
        (body(text("hi"), model=None), "model: Field required"),
        (body(text("hi"), max_tokens=0), "max_tokens: Field required"),
        ({**body(), "messages": []}, "at least one message"),
        (body(text(" ")), "must be non-empty"),
        (body(*(block(n, is_marked=True) for n in range(5))), "Found 5"),
        (after_call(text("No.")), "without `tool_result` blocks"),
        (body(RESULT), "unexpected `tool_use_id`"),
        ({**body(), "messages": [{"role": "system", "content": [text("hi")]}]}, "role"),
        (body(text("hi"), tools=[{**TOOL, "name": "a.b"}]), "tools.0.name"),
        (body(text("hi"), tools=[{**TOOL, "input_schema": {}}]), "input_schema.type"),
        (body(text("hi"), tools=[TOOL], tool_choice={"type": "any"}), "forced tool use"),
        (body(text("hi"), thinking={"type": "disabled"}), "thinking.type"),
        (body(text("hi"), **schema()), "'additionalProperties' must be false"),
        (body(text("hi"), **schema(additionalProperties=False, minProperties=1)), "minProperties"),
        (body(text("word " * 99)), "prompt is too long: 130 tokens > 100"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_the_api_refuses_is_refused(asked: dict[str, Any], words: str) -> None:
    with pytest.raises(NotTaken, match=words):
        check(asked, window=100, is_count=False)


@pytest.mark.parametrize(
    "asked",
    [
        body(text("hi")),
        after_call(RESULT, text("And now?")),
        body(text("hi"), thinking={"type": "between_tools"}, tools=[TOOL]),
        body(text("hi"), **schema(additionalProperties=False, properties={"n": {"type": "null"}})),
        body(*(block(n, is_marked=True) for n in range(4))),
    ],
    ids=["plain", "answered-call", "thinking", "schema", "four-marks"],
)
def test_what_the_api_takes_is_taken(asked: dict[str, Any]) -> None:
    check(asked, window=100, is_count=False)
    del asked["max_tokens"]
    check(asked, window=100, is_count=True)
