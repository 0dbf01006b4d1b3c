"""Real processes at once: budgets are never overspent, and a pause stops every worker."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from time import monotonic, sleep

import pytest
from sqlalchemy import func, select

from engine.domain.actor import Role
from engine.domain.case import Attention
from engine.domain.case_status import OPEN, CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.policy import PolicyKind
from engine.errors import Conflict, InvalidRequest
from engine.runtime.policy import active_number
from engine.service.requests import PauseScope, ProposeVersion, SignVersion
from engine.store import tables
from engine.testing.stub_desk import DESK
from tests.crash import doomed
from tests.crash.site import SURE, UNSURE, Site, rows_of

PATIENCE_S = 90.0
MOST, MOST_MONEY, EACH = 25, 60_000, 4_000
LIMITS = f"""\
desk: stub
limits:
  phase: BOUNDED
  threshold: {{kind: hand_set, min_confidence: 0.7}}
  budgets:
  - {{per: day, executions: {MOST}, amount: {MOST_MONEY}}}
cells:
- {{case_type: ticket, action: assign_owner}}
- {{case_type: ticket, action: grant_credit}}
"""
RULE = f"""\
desk: stub
guardrails:
- {{name: so_many_a_day, why: a test, budgets: [{{per: day, executions: {MOST}}}]}}
"""


def signed(site: Site, kind: PolicyKind, document: str) -> None:
    """Two people put a document into force."""
    author = site.person("rhea", Role.RISK_OFFICER)
    over = active_number(site.parts.store.reader.control(), DESK, kind)
    request = ProposeVersion(kind=kind, desk=DESK, document=document, note="a test", over=over)
    version = site.engine.execute(request, author).version or 0
    sign = SignVersion(kind=kind, desk=DESK, version=version, over=over)
    site.engine.execute(sign, site.person("rasmus", Role.RISK_OFFICER))


@contextmanager
def working(site: Site, workers: int) -> Iterator[None]:
    """So many worker processes, stopped at the end."""
    names = [f"worker-{number + 1}" for number in range(workers)]
    processes = [site.start(doomed.work, name=name) for name in names]
    yield
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(30)


def until(is_so: Callable[[], bool]) -> None:
    """Look again and again; too long is a failure."""
    deadline = monotonic() + PATIENCE_S
    while not is_so():
        assert monotonic() < deadline, "not done in time"
        sleep(0.02)


def settled(site: Site, prefix: str, count: int) -> bool:
    """Whether nothing of a prefix is under way any more."""
    ended = (CaseStatus.DONE, CaseStatus.PENDING)
    return sum(site.count(status, prefix) for status in ended) == count


def spent(site: Site, key: str) -> tuple[int, int]:
    table = tables.budget_uses
    query = select(func.sum(table.c.executions), func.sum(table.c.amount))
    with site.parts.database.reader.connect() as connection:
        executions, amount = connection.execute(query.where(table.c.budget == key)).one()
    return int(executions or 0), int(amount or 0)


def test_ten_workers_never_overspend(postgres_site: Site) -> None:
    site = postgres_site
    signed(site, PolicyKind.ENVELOPE, LIMITS)
    site.submit([*rows_of("A", 24), *rows_of("C", 20, amount=str(EACH))])
    with working(site, 10):
        until(lambda: settled(site, "A", 24) and settled(site, "C", 20))
    assert len(site.book("A")) + len(site.book("C")) == MOST
    executions, amount = spent(site, f"desk:{DESK} day")
    assert (executions, amount) == (MOST, EACH * len(site.book("C")))
    assert amount <= MOST_MONEY
    waiting = [*site.standing(CaseStatus.PENDING, "A"), *site.standing(CaseStatus.PENDING, "C")]
    assert {case.attention for case in waiting} <= {
        Attention.BUDGET_SPENT,
        Attention.OUTSIDE_ENVELOPE,
    }


def test_worker_and_console_never_overspend(site: Site) -> None:
    """Software and a person take from one guardrail's budget on one SQLite file."""
    signed(site, PolicyKind.ENVELOPE, LIMITS.replace(f"executions: {MOST}", "executions: 1000"))
    signed(site, PolicyKind.GUARDRAILS, RULE)
    site.submit([*rows_of("P", 20, confidence=UNSURE), *rows_of("A", 20)])
    with working(site, 1):
        until(lambda: settled(site, "P", 20))
        approve_all(site)
        until(lambda: settled(site, "A", 20) and settled(site, "P", 20))
    assert len(site.book("A")) + len(site.book("P")) == MOST
    assert spent(site, f"guardrail:{DESK}/so_many_a_day day")[0] == MOST


def approve_all(site: Site) -> None:
    """A person approves while the worker acts; what the rule refuses stays where it is."""
    for case in site.standing(CaseStatus.PENDING, "P"):
        with suppress(InvalidRequest, Conflict):
            site.decide(case, DecisionKind.APPROVE)


@pytest.mark.parametrize("scope", ["all", "desk:stub", "cell:stub/ticket/assign_owner"])
def test_a_pause_stops_every_worker(postgres_site: Site, scope: str) -> None:
    assert_stopped_in_time(postgres_site, scope, workers=4, cases=400)


def test_a_pause_stops_the_worker_of_a_file(site: Site) -> None:
    assert_stopped_in_time(site, "all", workers=1, cases=400)


def assert_stopped_in_time(site: Site, scope: str, *, workers: int, cases: int) -> None:
    site.submit(rows_of("A", cases, confidence=SURE))
    with working(site, workers):
        until(lambda: site.count(CaseStatus.DONE, "A") >= cases // 20)
        site.ask(PauseScope(scope=scope, reason="a drill"))
        until(lambda: settled(site, "A", cases))
    (pause,) = site.parts.store.reader.control().pauses
    assert last_intent(site) - pause.at < timedelta(seconds=1)
    done = site.count(CaseStatus.DONE, "A")
    assert done < cases, "everything had run before the pause; it showed nothing"
    assert len(site.book("A")) == done
    held = site.standing(CaseStatus.PENDING, "A")
    assert {case.attention for case in held} == {Attention.PAUSED}
    assert not any(site.count(status, "A") for status in OPEN - {CaseStatus.PENDING})
    assert site.faults() == []


def last_intent(site: Site) -> datetime:
    query = select(func.max(tables.effects.c.intended_at))
    with site.parts.database.reader.connect() as connection:
        latest: datetime = connection.execute(query).scalar_one()
    return latest
