"""Messages trouble: what it means for the engine when a call of the Messages API fails.

Unavailable may be tried again; refused may not, and says which setting to look at. No sentence
bears the key, whatever the server repeats.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from engine.adapters.messages_form import Unreadable
from engine.adapters.messages_key import HiddenKey
from engine.domain.answer_limits import TOO_DEEP
from engine.errors import ModelError, ModelRefused, ModelUnavailable
from engine.ports import Clock
from engine.settings import masked

if TYPE_CHECKING:
    from anthropic import APIStatusError

_LONGEST = 300
"""Characters of the server's own words."""
_STATUS_OF_TYPE = MappingProxyType(
    {
        "invalid_request_error": 400,
        "authentication_error": 401,
        "billing_error": 402,
        "permission_error": 403,
        "not_found_error": 404,
        "request_too_large": 413,
        "rate_limit_error": 429,
        "timeout_error": 504,
        "overloaded_error": 529,
    }
)
"""What an error that comes in the middle of a stream would have been at its start."""
_LATER = frozenset({408, 409, 429})
_REFUSALS = MappingProxyType(
    {
        400: "does not take the request; if it names a setting of the model, look at "
        "COUNTERSIGN_MODEL and COUNTERSIGN_MODEL_THINKING",
        401: "does not know the key; set COUNTERSIGN_ANTHROPIC_API_KEY to one that works",
        402: "wants to be paid first; look at the billing of the account behind the key",
        403: "does not let this key use the model; set COUNTERSIGN_ANTHROPIC_API_KEY to one that "
        "may, or COUNTERSIGN_MODEL to another model",
        404: "knows no such model or address; check COUNTERSIGN_MODEL and "
        "COUNTERSIGN_ANTHROPIC_URL",
        413: "finds the request too large; put less into it",
    }
)
_PAUSES = MappingProxyType({429: "asks for a pause", 529: "is overloaded"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Explainer:
    """Says in the engine's words why a call failed."""

    url: str
    timeout_s: float
    key: HiddenKey
    clock: Clock
    """Tells how far away a date in `Retry-After` is."""

    def explained(self, error: Exception) -> ModelError | None:
        """What an error of the client means; None where it is none of the client's."""
        import anthropic
        import httpx2

        if isinstance(error.__cause__, Unreadable):
            error = error.__cause__
        if isinstance(error, anthropic.APIStatusError):
            return self._of_status(error)
        if isinstance(error, (anthropic.APITimeoutError, httpx2.TimeoutException)):
            return self.late()
        if isinstance(error, (anthropic.APIConnectionError, httpx2.HTTPError)):
            why = type(error.__cause__ or error).__name__
            return ModelUnavailable(
                f"{self._server} is out of reach, or broke the connection ({why})."
            )
        if isinstance(error, Unreadable):
            return self.unreadable(str(error))
        if isinstance(error, (json.JSONDecodeError, UnicodeDecodeError)):
            return self.unreadable("it is no JSON")
        if isinstance(error, RecursionError):
            return self.unreadable(TOO_DEEP)
        if isinstance(error, anthropic.AnthropicError):
            return ModelUnavailable(f"The call of {self._server_within} failed ({_name(error)}).")
        return None

    def late(self) -> ModelUnavailable:
        """The answer was not there in time."""
        return ModelUnavailable(
            f"{self._server} did not answer whole within {self.timeout_s:g} s "
            "(COUNTERSIGN_MODEL_TIMEOUT_S)."
        )

    def unreadable(self, why: str) -> ModelUnavailable:
        """The answer is not of the form the API promises."""
        return ModelUnavailable(
            f"The answer of {self._server_within} cannot be read: {self._quoted(why)}."
        )

    @property
    def _server(self) -> str:
        return f"The model's server at {masked(self.url)}"

    @property
    def _server_within(self) -> str:
        return f"the model's server at {masked(self.url)}"

    def _of_status(self, error: APIStatusError) -> ModelError:
        status = error.status_code
        if status < 300:
            status = _STATUS_OF_TYPE.get(str(error.type), 500)
        words = self._quoted(str(error.api_message or ""))
        says = f"HTTP {status}: {words}" if words else f"HTTP {status}"
        if status in _LATER or status >= 500:
            does = _PAUSES.get(status, "failed")
            retry_after_s = self._retry_after_s(error.response.headers)
            return ModelUnavailable(
                f"{self._server} {does} ({says}).", status=status, retry_after_s=retry_after_s
            )
        does = _REFUSALS.get(status, "does not take the request; check COUNTERSIGN_ANTHROPIC_URL")
        return ModelRefused(f"{self._server} {does} ({says}).", status=status)

    def _quoted(self, words: str) -> str:
        """The server's words, without the key, on one line and of bearable length."""
        plain = " ".join(str(self.key.out_of(words)).split())
        return plain[:_LONGEST].rstrip(".")

    def _retry_after_s(self, headers: Mapping[str, str]) -> float | None:
        """Seconds of `Retry-After`, which gives seconds or a date (RFC 9110); None: not told."""
        said = headers.get("retry-after", "").strip()
        if said.isascii() and said.replace(".", "", 1).isdigit():
            return float(said)
        try:
            moment = parsedate_to_datetime(said)
        except (ValueError, OverflowError):
            return None
        if moment.tzinfo is None:
            return None
        return max((moment - self.clock.now()).total_seconds(), 0.0)


def _name(error: Exception) -> str:
    return type(error).__name__
