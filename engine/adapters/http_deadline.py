"""Deadlines: connections whose waits end at one moment, however much trickles in until then.

The HTTP client hands a timeout through to each single read and write, so an answer that comes drop
by drop never runs into one. Here what it hands through is a moment (of `time.monotonic`), and the
wait is what is left until then. Nothing here knows tools, credentials or cases.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from time import monotonic
from typing import Any

import httpcore2
import httpx2


def client() -> httpx2.Client:
    """A client whose connect, read and write timeouts are moments; its pool's is in seconds."""
    return httpx2.Client(transport=_Transport(), trust_env=False, follow_redirects=False)


class _Transport(httpx2.HTTPTransport):
    """The client's own transport, over connections that keep a deadline."""

    def __init__(self) -> None:
        trusted = httpx2.create_ssl_context(trust_env=False)
        super().__init__(verify=trusted)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=trusted,
            max_connections=None,  # whoever calls limits how many calls are on their way
            max_keepalive_connections=20,
            keepalive_expiry=5.0,
            network_backend=_Backend(),
        )


class _Backend(httpcore2.SyncBackend):
    """Opens connections."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        left_s = _left_s(timeout, httpcore2.ConnectTimeout)
        return _Stream(super().connect_tcp(host, port, left_s, local_address, socket_options))


class _Stream(httpcore2.NetworkStream):
    """One connection."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left_s(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left_s(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        left_s = _left_s(timeout, httpcore2.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left_s))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left_s(moment: float | None, late: type[httpcore2.TimeoutException]) -> float | None:
    """Seconds until a moment.

    Raises:
        TimeoutException: It has passed; of the kind `late`.
    """
    if moment is None:
        return None
    left_s = moment - monotonic()
    if left_s <= 0:
        raise late("the time for the call is over")
    return left_s
