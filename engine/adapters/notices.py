"""Notices: tells people outside the console of what waits for them, by a web hook.

The text names the case and the moment, never arguments or facts: it leaves this installation.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass

from engine.errors import ToolUnavailable
from engine.ports import Notice

TIMEOUT_S = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Silent:
    """No channel is set: only people who look at the console are told."""

    channel: str = ""

    def notify(self, notice: Notice) -> None:
        """Nothing to send to.

        Raises:
            ToolUnavailable: Always.
        """
        raise ToolUnavailable("no channel for notices is set")


@dataclass(frozen=True, kw_only=True, slots=True)
class WebHook:
    """Posts a notice as JSON; an answer of 2xx is a delivery."""

    url: str
    public_url: str = ""
    """Where people find the console; empty: no link."""
    channel: str = "web hook"

    def notify(self, notice: Notice) -> None:
        """Post it.

        Raises:
            ToolUnavailable: It was not answered with 2xx in time.
        """
        said = {
            "id": notice.key,
            "type": "countersign.veto_window",
            "desk": notice.desk,
            "case": str(notice.case_id),
            "closes_at": notice.closes_at.isoformat(),
        }
        if self.public_url:
            said["url"] = f"{self.public_url.rstrip('/')}/live"
        request = urllib.request.Request(
            self.url,
            data=json.dumps(said).encode(),
            headers={"Content-Type": "application/json", "Idempotency-Key": notice.key},
            method="POST",
        )
        try:
            with _OPENER.open(request, timeout=TIMEOUT_S) as answer:
                answer.read(1024)
        except urllib.error.HTTPError as error:
            raise ToolUnavailable(f"the notice was answered with {error.code}") from None
        except (OSError, ValueError) as error:
            raise ToolUnavailable(
                f"the notice did not get through: {type(error).__name__}"
            ) from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is no delivery, and may lead anywhere."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)
