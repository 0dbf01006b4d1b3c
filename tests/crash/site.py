"""Site: one installation under test, seen by who starts, asks and kills its processes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update

from engine.adapters.system import SystemClock
from engine.bootstrap import Parts, engine_of, prepare
from engine.domain.actor import Person, Role
from engine.domain.case import Case
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind, ReasonCode
from engine.domain.ids import CaseId, PersonId
from engine.domain.phase import Phase
from engine.domain.policy import PolicyKind
from engine.govern.limits import HandSetThreshold, Wider
from engine.service.engine import Done
from engine.service.local import LocalEngine
from engine.service.people_store import Account
from engine.service.requests import (
    ClaimCase,
    DecideCase,
    ProposeVersion,
    Request,
    SignVersion,
    UndoEffect,
)
from engine.store import tables
from engine.store.people import SqlPeople
from engine.testing.stub_desk import DESK, stub_envelope, ticket_rows
from engine.testing.ticket_book import TicketBook
from tests.crash import doomed, reconcile
from tests.crash.doomed import Place

OPENED_AT = SystemClock().now()
SURE, UNSURE = "0.9", "0.2"
"""Raw confidence of a case that is executed alone, and of one that goes to a person."""
RIGHT, WRONG = 40, 20
"""Of the labelled history: so many sure ones were right, so many unsure ones wrong."""
VETO_MINUTES = 10
PATIENCE_S = 120.0
KILLED = -9

_cases = tables.cases.c


def rows_of(prefix: str, count: int, **fields: str) -> list[tuple[int, dict[str, str]]]:
    """Rows of so many cases; sure ones unless told otherwise."""
    return ticket_rows(count, opened_at=OPENED_AT, prefix=prefix, **{"confidence": SURE, **fields})


def _of(prefix: str) -> list[ColumnElement[bool]]:
    return [_cases.source_id.startswith(prefix)] if prefix else []


@dataclass
class Site:
    """An installation, its people and its processes."""

    place: Place
    processes: ForkServerContext
    parts: Parts
    engine: LocalEngine
    submitted: list[str] = field(default_factory=list)
    _started: list[ForkServerProcess] = field(default_factory=list)
    _people: dict[str, Person] = field(default_factory=dict)

    # --- processes

    def start(self, what: Callable[..., None], *args: Any, **kwargs: Any) -> ForkServerProcess:
        """Begin a process of this installation."""
        process = self.processes.Process(target=what, args=(self.place, *args), kwargs=kwargs)
        process.start()
        self._started.append(process)
        return process

    def run(self, what: Callable[..., None], *args: Any, **kwargs: Any) -> int:
        """Let a process run to its end; its exit code, -9 where it was killed."""
        process = self.start(what, *args, **kwargs)
        process.join(PATIENCE_S)
        code = process.exitcode
        assert isinstance(code, int), "the process did not end"
        return code

    def drain(self) -> None:
        """Restart the worker and let it finish what is open."""
        assert self.run(doomed.drain) == 0

    def close(self) -> None:
        """Leave no process and no connection behind."""
        for process in self._started:
            if process.is_alive():
                process.kill()
            process.join()
        self.parts.database.close()

    # --- people and what they ask

    def person(self, name: str = "ann", role: Role = Role.OPERATOR) -> Person:
        """Somebody of that name, an operator by default."""
        if name not in self._people:
            known = self.parts.store.reader.person(name)
            self._people[name] = known or self._add_person(name, role)
        return self._people[name]

    def _add_person(self, name: str, role: Role) -> Person:
        person = Person(
            id=PersonId(self.parts.ids.new()),
            name=name,
            display_name=name.title(),
            roles=frozenset({role}),
        )
        with SqlPeople(self.parts.database, self.parts.ids).begin() as work:
            work.add_account(
                Account(person=person, password_hash="", created_at=self.parts.clock.now())
            )
            work.commit()
        return person

    def submit(self, rows: Iterable[tuple[int, dict[str, str]]]) -> None:
        """Take in rows, and remember them as what may not be lost."""
        kept = list(rows)
        self.submitted += [row["number"] for _, row in kept]
        self.engine.submit(DESK, kept, submitted_by="test")

    def request(self, case: Case, kind: DecisionKind) -> DecideCase:
        """A form as the person would send it; an override names the other owner."""
        is_override = kind is DecisionKind.OVERRIDE
        agreed = ReasonCode.AGREED if kind is DecisionKind.APPROVE else ReasonCode.WRONG_TARGET
        return DecideCase(
            case_id=case.id,
            version=case.version,
            kind=kind,
            client_key=f"{case.source_id}:{case.version}",
            reason_code=agreed,
            tool="assign_owner" if is_override else "",
            arguments={"number": case.source_id, "owner": "south"} if is_override else {},
        )

    def claim(self, case: Case) -> None:
        """Take a case."""
        self.ask(ClaimCase(case_id=case.id))

    def decide(self, case: Case, kind: DecisionKind) -> Done:
        """Take a case and answer it."""
        self.claim(case)
        return self.ask(self.request(case, kind))

    def put_on_the_loop(self) -> None:
        """Sign an envelope in which what is a little unsure waits out a veto window."""
        wider = Wider(
            threshold=HandSetThreshold(min_confidence=0.5), veto_minutes=float(VETO_MINUTES)
        )
        document = stub_envelope(
            phase=Phase.ON_THE_LOOP, min_confidence=0.9, on_the_loop=wider
        ).to_yaml()
        kind = PolicyKind.ENVELOPE
        request = ProposeVersion(kind=kind, desk=DESK, document=document, note="a test", over=0)
        version = self.engine.execute(request, self.person("olga", Role.PRODUCT_OWNER)).version or 0
        sign = SignVersion(kind=kind, desk=DESK, version=version, over=0)
        self.engine.execute(sign, self.person("rhea", Role.RISK_OFFICER))

    def pass_window(self, source_id: str) -> None:
        """Let the time of a case's veto window be up now, as if all of it lay further back."""
        case = self.case(source_id)
        window = self.parts.store.reader.veto_window(case.action_id) if case.action_id else None
        if window is None or case.status is not CaseStatus.VETO_WINDOW:
            return
        shift = window.closes_at - self.parts.clock.now()
        table = tables.veto_windows
        moved = {"opened_at": window.opened_at - shift, "closes_at": window.closes_at - shift}
        if window.noticed_at is not None:
            moved["noticed_at"] = window.noticed_at - shift
        outages = tables.outages
        with self.parts.database.writer.begin() as connection:
            # What was before the window stays before it.
            connection.execute(delete(outages).where(outages.c.began_at < window.opened_at))
            connection.execute(
                update(table).where(table.c.action_id == window.action_id).values(**moved)
            )
            connection.execute(
                update(tables.cases)
                .where(_cases.id == case.id)
                .values(wake_at=window.closes_at - shift, lease_until=None)
            )

    def undo(self, case: Case) -> Done:
        """Ask to put back what a case's effect changed."""
        return self.ask(UndoEffect(case_id=case.id, version=case.version, reason="a test"))

    def ask(self, request: Request) -> Done:
        """Ask for something in this process."""
        return self.engine.execute(request, self.person())

    # --- what can be seen

    def case(self, source_id: str) -> Case:
        """A case by its source id."""
        return self.parts.store.reader.known_signals([("stub", source_id)])[("stub", source_id)]

    def standing(self, status: CaseStatus, prefix: str = "", limit: int = 1000) -> list[Case]:
        """Cases of a status whose source id begins so."""
        query = select(_cases.id).where(_cases.status == status.value, *_of(prefix))
        with self.parts.database.reader.connect() as connection:
            found = connection.execute(query.limit(limit)).scalars().all()
        return [self.parts.store.reader.case(CaseId(case_id)) for case_id in found]

    def count(self, status: CaseStatus, prefix: str) -> int:
        """How many cases of a status have a source id that begins so."""
        query = select(func.count()).where(_cases.status == status.value, *_of(prefix))
        with self.parts.database.reader.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def progress(self) -> int:
        """How many ledger entries the cases have."""
        with self.parts.database.reader.connect() as connection:
            total = connection.execute(select(func.sum(_cases.ledger_sequence))).scalar()
        return int(total or 0)

    @property
    def tickets(self) -> TicketBook:
        """The outside system."""
        return TicketBook(self.place.tickets)

    def book(self, prefix: str = "") -> list[tuple[str, str]]:
        """What the outside system says was done: (number, owner)."""
        entries = self.tickets.entries()
        return sorted((number, owner) for _, number, owner in entries if number.startswith(prefix))

    def faults(self) -> list[str]:
        """Everything lost, done twice or in disagreement."""
        found = reconcile.faults(self.parts, self.tickets, self.submitted)
        return found + reconcile.seal_faults(self.parts)


def open_site(place: Place, processes: ForkServerContext) -> Site:
    """An installation that is there."""
    parts = doomed.open_place(place)
    return Site(place=place, processes=processes, parts=parts, engine=engine_of(parts))


def make_site(place: Place, processes: ForkServerContext) -> Site:
    """A fresh installation whose stub desk has labels enough to act alone where it is sure."""
    site = open_site(place, processes)
    prepare(site.parts)
    site.person()
    right = rows_of("HR", RIGHT)
    wrong = rows_of("HW", WRONG, confidence=UNSURE)
    site.submit([*right, *wrong])
    site.drain()
    labels = [
        (number, {**row, "truth": truth})
        for rows, truth in ((right, "north"), (wrong, "south"))
        for number, row in rows
    ]
    site.engine.submit(DESK, labels, submitted_by="test")
    site.drain()
    return site


def copy_site(model: Place, folder: Path, processes: ForkServerContext) -> Site:
    """An installation like another one whose processes have all ended (SQLite)."""
    shutil.copytree(model.folder, folder)
    place = Place(folder=folder, url=f"sqlite:///{folder / 'countersign.db'}")
    site = open_site(place, processes)
    site.submitted = [row["number"] for _, row in [*rows_of("HR", RIGHT), *rows_of("HW", WRONG)]]
    return site
