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
from engine.desks.incidents import itsm_tables as tables
from engine.desks.incidents.desk import default_envelope, incidents_desk
from engine.desks.incidents.intake import LABEL_COLUMNS
from engine.desks.incidents.itsm_tables import ASSIGNED
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
_LIVE_ROWS, _LIVE_KNOWN = 160, 130
"""Incidents of the past of a reasoner that has runs, and of how many the truth is known."""
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
        with self._past.copied(entrant) as (folder, now):
            clock = HistoryClock(now)
            with (
                _itsm(folder) as books,
                open_room(
                    folder, clock, _desk(folder, clock), self.settings, entrant, seed=2
                ) as room,
            ):
                row = row_of(scenario.ticket, clock.now())
                _stand(room, books, row, scenario.itsm, now)
                look = _Look(itsm=books, number=row["case_id"])
                return _happened(room, row, look, is_replay=not entrant.has_runs)

    def _make_past(self, folder: Path, entrant: Entrant) -> datetime:
        if entrant.has_runs:
            return self._make_live_past(folder, entrant)
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

    def _make_live_past(self, folder: Path, entrant: Entrant) -> datetime:
        """Incidents that came in live: of most the truth is known, the last are being worked on."""
        rows = list(make_rows())[:_LIVE_ROWS]
        known = rows[:_LIVE_KNOWN]
        clock = HistoryClock(max(_moment(row["opened_at"]) for row in rows))
        desk = incidents_desk(itsm_url=_url(folder), clock=clock)
        with (
            _itsm(folder) as books,
            open_room(folder, clock, desk, self.settings, entrant, seed=1) as room,
        ):
            room.submit(map(_untold, rows))
            room.work()
            for row in rows[_LIVE_KNOWN:]:
                _give(books, row["case_id"], ASSIGNED, row["y_final_group"], clock.now())
            clock.move_to(max(_moment(row["label_known_at"]) for row in known))
            room.submit(known)
            room.work()
            clock.move_to(clock.now() + timedelta(days=1))
            room.work()
        return clock.now()


def _moment(said: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=UTC)


def _untold(row: Mapping[str, str]) -> dict[str, str]:
    """A line as it came in, before anything of its end was known."""
    return {name: told for name, told in row.items() if name not in LABEL_COLUMNS}


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
        _give(books, row["case_id"], standing.state, standing.group, now)


def _give(books: Engine, number: str, state: str, group: str, at: datetime) -> None:
    """Let somebody outside of the engine give an incident to a group."""
    with books.begin() as connection:
        missing = tables.add_missing(tables.assignment_group, connection.dialect)
        connection.execute(missing, {"name": group})
        moved = {"of_number": number, "to_group": group, "to_state": state}
        connection.execute(tables.set_group, {**moved, "at": at.isoformat()})


def _happened(room: Room, row: Mapping[str, str], look: _Look, *, is_replay: bool) -> Happened:
    before = look.books()
    submitted = room.submit([row], is_replay=is_replay)
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
