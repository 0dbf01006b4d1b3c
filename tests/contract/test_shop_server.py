"""The shop as a process: it starts on a free port, answers over HTTP, and stops when told."""

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.unit.desks.shop_calling import KEY, Call, call_of, credential, headers
from tests.unit.desks.shop_world import START, catalogue, new_order, refund_of

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 30


@dataclass
class Server:
    """One process and a client of it."""

    process: "subprocess.Popen[str]"
    client: httpx2.Client
    sent: int = 0

    def answer(self, call: Call, key: str = "", now: datetime | None = None) -> Any:
        self.sent += 1
        token = credential(call, now or datetime.now(UTC))
        given = headers(token, key or f"{self.process.pid}-{self.sent}")
        json = None if call.method == "GET" else call.arguments
        return self.client.request(call.method, call.path, headers=given, json=json)

    def do(self, name: str, **arguments: Any) -> Any:
        answer = self.answer(call_of(name, **arguments))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fill(self) -> None:
        self.do("world.add_catalogue", **catalogue())
        for variant_id in ("tea-green", "cup"):
            self.do("world.receive_stock", warehouse_id="east", variant_id=variant_id, quantity=5)
        self.do("world.place_order", **new_order())
        self.do("world.capture", order_id="A1", payment_id="A1/P1", amount_minor=2_500)


def command(url: str, key_file: Path, *more: str) -> list[str]:
    program = [sys.executable, "-m", "engine.desks.orders.shop"]
    return [*program, "--database", url, "--key-file", str(key_file), *more]


@contextmanager
def serving(url: str, key_file: Path, *more: str) -> Iterator[Server]:
    process = subprocess.Popen(
        command(url, key_file, *more),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stderr
    try:
        port = process.stdout.readline().strip()
        assert port.isdigit(), process.stderr.read()
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=LONGEST_S) as client:
            yield Server(process=process, client=client)
    finally:
        process.kill()
        process.wait(LONGEST_S)
        process.stdout.close()
        process.stderr.close()


def stopped(server: Server) -> tuple[int, str]:
    """Exit code and log after SIGTERM."""
    server.client.close()
    server.process.send_signal(signal.SIGTERM)
    code = server.process.wait(LONGEST_S)
    assert server.process.stderr
    return code, server.process.stderr.read()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    file = tmp_path / "credential.key"
    file.touch(mode=0o600)
    file.write_bytes(KEY)
    return file


def test_process_keeps_what_was_done(empty_database_url: str, key_file: Path) -> None:
    with serving(empty_database_url, key_file) as server:
        assert server.client.get("/healthz").json() == {"status": "ok"}
        server.fill()
        first = server.answer(call_of("refund", **refund_of()), "the-refund")
        assert first.status_code == 200
        assert stopped(server) == (0, "")
    with serving(empty_database_url, key_file) as server:
        again = server.answer(call_of("refund", **refund_of()), "the-refund")
        assert (again.content, again.headers["idempotent-replay"]) == (first.content, "true")
        assert server.do("books")["is_balanced"] is True
        order = server.do("get_order", order_id="A1")
        assert order["refunded_minor"] == 1_000


def test_processes_share_one_database(empty_postgres_url: str, key_file: Path) -> None:
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(empty_postgres_url, key_file)) for _ in range(2)]
        servers[0].fill()
        refund = call_of("refund", **refund_of(500))
        with ThreadPoolExecutor(8) as pool:
            answers = list(
                pool.map(
                    lambda number: servers[number % 2].answer(refund, f"r{number // 2}"),
                    range(16),
                )
            )
        codes = Counter(one.json().get("code", "done") for one in answers)
        assert codes == {"done": 10, "OVER_REFUND": 6}
        assert len({one.content for one in answers if one.status_code == 200}) == 5
        assert servers[1].do("get_order", order_id="A1")["refunded_minor"] == 2_500
        assert servers[0].do("books")["is_balanced"] is True


def test_world_may_set_the_time(tmp_path: Path, key_file: Path) -> None:
    clock_file = tmp_path / "now"
    clock_file.write_text(START.isoformat())
    url = f"sqlite:///{tmp_path}/shop.db"
    with serving(url, key_file, "--clock-file", str(clock_file)) as server:
        placing = call_of("world.add_catalogue", **catalogue())
        assert server.answer(placing).json()["code"] == "CREDENTIAL_NOT_YET"
        done = server.answer(placing, now=START).json()
        assert done["done_at"] == START.isoformat(timespec="microseconds")
        clock_file.write_text("some day")
        assert server.answer(placing, now=START).json()["code"] == "STORE_UNAVAILABLE"


def test_database_is_nobody_elses_to_read(tmp_path: Path, key_file: Path) -> None:
    with serving(f"sqlite:///{tmp_path}/new/shop.db", key_file) as server:
        server.fill()
        assert (tmp_path / "new" / "shop.db").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("url", "mode", "key", "words"),
    [
        ("sqlite:///{tmp}/shop.db", 0o644, KEY, "open to other people"),
        ("sqlite:///{tmp}/shop.db", 0o600, b"short", "shorter than 32 bytes"),
        ("sqlite:///:memory:", 0o600, KEY, "needs a file"),
        ("mysql://somewhere/shop", 0o600, KEY, "cannot run on mysql"),
        ("nonsense", 0o600, KEY, "not a database URL"),
    ],
    ids=["open-key", "short-key", "memory", "mysql", "nonsense"],
)
def test_server_says_why_it_cannot_start(
    tmp_path: Path, key_file: Path, url: str, mode: int, key: bytes, words: str
) -> None:
    key_file.write_bytes(key)
    key_file.chmod(mode)
    ended = subprocess.run(
        command(url.format(tmp=tmp_path), key_file),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_S,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert re.search(words, ended.stderr), ended.stderr
    assert "Traceback" not in ended.stderr
