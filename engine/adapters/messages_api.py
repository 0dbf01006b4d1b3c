"""Messages API: the port `Model` over the `anthropic` client, one call at a time.

Nothing is tried again here and nothing is remembered. The client's own habits are switched off: it
repeats no call, waits for nothing but its answer, reads no variable of the environment, emits no
spans and logs no requests. How many calls run at once is `model_gate`'s.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from pydantic import BaseModel

from engine.adapters.messages_form import (
    DEFAULT_THINKING,
    Unreadable,
    answer_of,
    told_usage,
    window_of,
)
from engine.adapters.messages_key import HiddenKey, Watcher
from engine.adapters.messages_stream import StreamedMessage
from engine.adapters.messages_trouble import Explainer
from engine.domain.answer_limits import MOST_TOKENS, TOO_DEEP
from engine.domain.canonical import Json
from engine.domain.model_call import (
    ModelAnswer,
    ModelIdentity,
    ModelPrice,
    ModelRequest,
    TokenUsage,
)
from engine.errors import ConfigError, ModelCancelled, ModelError
from engine.ports import Clock, never

if TYPE_CHECKING:
    import httpx2
    from anthropic import AsyncAnthropic

ASKED_EVERY_S = 0.2
"""How often a call asks whether it is given up."""
_CONNECT_S = 5.0
_VERSION = "2023-06-01"
"""Of the API."""
_TALKATIVE = ("anthropic", "httpx2", "httpcore2")
_SENT = frozenset({"accept", "content-length", "content-type", "host", "user-agent"})
"""Headers of the client that leave; others tell of this machine or come from its environment."""
_OURS = MappingProxyType({"accept-encoding": "identity", "anthropic-version": _VERSION})

_Call: TypeAlias = Callable[["AsyncAnthropic"], Awaitable[Json]]


@dataclass(frozen=True, kw_only=True, slots=True)
class MessagesAccess:
    """Where the API is and how it is asked."""

    url: str
    key: str = field(repr=False)
    model: str
    thinking: str = "default"
    """How the model may think first, in the API's words; `default` leaves it to the model."""
    timeout_s: float = 45.0
    """For a whole answer; less than the lease of whoever waits for it."""
    price: ModelPrice = field(
        default=ModelPrice(input=0, output=0, cache_read=0, cache_write=0), repr=False
    )


class MessagesApi:
    """A model behind the Messages API; safe for many threads, none of which runs an event loop.

    Each call has a connection of its own, so that one that is given up takes nothing along. Beside
    the seconds of an answer, what that costs is small.
    """

    def __init__(self, access: MessagesAccess, clock: Clock) -> None:
        """Know where to ask; nothing connects before the first call.

        Args:
            access: Where and how.
            clock: Tells how far away a date in `Retry-After` is.

        Raises:
            ConfigError: There is no key.
        """
        if not access.key:
            raise ConfigError("There is no key for the model: set COUNTERSIGN_ANTHROPIC_API_KEY.")
        self._access = access
        self._key = HiddenKey(access.key)
        self._explainer = Explainer(
            url=access.url, timeout_s=access.timeout_s, key=self._key, clock=clock
        )

    @property
    def identity(self) -> ModelIdentity:
        """Which model it is and what it takes."""
        access = self._access
        is_own = access.thinking == DEFAULT_THINKING
        return ModelIdentity(
            name=access.model,
            is_scripted=False,
            price=access.price,
            manner="" if is_own else f"thinking-{access.thinking}",
        )

    def count(self, request: ModelRequest) -> int:
        """Tokens of the whole window, counted by the server.

        Raises:
            ModelUnavailable: It cannot be counted now.
            ModelRefused: The request itself will not be taken.
        """
        window = self._window(request)

        async def counted(client: AsyncAnthropic) -> Json:
            return _json_of(await client.messages.count_tokens(**window))

        said = self._called(counted, StreamedMessage(), never)
        tokens = said.get("input_tokens") if isinstance(said, dict) else None
        if isinstance(tokens, int) and 0 <= tokens <= MOST_TOKENS:
            return tokens
        raise self._explainer.unreadable("input_tokens is missing or no number")

    def ask(
        self,
        request: ModelRequest,
        *,
        on_text: Callable[[str], None] | None = None,
        is_cancelled: Callable[[], bool] = never,
    ) -> ModelAnswer:
        """Ask once; the answer is streamed where somebody watches it or may give it up.

        Raises:
            ModelUnavailable: It did not answer whole. Facts: `status`, `retry_after_s`, and `usage`
                where the server had told any: what went in was taken, and costs.
            ModelRefused: The request itself will not be taken.
            ModelCancelled: `is_cancelled` said so; `usage` as above.
        """
        body = {**self._window(request), "max_tokens": request.max_tokens}
        heard = StreamedMessage()
        if on_text is None and is_cancelled is never:
            said = self._called(lambda client: _at_once(client, body), heard, is_cancelled)
        else:
            watcher = Watcher(on_text or _ignore, self._key)
            said = self._called(
                lambda client: _streamed(client, body, heard, watcher), heard, is_cancelled
            )
        try:
            return self._key.out_of_answer(answer_of(said))
        except Unreadable as error:
            torn = self._explainer.unreadable(str(error))
        raise _with_usage(torn, told_usage(said)).with_traceback(None)

    def _window(self, request: ModelRequest) -> dict[str, Any]:
        return window_of(request, model=self._access.model, thinking=self._access.thinking)

    def _called(
        self, call: _Call, heard: StreamedMessage, is_cancelled: Callable[[], bool]
    ) -> Json:
        """Run a call to its end, or to its deadline, or until it is given up; without the key.

        An event loop, because it alone can leave a connection at any moment: while a name is looked
        up, before the first byte, between two.
        """
        loop = asyncio.new_event_loop()
        trouble: ModelError | None
        try:
            return self._key.out_of(loop.run_until_complete(self._in_time(call, is_cancelled)))
        except ModelError as error:
            trouble = error
        except Exception as error:
            trouble = self._explainer.explained(error)
            if trouble is None:
                raise
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()
        # Raised out here, the client's error, whose request bears the key, does not hang on to it.
        raise _with_usage(trouble, heard.usage).with_traceback(None)

    async def _in_time(self, call: _Call, is_cancelled: Callable[[], bool]) -> Json:
        loop = asyncio.get_running_loop()
        until = loop.time() + self._access.timeout_s
        task = asyncio.ensure_future(self._connected(call))
        try:
            while not task.done():
                if is_cancelled():
                    raise ModelCancelled
                left_s = until - loop.time()
                if left_s <= 0:
                    raise self._explainer.late()
                await asyncio.wait({task}, timeout=min(left_s, ASKED_EVERY_S))
            return task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _connected(self, call: _Call) -> Json:
        async with self._client() as client:
            return await call(client)

    def _client(self) -> AsyncAnthropic:
        import httpx2
        from anthropic import AsyncAnthropic

        from engine.adapters.messages_wire import bound

        for name in _TALKATIVE:  # at their lowest levels they log requests and headers whole
            logging.getLogger(name).setLevel(logging.WARNING)
        return AsyncAnthropic(
            api_key=self._key.shown_to(),
            base_url=self._access.url,
            webhook_key="",
            timeout=httpx2.Timeout(self._access.timeout_s, connect=_CONNECT_S),
            max_retries=0,
            open_telemetry=False,
            http_client=httpx2.AsyncClient(
                verify=_trusted(),
                trust_env=False,
                follow_redirects=False,
                event_hooks={"request": [self._plain], "response": [bound]},
            ),
        )

    async def _plain(self, request: httpx2.Request) -> None:
        """Send nothing but what the API needs, and our key, whatever the environment says."""
        kept = {name: value for name, value in request.headers.items() if name.lower() in _SENT}
        request.headers.clear()
        request.headers.update({**kept, **_OURS, "authorization": self._key.header()})


async def _at_once(client: AsyncAnthropic, body: dict[str, Any]) -> Json:
    return _json_of(await client.messages.create(**body))


async def _streamed(
    client: AsyncAnthropic, body: dict[str, Any], heard: StreamedMessage, watcher: Watcher
) -> Json:
    async with await client.messages.create(**body, stream=True) as events:
        async for event in events:
            if piece := heard.take(_json_of(event)):
                watcher.take(piece)
    watcher.end()
    return heard.whole()


def _with_usage(trouble: ModelError, usage: TokenUsage) -> ModelError:
    """An error that tells what the call has cost all the same."""
    if usage.total:
        trouble.facts["usage"] = usage
    return trouble


def _json_of(said: object) -> Json:
    """What the client made of an answer, as it came: the client checks nothing."""
    if not isinstance(said, BaseModel):
        return said
    try:
        return said.model_dump(mode="json", by_alias=True, exclude_unset=True, warnings=False)
    except ValueError as error:  # what came from JSON is JSON, but for its depth
        raise Unreadable(TOO_DEEP) from error


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are believed; read once, which takes longer than connecting."""
    import httpx2

    return httpx2.create_ssl_context(trust_env=False)


def _ignore(piece: str) -> None:
    """Nobody watches."""
