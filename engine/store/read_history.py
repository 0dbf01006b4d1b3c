"""A desk's history: its past recommendations as columns, each asked as the runtime asked it.

Read in parts of a few hundred cases over read-only connections, so that memory holds the columns
and one part. What became of them is `read_past`'s to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy import case as sql_case

from engine.desk import Desk
from engine.domain.case import Case, Origin
from engine.domain.decision import DecisionKind
from engine.domain.outcome import LabelSource
from engine.domain.span import ChoiceKind
from engine.domain.verdict import RuleResult, VerdictKind
from engine.errors import InvalidRequest
from engine.govern.history import DecisionHistory
from engine.govern.past_decisions import PastDecision, PastDecisions, Resolved
from engine.govern.request import AuthorizationRequest
from engine.govern.rules import MALFORMED
from engine.ports import Clock, EffectTool
from engine.runtime.asking import Call, Moment, Sureness, ask, reasoner_of
from engine.store import case_rows, mapping, tables
from engine.store.database import Database
from engine.store.read_labels import IS_RECOMMENDED
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
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class _Present:
    """The desk's clock while its history is read."""

    now: datetime
    is_replay: bool
    """Whether the clock follows the desk's cases instead of the wall."""


class HistoryReads(Reads):
    """Reads whole histories."""

    def __init__(
        self, database: Database, *, clock: Clock, desk_time: Callable[[str], datetime | None]
    ) -> None:
        """Read from a database.

        Args:
            database: Where from.
            clock: The wall clock.
            desk_time: How far a desk's replay clock has come; None where it runs live.
        """
        super().__init__(database)
        self._clock = clock
        self._desk_time = desk_time

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
        present = _Present(now=replayed_to or self._clock.now(), is_replay=replayed_to is not None)
        past, left_out, anchored = PastDecisions(), 0, 0
        passed_on = self._passed_on(desk)
        for key, row, became in self._rows(desk, present):
            case = _as_it_was(row, passed_on.get(row.id))
            request = _request(desk, case, row, key.at)
            if request is None:
                left_out += 1
                continue
            anchored += became.is_anchored
            past.add(_past(request, row, became))
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

    def _rows(self, desk: Desk, present: _Present) -> Iterator[tuple[_Key, Any, Past]]:
        """Every recommendation with what became of it, in the order they were judged in."""
        for part in chunks(self._keys(desk, present)):
            query = _recommended([key.made_id for key in part])
            rows = {row.made_id: row for row in self._all(query)}
            made = {made_id: row.action for made_id, row in rows.items()}
            became = pasts_of(self._all, made, list({row.id for row in rows.values()}))
            for key in part:
                if key.made_id in rows:
                    yield key, rows[key.made_id], became[key.made_id]

    def _keys(self, desk: Desk, present: _Present) -> Sequence[_Key]:
        # Under a replay clock a case is judged at its own moment, else when its round began.
        at = _made.as_of if present.is_replay else _made.created_at
        query = (
            select(_made.id, at.label("at"))
            .join(tables.cases, _case.id == _made.case_id)
            .where(_case.desk == desk.name)
            .order_by(at, _made.id)
        )
        return [_Key(row.id, row.at) for row in self._all(query)]

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


def _recommended(made_ids: Sequence[UUID]) -> Select[Any]:
    """Recommendations with their cases, first actions, and the facts they were made from."""
    return (
        select(
            *(column for column in tables.cases.c if column.name != "payload"),
            _made.id.label("made_id"),
            _made.created_at.label("made_at"),
            _made.reasoner,
            _made.raw_confidence,
            _made.confidence.label("calibrated"),
            _made.is_calibrated,
            _made.draft,
            _action.id.label("action"),
            _action.tool,
            _action.arguments,
            sql_case((_action.verdict == VerdictKind.DENY.value, _action.rules)).label("denied"),
            _fact.case_id,
            _fact.revision,
            _fact.digest,
            _fact.facts,
        )
        .select_from(tables.recommendations)
        .join(tables.cases, _case.id == _made.case_id)
        .join(tables.actions, and_(_action.recommendation_id == _made.id, IS_RECOMMENDED))
        .join(
            tables.fact_sets,
            and_(_fact.case_id == _made.case_id, _fact.revision == _made.facts_revision),
        )
        .where(_made.id.in_(made_ids))
    )


def _as_it_was(row: Any, passed_on_at: datetime | None) -> Case:
    """The case with the role it waited for when it was judged: the row tells today's."""
    was_passed_on = passed_on_at is not None and passed_on_at < row.made_at
    return replace(case_rows.case_of(row), role=(row.role or "another") if was_passed_on else "")


def _request(desk: Desk, case: Case, row: Any, at: datetime) -> AuthorizationRequest | None:
    """The request as the runtime made it; None where the desk has that tool no longer."""
    tool = desk.effect_tool(row.tool)
    if tool is None:
        return None
    return ask(
        case,
        desk,
        Call(contract=tool.contract, arguments=row.arguments, problem=_problem(tool, row)),
        Moment(at=at, facts=mapping.fact_set_of(row)),
        sureness=Sureness(
            reasoner=row.reasoner,
            confidence=row.calibrated,
            is_calibrated=row.is_calibrated,
            score=row.raw_confidence,
            unseen=tuple(row.draft["unseen"]),
        ),
    )


def _problem(tool: EffectTool, row: Any) -> str:
    """What was wrong with a call: by its contract, or as it was found when it was judged."""
    try:
        tool.contract.check_arguments(row.arguments)
    except InvalidRequest as error:
        return error.message
    found = map(RuleResult.from_json, row.denied or ())
    return next((one.seen for one in found if one.rule == MALFORMED and not one.is_kept), "")


def _past(request: AuthorizationRequest, row: Any, became: Past) -> PastDecision:
    return PastDecision(
        request=request,
        case_id=str(row.id),
        text=f"{row.source_id}: {row.title}",
        happened=became.happened,
        truth=became.truth,
        label_probability=became.label_probability,
        known_at=became.known_at,
        decide_ms=became.decide_ms,
    )
