"""Reading: a call that changes nothing, tried again at once where it did not come through.

What every read keeps: it has a permit of its own, its arguments and its answer keep the contract,
and it never takes longer than a person or a lease can wait.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import sleep
from typing import Any

from engine.act.calls import Called, Calls
from engine.domain.canonical import Json
from engine.domain.credential import CallPermit, PermitKind
from engine.errors import (
    EngineError,
    InvalidRequest,
    ToolError,
    ToolOutcomeUnknown,
    ToolUnavailable,
)
from engine.ports import Ids, Tool

PATIENCE_S = 1.0
"""Waits between the tries of one read take no longer than this altogether."""

log = logging.getLogger("countersign.reading")


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadDone:
    """A read that came through."""

    result: Json
    """Keeps the contract."""
    permit: CallPermit
    scopes: tuple[str, ...]
    """Of the credential; none: the system takes none."""
    tries: int


class Reading:
    """Reads for a case."""

    def __init__(self, calls: Calls, ids: Ids, pause: Callable[[float], None] = sleep) -> None:
        """Read through `calls`; `pause` waits between tries, in seconds."""
        self._calls = calls
        self._ids = ids
        self._pause = pause

    def read(self, tool: Tool, arguments: Mapping[str, Any], case_id: str) -> ReadDone:
        """Call a read tool under a permit of its own.

        Args:
            tool: A tool whose effect class is READ.
            arguments: As somebody wrote them; they are checked here.
            case_id: The case it is read for.

        Raises:
            InvalidRequest: The arguments do not keep the contract.
            ToolError: It was refused, is no read tool, or its answer never keeps the contract.
            ToolUnavailable: It did not come through; try again later.
        """
        contract = tool.contract
        if not contract.is_read:
            raise ToolError(f"{contract.name} is no read tool.")
        checked = contract.check_arguments(dict(arguments))
        waited_s, tries = 0.0, 0
        while True:
            tries += 1
            permit = CallPermit(kind=PermitKind.READ, id=str(self._ids.new()), case_id=case_id)
            try:
                called = self._calls.run(tool, checked, key="", permit=permit)
                return _done(tool, called, permit, tries)
            except (ToolUnavailable, ToolOutcomeUnknown, InvalidRequest) as error:
                wait_s = self._wait_s(tool, error, tries)
                if wait_s is None or waited_s + wait_s > PATIENCE_S:
                    raise _given_up(error, tries) from None
            except EngineError:
                raise
            except Exception as error:  # garbage may break what reads it; that is nobody's outage
                log.exception("%s failed", contract.name)
                said = f"{contract.name} failed: {type(error).__name__}"
                raise ToolError(said, broke_contract=True) from error
            self._pause(wait_s)
            waited_s += wait_s

    def _wait_s(self, tool: Tool, error: ToolError | InvalidRequest, tries: int) -> float | None:
        draw = int.from_bytes(self._ids.token(2), "big") / 65536
        asked_s = error.facts.get("retry_after_s")
        return tool.contract.retry.delay_s(tries, draw=draw, asked_s=asked_s)


def _done(tool: Tool, called: Called, permit: CallPermit, tries: int) -> ReadDone:
    result = tool.contract.check_result(called.result)
    return ReadDone(result=result, permit=permit, scopes=called.scopes, tries=tries)


def _given_up(error: ToolError | InvalidRequest, tries: int) -> ToolError:
    said = f"{error.message} ({tries} tries)" if tries > 1 else error.message
    scopes = {name: error.facts[name] for name in ("scopes",) if name in error.facts}
    if isinstance(error, InvalidRequest):
        return ToolError(said, broke_contract=True, **scopes)
    return ToolUnavailable(
        said,
        retry_after_s=error.facts.get("retry_after_s"),
        is_untried=bool(error.facts.get("is_untried")) and tries == 1,
        **scopes,
    )
