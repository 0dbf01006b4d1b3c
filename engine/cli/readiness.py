"""Readiness: where the product will answer, and when it does."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from time import monotonic

from engine.errors import ConfigError
from engine.settings import Settings

ASK_EVERY_S = 0.3
_EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}


def url_of(settings: Settings) -> str:
    """The address to open."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    host = _EVERYWHERE.get(settings.host, settings.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def free_port(settings: Settings) -> int:
    """The port to listen on; a free one where the settings say 0.

    Raises:
        ConfigError: The address is taken or not of this machine.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise ConfigError(
                f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}. "
                "Another program may hold it; choose another with --port."
            ) from None
        port: int = probe.getsockname()[1]
        return port


class Readiness:
    """Asks /healthz until console and worker answer, then says so once."""

    def __init__(self, settings: Settings, on_ready: Callable[[], None]) -> None:
        """Ask nothing yet."""
        self._host = _EVERYWHERE.get(settings.host, settings.host)
        self._port = settings.port
        self._on_ready = on_ready
        self._next = 0.0
        self._is_ready = False

    def look(self) -> None:
        """Ask, if it is time to and the answer is still open."""
        if self._is_ready or monotonic() < self._next:
            return
        self._next = monotonic() + ASK_EVERY_S
        if self._ask():
            self._is_ready = True
            self._on_ready()

    def _ask(self) -> bool:
        connection = HTTPConnection(self._host, self._port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            answer = connection.getresponse()
            health = json.loads(answer.read())
            return answer.status == 200 and health.get("worker") == "ok"
        except (OSError, HTTPException, ValueError):
            return False
        finally:
            connection.close()
