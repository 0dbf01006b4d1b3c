"""Answering: from a request to what is answered, less the connection it goes over."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count as numbers
from threading import Lock
from types import MappingProxyType
from typing import Any, TypeAlias

from engine.testing.messages_server.cache import PromptCache
from engine.testing.messages_server.checking import NotTaken, check
from engine.testing.messages_server.counting import count, parts_of, tokens_out
from engine.testing.messages_server.replies import Asked, Failure, Reply, Said, Script

MESSAGES = "/v1/messages"
COUNT = "/v1/messages/count_tokens"
_KINDS = MappingProxyType(
    {
        400: "invalid_request_error",
        401: "authentication_error",
        402: "billing_error",
        403: "permission_error",
        404: "not_found_error",
        413: "request_too_large",
        429: "rate_limit_error",
        504: "timeout_error",
        529: "overloaded_error",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerWays:
    """What this server knows and takes."""

    key: str = field(default="", repr=False)
    """The one key that it takes; empty: any."""
    models: tuple[str, ...] = ("claude-sonnet-5-5",)
    window: int = 1_000_000
    """Tokens."""
    shortest_prefix: int = 512
    """Tokens of the shortest prefix that the cache keeps."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plain:
    """Something that is answered at once: a count, or why there is no answer."""

    status: int
    body: Mapping[str, Any]
    retry_after: str = ""
    wait_s: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """A message, and how it is to travel."""

    message: Mapping[str, Any]
    reply: Reply
    is_streamed: bool


Answer: TypeAlias = Plain | Whole


class Answering:
    """Answers requests by a script; safe for many threads."""

    def __init__(self, script: Script, ways: ServerWays) -> None:
        """Have a script.

        Args:
            script: A function of each request, or replies in order.
            ways: What to know and to take.
        """
        self._script = script
        self._ways = ways
        self._cache = PromptCache(shortest=ways.shortest_prefix)
        self._numbers = numbers(1)
        self._lock = Lock()

    def answer(self, path: str, headers: Mapping[str, str], content: bytes) -> tuple[Any, Answer]:
        """Deal with one request.

        Args:
            path: Of its address.
            headers: In lower case.
            content: Its body.

        Returns:
            The body as JSON, and what to answer.
        """
        key = headers.get("authorization", "").removeprefix("Bearer ")
        key = key or headers.get("x-api-key", "")
        try:
            body = json.loads(content)
        except ValueError:
            return None, error(400, "The request body is not valid JSON.")
        refusal = self._refusal(path, headers, key, body)
        if refusal is not None:
            return body, refusal
        if path == COUNT:
            return body, Plain(status=200, body={"input_tokens": count(body)})
        return body, self._scripted(body, key)

    def _refusal(self, path: str, headers: Mapping[str, str], key: str, body: Any) -> Plain | None:
        if path not in (MESSAGES, COUNT):
            return error(404, "Not found")
        if not key or (self._ways.key and key != self._ways.key):
            return error(401, "invalid x-api-key" if key else "x-api-key header is required")
        if "anthropic-version" not in headers:
            return error(400, "anthropic-version: header is required")
        try:
            check(body, window=self._ways.window, is_count=path == COUNT)
        except NotTaken as problem:
            return error(400, str(problem))
        except (AttributeError, KeyError, TypeError) as torn:
            return error(400, f"the request has not the form it should: {torn!r}")
        if body["model"] not in self._ways.models:
            return error(404, f"model: {body['model']}")
        return None

    def _scripted(self, body: Mapping[str, Any], key: str) -> Answer:
        with self._lock:
            number = next(self._numbers)
        said = self._said(Asked(number=number, body=body, key=key))
        if isinstance(said, Failure):
            failed = error(said.status, said.message)
            return Plain(
                status=said.status,
                body=failed.body,
                retry_after=said.retry_after,
                wait_s=said.wait_s,
            )
        message = {
            "id": f"msg_{number}",
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": [dict(block) for block in said.content],
            "stop_reason": said.stop,
            "stop_sequence": None,
            "usage": self._usage(body, said.content),
        }
        return Whole(message=message, reply=said, is_streamed=body.get("stream") is True)

    def _said(self, asked: Asked) -> Said:
        if callable(self._script):
            try:
                return self._script(asked)
            except Exception as error:  # whoever wrote the script has to see it
                return Failure(status=500, message=f"The script failed: {error!r}")
        if asked.number > len(self._script):
            return Failure(status=500, message=f"The script ends after {len(self._script)}.")
        return self._script[asked.number - 1]

    def _usage(
        self, body: Mapping[str, Any], content: Sequence[Mapping[str, Any]]
    ) -> dict[str, int]:
        tokens = self._cache.account(body["model"], parts_of(body))
        return {
            "input_tokens": tokens.fresh,
            "cache_read_input_tokens": tokens.read,
            "cache_creation_input_tokens": tokens.written,
            "output_tokens": tokens_out(content),
        }


def error(status: int, message: str) -> Plain:
    """A status with the API's own words for it."""
    kind = _KINDS.get(status, "api_error")
    return Plain(
        status=status,
        body={"type": "error", "error": {"type": kind, "message": message}},
    )
