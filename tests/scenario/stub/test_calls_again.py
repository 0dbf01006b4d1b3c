"""A call with an effect is made again: no sooner than asked, and with its key also for nonsense."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.domain.canonical import Json
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.credential import Credential
from engine.domain.decision import DecisionKind
from engine.domain.effect import EffectStatus
from engine.errors import ToolUnavailable
from engine.testing.stub_desk import DESK, stub_desk, ticket_rows
from engine.testing.ticket_book import TicketBook
from engine.testing.world import START, World, make_world
from engine.testing.wrapped_tool import WrappedTool

A = "T000000"


def approved(world: World) -> World:
    world.submit(ticket_rows(1, opened_at=START))
    world.work()
    world.decide(world.case(A), world.person("ada"), DecisionKind.APPROVE)
    world.work()
    return world


def attempts(world: World) -> list[tuple[EffectStatus, int]]:
    return [
        (one.status, one.attempts) for one in world.parts.store.reader.effects(world.case(A).id)
    ]


def work_after(world: World, **time: float) -> None:
    world.clock.move(**time)
    world.work()


def test_busy_target_is_called_when_it_said(make_stub_world: Callable[..., World]) -> None:
    calls: list[str] = []

    def busy_once(key: str) -> None:
        calls.append(key)
        if len(calls) == 1:
            raise ToolUnavailable("too many calls", retry_after_s=40.0)

    world = approved(make_stub_world(before_call=busy_once))
    work_after(world, seconds=39)
    assert len(calls) == 1
    work_after(world, seconds=1)
    assert calls == [calls[0]] * 2
    assert world.case(A).status is CaseStatus.DONE


def test_call_kept_back_is_no_attempt(make_stub_world: Callable[..., World]) -> None:
    calls: list[str] = []

    def kept_back(key: str) -> None:
        calls.append(key)
        if len(calls) < 9:
            raise ToolUnavailable("left alone", retry_after_s=10.0, is_untried=True)

    world = approved(make_stub_world(before_call=kept_back))
    for _ in range(7):
        work_after(world, seconds=10)
        assert attempts(world) == [(EffectStatus.RETRYING, 0)]
    work_after(world, seconds=10)
    assert attempts(world) == [(EffectStatus.SUCCEEDED, 1)]
    assert world.case(A).status is CaseStatus.DONE


def test_call_kept_back_too_long_is_given_up(make_stub_world: Callable[..., World]) -> None:
    def kept_back(key: str) -> None:
        raise ToolUnavailable("left alone", retry_after_s=60.0, is_untried=True)

    world = approved(make_stub_world(before_call=kept_back))
    for _ in range(14):
        work_after(world, minutes=1)
    assert world.case(A).status is CaseStatus.UNKNOWN
    for _ in range(5):
        work_after(world, minutes=1)
    case = world.case(A)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.GRANT_EXPIRED)


class Nonsense(WrappedTool):
    """Acts, and answers nonsense so many times."""

    def __init__(self, kept: Any, times: int) -> None:
        super().__init__(kept)
        self.left = times
        self.keys: list[str] = []

    def call(
        self, arguments: Mapping[str, Any], *, key: str, credential: Credential | None = None
    ) -> Json:
        self.keys.append(key)
        answer = super().call(arguments, key=key, credential=credential)
        self.left -= 1
        return {"owner": 7} if self.left >= 0 else answer


@pytest.fixture
def make_nonsense_world(tmp_path: Path, database_url: str) -> Callable[[int], World]:
    def make(times: int) -> World:
        def desks(folder: Path, clock: object) -> Any:
            desk = stub_desk(folder / "tickets.db")
            tool = Nonsense(desk.effect_tools[0], times)
            return {DESK: replace(desk, effect_tools=(tool,))}

        return make_world(tmp_path, desks, database_url=database_url)

    return make


def book(world: World) -> list[tuple[str, str]]:
    entries = TicketBook(world.parts.settings.data_dir / "tickets.db").entries()
    return [(number, owner) for _, number, owner in entries]


def test_nonsense_answer_is_asked_for_again(make_nonsense_world: Callable[[int], World]) -> None:
    world = approved(make_nonsense_world(2))
    work_after(world, seconds=1)
    work_after(world, seconds=2)
    (tool,) = world.desk.effect_tools
    assert isinstance(tool, Nonsense)
    assert tool.keys == [tool.keys[0]] * 3
    assert attempts(world) == [(EffectStatus.SUCCEEDED, 3)]
    assert world.case(A).status is CaseStatus.DONE
    assert book(world) == [(A, "north")]
    world.close()


def test_lasting_nonsense_needs_a_person(make_nonsense_world: Callable[[int], World]) -> None:
    world = approved(make_nonsense_world(99))
    for _ in range(4):
        work_after(world, seconds=5)
    (tool,) = world.desk.effect_tools
    assert isinstance(tool, Nonsense)
    assert tool.keys == [tool.keys[0]] * 4
    case = world.case(A)
    assert (case.status, case.attention) == (CaseStatus.NEEDS_REPAIR, Attention.NOT_VERIFIED)
    assert book(world) == [(A, "north")]
    world.close()
