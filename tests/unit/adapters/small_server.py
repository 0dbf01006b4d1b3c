"""SmallServer: an HTTP server that answers each request with the bytes a test gives it."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

Answer = Callable[[socket.socket, Event], None]
"""Writes to a connection; the event is set when the server ends."""


@dataclass(frozen=True, kw_only=True)
class Got:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class SmallServer:
    """Serves one request a connection, on a port of its own."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.got: list[Got] = []
        self._is_over = Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._threads = [Thread(target=self._serve, daemon=True)]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_over.set()
        with suppress(OSError):
            socket.create_connection(self._socket.getsockname()).close()
        for thread in self._threads:
            thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            if self._is_over.is_set():
                connection.close()
                return
            thread = Thread(target=self._one, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _one(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(5)
            self.got.append(_request(connection))
            self.answer(connection, self._is_over)


def _request(connection: socket.socket) -> Got:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    method, path, _ = first.split(" ")
    return Got(method=method, path=path, headers=headers, body=body)


def page(status: int, content: Any, **headers: str) -> bytes:
    """A whole answer; text and bytes as they are, anything else as JSON."""
    if isinstance(content, str):
        content = content.encode()
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    head = {"content-length": str(len(body)), "connection": "close", **headers}
    lines = [f"HTTP/1.1 {status} X", *(f"{n.replace('_', '-')}: {v}" for n, v in head.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def says(status: int, content: Any, **headers: str) -> Answer:
    """Answers at once."""
    return lambda connection, is_over: connection.sendall(page(status, content, **headers))


def drips(content: bytes, every_s: float, at_once: int = 0) -> Answer:
    """Sends some bytes at once and then one at a time."""

    def drip(connection: socket.socket, is_over: Event) -> None:
        connection.sendall(content[:at_once])
        for number in range(at_once, len(content)):
            if is_over.wait(every_s):
                return
            connection.sendall(content[number : number + 1])

    return drip


def hangs(connection: socket.socket, is_over: Event) -> None:
    """Never answers."""
    is_over.wait(30)


def drops(connection: socket.socket, is_over: Event) -> None:
    """Closes the connection without a word."""


def breaks_off(connection: socket.socket, is_over: Event) -> None:
    """Promises more than it sends."""
    connection.sendall(page(200, {"n": 1}).replace(b"content-length: 8", b"content-length: 800"))
