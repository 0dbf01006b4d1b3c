"""A simulated world in a real shop: its books balance, and it shows exactly what was drawn."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from engine.desks.orders.shop.access import Door
from engine.desks.orders.shop.app import create_app
from engine.desks.orders.words import Resolution
from engine.domain.canonical import Json
from engine.errors import ToolError, ToolUnavailable
from engine.simulators.orders.driver import HttpShop, Player, ShopInProcess
from engine.simulators.orders.events import Episode
from engine.simulators.orders.world import draw_world, feed, make_plan, make_sample
from tests.unit.desks.shop_world import SetClock, ShopWorld, open_world
from tests.unit.simulators.decoding import decoded
from tests.unit.simulators.playing import AFTER, START, Kept, played

KEY = bytes(range(32))


def test_books_balance_after_a_world(empty_database_url: str) -> None:
    plan = make_sample(3, 24, START)
    world, kept = played(plan, empty_database_url)
    assert world.books()["is_balanced"]
    assert kept.rows == [episode.row for episode in plan.episodes]
    assert {one.case_id for one in kept.labels} == {row.id for row in kept.rows}
    world.database.close()


@pytest.fixture(scope="module")
def sampled(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[ShopWorld, tuple[Episode, ...]]]:
    plan = make_sample(5, 90, START)
    world, _ = played(plan, f"sqlite:///{tmp_path_factory.mktemp('shop')}/shop.db")
    yield world, plan.episodes
    world.database.close()


def test_what_is_shown_can_be_seen(sampled: tuple[ShopWorld, tuple[Episode, ...]]) -> None:
    world, episodes = sampled
    for episode in episodes:
        assert decoded(episode.row, world.read) == episode.shown, episode.row


def test_what_is_right_can_be_done(sampled: tuple[ShopWorld, tuple[Episode, ...]]) -> None:
    world, episodes = sampled
    done = set()
    for episode in episodes:
        name, arguments = right_call(episode, world)
        assert world.preview(name, **arguments)["difference"]["fields"], episode.row
        done.add(episode.outcome.y_resolution)
    assert done == set(Resolution)


def right_call(episode: Episode, world: ShopWorld) -> tuple[str, Json]:
    """One call that carries the resolution that proved right."""
    order_id = episode.row.order_id
    order = world.read("get_order", order_id=order_id)
    line = order["lines"][0]
    of_order = {"order_id": order_id}
    if episode.outcome.y_resolution == Resolution.SUBSTITUTE:
        levels = world.read("stock_levels", variant_id=line["variant_id"], with_substitutes=True)[
            "levels"
        ]
        level = next(one for one in levels if one["by_shop"] >= line["quantity"])
        chosen = {"variant_id": level["variant_id"], "warehouse_id": level["warehouse_id"]}
        return "substitute_variant", {**of_order, "line": 1, **chosen}
    address = {name: value for name, value in order["address"].items() if name != "address_id"}
    pieces = [{"line": line["line"], "quantity": line["quantity"]}]
    last = {
        "payment_id": f"{order_id}/P{len(world.read('payments_of_order', **of_order)['payments'])}"
    }
    calls: dict[Resolution, tuple[str, Json]] = {
        Resolution.CORRECT_ADDRESS: (
            "correct_address",
            {"address": {**address, "street": "Long Way 1"}},
        ),
        Resolution.ASK_CUSTOMER: ("message_customer", {"subject": "Hello", "body": "Who?"}),
        Resolution.BACKORDER: ("backorder", {"line": 1, "expected_on": "2027-01-01"}),
        Resolution.CANCEL: ("cancel_order", {"reason": "asked"}),
        Resolution.REFUND: (
            "refund",
            {**last, "amount_minor": 1, "currency": "EUR", "to": "original", "reason": "asked"},
        ),
        Resolution.RESHIP: (
            "reship",
            {"warehouse_id": "SIM-north", "carrier": "swift", "lines": pieces},
        ),
        Resolution.HOLD: ("hold_order", {"reason": "odd"}),
        Resolution.RELEASE: ("release_order", {}),
    }
    name, arguments = calls[episode.outcome.y_resolution]
    return name, {**of_order, **arguments}


def test_world_plays_over_http(tmp_path: Path) -> None:
    plan = make_sample(1, 18, START)
    world = open_world(f"sqlite:///{tmp_path}/shop.db")
    clock = SetClock(AFTER)
    world.clock = clock
    kept = Kept()
    with TestClient(create_app(world.shop, Door(KEY, clock))) as client:
        send = HttpShop(client=client, key=KEY, clock=clock)
        for _ in range(2):  # a second time is the same calls again
            player = Player(seed=1, send=send, sink=kept, episodes=iter(plan.episodes))
            player.prepare(plan.prologue)
            assert player.advance(AFTER) == 18
        with pytest.raises(ToolError, match="INVALID_ARGUMENTS"):
            send("world.play", {"steps": []}, key="k")
        wrong = HttpShop(client=client, key=bytes(32), clock=clock)
        with pytest.raises(ToolError, match="CREDENTIAL_SIGNATURE"):
            wrong("world.settle", {}, key="k")
    assert world.books()["is_balanced"]
    found = world.read("get_order", order_id=plan.episodes[0].row.order_id)
    assert found["order_id"].startswith("SIM-1-")
    world.database.close()


def test_player_waits_for_its_time(tmp_path: Path) -> None:
    plan = make_plan(4, START, cases=12, days=3)
    world = open_world(f"sqlite:///{tmp_path}/shop.db")
    clock = SetClock(START)
    world.clock = clock
    kept = Kept()
    send = ShopInProcess(shop=world.shop)
    player = Player(seed=4, send=send, sink=kept, episodes=iter(plan.episodes))
    player.prepare(plan.prologue)
    for _ in range(40):
        clock.forward(hours=12)
        player.advance(clock.now())
        assert all(row.opened_at <= clock.now() for row in kept.rows)
        assert all(label.label_known_at <= clock.now() for label in kept.labels)
        due = [one for one in plan.episodes if one.outcome.label_known_at <= clock.now()]
        assert len(kept.labels) == len(due)
    assert len(kept.rows) == 12
    world.database.close()


def test_episode_is_played_again_after_a_lost_call(tmp_path: Path) -> None:
    plan = make_sample(2, 18, START)
    world = open_world(f"sqlite:///{tmp_path}/shop.db")
    world.clock = SetClock(AFTER)
    real, calls, kept = ShopInProcess(shop=world.shop), iter(range(10_000)), Kept()

    def send(tool: str, arguments: Json, *, key: str) -> Json:
        answer = real(tool, arguments, key=key)
        if next(calls) % 3 == 2:
            raise ToolUnavailable("The answer was lost.")
        return answer

    player = Player(seed=2, send=send, sink=kept, episodes=iter(plan.episodes))
    player.prepare(plan.prologue)
    lost = 0
    while len(kept.rows) < 18:
        try:
            player.advance(AFTER)
        except ToolUnavailable:
            lost += 1
    assert lost >= 5
    assert [row.id for row in kept.rows] == [one.row.id for one in plan.episodes]
    assert world.books()["is_balanced"]
    world.database.close()


def test_feed_goes_on_from_a_sample(tmp_path: Path) -> None:
    plan = make_sample(6, 18, START)
    world, kept = played(plan, f"sqlite:///{tmp_path}/shop.db")
    world.clock.forward(days=1)
    episodes = feed(draw_world(6, START), since=AFTER, per_hour=3.0, first=19)
    send = ShopInProcess(shop=world.shop)
    player = Player(seed=6, send=send, sink=kept, episodes=episodes)
    opened = player.advance(AFTER + timedelta(hours=8))
    assert 10 <= opened <= 45
    assert len({row.id for row in kept.rows}) == 18 + opened
    assert world.books()["is_balanced"]
    world.database.close()
