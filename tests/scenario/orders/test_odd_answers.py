"""A shop that answers oddly, or whose money settles meanwhile: what becomes of approved cases."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select

from engine.adapters.http_tools import HttpTransport
from engine.desks.orders.tools import Transport
from engine.domain.canonical import Json
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.credential import Credential
from engine.domain.decision import DecisionKind
from engine.simulators.orders.events import Episode
from engine.store import tables
from engine.testing.world import FakeClock
from tests.scenario.orders.life import Life, begun
from tests.scenario.orders.living import OrdersWorld
from tests.unit.adapters.small_server import SmallServer, says

HOLD = "/v1/hold_order"


@dataclass
class Admitting:
    """A shop whose hold moves money too, and tells of it."""

    kept: Transport

    def send(self, path: str, arguments: Mapping[str, Any], **more: Any) -> Json:
        answer = self.kept.send(path, arguments, **more)
        if path == HOLD:
            paid = {"from": "shop", "to": "refunding", "minor": 4_200, "currency": "EUR"}
            answer["difference"]["money"].append(paid)
        return answer


@dataclass
class Repeating:
    """A proxy that refuses writes, and repeats their headers in the reason it gives."""

    kept: Transport
    tokens: list[str] = field(default_factory=list)

    def send(
        self,
        path: str,
        arguments: Mapping[str, Any],
        *,
        credential: Credential | None = None,
        is_write: bool = False,
        **more: Any,
    ) -> Json:
        if not is_write or credential is None:
            more |= {"credential": credential, "is_write": is_write}
            return self.kept.send(path, arguments, **more)
        self.tokens.append(credential.token)
        said = {"detail": f"No route. Authorization: Bearer {credential.token}"}
        with SmallServer(says(404, said)) as server:
            http = HttpTransport(server.url, FakeClock())
            try:
                return http.send(path, arguments, credential=credential, is_write=True, **more)
            finally:
                http.close()


def stored(life: Life) -> str:
    """Every row of every table of the engine."""
    with life.orders.world.parts.database.reader.connect() as connection:
        found = [connection.execute(select(one)).all() for one in tables.metadata.sorted_tables]
    return repr(found)


def state_of(life: Life, one: Episode) -> str:
    state: str = life.orders.shop.payments(one.row.order_id)["payments"][0]["state"]
    return state


def test_hold_that_admits_to_pay_is_not_done(
    make_sqlite_orders: Callable[..., OrdersWorld],
) -> None:
    life = begun(make_sqlite_orders(between=Admitting))
    one = next(
        one for one in life.episodes if not life.orders.shop.order(one.row.order_id)["is_held"]
    )
    arguments = {"order_id": one.row.order_id, "reason": "look"}
    case = life.decide(one, DecisionKind.OVERRIDE, tool="hold_order", arguments=arguments)
    assert (case.status, case.attention) == (CaseStatus.NEEDS_REPAIR, Attention.NOT_VERIFIED)
    assert "42.00 EUR moved from shop to refunding, nobody asked for it" in case.attention_note


def test_repeated_token_is_kept_nowhere(
    make_sqlite_orders: Callable[..., OrdersWorld], caplog: pytest.LogCaptureFixture
) -> None:
    made: list[Repeating] = []

    def between(kept: Transport) -> Transport:
        made.append(Repeating(kept))
        return made[0]

    life = begun(make_sqlite_orders(between=between))
    case = life.decide(life.with_plan(["message_customer"]), DecisionKind.APPROVE)
    assert "No route. Authorization: Bearer [credential removed]" in case.attention_note
    (token,) = made[0].tokens
    assert token not in stored(life) + caplog.text


def test_settlement_meanwhile_sends_only_refunds_back(
    make_sqlite_orders: Callable[..., OrdersWorld],
) -> None:
    life = begun(make_sqlite_orders())
    refunds = [one for one in life.episodes if life.plan(one) == ["refund", "message_customer"]]
    refund = next(one for one in refunds if state_of(life, one) == "CAPTURED")
    release = life.with_plan(["release_order"])
    assert state_of(life, release) == "CAPTURED"
    life.orders.world.clock.move(hours=49)
    life.orders.shop.happen("settle")
    assert [state_of(life, one) for one in (refund, release)] == ["SETTLED", "SETTLED"]
    assert life.decide(release, DecisionKind.APPROVE).status is CaseStatus.DONE
    case = life.decide(refund, DecisionKind.APPROVE)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.TARGET_CHANGED)
    assert case.attention_note == "Payment state was captured, is settled"
