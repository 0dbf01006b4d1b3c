"""WrappedTool: a tool with an effect that passes everything on, to be changed in one point."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.domain.canonical import Json
from engine.domain.credential import Credential
from engine.domain.difference import Difference
from engine.ports import EffectTool, ReadTool, Tool, Verification


class WrappedTool:
    """Another tool, as it is."""

    def __init__(self, kept: EffectTool) -> None:
        """Pass on to a tool."""
        self.kept = kept
        self.contract = kept.contract

    def call(
        self, arguments: Mapping[str, Any], *, key: str, credential: Credential | None = None
    ) -> Json:
        """Pass on."""
        return self.kept.call(arguments, key=key, credential=credential)

    def describe(self, arguments: Mapping[str, Any]) -> str:
        """Pass on."""
        return self.kept.describe(arguments)

    def options(self, argument: str) -> tuple[str, ...]:
        """Pass on."""
        return self.kept.options(argument)

    def target_state(self, arguments: Mapping[str, Any], read: ReadTool) -> Json:
        """Pass on."""
        return self.kept.target_state(arguments, read)

    def is_settled(self, state: Json) -> bool:
        """Pass on."""
        return self.kept.is_settled(state)

    def preview(self, arguments: Mapping[str, Any], read: ReadTool) -> Difference | None:
        """Pass on."""
        return self.kept.preview(arguments, read)

    def verify(
        self, arguments: Mapping[str, Any], before: Json, result: Json, read: ReadTool
    ) -> Verification:
        """Pass on."""
        return self.kept.verify(arguments, before, result, read)

    def undo(
        self, arguments: Mapping[str, Any], before: Json, result: Json
    ) -> tuple[str, dict[str, Any]] | None:
        """Pass on."""
        return self.kept.undo(arguments, before, result)

    def ask(self, key: str, read: ReadTool) -> Json:
        """Pass on."""
        return self.kept.ask(key, read)


class WatchedTool(WrappedTool):
    """Tells of every call before it is passed on."""

    def __init__(self, kept: EffectTool, tell: Callable[[str], None]) -> None:
        """Tell the name of the tool."""
        super().__init__(kept)
        self._tell = tell

    def call(
        self, arguments: Mapping[str, Any], *, key: str, credential: Credential | None = None
    ) -> Json:
        """Tell, and pass on."""
        self._tell(self.contract.name)
        return super().call(arguments, key=key, credential=credential)


class HangingTool:
    """A tool that does not come back while it is held, whatever it would do."""

    def __init__(self, kept: Tool, hold: Callable[[], None]) -> None:
        """Hold every call of a tool."""
        self.kept = kept
        self.contract = kept.contract
        self._hold = hold

    def call(
        self, arguments: Mapping[str, Any], *, key: str, credential: Credential | None = None
    ) -> Json:
        """Wait, and then fail: it acts only where somebody waited for it."""
        self._hold()
        raise TimeoutError("held too long")
