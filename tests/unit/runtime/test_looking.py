"""A target is believed to be settled only where two looks agree."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.domain.canonical import Json
from engine.errors import ToolUnavailable
from engine.ports import ReadTool
from engine.runtime.looking import look_at
from engine.testing.stub_desk import stub_desk
from engine.testing.wrapped_tool import WrappedTool

OPEN = {"number": "T1", "owner": "north"}
CLOSED = {"number": "T1", "owner": "closed"}
CALL = {"number": "T1", "owner": "south"}


def read(name: str, arguments: Mapping[str, Any]) -> Json:
    raise AssertionError(f"nobody reads {name} here")


class Says(WrappedTool):
    """A tool whose target says these things, one after the other."""

    def __init__(self, folder: Path, *states: Json) -> None:
        super().__init__(stub_desk(folder / "tickets.db").effect_tools[0])
        self.left: Iterator[Json] = iter(states)

    def target_state(self, arguments: Mapping[str, Any], read: ReadTool) -> Json:
        return next(self.left)


def test_open_target_is_looked_at_once(tmp_path: Path) -> None:
    assert look_at(Says(tmp_path, OPEN), CALL, read) == OPEN


def test_settled_target_is_looked_at_twice(tmp_path: Path) -> None:
    tool = Says(tmp_path, CLOSED, CLOSED)
    assert look_at(tool, CALL, read) == CLOSED
    assert list(tool.left) == []


def test_two_different_looks_are_no_answer(tmp_path: Path) -> None:
    with pytest.raises(ToolUnavailable, match="read twice and differs"):
        look_at(Says(tmp_path, CLOSED, OPEN), CALL, read)
