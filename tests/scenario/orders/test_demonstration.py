"""A small demonstration made whole, on each database: everything happened, and nothing is real."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx2
import pytest

from engine.adapters.http_tools import HttpTransport
from engine.bootstrap.demonstration import History, HistoryPlan, Made, Opened, open_history
from engine.bootstrap.demonstration.clockwork import HistoryClock
from engine.desks.orders.desk import orders_desk
from engine.domain.case import Origin
from engine.domain.ids import RunId
from engine.domain.phase import Phase
from engine.domain.policy import PolicyKind, VersionStatus
from engine.domain.run import RunKind, RunStatus
from engine.errors import Conflict, InvalidRequest
from engine.govern.envelope import read_envelope, resolve
from engine.service.rows import LedgerRow
from engine.settings import Settings
from engine.simulators.orders.driver import HttpShop
from engine.simulators.reviewers.cast import CAST, REVIEWERS
from tests.scenario.orders.shop_beside import (
    ShopBeside,
    answering,
    make_key,
    open_shop,
    shop_url_of,
)

ENDS = datetime(2026, 3, 20, 16, tzinfo=UTC)
DAYS = 3
CASES_A_DAY = 10.0
SEED = 5


@dataclass(frozen=True, kw_only=True)
class Demo:
    """What was made, with the shop's own side of it."""

    opened: Opened
    made: Made
    shop: ShopBeside

    def kinds(self) -> Counter[str]:
        """Ledger entries by kind."""
        return Counter(row.kind for row in self.entries())

    def entries(self) -> Iterator[LedgerRow]:
        """All of the ledger, newest first."""
        cursor, is_more = "", True
        while is_more:
            page = self.opened.engine.queries.ledger(cursor=cursor, limit=200)
            yield from page.rows
            cursor = page.next_cursor
            is_more = bool(cursor)


@contextmanager
def demonstrated(folder: Path, database_url: str, days: float = DAYS) -> Iterator[Demo]:
    """Make a small history against a shop that answers over HTTP."""
    begins_at = ENDS - timedelta(days=days)
    clock = HistoryClock(begins_at)
    key = make_key(folder)
    shop = open_shop(shop_url_of(folder, database_url), clock)
    with answering(shop.shop, key, clock) as url:
        settings = Settings(
            data_dir=folder,
            database_url=database_url,
            desks=("orders",),
            shop_url=url,
            scripted_model="plain",
        )
        transport = HttpTransport(url, clock)
        desks = {"orders": orders_desk(transport=transport)}
        opened = open_history(settings, seed=SEED, clock=clock, desks=desks)
        plan = HistoryPlan(seed=SEED, begins_at=begins_at, ends_at=ENDS, cases_a_day=CASES_A_DAY)
        with httpx2.Client(base_url=url, timeout=30, trust_env=False) as client:
            send = HttpShop(client=client, key=key, clock=clock)
            made = History(opened=opened, send=send, plan=plan).make()
        yield Demo(opened=opened, made=made, shop=shop)
        transport.close()
    opened.parts.database.close()
    shop.database.close()


@pytest.fixture
def demo(tmp_path: Path, database_url: str) -> Iterator[Demo]:
    with demonstrated(tmp_path, database_url) as made:
        yield made


def test_small_history_holds_every_stage(demo: Demo) -> None:
    kinds = demo.kinds()
    expected = {
        "DEMONSTRATION_BEGUN", "PERSON_ADDED", "CASE_RECEIVED", "CASE_PERCEIVED", "CASE_REASONED",
        "VERDICT_GIVEN", "DECISION_TAKEN", "GRANT_MINTED", "EFFECT_INTENDED", "EFFECT_RECORDED",
        "OUTCOME_RECORDED", "VERSION_PROPOSED", "VERSION_ACTIVATED", "VERSION_ROLLED_BACK",
        "VERSION_WITHDRAWN", "PAUSED", "RESUMED", "UNDO_REQUESTED", "EFFECT_UNDONE",
    }  # fmt: skip
    assert expected - kinds.keys() == set()
    assert kinds["CASE_RECEIVED"] == demo.made.cases

    queries = demo.opened.engine.queries
    health = queries.health()
    assert health.effects_by_result.keys() == {"SUCCEEDED"}
    assert "NEEDS_REPAIR" not in health.cases_by_status
    assert health.cases_by_status["DONE"] > demo.made.cases / 2
    scores = queries.scores()
    assert all(score.verified.k == score.verified.n for score in scores)
    assert sum(score.recommendation_correct.n for score in scores) > 0

    _every_reviewer_decided_and_all_phases_are_there(demo)
    _nothing_in_it_counts_for_a_real_cell(demo)
    _it_takes_no_real_rows(demo)
    _reasoners_looked_at_some_cases_beside_their_way(demo)
    assert demo.shop.books()["is_balanced"]
    assert demo.opened.engine.verify_ledger().findings == ()
    with pytest.raises(Conflict, match="empty database"):
        demo.opened.engine.demonstrating.begin(seed=1, begins_at=ENDS, personas=())


def _every_reviewer_decided_and_all_phases_are_there(demo: Demo) -> None:
    queries = demo.opened.engine.queries
    deciders = Counter(row.decider for row in queries.choices(kind="DECIDE", limit=500).rows)
    assert {one.name for one in REVIEWERS} <= deciders.keys()
    versions = queries.versions("orders", PolicyKind.ENVELOPE)
    statuses = Counter(version.status for version in versions)
    assert statuses[VersionStatus.ACTIVE] == 1
    assert statuses[VersionStatus.SUPERSEDED] >= 3
    assert statuses[VersionStatus.WITHDRAWN] == 1
    active = next(one for one in versions if one.status is VersionStatus.ACTIVE)
    assert (active.drafted_by, active.rolled_back_by) == ("pia", "rita")
    phases = {one.limits.phase for one in resolve(read_envelope(active.document)).values()}
    assert phases == set(Phase)


def _nothing_in_it_counts_for_a_real_cell(demo: Demo) -> None:
    queries = demo.opened.engine.queries
    assert not any(cell.is_evidenced or cell.labels for cell in queries.cells())
    assert {score.origin for score in queries.scores()} == {Origin.SIMULATED}
    assert demo.opened.parts.store.reader.origins("orders") == {Origin.SIMULATED}
    assert all("(simulated" in one.display_name for one in demo.opened.people.values())
    shown = queries.demonstration()
    assert shown
    assert [one.name for one in shown.personas] == [one.name for one in CAST]
    first = queries.ledger(stream="global", limit=500).rows[-1]
    assert (first.sequence, first.kind) == (1, "DEMONSTRATION_BEGUN")


def _it_takes_no_real_rows(demo: Demo) -> None:
    row = {"source": "shop", "id": "1", "case_type": "stock_short", "order_id": "1",
           "opened_at": "2026-03-20T10:00:00+00:00"}  # fmt: skip
    with pytest.raises(InvalidRequest, match="takes no real rows"):
        demo.opened.engine.submit("orders", [(1, row)], origin=Origin.REAL, submitted_by="somebody")


def _reasoners_looked_at_some_cases_beside_their_way(demo: Demo) -> None:
    opened = demo.opened
    begun = [row for row in demo.entries() if row.kind == "RUN_BEGUN"]
    kinds = Counter(row.payload["kind"] for row in begun)
    assert demo.made.runs == kinds.total()
    assert kinds[RunKind.WORKFLOW] == kinds[RunKind.AGENT] == kinds[RunKind.PLAYBOOK] >= 2
    assert {row.actor for row in begun} == {"pia"}
    runs = [opened.parts.store.runs.run(RunId(UUID(row.payload["run"]))) for row in begun]
    assert all(run.is_shadow and run.status is RunStatus.ENDED for run in runs)
    assert {run.model for run in runs if run.kind in (RunKind.WORKFLOW, RunKind.AGENT)} == {
        "scripted-plain"
    }
    assert {(run.cost_micro_usd, run.fault) for run in runs} == {(0, None)}


def test_same_seed_makes_the_same_history(tmp_path: Path) -> None:
    told = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        with demonstrated(folder, f"sqlite:///{folder / 'countersign.db'}", days=1) as demo:
            rows = demo.opened.engine.queries.ledger(limit=500).rows
            told.append((demo.made, [(row.stream, row.kind, row.hash) for row in rows]))
    assert told[0] == told[1]
