"""`countersign up --desk orders` for real: cases wait within seconds, and one is carried out.

On PostgreSQL here; on SQLite in test_up_reasoning.py.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from engine.adapters.system import SystemClock
from engine.bootstrap import engine_of, open_parts
from engine.desks.orders.words import CaseType
from engine.domain.case_status import CaseStatus
from engine.service.requests import IssueToken
from engine.settings import Settings
from tests.scenario.orders.shop_beside import ShopBeside, open_shop, shop_url_of

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 90.0
PASSWORD = "a long enough password"


@dataclass(frozen=True, kw_only=True)
class Product:
    """A running product, as a program sees it that has a token."""

    process: subprocess.Popen[bytes]
    client: httpx2.Client
    shop: ShopBeside
    log: Path
    began: float

    def get(self, path: str, **query: Any) -> Any:
        answer = self.client.get(f"/api/v1{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, key: str, **body: Any) -> Any:
        headers = {"Idempotency-Key": key}
        answer = self.client.post(f"/api/v1{path}", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def wait_for(self, what: str, find: Callable[[], Any]) -> Any:
        """Ask until something is found; prints after how many seconds."""
        while not (found := find()):
            assert self.process.poll() is None, self.log.read_text("utf-8")
            assert time.monotonic() - self.began < PATIENCE_S, f"waited in vain for {what}"
            time.sleep(0.05)
        print(f"{what} after {time.monotonic() - self.began:.1f} s")
        return found

    def waiting(self) -> Mapping[str, Any]:
        """One recommended case of every type; nothing while a type is missing."""
        rows = self.get("/cases", desk="orders", limit=200)["rows"]
        found = {row["case_type"]: row for row in rows if row["proposal"]}
        return found if {*CaseType} <= found.keys() else {}


@pytest.fixture
def product(tmp_path: Path, empty_postgres_url: str) -> Iterator[Product]:
    with started(tmp_path, empty_postgres_url) as running:
        yield running


@contextmanager
def started(
    folder: Path, database_url: str, *options: str, token: str = "", **more: str
) -> Iterator[Product]:
    """A product of this folder.

    Args:
        folder: Of its files.
        database_url: Of the engine.
        options: Of its command.
        token: Of its first account; that is made where there is none.
        more: Further variables of its environment.
    """
    shop_url, log, began = shop_url_of(folder, database_url), folder / "up.log", time.monotonic()
    settings = Settings(data_dir=folder, database_url=database_url)
    with ExitStack() as stack:
        process = subprocess.Popen(
            [sys.executable, "-m", "engine.cli", "up", "--desk", "orders", "--port", "0", *options],
            env=os.environ
            | {
                "COUNTERSIGN_DATA_DIR": str(folder),
                "COUNTERSIGN_DATABASE_URL": database_url,
                "COUNTERSIGN_SHOP_DATABASE_URL": shop_url,
                "COUNTERSIGN_TAKE_BACK_S": "0",
                "PYTHONUNBUFFERED": "1",
            }
            | more,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=stack.enter_context(log.open("wb")),
            stderr=subprocess.STDOUT,
        )
        stack.callback(_stop, process)
        url = _ready(process, log)
        client = stack.enter_context(httpx2.Client(base_url=url, timeout=10, trust_env=False))
        client.headers["Authorization"] = f"Bearer {token or _token(settings)}"
        shop = open_shop(shop_url, SystemClock())
        stack.callback(shop.database.close)
        yield Product(process=process, client=client, shop=shop, log=log, began=began)


def _ready(process: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + PATIENCE_S
    while True:
        said = log.read_text("utf-8", errors="replace")
        ready = [line for line in said.splitlines() if line.startswith("Countersign is ready")]
        if ready:
            return ready[0].split()[-1]
        assert process.poll() is None, said
        assert time.monotonic() < until, said
        time.sleep(0.05)


def _token(settings: Settings) -> str:
    """Of the first account."""
    parts = open_parts(settings)
    try:
        engine = engine_of(parts)
        first = engine.set_up(engine.people.issue_setup(), "ann", "Ann", PASSWORD)
        return engine.execute(IssueToken(label="test"), first.person).secret
    finally:
        parts.database.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(60)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def test_desk_lives_and_acts_within_seconds(product: Product) -> None:
    found = product.wait_for("all six case types wait", product.waiting)
    assert {row["status"] for row in found.values()} == {CaseStatus.PENDING}
    row = found[CaseType.PAYMENT_MISMATCH]
    path = f"/cases/{row['case_id']}"
    product.post(f"{path}/claim", "claim")
    card = product.get(path)
    plan = [action["tool"] for action in card["recommendation"]["actions"]]
    assert [step["status"] for step in card["steps"]] == ["WAITING"] * len(plan)
    version = card["row"]["version"]
    product.post(f"{path}/decisions", "decision", version=version, kind="APPROVE")
    done = product.wait_for("one is approved and done", lambda: _ended(product, path))
    why = [done["row"][name] for name in ("status", "attention", "attention_note")]
    assert done["row"]["status"] == CaseStatus.DONE, why
    assert {step["status"] for step in done["steps"]} == {"VERIFIED"}
    mine = [one for one in product.shop.operations().values() if one.case_id == row["case_id"]]
    assert sorted(one.key for one in mine) == sorted(step["key"] for step in done["steps"])
    assert sorted(one.tool for one in mine) == sorted(plan)
    assert product.shop.books()["is_balanced"]


def _ended(product: Product, path: str) -> Any:
    card = product.get(path)
    on_its_way = ("RELEASING", "GRANTED", "EXECUTING", "UNKNOWN")
    return None if card["row"]["status"] in on_its_way else card
