"""FaultyProxy: the server itself, in threads of whoever starts it."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Condition, Thread
from time import perf_counter
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from engine.testing.faulty_proxy.book import BookEntry, ProxyBook
from engine.testing.faulty_proxy.damage import NO_WORDS, Vocabulary
from engine.testing.faulty_proxy.exchange import INJECTIONS, Exchange
from engine.testing.faulty_proxy.faults import Decision, Fault, Rates, decide
from engine.testing.faulty_proxy.parts import Call, Clockwork

HOST = "127.0.0.1"
ENDS_IN_S = 60.0
"""How long a stop waits for calls on their way."""
_OF_THE_CONNECTION = frozenset({"connection", "host", "keep-alive", "transfer-encoding"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Harm:
    """What a proxy stands in front of, and what it does."""

    target: str
    """`http://host:port`."""
    seed: int
    rates: Rates = field(default_factory=Rates)
    vocabularies: Mapping[str, Vocabulary] = field(default_factory=lambda: NO_WORDS)
    """Closed lists of words in the target's answers, by field."""


class FaultyProxy:
    """Serves until it is stopped; safe for many callers at once."""

    def __init__(self, harm: Harm, book: Path, *, port: int = 0) -> None:
        """Listen; calls are taken once it is started.

        Args:
            harm: What to do to calls.
            book: Where what was done is written down.
            port: 0 picks a free one.
        """
        self.clockwork = Clockwork()
        self._harm = harm
        self._book = ProxyBook(book)
        self._seen: Counter[str] = Counter()
        self._calls = 0
        self._under_way = 0
        self._change = Condition()
        self._server = _Server((HOST, port), self)
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """What callers take for the target."""
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Take calls."""
        self._thread.start()

    def stop(self) -> None:
        """Take no new calls, let those on their way end, close the book."""
        self._server.shutdown()
        self.clockwork.stopping.set()
        with self._change:
            self._change.wait_for(lambda: self._under_way == 0, ENDS_IN_S)
        self._server.server_close()
        self._book.close()

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

    def serve(self, call: Call, handler: BaseHTTPRequestHandler) -> None:
        """Deal with one call and write it down."""
        number, decision = self._draw(call)
        parts = urlsplit(self._harm.target)
        exchange = Exchange(
            call=call,
            handler=handler,
            target=(parts.hostname or HOST, parts.port or 80),
            rates=self._harm.rates,
            clockwork=self.clockwork,
            vocabularies=self._harm.vocabularies,
        )
        began, fault = perf_counter(), decision.fault
        try:
            fault = _carry_out(exchange, decision)
        except OSError:  # the caller has gone; what was done was done
            handler.close_connection = True
        finally:
            self._note(number, exchange, decision, fault, perf_counter() - began)

    def _draw(self, call: Call) -> tuple[int, Decision]:
        rates = Rates(shares={}) if call.is_spared else self._harm.rates
        with self._change:
            self._calls += 1
            self._under_way += 1
            self._seen[call.subject] += 1
            number, time = self._calls, self._seen[call.subject]
        return number, decide(self._harm.seed, rates, f"{call.subject} {time}")

    def _note(
        self,
        number: int,
        exchange: Exchange,
        decision: Decision,
        fault: Fault | None,
        took_s: float,
    ) -> None:
        call, claims = exchange.call, exchange.call.claims
        entry = BookEntry(
            number=number,
            tool=str(claims.get("tool", call.path)),
            path=call.path,
            key=call.headers.get("idempotency-key", ""),
            credential_id=str(claims.get("jti", "")),
            permit_id=str(claims.get("permit", "")),
            case_id=str(claims.get("case", "")),
            drawn=decision.fault,
            fault=fault,
            variant=decision.variant,
            statuses=tuple(exchange.statuses),
            answered=exchange.answered,
            changed=exchange.changed,
            took_s=round(took_s, 4),
        )
        self._book.write(entry)
        with self._change:
            self._under_way -= 1
            self._change.notify_all()


def _carry_out(exchange: Exchange, decision: Decision) -> Fault | None:
    """Do what was drawn; what was really done to the call."""
    if decision.fault is None:
        exchange.answer(exchange.forward())
        return None
    return decision.fault if INJECTIONS[decision.fault](exchange, decision) else None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], proxy: FaultyProxy) -> None:
        self.proxy = proxy
        super().__init__(address, _Handler)

    def shutdown_request(self, request: Any) -> None:
        """Close at once: a shutdown before it would make a reset an orderly end."""
        self.close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers that hang up are what this is about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server
    connection: socket.socket

    def do_GET(self) -> None:  # the name the base class calls
        """Every call."""
        length = int(self.headers.get("content-length", 0))
        call = Call(
            method=self.command,
            path=self.path,
            headers={
                name.lower(): value
                for name, value in self.headers.items()
                if name.lower() not in _OF_THE_CONNECTION
            },
            body=self.rfile.read(length),
        )
        self.server.proxy.serve(call, self)

    do_POST = do_GET  # noqa: N815  # likewise

    def log_message(self, format: str, *args: Any) -> None:
        """The book says it."""
