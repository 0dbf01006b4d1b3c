"""Calls: the credential of exactly one call, and a call that hangs is cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event
from typing import Any

import pytest

from engine.act.calls import Calls
from engine.domain.canonical import Json
from engine.domain.credential import CallPermit, Credential
from engine.domain.tool import CallLimit, ToolContract
from engine.errors import ToolError, ToolOutcomeUnknown, ToolUnavailable
from tests.unit.act.acting_tools import LOOK, PERMIT, Look, same

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Issuer:
    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any], CallPermit]] = []

    def issue(
        self, contract: ToolContract, arguments: Mapping[str, Any], permit: CallPermit
    ) -> Credential | None:
        self.asked.append((contract.name, dict(arguments), permit))
        return Credential(token="secret", id="c1", scopes=contract.scopes, expires_at=NOON)


@pytest.fixture
def gate() -> Iterator[Event]:
    event = Event()
    yield event
    event.set()  # so that no thread is left


def run(calls: Calls, tool: Look) -> Json:
    return calls.run(tool, {"number": 1}, key="", permit=PERMIT).result


def test_call_shows_a_credential_of_its_own() -> None:
    issuer, tool = Issuer(), Look(same)
    called = Calls(issuer).run(tool, {"number": 1}, key="", permit=PERMIT)
    assert called.scopes == LOOK.scopes
    assert issuer.asked == [("look", {"number": 1}, PERMIT)]
    assert [one.token for one in tool.calls if one] == ["secret"]
    assert "secret" not in repr(tool.calls)


def test_system_without_credentials_is_not_narrowed() -> None:
    tool = Look(same)
    assert Calls().run(tool, {"number": 1}, key="", permit=PERMIT).scopes == ()
    assert tool.calls == [None]


def test_hanging_call_is_cut_and_unknown(gate: Event) -> None:
    calls = Calls()
    hanging = Look(lambda number: gate.wait(30), timeout_s=0.05)
    with pytest.raises(ToolOutcomeUnknown, match=r"no answer within 0.05 s"):
        run(calls, hanging)
    assert run(calls, Look(same)) == {"number": 1}


def test_own_timeout_of_a_tool_is_unknown() -> None:
    def late(number: int) -> Json:
        raise TimeoutError

    with pytest.raises(ToolOutcomeUnknown):
        run(Calls(), Look(late))


def test_call_that_found_no_thread_never_left(gate: Event) -> None:
    calls, many = Calls(), CallLimit(calls=100, per_s=1.0, at_once=100)
    begun = [Event() for _ in range(16)]

    def hang(number: int) -> Json:
        begun[number].set()
        gate.wait(30)

    full = [Look(hang, name=f"look{number}", limit=many) for number in range(16)]
    with ThreadPoolExecutor(16) as pool:
        running = [
            pool.submit(calls.run, tool, {"number": number}, key="", permit=PERMIT)
            for number, tool in enumerate(full)
        ]
        assert all(event.wait(10) for event in begun)
        waiting = Look(same, timeout_s=0.05, limit=many)
        with pytest.raises(ToolUnavailable) as caught:
            run(calls, waiting)
        gate.set()
        assert [one.result(10).result for one in running] == [None] * 16
    assert caught.value.facts["is_untried"] is True
    assert waiting.calls == []


def test_threads_that_hang_stop_no_others(gate: Event) -> None:
    calls, many = Calls(), CallLimit(calls=1_000, per_s=1.0, at_once=100)

    def one(number: int) -> str:
        is_hanging = number % 4 == 0
        does = (lambda _: gate.wait(30)) if is_hanging else same
        tool = Look(does, timeout_s=0.05 if is_hanging else 5.0, limit=many, system=f"s{number}")
        try:
            return str(calls.run(tool, {"number": number}, key="", permit=PERMIT).result)
        except ToolOutcomeUnknown:
            return "cut"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(one, range(40)))
    wanted = ["cut" if number % 4 == 0 else str({"number": number}) for number in range(40)]
    assert answers == wanted


def test_missing_key_calls_nothing() -> None:
    class Keyless(Issuer):
        def issue(
            self, contract: ToolContract, arguments: Mapping[str, Any], permit: CallPermit
        ) -> Credential | None:
            raise ToolError("no key", code="CREDENTIAL_KEY_MISSING")

    tool = Look(same)
    with pytest.raises(ToolError, match="no key"):
        run(Calls(Keyless()), tool)
    assert tool.calls == []
