"""MessagesServer: the server itself, in threads of whoever starts it.

Plain sockets under plain threads, because an answer has to break at any byte of it.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

from engine.testing.messages_server.answering import (
    Answering,
    Plain,
    ServerWays,
    Whole,
)
from engine.testing.messages_server.events import event, events_of
from engine.testing.messages_server.log import Exchange, RequestLog, shown
from engine.testing.messages_server.replies import Script, Tear

HOST = "127.0.0.1"
LONGEST_HANG_S = 60.0


class MessagesServer:
    """Serves from its start to its stop."""

    def __init__(
        self,
        script: Script,
        *,
        ways: ServerWays | None = None,
        log: Path | None = None,
        port: int = 0,
    ) -> None:
        """Listen; requests are taken once it is started.

        Args:
            script: What to answer.
            ways: What to know and to take.
            log: File that the log is written to as well.
            port: 0 picks a free one.
        """
        self.answering = Answering(script, ways or ServerWays())
        self.book = RequestLog(log)
        self.is_over = Event()
        self._server = _Server((HOST, port), self)
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """What callers take for the API."""
        return f"http://{HOST}:{self.port}"

    @property
    def log(self) -> tuple[Exchange, ...]:
        """Requests in the order in which they ended; waits a moment for those on their way."""
        return self.book.entries()

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._server.open)

    def start(self) -> None:
        """Take requests."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more, and end those on their way."""
        self.is_over.set()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], messages: MessagesServer) -> None:
        self.messages = messages
        self.open: set[int] = set()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.open.add(request.fileno())
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close at once: a shutdown before it would make a reset an orderly end."""
        self.open.discard(request.fileno())
        self.close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers that hang up are what this is about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 0
    server: _Server
    connection: socket.socket
    _status = 0

    def do_POST(self) -> None:  # the name the base class calls
        """Every request."""
        self.server.messages.book.begin()
        content = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        messages = self.server.messages
        body, answer = messages.answering.answer(self.path.partition("?")[0], headers, content)
        usage: Mapping[str, int] = {}
        is_whole = False
        try:
            if isinstance(answer, Plain):
                is_whole = self._send_plain(answer)
            else:
                usage = answer.message["usage"]
                is_whole = self._send(answer)
        except OSError:  # the caller has gone
            self.close_connection = True
        messages.book.write(
            Exchange(
                path=self.path,
                headers=shown(headers),
                body=body,
                status=self._status,
                usage=dict(usage),
                is_whole=is_whole,
            )
        )

    def _send_plain(self, answer: Plain) -> bool:
        if self._waits(answer.wait_s):
            return False
        more = {"retry-after": answer.retry_after} if answer.retry_after else {}
        content = json.dumps(answer.body).encode()
        self._head(answer.status, "application/json", len(content), more)
        self.wfile.write(content)
        return True

    def _send(self, answer: Whole) -> bool:
        if self._waits(answer.reply.wait_s):
            return False
        if not answer.is_streamed:
            return self._send_at_once(answer)
        self._head(200, "text/event-stream", None, {})
        for number, chunk in enumerate(_torn(answer)):
            if (number and self._waits(answer.reply.piece_s)) or self._has_gone():
                return False
            self._chunk(chunk)
        if answer.reply.tear in (Tear.DROP, Tear.RESET, Tear.HANG):
            self._end_badly(answer.reply.tear)
            return False
        self._chunk(b"")
        return answer.reply.tear is None

    def _send_at_once(self, answer: Whole) -> bool:
        content, tear = json.dumps(answer.message).encode(), answer.reply.tear
        if tear is Tear.GARBAGE:
            content = content[: len(content) // 2]
        self._head(200, "application/json", len(content), {})
        if tear in (None, Tear.GARBAGE):
            self.wfile.write(content)
            return tear is None
        self.wfile.write(content[: len(content) // 2])
        self._end_badly(tear)
        return False

    def _end_badly(self, tear: Tear) -> None:
        self.close_connection = True
        if tear is Tear.HANG:
            self._waits(LONGEST_HANG_S)
        elif tear is Tear.RESET:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    def _waits(self, seconds: float) -> bool:
        """Wait; whether the server has ended or the caller gone meanwhile."""
        left_s = seconds
        while left_s > 0 and not self._has_gone():
            step_s = min(left_s, 0.05)
            if self.server.messages.is_over.wait(step_s):
                break
            left_s -= step_s
        return left_s > 0

    def _has_gone(self) -> bool:
        """Whether the caller has hung up."""
        try:
            return self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False

    def _head(self, status: int, kind: str, length: int | None, more: Mapping[str, str]) -> None:
        self._status = status
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("request-id", "req_local")
        if length is None:
            self.send_header("transfer-encoding", "chunked")
        else:
            self.send_header("content-length", str(length))
        for name, value in more.items():
            self.send_header(name, value)
        self.end_headers()

    def _chunk(self, content: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))

    def log_message(self, format: str, *args: Any) -> None:
        """The log says it."""


def _torn(answer: Whole) -> Iterator[bytes]:
    """The events of a message, as far as they come, and what comes instead of the rest."""
    reply = answer.reply
    events = list(events_of(answer.message))
    if reply.tear is None:
        yield from events
        return
    yield from events[: reply.tear_after]
    if reply.tear is Tear.ERROR:
        words = {"type": reply.error, "message": "It cannot go on."}
        yield event({"type": "error", "error": words})
    elif reply.tear is Tear.GARBAGE:
        yield b'event: content_block_delta\ndata: {"type": "content_block_de\n\n'
