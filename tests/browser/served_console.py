"""Serve the console over a fake engine: `python tests/browser/served_console.py [port]`.

For tests in Chromium and for looking at pages. POST /fake/<what> makes something happen.
"""

import asyncio
import socket
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from starlette.requests import Request  # noqa: E402
from starlette.responses import PlainTextResponse, RedirectResponse, Response  # noqa: E402
from starlette.routing import Route  # noqa: E402

from console import session  # noqa: E402
from console.server import Address, streamlit_settings  # noqa: E402
from engine import errors  # noqa: E402
from engine.domain.case_status import CaseStatus  # noqa: E402
from engine.domain.ids import CaseId  # noqa: E402
from engine.service.requests import DecideCase  # noqa: E402
from engine.service.rows import QueueFilter  # noqa: E402
from engine.testing.fake_engine import FakeEngine  # noqa: E402

DESK_NOW = datetime(2016, 4, 12, 9, 30, tzinfo=UTC)
BUSY_S = 0.05
"""How long a busy server keeps everything waiting at a time, in seconds."""


class Stage:
    """The fake on stage, and its clock; reset puts a new fake there."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)
        self.fake = FakeEngine(now=self.now, desk_now=DESK_NOW)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def seconds(self) -> float:
        return self.now().timestamp()

    def reset(self, count: int) -> str:
        self.fake = FakeEngine(now=self.now, desk_now=DESK_NOW, count=count)
        self.wire()
        return "reset"

    def wire(self) -> None:
        session.wire(
            session.Wiring(
                open_engine=lambda: self.fake,
                read_token=session.current_wiring().read_token,
                now=self.now,
                stopwatch=self.seconds,
            )
        )

    def approvable(self) -> list[CaseId]:
        """The cases of the queue that anybody can approve, in its order."""
        queries = self.fake.queries
        cards = [queries.card(row.case_id) for row in queries.queue(QueueFilter()).rows]
        pending = [card for card in cards if card.row.status is CaseStatus.PENDING]
        return [card.row.case_id for card in pending if card.words.can_approve]

    def tell(self, what: str, rest: str) -> str:
        """Make something happen; gives what there is to say about it."""
        match what:
            case "reset":
                return self.reset(int(rest or 64))
            case "arrive":
                return str(self.fake.arrive(int(rest or 9001)))
            case "approvable":
                return "\n".join(map(str, self.approvable()))
            case "decided":
                made = {
                    request.client_key: str(request.case_id)
                    for request, _ in self.fake.received
                    if isinstance(request, DecideCase)
                }
                return "\n".join(made.values())
        self._let(what, rest)
        return "done"

    def _let(self, what: str, rest: str) -> None:
        fake = self.fake
        match what:
            case "plans":
                fake.stage_plans()
            case "pass":
                self.ahead += timedelta(seconds=float(rest))
            case "touch":
                fake.touch(next(c for c in fake.cards if str(c) == rest))
            case "refuse":
                fake.refusals.append(getattr(errors, rest)())
            case "refuse-saying":
                fake.refusals.append(errors.Conflict(unquote(rest)))
            case "fail":
                fake.queries.failure = getattr(errors, rest)() if rest else None
            case "pause":
                fake.queries.pauses = (rest,) if rest else ()


stage = Stage()


class Neighbour:
    """Holds the server's loop up over and over, as a machine with too much to do does."""

    def __init__(self) -> None:
        self.is_busy = False

    async def work(self) -> None:
        while self.is_busy:
            time.sleep(BUSY_S)
            await asyncio.sleep(BUSY_S / 10)


neighbour = Neighbour()


async def busy(request: Request) -> Response:
    neighbour.is_busy = True
    request.app.state.work = asyncio.create_task(neighbour.work())
    return PlainTextResponse("busy")


async def calm(request: Request) -> Response:
    neighbour.is_busy = False
    await request.app.state.work
    return PlainTextResponse("calm")


async def told(request: Request) -> Response:
    parts = request.path_params["what"].split("/", 1)
    return PlainTextResponse(stage.tell(parts[0], parts[1] if len(parts) > 1 else ""))


async def signed_in(request: Request) -> Response:
    answer = RedirectResponse("/", status_code=303)
    name = request.query_params.get("as", "ada")
    answer.set_cookie(session.COOKIE, f"session-{name}", httponly=True, samesite="strict")
    return answer


async def healthy(request: Request) -> Response:
    return PlainTextResponse("ok")


def main() -> None:
    import streamlit as st

    stage.wire()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0))
        port = probe.getsockname()[1]
    app = st.App(
        ROOT / "console" / "app.py",
        routes=[
            Route("/fake/busy", busy, methods=["POST"]),
            Route("/fake/calm", calm, methods=["POST"]),
            Route("/fake/{what:path}", told, methods=["POST"]),
            Route("/signin", signed_in),
            Route("/healthz", healthy),
        ],
    )
    print(f"port {port}", flush=True)
    app.run(config=streamlit_settings(Address(port=port)))


if __name__ == "__main__":
    main()
