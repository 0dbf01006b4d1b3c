"""A way to the shop that fails now and then, as networks and shops do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from engine.desks.orders.tools import Transport
from engine.domain.canonical import Json
from engine.domain.credential import Credential
from engine.errors import ToolError, ToolOutcomeUnknown, ToolUnavailable


class FailingTransport:
    """Fails some calls, as a network and a shop do; quiet until `share` says otherwise."""

    def __init__(self, kept: Transport, roll: Random) -> None:
        self._kept = kept
        self._roll = roll
        self.share = 0.0
        self.failed = Counter[str]()
        self._acted: set[str] = set()

    def send(
        self,
        path: str,
        arguments: Mapping[str, Any],
        *,
        timeout_s: float,
        key: str = "",
        credential: Credential | None = None,
        is_write: bool = False,
    ) -> Json:
        """Call, or fail before or after."""

        def act() -> Json:
            return self._kept.send(
                path,
                arguments,
                timeout_s=timeout_s,
                key=key,
                credential=credential,
                is_write=is_write,
            )

        share = self.share if is_write else self.share / 10
        if self._roll.random() >= share:
            return act()
        return self._fail(act, key, is_write=is_write)

    def _fail(self, act: Callable[[], Json], key: str, *, is_write: bool) -> Json:
        kinds = ["away", "refused", "before", "after"] if is_write else ["away"]
        kind = self._roll.choice(kinds)
        self.failed[kind] += 1
        if kind == "away":
            raise ToolUnavailable("The shop is away.")
        if kind == "refused" and key not in self._acted:  # a shop knows the keys it acted on
            raise ToolError("Not now.", code="ORDER_HELD")
        if kind == "after":
            act()
            self._acted.add(key)
        raise ToolOutcomeUnknown("The answer was lost.")
