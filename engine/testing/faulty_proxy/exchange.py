"""Exchange: one call between caller and target, and what each fault does to it."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC
from email.utils import format_datetime
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler
from types import MappingProxyType

from engine.domain.canonical import Json
from engine.testing.faulty_proxy.damage import NO_WORDS, Vocabulary, break_schema, garble
from engine.testing.faulty_proxy.faults import Decision, Fault, Rates
from engine.testing.faulty_proxy.parts import Answer, Call, Clockwork

FORWARD_S = 30.0
MOST_BETWEEN_S = 0.05
"""Between the answer and the second delivery of the same call."""
_NEVER_KEPT = frozenset({"connection", "content-length", "date", "server", "transfer-encoding"})
_PROBLEM = (("Content-Type", "application/problem+json"),)


@dataclass
class Exchange:
    """One call on its way; keeps what was done for the book."""

    call: Call
    handler: BaseHTTPRequestHandler
    target: tuple[str, int]
    rates: Rates
    clockwork: Clockwork
    vocabularies: Mapping[str, Vocabulary] = field(default_factory=lambda: NO_WORDS)
    statuses: list[int] = field(default_factory=list)
    answered: int = 0
    changed: tuple[str, ...] = ()

    def forward(self) -> Answer:
        """Pass the call on; 502 where the target does not answer."""
        connection = HTTPConnection(*self.target, timeout=FORWARD_S)
        try:
            connection.request(self.call.method, self.call.path, self.call.body, self.call.headers)
            response = connection.getresponse()
            answer = Answer(
                status=response.status,
                headers=tuple(_kept(dict(response.getheaders())).items()),
                body=response.read(),
            )
        except (OSError, HTTPException):
            answer = _problem(502, "TARGET_AWAY")
        finally:
            connection.close()
        self.statuses.append(0 if answer.status == 502 else answer.status)
        return answer

    def answer(self, answer: Answer, *, cut_at: int | None = None) -> None:
        """Send it back, or the head and a part of the body."""
        handler = self.handler
        self.answered = answer.status
        handler.send_response(answer.status)
        for name, value in answer.headers:
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(answer.body)))
        handler.end_headers()
        handler.wfile.write(answer.body[:cut_at])
        handler.wfile.flush()

    def hang_up(self, *, hard: bool = False) -> None:
        """Close the connection, hard with a reset."""
        self.handler.close_connection = True
        if hard:
            linger = struct.pack("ii", 1, 0)
            self.handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


Injection = Callable[[Exchange, Decision], bool]
"""Does the harm; whether there was anything to harm."""


def _slow(exchange: Exchange, decision: Decision) -> bool:
    is_delivered = decision.variant == "late_answer"
    answer = exchange.forward() if is_delivered else None
    exchange.clockwork.sleep(exchange.rates.slow_s)
    exchange.answer(answer or exchange.forward())
    return True


def _error(exchange: Exchange, decision: Decision) -> bool:
    if decision.variant == "after":
        exchange.forward()
    exchange.answer(_problem(500, "INTERNAL"))
    return True


def _limited(exchange: Exchange, decision: Decision) -> bool:
    seconds = exchange.rates.retry_after_s
    at = exchange.clockwork.now(after_s=seconds).astimezone(UTC)
    value = str(seconds) if decision.variant == "seconds" else format_datetime(at, usegmt=True)
    problem = _problem(429, "TOO_MANY_CALLS")
    exchange.answer(replace(problem, headers=(*problem.headers, ("Retry-After", value))))
    return True


def _drop_before(exchange: Exchange, decision: Decision) -> bool:
    exchange.hang_up(hard=decision.variant == "reset")
    return True


def _drop_after(exchange: Exchange, decision: Decision) -> bool:
    answer = exchange.forward()
    if decision.variant == "cut_short":
        exchange.answer(answer, cut_at=len(answer.body) // 2)
    exchange.hang_up()
    return True


def _duplicate(exchange: Exchange, decision: Decision) -> bool:
    if decision.variant == "at_once":
        with ThreadPoolExecutor(2) as pool:
            first, _ = [pool.submit(exchange.forward) for _ in range(2)]
        exchange.answer(first.result())
        return True
    answer = exchange.forward()
    try:
        exchange.answer(answer)
    finally:
        exchange.clockwork.sleep(decision.random.uniform(0, MOST_BETWEEN_S))
        exchange.forward()
    return True


def _wrong_schema(exchange: Exchange, decision: Decision) -> bool:
    def spoil(found: Json) -> tuple[Json, tuple[str, ...]]:
        broken, place = break_schema(found, decision.variant, decision.random)
        return broken, (place,) if place else ()

    return _spoilt(exchange, spoil)


def _garbage(exchange: Exchange, decision: Decision) -> bool:
    count = 1 if decision.variant == "one_value" else 3
    return _spoilt(
        exchange, lambda found: garble(found, count, decision.random, exchange.vocabularies)
    )


def _spoilt(exchange: Exchange, spoil: Callable[[Json], tuple[Json, tuple[str, ...]]]) -> bool:
    """Answer with something spoilt; what is no success is passed on as it is."""
    answer = exchange.forward()
    if answer.status == 200:
        spoilt, exchange.changed = spoil(json.loads(answer.body))
        if exchange.changed:
            answer = replace(answer, body=json.dumps(spoilt).encode())
    exchange.answer(answer)
    return bool(exchange.changed)


INJECTIONS: Mapping[Fault, Injection] = MappingProxyType(
    {
        Fault.SLOW: _slow,
        Fault.ERROR: _error,
        Fault.LIMITED: _limited,
        Fault.DROP_BEFORE: _drop_before,
        Fault.DROP_AFTER: _drop_after,
        Fault.DUPLICATE: _duplicate,
        Fault.WRONG_SCHEMA: _wrong_schema,
        Fault.GARBAGE: _garbage,
    }
)


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in _NEVER_KEPT}


def _problem(status: int, code: str) -> Answer:
    body = {"type": "about:blank", "title": code, "status": status, "code": code}
    return Answer(status=status, headers=_PROBLEM, body=json.dumps(body).encode())
