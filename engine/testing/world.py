"""World: a whole engine on a real database with a clock that tests move.

Builders for scenario and contract tests: people by role, rows in, a worker that drains, decisions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine.bootstrap import OpenWorker, Parts, engine_of, open_parts, open_worker, prepare
from engine.desk import Desk
from engine.domain.actor import Person, Role
from engine.domain.case import Case, Origin
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind, ReasonCode
from engine.domain.ids import CaseId, PersonId
from engine.domain.policy import PolicyKind
from engine.perceive.lines import Problem
from engine.runtime.jobs import Job
from engine.runtime.policy import active_number
from engine.runtime.runs.reasoners import NO_MODEL, Reasoners
from engine.service.engine import Done, Submitted
from engine.service.local import LocalEngine
from engine.service.people_store import Account
from engine.service.requests import (
    ClaimCase,
    DecideCase,
    ProposeVersion,
    Request,
    SignVersion,
)
from engine.settings import Settings
from engine.store import tables
from engine.store.people import SqlPeople
from engine.testing.run_scripts import Inline

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@dataclass(slots=True)
class FakeClock:
    """A clock that stands still until it is moved."""

    at: datetime = START

    def now(self) -> datetime:
        """Aware UTC."""
        return self.at

    def move(self, **delta: float) -> None:
        """Move forward, in the words of `timedelta`."""
        self.at += timedelta(**delta)


@dataclass(slots=True)
class CountingIds:
    """Identifiers and salts that are the same in every run."""

    count: int = 0

    def new(self) -> UUID:
        """The next UUID, shaped like a UUIDv7."""
        self.count += 1
        return UUID(int=(self.count << 80) | (0x7 << 76) | (0x2 << 62) | self.count)

    def token(self, size: int = 16) -> bytes:
        """The next bytes."""
        self.count += 1
        return self.count.to_bytes(size, "big")


class StandingClockwork:
    """Times periodic jobs by a clock that stands still: none comes due, however slow a machine."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        """Take the jobs."""

    def due(self) -> Sequence[Job]:
        """None."""
        return ()

    def stop(self) -> None:
        """Nothing runs."""


@dataclass
class World:
    """An engine, its people and a worker."""

    parts: Parts
    clock: FakeClock
    people: dict[str, Person] = field(default_factory=dict)
    stopwatch: Callable[[], float] = lambda: 0.0
    """Times the turns of the worker's desks; stands still, so that no machine is too slow."""
    _engine: LocalEngine | None = None

    @property
    def engine(self) -> LocalEngine:
        """The door."""
        if self._engine is None:
            self._engine = engine_of(self.parts)
        return self._engine

    @property
    def desk(self) -> Desk:
        """The only desk."""
        return next(iter(self.parts.desks.values()))

    def person(self, name: str, *roles: Role) -> Person:
        """Somebody with these roles; made at the first call, an operator by default."""
        if name not in self.people:
            person = Person(
                id=PersonId(self.parts.ids.new()),
                name=name,
                display_name=name.title(),
                roles=frozenset(roles or (Role.OPERATOR,)),
            )
            account = Account(person=person, password_hash="", created_at=self.clock.now())
            with SqlPeople(self.parts.database, self.parts.ids).begin() as work:
                work.add_account(account)
                work.commit()
            self.people[name] = person
        return self.people[name]

    def submit(
        self,
        rows: Iterable[tuple[int, dict[str, str] | Problem]],
        *,
        is_replay: bool = False,
        origin: Origin = Origin.REAL,
    ) -> Submitted:
        """Take in rows."""
        return self.engine.submit(
            self.desk.name, rows, is_replay=is_replay, origin=origin, submitted_by="test"
        )

    def open_worker(self, reach: Callable[[str], None] = lambda point: None) -> OpenWorker:
        """A worker over the same database."""
        return open_worker(
            parts=self.parts,
            reach=reach,
            clockwork=StandingClockwork,
            stopwatch=self.stopwatch,
            crew=lambda size: Inline(),
        )

    def work(self, reach: Callable[[str], None] = lambda point: None) -> None:
        """Advance everything that is due now."""
        opened = self.open_worker(reach)
        try:
            while opened.worker.run_once():
                pass
            opened.seal()
        finally:
            opened.stop()

    def case(self, source_id: str) -> Case:
        """The case with that source id."""
        query = select(tables.cases.c.id).where(tables.cases.c.source_id == source_id)
        with self.parts.database.reader.connect() as connection:
            found = connection.scalars(query).all()
        assert found, f"no case {source_id}"
        return self.parts.store.reader.case(CaseId(max(found)))

    def claim(self, case: Case, person: Person) -> Done:
        """Take a case."""
        return self.engine.execute(ClaimCase(case_id=case.id), person)

    def decide(self, case: Case, person: Person, kind: DecisionKind, **fields: Any) -> Done:
        """Take a case and answer it as it stands."""
        self.claim(case, person)
        if kind in (DecisionKind.OVERRIDE, DecisionKind.REJECT):
            fields.setdefault("reason_code", ReasonCode.WRONG_TARGET)
        request = DecideCase(
            case_id=case.id,
            version=case.version,
            kind=kind,
            client_key=fields.pop("client_key", str(self.parts.ids.new())),
            **fields,
        )
        return self.engine.execute(request, person)

    def execute(self, request: Request, person: Person) -> Done:
        """Carry out a request."""
        return self.engine.execute(request, person)

    def set_envelope(self, document: str, note: str = "test") -> None:
        """Propose by one person and sign by another."""
        desk = self.desk.name
        owner = self.person("olivia", Role.PRODUCT_OWNER)
        risk = self.person("rasmus", Role.RISK_OFFICER)
        kind = PolicyKind.ENVELOPE
        self._put_in_force(kind, desk, document, note, owner, risk)

    def set_guardrails(self, document: str, note: str = "test") -> None:
        """Propose by one risk officer and sign by another."""
        kind, desk = PolicyKind.GUARDRAILS, self.desk.name
        first = self.person("rhea", Role.RISK_OFFICER)
        second = self.person("rasmus", Role.RISK_OFFICER)
        self._put_in_force(kind, desk, document, note, first, second)

    def active_version(self, kind: PolicyKind = PolicyKind.ENVELOPE) -> int:
        """Number of the active version; 0: what the desk shipped with."""
        return active_number(self.parts.store.reader.control(), self.desk.name, kind)

    def _put_in_force(
        self,
        kind: PolicyKind,
        desk: str,
        document: str,
        note: str,
        first: Person,
        second: Person,
    ) -> None:
        over = self.active_version(kind)
        request = ProposeVersion(kind=kind, desk=desk, document=document, note=note, over=over)
        version = self.execute(request, first).version or 0
        self.execute(SignVersion(kind=kind, desk=desk, version=version, over=over), second)

    def statuses(self) -> dict[CaseStatus, int]:
        """How many cases stand where."""
        counts = self.engine.queries.health().cases_by_status
        return {CaseStatus(status): count for status, count in counts.items()}

    def kinds(self, case_id: CaseId) -> list[str]:
        """Kinds of a case's ledger entries, oldest first."""
        page = self.engine.queries.ledger(stream=f"case:{case_id}", limit=200)
        return [row.kind for row in reversed(page.rows)]

    def close(self) -> None:
        """Give back the connections."""
        self.parts.database.close()


def make_world(
    folder: Path,
    desks: Callable[[Path, FakeClock], Mapping[str, Desk]],
    *,
    database_url: str = "",
    take_back_s: float = 0.0,
    reasoners: Reasoners = NO_MODEL,
) -> World:
    """A fresh world in a folder.

    Args:
        folder: Where files and keys go.
        desks: Makes the desks.
        database_url: An SQLite file in the folder by default.
        take_back_s: The take-back window.
        reasoners: Who reasons besides the desks' own reasoners.
    """
    clock = FakeClock()
    settings = Settings(data_dir=folder, database_url=database_url, take_back_s=take_back_s)
    parts = open_parts(settings, clock=clock, ids=CountingIds(), desks=desks(folder, clock))
    prepare(parts)
    return World(parts=replace(parts, reasoners=reasoners), clock=clock)
