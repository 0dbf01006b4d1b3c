"""Worlds of the incidents desk, and a look into its incident system from outside of the engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine, create_engine, make_url

from engine.desk import Desk
from engine.desks.incidents import itsm_tables as tables
from engine.desks.incidents.desk import default_envelope, incidents_desk
from engine.desks.incidents.itsm import Itsm
from engine.domain.budget import Period
from engine.domain.case import Origin
from engine.domain.phase import Phase
from engine.govern.envelope import EnvelopeDocument
from engine.govern.limits import Budget, RollingThreshold
from engine.perceive.files import read_rows
from engine.service.engine import Submitted
from engine.testing.world import FakeClock, World, make_world


def bounded_envelope(risk_limit: float = 0.10, **limits: object) -> str:
    """The shipped envelope, with software acting alone up to a share of errors, as YAML."""
    shipped = default_envelope()
    changes: dict[str, object] = {
        "phase": Phase.BOUNDED,
        "threshold": RollingThreshold(risk_limit=risk_limit),
        "budgets": (Budget(per=Period.HOUR, executions=10_000),),
    }
    cell = shipped.cells[0].model_copy(update=changes | limits)
    return EnvelopeDocument(desk=shipped.desk, note="bounded", cells=(cell,)).to_yaml()


@dataclass(frozen=True, kw_only=True, slots=True)
class ItsmIncident:
    """An incident as the incident system has it."""

    state: str
    group: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ItsmCall:
    """A call that changed something in the incident system."""

    key: str
    number: str
    group: str


class ItsmView:
    """Reads the incident system's own tables."""

    def __init__(self, url: str) -> None:
        """Look at this database."""
        parsed = make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        self._engine: Engine = create_engine(parsed)

    def incident(self, number: str) -> ItsmIncident:
        """One incident."""
        return self.incidents()[number]

    def incidents(self) -> Mapping[str, ItsmIncident]:
        """All incidents by number."""
        with self._engine.connect() as connection:
            return {
                row.number: ItsmIncident(state=row.state, group=row.assignment_group)
                for row in connection.execute(tables.incident.select())
            }

    def calls(self) -> list[ItsmCall]:
        """Every call that acted, in the order of their keys."""
        with self._engine.connect() as connection:
            found = connection.execute(tables.operation.select().order_by(tables.operation.c.key))
            return [_call(row.key, json.loads(row.result)) for row in found]

    def calls_on(self, number: str) -> list[str]:
        """The groups an incident was given to, first to last."""
        return [call.group for call in self.calls() if call.number == number]

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()


def _call(key: str, result: Mapping[str, str]) -> ItsmCall:
    return ItsmCall(key=key, number=result["number"], group=result["assignment_group"])


@dataclass
class IncidentWorld:
    """The engine with the incidents desk, and its incident system."""

    world: World
    itsm: ItsmView

    def submit_file(self, file: Path, *, origin: Origin = Origin.REAL) -> Submitted:
        """Take in a file as history."""
        return self.world.submit(
            read_rows(file, self.world.desk.intake), is_replay=True, origin=origin
        )

    def use_desk(self, change: Callable[[Desk], Desk]) -> None:
        """Go on with another desk on the same database."""
        desks = {"incidents": change(self.world.desk)}
        parts = replace(self.world.parts, desks=desks)
        self.world = replace(self.world, parts=parts, _engine=None)

    def close(self) -> None:
        """Give back all connections."""
        self.itsm.close()
        system = self.world.desk.system
        if isinstance(system, Itsm):
            system.close()
        self.world.close()


def make_incident_world(folder: Path, *, database_url: str = "") -> IncidentWorld:
    """A fresh world; on PostgreSQL the incident system lies beside the engine's tables."""
    is_server = database_url.startswith("postgresql")
    itsm_url = database_url if is_server else f"sqlite:///{folder / 'itsm.db'}"

    def desks(place: Path, clock: FakeClock) -> Mapping[str, Desk]:
        return {"incidents": incidents_desk(itsm_url=itsm_url, clock=clock)}

    folder.mkdir(parents=True, exist_ok=True)
    world = make_world(folder, desks, database_url=database_url)
    return IncidentWorld(world=world, itsm=ItsmView(itsm_url))
