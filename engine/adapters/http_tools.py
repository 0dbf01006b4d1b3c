"""HTTP tools: one call of a system of record over HTTP, and what is known when it goes wrong.

A write whose answer is missing may have acted; that difference is what this module is about. What a
system says is passed on without the token it was shown, wherever it repeats it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, NoReturn
from weakref import finalize

from engine.domain.canonical import Json
from engine.domain.credential import Credential
from engine.errors import ToolError, ToolOutcomeUnknown, ToolUnavailable
from engine.ports import Clock

if TYPE_CHECKING:
    import httpx2

LONGEST_ANSWER = 4_000_000
"""Bytes."""
_CONNECT_S = 2.0
_NOT_DONE = frozenset({429, 503})
"""Statuses with which a system says that nothing happened and a later call may succeed."""
_REMOVED = "[credential removed]"
_SHOWN = re.compile(r"bearer\s+[a-z0-9._~+/=-]{16,}", re.IGNORECASE)
"""What a request's credential looks like where somebody repeats its headers (RFC 6750)."""


class HttpTransport:
    """Posts JSON to one system of record; connections are kept."""

    def __init__(self, base_url: str, clock: Clock, *, nowhere: str = "") -> None:
        """Reach a system; nothing connects before the first call.

        Args:
            base_url: Where it answers; empty where it runs nowhere.
            clock: Tells how far away a date in `Retry-After` is.
            nowhere: What to say, and what to do about it, where it runs nowhere.
        """
        self._base_url = base_url.rstrip("/")
        self._nowhere = nowhere
        self._clock = clock
        self._client: httpx2.Client | None = None

    def send(
        self,
        path: str,
        arguments: Mapping[str, Any],
        *,
        timeout_s: float,
        key: str = "",
        credential: Credential | None = None,
        is_write: bool = False,
        method: str = "POST",
    ) -> Json:
        """Make one call.

        Args:
            path: Begins with a slash.
            arguments: The body of a POST; a GET has none.
            timeout_s: For all of it, however slowly the answer comes.
            key: Idempotency key of a write.
            credential: Shown to the system as a bearer token.
            is_write: Whether an unanswered call may have changed something.
            method: GET or POST.

        Raises:
            ToolError: Refused; `code` is the system's own.
            ToolUnavailable: Nothing happened; `retry_after_s` where the system asked for a pause.
            ToolOutcomeUnknown: A write that was not answered, or not with JSON.
        """
        if not self._base_url:
            raise ToolUnavailable(self._nowhere)
        deadline = monotonic() + timeout_s
        headers = _headers(key, credential)
        with self._explained(timeout_s, is_write):
            response, content = self._answered(method, path, arguments, headers, deadline, is_write)
        said = _parsed(content, credential.token if credential else "")
        return self._read(response, said, is_write)

    @contextmanager
    def _explained(self, timeout_s: float, is_write: bool) -> Iterator[None]:
        """Say of every way in which a call can break what is known after it."""
        import httpx2

        try:
            yield
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise ToolUnavailable(f"{self._base_url} is out of reach: {_named(error)}") from None
        except httpx2.TimeoutException:
            _unanswered(f"no answer within {timeout_s:g} s", is_write)
        except httpx2.HTTPError as error:
            _unanswered(f"the connection broke: {_named(error)}", is_write)

    def close(self) -> None:
        """Give the connections back."""
        if self._client is not None:
            self._client.close()

    def _answered(
        self,
        method: str,
        path: str,
        arguments: Mapping[str, Any],
        headers: Mapping[str, str],
        deadline: float,
        is_write: bool,
    ) -> tuple[httpx2.Response, bytes]:
        import httpx2

        now = monotonic()
        connect = min(deadline, now + _CONNECT_S)
        body = None if method == "GET" else json.dumps(arguments, separators=(",", ":")).encode()
        with self._connected().stream(
            method,
            self._base_url + path,
            content=body,
            headers=headers,
            timeout=httpx2.Timeout(deadline, connect=connect, pool=max(deadline - now, 0.0)),
        ) as response:
            content = bytearray()
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > LONGEST_ANSWER:
                    _unanswered("the answer is longer than any answer may be", is_write)
        return response, bytes(content)

    def _read(self, response: httpx2.Response, said: Json, is_write: bool) -> Json:
        status = response.status_code
        if 200 <= status < 300:
            if said is None:
                _unanswered("the answer is no JSON object", is_write)
            return said
        problem = said if isinstance(said, dict) else {}
        detail = str(problem.get("detail") or problem.get("title") or f"HTTP {status}")[:500]
        code = str(problem.get("code") or "")[:64]
        if status in _NOT_DONE:
            retry_after_s = self._retry_after_s(response.headers.get("retry-after", ""))
            raise ToolUnavailable(detail, retry_after_s=retry_after_s, code=code)
        if status >= 500 or status == 408:
            _unanswered(f"HTTP {status}: {detail}", is_write)
        raise ToolError(detail, code=code or f"HTTP_{status}", status=status)

    def _retry_after_s(self, said: str) -> float | None:
        """Seconds of a `Retry-After` header, which gives seconds or a date (RFC 9110)."""
        if said.isascii() and said.isdigit():
            return float(said)
        try:
            moment = parsedate_to_datetime(said)
        except (ValueError, OverflowError):
            return None
        if moment.tzinfo is None:
            return None
        return max((moment - self._clock.now()).total_seconds(), 0.0)

    def _connected(self) -> httpx2.Client:
        if self._client is None:
            from engine.adapters.http_deadline import client

            self._client = client()
            finalize(self, self._client.close)  # whoever drops a desk has nothing to close
        return self._client


def _headers(key: str, credential: Credential | None) -> dict[str, str]:
    headers = {
        "content-type": "application/json",
        "accept": "application/json",
        "accept-encoding": "identity",  # so that a short answer is no long one
    }
    if key:
        headers["idempotency-key"] = key
    if credential is not None:
        headers["authorization"] = f"Bearer {credential.token}"
    return headers


def _parsed(content: bytes, token: str) -> Json:
    """The object that was answered, without the token that was shown; None: it is none."""
    try:
        said = _without(token, json.loads(content))
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _without(token: str, said: Json) -> Json:
    """What was said, less the token that was shown: what a system says is stored and logged."""
    if isinstance(said, str):
        told = said.replace(token, _REMOVED) if token else said
        return _SHOWN.sub(_REMOVED, told)
    if isinstance(said, dict):
        return {_without(token, name): _without(token, value) for name, value in said.items()}
    if isinstance(said, list):
        return [_without(token, one) for one in said]
    return said


def _named(error: Exception) -> str:
    return type(error).__name__


def _unanswered(why: str, is_write: bool) -> NoReturn:
    if is_write:
        raise ToolOutcomeUnknown(why)
    raise ToolUnavailable(why)
