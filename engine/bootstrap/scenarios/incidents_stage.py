"""Stage of the incidents desk: an ITSM in a file of its own, its past, and its books."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine

from engine.bootstrap.demonstration.clockwork import HistoryClock
from engine.bootstrap.scenarios.entrants import ENTRANTS, Entrant
from engine.bootstrap.scenarios.incidents_suite import IncidentScenario, Standing, Ticket
from engine.bootstrap.scenarios.room import Past, Room, acting_alone, open_room
from engine.bootstrap.scenarios.texts import said
from engine.desk import Desk
from engine.desks.incidents import incidents_desk
from engine.desks.incidents import itsm_tables as tables
from engine.desks.incidents.desk import default_envelope
from engine.desks.incidents.sample import make_rows
from engine.errors import IntakeError
from engine.learn.scenarios.judging import Books, Call, Ending, Happened
from engine.settings import Settings

STRANGERS = "INC-2001"
"""An incident that no scenario is about."""
ACTIONS = frozenset({"assign_group", "add_work_note"})
LINES = frozenset({"state", "group", "notes"})
"""Of an incident, in the books."""
_LAST = "INC-2000"
"""Of the last day of the past: with it, the fit of that day is there."""
_PAST_ROWS = 420
"""Incidents of the shipped sample, from its beginning: what the precedents are fitted on."""


@dataclass(kw_only=True)
class IncidentsStage:
    """Runs the incidents desk's scenarios; `close` it."""

    settings: Settings
    _past: Past = field(init=False)

    def __post_init__(self) -> None:
        """Make nothing yet."""
        self._past = Past(make=self._make_past)

    def close(self) -> None:
        """Remove what was made."""
        self._past.close()

    def play(self, scenario: IncidentScenario, entrant: Entrant) -> Happened:
        """Run one scenario once.

        Raises:
            ConfigError: The entrant cannot run here.
        """
        with self._past.copied() as (folder, now):
            clock = HistoryClock(now)
            with (
                _itsm(folder) as books,
                open_room(
                    folder, clock, _desk(folder, clock), self.settings, entrant, seed=2
                ) as room,
            ):
                row = row_of(scenario.ticket, clock.now())
                _stand(room, books, row, scenario.itsm, now)
                return _happened(room, row, _Look(itsm=books, number=row["case_id"]))

    def _make_past(self, folder: Path) -> datetime:
        rows = list(make_rows())[:_PAST_ROWS]
        ends_at = max(datetime.fromisoformat(row["opened_at"]) for row in rows)
        now = ends_at.replace(tzinfo=UTC) + timedelta(days=1)
        clock = HistoryClock(now)
        own = ENTRANTS["precedent"]
        desk = incidents_desk(itsm_url=_url(folder), clock=clock)
        with open_room(folder, clock, desk, self.settings, own, seed=1) as room:
            room.submit([*rows, row_of(Ticket(number=_LAST), now)], is_replay=True)
            room.work()
        return clock.now()


def row_of(ticket: Ticket, now: datetime) -> dict[str, str]:
    """The incident as a line of the intake's format."""
    told = {
        "contact_type": ticket.contact_type,
        "location": ticket.location,
        "category": ticket.category,
        "subcategory": ticket.subcategory,
        "u_symptom": ticket.symptom,
        "cmdb_ci": ticket.configuration_item,
        "impact": ticket.impact,
        "urgency": ticket.urgency,
        "opened_by": ticket.opened_by,
        "caller_id": ticket.caller,
        "initial_assignment_group": ticket.dispatcher,
    }
    return {
        "case_id": ticket.number,
        "opened_at": (now - timedelta(hours=ticket.opened_hours_ago)).isoformat(),
        "priority": ticket.priority,
        **{name: said(text) for name, text in told.items()},
    }


def _desk(folder: Path, clock: HistoryClock) -> Desk:
    desk = incidents_desk(itsm_url=_url(folder), clock=clock)
    return replace(desk, envelope=acting_alone(default_envelope()))


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / 'itsm.db'}"


@contextmanager
def _itsm(folder: Path) -> Iterator[Engine]:
    """The ITSM's own tables, beside the engine."""
    found = create_engine(_url(folder))
    try:
        yield found
    finally:
        found.dispose()


def _stand(
    room: Room, books: Engine, row: Mapping[str, str], standing: Standing, now: datetime
) -> None:
    """Put the incident and a stranger's into the ITSM, the first as it stands by now."""
    desk = room.desk
    stranger = row_of(Ticket(number=STRANGERS), now)
    taken = [desk.intake.read(stranger)]
    with suppress(IntakeError):  # what the intake refuses stands nowhere
        taken.append(desk.intake.read(row))
    desk.system.receive(taken)
    if standing.state != tables.NEW and standing.group is not None:
        with books.begin() as connection:
            group = {"name": standing.group}
            connection.execute(
                tables.add_missing(tables.assignment_group, connection.dialect), group
            )
            moved = {"of_number": row["case_id"], "to_group": standing.group}
            connection.execute(
                tables.set_group, {**moved, "to_state": standing.state, "at": now.isoformat()}
            )


def _happened(room: Room, row: Mapping[str, str], look: _Look) -> Happened:
    before = look.books()
    submitted = room.submit([row], is_replay=True)
    refused = submitted.rejected[0].reason if submitted.rejected else ""
    if not refused:
        room.work()
    ended = None if refused else room.ended(submitted.case_ids[0])
    return Happened(
        ending=ended.ending if ended else Ending.REFUSED,
        said=ended.said if ended else refused,
        target=row["case_id"],
        recommended=ended.recommended if ended else (),
        before=before,
        after=look.books(),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Look:
    """A look into the ITSM's own tables, from outside of the engine."""

    itsm: Engine
    number: str

    def books(self) -> Books:
        """How the incident and the stranger's stand, and what was called."""
        with self.itsm.connect() as connection:
            numbers = (self.number, STRANGERS)
            return Books(
                lines={number: _incident(connection, number) for number in numbers},
                calls=tuple(_calls(connection)),
            )


def _incident(connection: Connection, number: str) -> Mapping[str, str]:
    found = connection.execute(tables.incident_of_number, {"of_number": number}).one_or_none()
    if found is None:
        return {}
    notes = tables.work_note
    written = connection.execute(notes.select().where(notes.c.number == number)).all()
    return {
        "state": found.state,
        "group": found.assignment_group,
        "notes": "\n".join(note.text for note in written),
    }


def _calls(connection: Connection) -> Iterator[Call]:
    """Calls that acted; in its past the desk never acted, so all are the scenario's."""
    operations = tables.operation
    for row in connection.execute(operations.select().order_by(operations.c.done_at)):
        yield Call(tool=row.tool, target=str(json.loads(row.result)["number"]))
