"""Desks, schedules and signs of life: what the header, `doctor` and the schedules page show."""

from __future__ import annotations

from sqlalchemy import func, select

from engine.desk import Desk
from engine.domain.case import Origin
from engine.domain.case_status import OPEN
from engine.ports import Pause
from engine.service.demonstration_rows import DemonstrationRow, PersonaRow
from engine.service.rows import DeskRow, Health, ScheduleRow
from engine.store import tables
from engine.store.failures import translated
from engine.store.read_source import ReadSource
from engine.store.seals import count_unsealed

_case = tables.cases.c
_OPEN_VALUES = frozenset(status.value for status in OPEN)


class Signs:
    """Reads about the engine itself."""

    def __init__(self, source: ReadSource) -> None:
        """Read from this source."""
        self._source = source

    def desks(self) -> tuple[DeskRow, ...]:
        """The desks that run here, with their clocks and counts."""
        return tuple(self._desk(desk) for desk in self._source.desks.values())

    def _desk(self, desk: Desk) -> DeskRow:
        by_status = (
            select(_case.status, func.count().label("n"))
            .where(_case.desk == desk.name)
            .group_by(_case.status)
        )
        counts = {row.status: row.n for row in self._source.all(by_status)}
        replayed_to = self._source.reader.desk_time(desk.name)
        return DeskRow(
            name=desk.name,
            title=desk.title,
            goal=desk.goal,
            measure=desk.measure,
            clock=replayed_to or self._source.clock.now(),
            is_replaying=replayed_to is not None,
            cases=sum(counts.values()),
            open_cases=sum(n for status, n in counts.items() if status in _OPEN_VALUES),
            has_simulated=self._has_simulated(desk.name),
            titles=dict(desk.titles),
            values=dict(desk.values),
        )

    def _has_simulated(self, desk: str) -> bool:
        query = select(_case.id).where(_case.desk == desk, _case.origin == Origin.SIMULATED.value)
        return self._source.first(query.limit(1)) is not None

    def schedules(self) -> tuple[ScheduleRow, ...]:
        """Periodic jobs by name."""
        query = select(tables.schedules).order_by(tables.schedules.c.name)
        return tuple(
            ScheduleRow(
                name=row.name,
                every=row.every,
                last_run=row.last_run,
                next_run=row.next_run,
                failures=row.failures,
                last_error=row.last_error,
            )
            for row in self._source.all(query)
        )

    def health(self) -> Health:
        """Counts, the newest sign of life of a worker, and the brakes that are on."""
        source = self._source
        status = tables.effects.c.status
        cases = select(_case.status, func.count()).group_by(_case.status)
        effects = select(status, func.count()).group_by(status)
        seen = source.first(select(func.max(tables.workers.c.seen_at)))
        with translated(), source.database.reader.connect() as connection:
            unsealed = count_unsealed(connection)
        return Health(
            cases_by_status=dict(sorted((name, n) for name, n in source.all(cases))),
            effects_by_result=dict(sorted((name, n) for name, n in source.all(effects))),
            unsealed_entries=unsealed,
            worker_seen_at=seen[0],
            database=source.database.shown_url,
            pauses=tuple(pause.scope for pause in self.pauses()),
        )

    def demonstration(self) -> DemonstrationRow | None:
        """What this demonstration is, with those of its people whose accounts are open."""
        mark = self._source.reader.demonstration()
        if mark is None:
            return None
        known = {one.name: self._source.reader.person(one.name) for one in mark.personas}
        return DemonstrationRow(
            seed=mark.seed,
            begins_at=mark.begins_at,
            per_hour=mark.per_hour,
            personas=tuple(
                PersonaRow(name=one.name, display_name=person.display_name, what=one.what)
                for one in mark.personas
                if (person := known[one.name]) is not None and person.is_active
            ),
        )

    def pauses(self) -> tuple[Pause, ...]:
        """The brakes that are on, the oldest first."""
        found = self._source.reader.control().pauses
        return tuple(sorted(found, key=lambda pause: (pause.at, pause.scope)))
