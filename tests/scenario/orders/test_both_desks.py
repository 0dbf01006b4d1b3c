"""Both desks in one product: incidents replay history, orders live, and neither minds the other."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from sqlalchemy import make_url

from engine.adapters import keys
from engine.bootstrap import seal_ledger
from engine.desk import Desk
from engine.desks.incidents.desk import incidents_desk
from engine.desks.orders.words import DESK, CaseType
from engine.domain.actor import Role
from engine.domain.case import Attention, Origin
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.phase import Phase
from engine.govern.limits import HandSetThreshold
from engine.perceive.files import read_rows
from engine.service.requests import PauseScope, ResumeScope
from engine.service.rows import QueueFilter
from engine.simulators.orders.world import make_sample
from engine.store.ledger_source import verify_ledger
from engine.testing.world import START, FakeClock
from tests.scenario.orders.living import (
    OrdersWorld,
    disagreements,
    envelope,
    with_envelope,
)

SAMPLE = Path(__file__).resolve().parents[3] / "data" / "incidents_sample.csv"
REPLAYED = 60
INCIDENTS = "incidents"


@pytest.fixture
def both(make_orders: Callable[..., OrdersWorld], database_url: str) -> OrdersWorld:
    """The orders desk, and the incidents desk beside it on the same database."""
    return two_desks(make_orders, database_url)


@pytest.fixture
def both_on_sqlite(make_sqlite_orders: Callable[..., OrdersWorld], sqlite_url: str) -> OrdersWorld:
    """The same on SQLite alone."""
    return two_desks(make_sqlite_orders, sqlite_url)


def two_desks(make: Callable[..., OrdersWorld], database_url: str) -> OrdersWorld:
    def incidents(folder: Path, clock: FakeClock) -> Mapping[str, Desk]:
        url = make_url(database_url)
        itsm = database_url if url.drivername != "sqlite" else f"sqlite:///{folder / 'itsm.db'}"
        return {INCIDENTS: incidents_desk(itsm_url=itsm, clock=clock)}

    trusting = envelope(
        Phase.BOUNDED, threshold=HandSetThreshold(min_confidence=0.5), most_urgent_priority=1
    )
    return make(others=incidents, change=with_envelope(trusting))


def replay(orders: OrdersWorld) -> None:
    """Hand the first rows of the incidents' sample in, as history."""
    engine = orders.world.engine
    rows = list(read_rows(SAMPLE, engine.desk(INCIDENTS).intake))[:REPLAYED]
    engine.submit(INCIDENTS, rows, origin=Origin.SIMULATED, is_replay=True, submitted_by="test")


def waiting(orders: OrdersWorld, desk: str) -> int:
    return len(orders.world.engine.queries.queue(QueueFilter(desk=desk), limit=200).rows)


def assign(orders: OrdersWorld) -> None:
    """A person gives an incident to a group, and that is done."""
    first = next(iter(orders.world.engine.queries.queue(QueueFilter(desk=INCIDENTS)).rows))
    case = orders.world.parts.store.reader.case(first.case_id)
    tools = {one.tool: one for one in orders.world.engine.queries.tools(INCIDENTS)}
    group = tools["assign_group"].options["group"][0]
    orders.world.decide(
        case,
        orders.world.person("ines"),
        DecisionKind.OVERRIDE,
        tool="assign_group",
        arguments={"number": case.source_id, "group": group},
    )
    orders.work()
    assert orders.world.parts.store.reader.case(case.id).status is CaseStatus.DONE


def test_history_and_present_go_side_by_side(both: OrdersWorld) -> None:
    plan = make_sample(5, 18, START, hours=1)
    both.live(plan)
    replay(both)
    both.work()
    assert {row.name for row in both.world.engine.queries.desks()} == {INCIDENTS, DESK}
    assert waiting(both, DESK) == 18
    assert waiting(both, INCIDENTS) > 0
    sam = both.world.person("sam")
    one = next(one for one in plan.episodes if one.row.case_type != CaseType.FRAUD_SUSPECTED)
    both.world.decide(both.case(one.row.id), sam, DecisionKind.APPROVE)
    assign(both)
    assert both.case(one.row.id).status is CaseStatus.DONE
    assert disagreements(both, [one.row.id for one in plan.episodes]) == []
    parts = both.world.parts
    seal_ledger(parts, is_thorough=True)
    report = verify_ledger(parts.database, parts.key(keys.SEAL), parts.seal_file)
    assert (list(report.findings), report.verified) == ([], report.entries)


def test_a_paused_desk_leaves_the_other(both_on_sqlite: OrdersWorld) -> None:
    both = both_on_sqlite
    history = make_sample(5, 32, START, hours=1)
    both.live(history)
    both.work()
    both.tell_labels(history.episodes)
    both.world.clock.move(days=1)
    ann = both.world.person("ann", Role.SENIOR_OPERATOR)
    both.world.execute(PauseScope(scope=f"desk:{DESK}", reason="drill"), ann)
    later = make_sample(6, 18, both.world.clock.now(), hours=1)
    both.live(later)
    replay(both)
    both.work()
    cases = [both.case(one.row.id) for one in later.episodes]
    assert {case.status for case in cases} == {CaseStatus.PENDING}
    assert Attention.PAUSED in {case.attention for case in cases}
    assert both.shop.operations() == {}
    assign(both)
    both.world.execute(ResumeScope(scope=f"desk:{DESK}", reason="over"), ann)
    last = make_sample(7, 18, both.world.clock.now(), hours=1)
    both.live(last)
    both.work()
    ended = {both.case(one.row.id).status for one in last.episodes}
    assert CaseStatus.DONE in ended
    names = [one.row.id for one in (*history.episodes, *later.episodes, *last.episodes)]
    assert disagreements(both, names) == []
