"""Calls: one call of one tool, with its credential, under its limits, cut at its timeout.

The only place that sees a credential. It knows nothing of cases and writes nothing down.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as CallTimeout
from dataclasses import dataclass
from threading import Lock
from typing import Any

from engine.act.gates import Gates
from engine.domain.canonical import Json
from engine.domain.credential import CallPermit, Credential
from engine.domain.tool import ToolContract
from engine.errors import ToolError, ToolOutcomeUnknown, ToolUnavailable
from engine.ports import CredentialIssuer, Tool

_AT_ONCE = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Called:
    """What came back, as the tool gave it, and by which right it was asked."""

    result: Json
    scopes: tuple[str, ...] = ()
    """Of the credential that was shown; none: the system takes none."""


class NotNarrowed:
    """Issues nothing: every system is reached with all that this process may do."""

    def issue(
        self, contract: ToolContract, arguments: Mapping[str, Any], permit: CallPermit
    ) -> Credential | None:
        """None."""
        return None


class Calls:
    """Makes calls, each in a thread that can be given up."""

    def __init__(self, issuer: CredentialIssuer | None = None, gates: Gates | None = None) -> None:
        """Start without threads.

        Args:
            issuer: Makes the credential of each call; by default no call has one.
            gates: Limits and breakers of this process.
        """
        self._issuer = issuer or NotNarrowed()
        self._gates = gates or Gates()
        self._lock = Lock()
        self._pool = _pool()

    def run(
        self, tool: Tool, arguments: Mapping[str, Any], *, key: str, permit: CallPermit
    ) -> Called:
        """Call a tool once.

        Args:
            tool: Its contract gives timeout, limits and system.
            arguments: Canonical arguments.
            key: Idempotency key; empty for reads.
            permit: The grant or read permit it rests on.

        Raises:
            ToolError: It was refused and nothing changed.
            ToolUnavailable: The same, and trying again may help.
            ToolOutcomeUnknown: No answer in time, or the tool does not know itself.
        """
        credential = self._issuer.issue(tool.contract, arguments, permit)
        scopes = credential.scopes if credential else ()
        try:
            with self._gates.passing(tool.contract):
                result = self._in_time(tool, arguments, key, credential)
        except ToolError as error:
            if scopes:  # what was tried is shown with the right it was tried with
                error.facts["scopes"] = scopes
            raise
        return Called(result=result, scopes=scopes)

    def _in_time(
        self, tool: Tool, arguments: Mapping[str, Any], key: str, credential: Credential | None
    ) -> Json:
        with self._lock:
            pool = self._pool
            future = pool.submit(tool.call, arguments, key=key, credential=credential)
        contract = tool.contract
        try:
            return future.result(timeout=contract.timeout_s)
        except CallTimeout:
            if future.cancel():
                raise ToolUnavailable(
                    f"{contract.name} found no thread.", is_untried=True
                ) from None
            said = f"{contract.name} gave no answer within {contract.timeout_s:g} s"
            if not future.done():  # else the tool itself raised a TimeoutError
                self._leave_behind(pool)
            raise ToolOutcomeUnknown(said) from None

    def _leave_behind(self, pool: ThreadPoolExecutor) -> None:
        """The thread that hangs stays with its pool; the next call finds a fresh one."""
        with self._lock:
            if pool is self._pool:
                pool.shutdown(wait=False)
                self._pool = _pool()

    def close(self) -> None:
        """Let running calls end, take no more."""
        with self._lock:
            self._pool.shutdown(wait=False, cancel_futures=True)


def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="tool")
