"""The faulty proxy before the real shop: what was committed, what the caller saw, what it says."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from engine.adapters.system import SystemClock, SystemIds
from engine.domain.canonical import Json
from engine.errors import EngineError
from engine.testing.faulty_proxy.book import read_book
from engine.testing.faulty_proxy.faults import VARIANTS, Fault, Rates
from engine.testing.faulty_proxy.server import FaultyProxy, Harm
from engine.testing.faulty_proxy.shop_words import SHOP_WORDS
from engine.testing.server_processes import ServerProcess, start_proxy, start_shop
from engine.testing.shop_caller import ShopCaller, call_of
from tests.unit.desks.shop_calling import KEY
from tests.unit.desks.shop_world import catalogue, new_order, refund_of

SEED = 4
ORDERS = 12
PATIENCE_S, SLOW_S = 0.25, 0.5
CLOCK, IDS = SystemClock(), SystemIds()


def caller(url: str, timeout_s: float = 30.0) -> ShopCaller:
    return ShopCaller(url, KEY, clock=CLOCK, ids=IDS, timeout_s=timeout_s)


@dataclass
class Scene:
    """A shop with paid orders, its own door, and where a proxy may write."""

    shop: ServerProcess
    direct: ShopCaller
    folder: Path
    orders: list[str]

    def proxy(self, rates: Rates, seed: int = SEED) -> FaultyProxy:
        harm = Harm(target=self.shop.url, seed=seed, rates=rates, vocabularies=SHOP_WORDS)
        return FaultyProxy(harm, self.folder / "proxy.jsonl")

    def refunded(self, order_id: str) -> int:
        amount: int = self.direct.do("payments_of_order", order_id=order_id)["refunded_minor"]
        return amount

    def is_done(self, key: str) -> bool:
        found: bool = self.direct.do("operation", key=key)["is_done"]
        return found


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One for all tests; each has orders of its own."""
    folder = tmp_path_factory.mktemp("shop")
    key_file = folder / "shop.key"
    key_file.touch(mode=0o600)
    key_file.write_bytes(KEY)
    with start_shop(f"sqlite:///{folder}/shop.db", key_file, log=folder / "shop.log") as started:
        direct = caller(started.url)
        direct.do("world.add_catalogue", **catalogue())
        for variant_id in ("tea-green", "cup"):
            stock: dict[str, Any] = {
                "warehouse_id": "east",
                "variant_id": variant_id,
                "quantity": 1_000,
            }
            direct.do("world.receive_stock", **stock)
        direct.close()
        yield started


@pytest.fixture
def scene(shop: ServerProcess, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Scene]:
    direct, name = caller(shop.url), request.node.name.removeprefix("test_")
    orders = [f"{name}-{number}" for number in range(ORDERS)]
    for order_id in orders:
        direct.do("world.place_order", **new_order(order_id))
        paid: dict[str, Any] = {"payment_id": f"{order_id}/P1", "amount_minor": 2_500}
        direct.do("world.capture", order_id=order_id, **paid)
    yield Scene(shop=shop, direct=direct, folder=tmp_path, orders=orders)
    direct.close()


@dataclass
class Seen:
    """What the caller of one refund saw, and what the proxy says it did."""

    entry: Any = None
    status: int = 0
    body: Json = None
    headers: Any = None
    error: str = ""


def refund_through(proxy: FaultyProxy, order_id: str) -> Seen:
    """A refund of ten, by a caller that waits a short time."""
    through, key = caller(proxy.url, PATIENCE_S), f"key-{order_id}"
    call = call_of("refund", **refund_of(1_000, order_id=order_id))
    try:
        answer = through.send(call, under=key)
    except httpx2.HTTPError as error:
        return Seen(error=type(error).__name__)
    finally:
        through.close()
    return Seen(status=answer.status_code, body=answer.json(), headers=answer.headers)


def refunds_under(scene: Scene, fault: Fault) -> dict[str, Seen]:
    """One refund an order, each with this fault; by order."""
    rates = Rates(shares={fault: 1.0}, slow_s=SLOW_S, retry_after_s=7)
    with scene.proxy(rates) as proxy:
        seen = {order_id: refund_through(proxy, order_id) for order_id in scene.orders}
    by_key = {entry.key: entry for entry in read_book(scene.folder / "proxy.jsonl")}
    found = {name: replace(one, entry=by_key[f"key-{name}"]) for name, one in seen.items()}
    assert {one.entry.variant for one in found.values()} == set(VARIANTS[fault])
    assert {one.entry.drawn for one in found.values()} == {fault}
    assert scene.direct.do("books")["is_balanced"] is True
    return found


def wanted(scene: Scene, found: dict[str, Seen], *committed: str) -> None:
    """By the shop's own books, these variants changed the order, once, and the others did not."""
    for order_id, one in found.items():
        has_changed = one.entry.variant in committed
        assert scene.is_done(f"key-{order_id}") is has_changed
        assert scene.refunded(order_id) == (1_000 if has_changed else 0)


def test_slow_call_acts_behind_the_callers_back(scene: Scene) -> None:
    found = refunds_under(scene, Fault.SLOW)
    assert {one.error for one in found.values()} == {"ReadTimeout"}
    assert {one.entry.statuses for one in found.values()} == {(200,)}
    wanted(scene, found, *VARIANTS[Fault.SLOW])


def test_server_error_comes_before_or_after(scene: Scene) -> None:
    found = refunds_under(scene, Fault.ERROR)
    assert {one.status for one in found.values()} == {500}
    wanted(scene, found, "after")


def test_too_many_calls_says_when_to_come_back(scene: Scene) -> None:
    found = refunds_under(scene, Fault.LIMITED)
    assert {one.status for one in found.values()} == {429}
    for one in found.values():
        told = one.headers["retry-after"]
        assert told == "7" if one.entry.variant == "seconds" else told.endswith(" GMT")
    wanted(scene, found)


def test_dropped_before_nothing_happened(scene: Scene) -> None:
    found = refunds_under(scene, Fault.DROP_BEFORE)
    assert {one.status for one in found.values()} == {0}
    assert {one.entry.statuses for one in found.values()} == {()}
    wanted(scene, found)


def test_dropped_after_it_has_happened(scene: Scene) -> None:
    found = refunds_under(scene, Fault.DROP_AFTER)
    assert {one.status for one in found.values()} == {0}
    assert {one.error for one in found.values()} == {"RemoteProtocolError"}
    wanted(scene, found, *VARIANTS[Fault.DROP_AFTER])


def test_delivered_twice_acts_once_a_key(scene: Scene) -> None:
    found = refunds_under(scene, Fault.DUPLICATE)
    assert {(one.status, one.entry.statuses) for one in found.values()} == {(200, (200, 200))}
    wanted(scene, found, *VARIANTS[Fault.DUPLICATE])


def test_wrong_schema_is_still_json(scene: Scene) -> None:
    found = refunds_under(scene, Fault.WRONG_SCHEMA)
    for order_id, one in found.items():
        assert one.status == 200
        assert one.body != scene.direct.do("operation", key=f"key-{order_id}")["answer"]
        assert one.entry.changed
    wanted(scene, found, *VARIANTS[Fault.WRONG_SCHEMA])


def forms(value: Json) -> Json:
    """Names and types, without values."""
    if isinstance(value, dict):
        return {name: forms(one) for name, one in value.items()}
    return [forms(one) for one in value] if isinstance(value, list) else type(value).__name__


def test_garbage_has_the_form_of_the_truth(scene: Scene) -> None:
    found = refunds_under(scene, Fault.GARBAGE)
    for order_id, one in found.items():
        truth = scene.direct.do("operation", key=f"key-{order_id}")["answer"]
        assert one.body != truth
        assert forms(one.body) == forms(truth)
        assert len(one.entry.changed) == (1 if one.entry.variant == "one_value" else 3)
    wanted(scene, found, *VARIANTS[Fault.GARBAGE])


def test_refusal_has_nothing_to_spoil(scene: Scene) -> None:
    with scene.proxy(Rates(shares={Fault.GARBAGE: 1.0})) as proxy:
        through = caller(proxy.url)
        answer = through.send(
            call_of("refund", **refund_of(9_999, order_id=scene.orders[0])), under="too-much"
        )
        through.close()
    assert (answer.status_code, answer.json()["code"]) == (409, "OVER_REFUND")
    (entry,) = read_book(scene.folder / "proxy.jsonl")
    assert (entry.drawn, entry.fault) == (Fault.GARBAGE, None)


def test_world_and_books_are_spared(scene: Scene) -> None:
    with scene.proxy(Rates(shares={Fault.DROP_BEFORE: 1.0})) as proxy:
        through = caller(proxy.url)
        through.do("world.settle")
        assert through.do("books")["is_balanced"] is True
        with pytest.raises(httpx2.HTTPError):
            through.do("get_order", order_id=scene.orders[0])
        through.close()


def looked_up(scene: Scene, seed: int) -> dict[tuple[str, int], tuple[Fault | None, str]]:
    """What became of reads of all orders, by four callers at once, three times each."""
    with scene.proxy(Rates(shares=dict.fromkeys(Fault, 0.1), slow_s=0.0), seed) as proxy:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda name: look_thrice(proxy.url, name), scene.orders))
        entries = read_book(scene.folder / "proxy.jsonl")
    (scene.folder / "proxy.jsonl").unlink()
    seen: Counter[str] = Counter()
    drawn = {}
    for entry in sorted(entries, key=lambda one: one.number):
        seen[entry.case_id] += 1
        drawn[entry.case_id, seen[entry.case_id]] = (entry.drawn, entry.variant)
    return drawn


def look_thrice(url: str, order_id: str) -> None:
    through = caller(url)
    for _ in range(3):
        try:
            through.send(call_of("get_order", order_id=order_id), case_id=order_id)
        except httpx2.HTTPError:
            continue
    through.close()


def test_same_seed_does_the_same(scene: Scene) -> None:
    """However the callers' threads come to run."""
    first = looked_up(scene, seed=1)
    assert looked_up(scene, seed=1) == first
    assert looked_up(scene, seed=2) != first
    assert len({fault for fault, _ in first.values()}) > 5


def test_proxy_is_a_process_too(scene: Scene) -> None:
    rates, book = scene.folder / "rates.json", scene.folder / "other.jsonl"
    rates.write_text(json.dumps({"shares": {"error_500": 1.0}, "slow_s": 1.0}))
    log = scene.folder / "proxy.log"
    with start_proxy(scene.shop.url, SEED, book, rates=rates, log=log) as proxy:
        through = caller(proxy.url)
        assert through.send(call_of("get_order", order_id=scene.orders[0])).status_code == 500
        through.close()
    assert log.read_text() == ""
    assert [entry.tool for entry in read_book(book)] == ["get_order"]


def test_bad_rates_are_refused_in_words(tmp_path: Path) -> None:
    rates = tmp_path / "rates.json"
    rates.write_text('{"shares": {"slow": 0.9, "garbage": 0.9}}')
    command = [sys.executable, "-m", "engine.testing.faulty_proxy", "--target", "http://x"]
    ended = subprocess.run(
        [*command, "--seed", "1", "--book", str(tmp_path / "b"), "--rates", str(rates)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert "add up to at most 1" in ended.stderr


def test_server_that_cannot_start_is_an_error(tmp_path: Path) -> None:
    log = tmp_path / "shop.log"
    with pytest.raises(EngineError, match=r"shop\.log says why"):
        start_shop("nonsense", tmp_path / "no.key", log=log)
    assert "cannot be read" in log.read_text()
