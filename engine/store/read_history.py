"""A desk's history: its past recommendations as columns, each asked as the runtime asked it.

Read in parts of a few hundred cases over read-only connections, so that memory holds the columns
and one part. What became of them is `read_past`'s to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from engine.desk import Desk
from engine.domain.case import Origin
from engine.domain.decision import DecisionKind
from engine.domain.identity import ReasonerId
from engine.domain.outcome import LabelSource
from engine.domain.span import ChoiceKind
from engine.govern.history import DecisionHistory
from engine.govern.past_decisions import PastDecisions, Resolved
from engine.ports import Clock
from engine.runtime.asking import reasoner_of
from engine.runtime.policy import unearned
from engine.store import tables
from engine.store.database import Database
from engine.store.past_calls import PastCalls
from engine.store.past_rows import as_it_was, past_of, recommended, request_of
from engine.store.read_past import Past, pasts_of
from engine.store.reads import Reads, chunks

NO_RECOMMENDATION = "no recommendation"
"""What the decision log says was chosen where a reasoner had nothing to say."""

_case = tables.cases.c
_made = tables.recommendations.c
_action = tables.actions.c
_fact = tables.fact_sets.c
_outcome = tables.outcomes.c
_decision = tables.decisions.c
_choice = tables.choices.c


class _Key(NamedTuple):
    """A recommendation and when it was judged."""

    made_id: UUID
    case_id: UUID
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class _Present:
    """The desk's clock while its history is read."""

    now: datetime
    is_replay: bool
    """Whether the clock follows the desk's cases instead of the wall."""
    versions: Mapping[str, str]
    """By name, which version of each reasoner is the present one."""

    def unearned(self, row: Any) -> str:
        """Who made a recommendation in full, where another version is the present one."""
        return unearned(ReasonerId(row.reasoner or "", row.reasoner_version or ""), self.versions)


class HistoryReads(Reads):
    """Reads whole histories."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        desk_time: Callable[[str], datetime | None],
        versions_of: Callable[[str], Mapping[str, str]],
    ) -> None:
        """Read from a database.

        Args:
            database: Where from.
            clock: The wall clock.
            desk_time: How far a desk's replay clock has come; None where it runs live.
            versions_of: By name, which version of each reasoner of a desk is the present one: for
                these a version would be signed.
        """
        super().__init__(database)
        self._clock = clock
        self._desk_time = desk_time
        self._versions_of = versions_of

    def stamp(self, desk: Desk) -> str:
        """A text that changes whenever the desk's history may have changed; cheap to ask."""
        counts = (
            select(func.count()).select_from(tables.recommendations),
            select(func.count()).select_from(tables.outcomes),
            select(func.count()).where(_decision.taken_back_at.is_(None)),
            select(func.count()).select_from(tables.effects),
        )
        return "/".join(str(self._first(query)[0]) for query in counts)

    def read(self, desk: Desk) -> DecisionHistory:
        """All past recommendations of a desk, as of now.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        replayed_to = self._desk_time(desk.name)
        present = _Present(
            now=replayed_to or self._clock.now(),
            is_replay=replayed_to is not None,
            versions=self._versions_of(desk.name),
        )
        past, left_out, anchored = PastDecisions(), 0, 0
        passed_on = self._passed_on(desk)
        for key, row, became, calls in self._rows(desk, present):
            case = as_it_was(row, passed_on.get(row.id))
            request = request_of(desk, case, row, key.at, present.unearned(row))
            if request is None:
                left_out += 1
                continue
            anchored += became.is_anchored
            request = calls.before(key.made_id, case, desk).added_to(request)
            acted = calls.has_acted(key.made_id, case)
            past.add(replace(past_of(request, row, became), acted=acted))
        return past.history(
            desk=desk.name,
            origin=self._origin(desk),
            as_of=present.now,
            resolved=self._resolved(desk, present),
            unaided=self._unaided(desk, present),
            deciders=self._deciders(desk),
            anchored=anchored,
            left_out=left_out,
        )

    def _rows(self, desk: Desk, present: _Present) -> Iterator[tuple[_Key, Any, Past, PastCalls]]:
        """Every recommendation with what became of it, in the order they were judged in.

        Beside it are the calls of its case, if that has several recommendations.
        """
        keys = self._keys(desk, present)
        made_for = Counter(key.case_id for key in keys)
        for part in chunks(keys):
            several = {key.case_id for key in part if made_for[key.case_id] > 1}
            calls = PastCalls(self._all, list(several))
            query = recommended([key.made_id for key in part])
            rows = {row.made_id: row for row in self._all(query)}
            made = {made_id: row.action for made_id, row in rows.items()}
            became = pasts_of(self._all, made, list({row.id for row in rows.values()}))
            for key in part:
                if key.made_id in rows:
                    yield key, rows[key.made_id], became[key.made_id], calls

    def _keys(self, desk: Desk, present: _Present) -> Sequence[_Key]:
        # Under a replay clock a case is judged at its own moment, else when its round began.
        at = _made.as_of if present.is_replay else _made.created_at
        query = (
            select(_made.id, _made.case_id, at.label("at"))
            .join(tables.cases, _case.id == _made.case_id)
            .where(_case.desk == desk.name)
            .order_by(at, _made.id)
        )
        return [_Key(row.id, row.case_id, row.at) for row in self._all(query)]

    # --- beside the recommendations --------------------------------------------------------

    def _origin(self, desk: Desk) -> Origin:
        """A desk holds one kind of data; what holds any simulated data is simulated."""
        query = select(_case.id).where(
            _case.desk == desk.name, _case.origin == Origin.SIMULATED.value
        )
        return Origin.REAL if self._first(query.limit(1)) is None else Origin.SIMULATED

    def _resolved(self, desk: Desk, present: _Present) -> Sequence[Resolved]:
        """What calibration and rolling cuts ate, from when on they could."""
        query = (
            select(
                _outcome.known_at,
                _outcome.recorded_at,
                _outcome.raw_confidence,
                _outcome.is_recommendation_correct,
                _made.reasoner,
                _made.reasoner_version,
            )
            .join(tables.cases, _case.id == _outcome.case_id)
            .outerjoin(tables.recommendations, _made.id == _outcome.recommendation_id)
            .where(
                _outcome.desk == desk.name,
                _outcome.label_source == LabelSource.RECORD.value,
                _outcome.raw_confidence.is_not(None),
            )
            .order_by(_outcome.known_at, _case.source_id)
        )
        found = [
            Resolved(
                # On a live desk a truth may be told late; it counted from then on.
                known_at=row.known_at if present.is_replay else max(row.known_at, row.recorded_at),
                score=row.raw_confidence,
                is_correct=bool(row.is_recommendation_correct),
                reasoner=reasoner_of(row.reasoner or "", desk),
                unearned=present.unearned(row),
            )
            for row in self._all(query)
        ]
        return sorted(found, key=lambda one: one.known_at)

    def _unaided(self, desk: Desk, present: _Present) -> Sequence[datetime]:
        """When people got a case without a recommendation."""
        query = (
            select(_case.as_of, _choice.at)
            .select_from(tables.choices)
            .join(tables.cases, _case.id == _choice.case_id)
            .where(
                _case.desk == desk.name,
                _choice.kind == ChoiceKind.RECOMMEND.value,
                _choice.chosen == NO_RECOMMENDATION,
            )
        )
        return sorted(row.as_of if present.is_replay else row.at for row in self._all(query))

    def _passed_on(self, desk: Desk) -> dict[UUID, datetime]:
        """When each case that a person passed on was passed on first."""
        query = (
            select(_decision.case_id, func.min(_decision.decided_at).label("at"))
            .join(tables.cases, _case.id == _decision.case_id)
            .where(_case.desk == desk.name, _decision.kind == DecisionKind.ESCALATE.value)
            .group_by(_decision.case_id)
        )
        return {row.case_id: row.at for row in self._all(query)}

    def _deciders(self, desk: Desk) -> int:
        query = (
            select(func.count(_decision.person_id.distinct()))
            .join(tables.cases, _case.id == _decision.case_id)
            .where(_case.desk == desk.name, _decision.taken_back_at.is_(None))
        )
        return int(self._first(query)[0])
