"""Learning of one desk: the fit, calibration and threshold in force at a moment of its clock.

Drives the same state machine as the backtest (`engine.learn.rolling`) from the store: labels
mature in (known_at, source id) order, merged with cases in the order in which they were opened.
Everything is a function of labels known strictly before the moment asked about.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from threading import RLock

from engine.desk import Desk, Learning
from engine.domain.actor import ENGINE
from engine.domain.fact import FactSet
from engine.domain.identity import ReasonerId
from engine.domain.ids import ModelVersionId
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.precedent import FittedPrecedent, LabelledCase
from engine.errors import ModelError
from engine.govern.calibrate import Calibration
from engine.govern.threshold import RollingThreshold
from engine.learn.fit_precedent import fit_precedent
from engine.learn.rolling import ResolvedPrediction, RollingState
from engine.ports import Clock, Ids, ModelVersion, Store
from engine.reason.memory_reasoner import NAME as MEMORY
from engine.runtime.memory import DeskMemory, memory_of

log = logging.getLogger("countersign.learning")

EARLIEST = datetime.min.replace(tzinfo=UTC)


class DeskLearning:
    """What a learned desk knows, advanced in the order of its clock; one thread at a time."""

    def __init__(
        self, desk: Desk, learning: Learning, *, store: Store, clock: Clock, ids: Ids
    ) -> None:
        """Rebuild the state from what the store holds."""
        self._desk = desk
        self._own = desk.reasoner_id
        self._learning = learning
        self._store = store
        self._clock = clock
        self._ids = ids
        self._is_doubtful = True
        self._lock = RLock()
        self._memory = memory_of(desk, learning, store=store, clock=clock, ids=ids)
        self.recover()

    def doubt(self) -> None:
        """What was learned may not have been committed; `recover` starts from the store again."""
        self._is_doubtful = True

    def recover(self) -> None:
        """Rebuild the state from the store where it is in doubt."""
        with self._lock:
            if self._is_doubtful:
                self._rebuild()

    def _rebuild(self) -> None:
        self._fitted: FittedPrecedent | None = None
        self._moment: datetime | None = None
        self._rows: list[LabelledCase] = []
        self._asked = EARLIEST
        self._observed = EARLIEST
        self._count = 0
        self.state = RollingState(self._learning.procedure)
        """Of the desk's own reasoner as it is now."""
        self._others: dict[ReasonerId, RollingState] = {}
        """Of each other one, and of each version: what one means by its confidence says nothing of
        another."""
        self._load()
        self._is_doubtful = False

    def _load(self) -> None:
        reader = self._store.reader
        horizon = reader.desk_time(self._desk.name) or self._clock.now()
        for known in reader.labelled_predictions(self._desk.name, horizon):
            self._observe(known.known_at, known.raw_confidence, known.is_correct, known.by)
        for row in reader.training_rows(self._desk.name, horizon):
            self._remember(row.case_id, row.observed_at, row.label_known_at, row.facts, row.label)

    def observe(
        self,
        *,
        source_id: str,
        observed_at: datetime,
        known_at: datetime,
        facts: FactSet | None,
        truth: str,
        raw_confidence: float | None,
        is_correct: bool | None,
        by: ReasonerId | None = None,
    ) -> None:
        """Learn one truth, once it has become known."""
        with self._lock:
            if facts is not None:
                self._remember(source_id, observed_at, known_at, facts, truth)
            if raw_confidence is not None and is_correct is not None:
                self._observe(known_at, raw_confidence, is_correct, by)

    def _state_of(self, by: ReasonerId | None) -> RollingState:
        """What is known of the confidence of a reasoner; None: the desk's own."""
        if by is None or by == self._own:
            return self.state
        known = self._others.get(by)
        if known is None:
            known = self._others[by] = RollingState(self._learning.procedure)
        return known

    def _observe(
        self, known_at: datetime, raw_confidence: float, is_correct: bool, by: ReasonerId | None
    ) -> None:
        """On a live desk a truth may arrive late; it counts from then on."""
        if self._is_of_memory(by):  # it judges itself, by every case
            return
        self._observed = max(known_at, self._asked, self._observed)
        self._count += 1
        self._state_of(by).observe_label(
            ResolvedPrediction(
                case_id=f"{self._count:012d}",
                known_at=self._observed,
                raw_confidence=raw_confidence,
                is_correct=is_correct,
            )
        )

    def _present(self, at: datetime) -> datetime:
        """Questions come in the order of time; a late one gets the newest answer."""
        self._asked = max(at, self._asked)
        return self._asked

    def fitted_at(self, at: datetime) -> FittedPrecedent | None:
        """The fit in force at a moment, fitted now if it is due; None: too few labels yet."""
        with self._lock:
            moment = self.state.model_moment(self._present(at))
            if moment != self._moment:
                self._fitted = self._stored(moment) or self._fit(moment)
                self._moment = moment
            return self._fitted

    def fitted_before(self, at: datetime) -> FittedPrecedent | None:
        """The fit that was in force at a moment long past, as it was kept; None: there was none.

        For a second look at an old case: no label that became known later may tell on it.
        """
        identity = self._learning.procedure.identity
        version = self._store.reader.model_version(self._desk.name, identity, at)
        return None if version is None else FittedPrecedent.from_bytes(version.content)

    @property
    def memory(self) -> DeskMemory | None:
        """Its library of precedents; None where the desk keeps none."""
        return self._memory

    def _is_of_memory(self, by: ReasonerId | None) -> bool:
        return self._memory is not None and by is not None and by.name == MEMORY

    def calibration_at(self, at: datetime, by: ReasonerId | None = None) -> Calibration:
        """The calibration of a reasoner in force at a moment."""
        with self._lock:
            if self._memory is not None and self._is_of_memory(by):
                return self._memory.calibration_at(at)
            return self._state_of(by).calibration_at(self._present(at))

    def threshold_at(
        self, at: datetime, risk_limit: float, by: ReasonerId | None = None
    ) -> RollingThreshold:
        """The rolling threshold of a reasoner in force at a moment."""
        with self._lock:
            if self._memory is not None and self._is_of_memory(by):
                return self._memory.threshold_at(at, risk_limit)
            return self._state_of(by).threshold_at(self._present(at), risk_limit)

    def _remember(
        self,
        source_id: str,
        observed_at: datetime,
        known_at: datetime,
        facts: FactSet,
        label: str,
    ) -> None:
        features: Mapping[str, str] = self._learning.features(facts)
        self._rows.append(
            LabelledCase(
                case_id=source_id,
                observed_at=observed_at,
                label_known_at=known_at,
                features=features,
                label=label,
            )
        )

    def _stored(self, moment: datetime) -> FittedPrecedent | None:
        version = self._store.reader.model_version(
            self._desk.name, self._learning.procedure.identity, moment
        )
        if version is None or version.as_of != moment:
            return None
        try:
            return FittedPrecedent.from_bytes(version.content)
        except ModelError as error:
            log.warning("the stored fit of %s is damaged and is made anew: %s", moment, error)
            return None

    def _fit(self, moment: datetime) -> FittedPrecedent | None:
        rows = sorted(
            (row for row in self._rows if row.label_known_at < moment),
            key=lambda row: (row.observed_at, row.case_id),
        )
        fitted = fit_precedent(rows, self._learning.procedure, moment)
        if fitted is not None:
            self._keep(fitted)
        return fitted

    def _keep(self, fitted: FittedPrecedent) -> None:
        now = self._clock.now()
        version = ModelVersion(
            id=ModelVersionId(self._ids.new()),
            desk=self._desk.name,
            procedure_hash=self._learning.procedure.identity,
            as_of=fitted.as_of,
            data_hash=fitted.data_hash,
            rows=fitted.rows,
            content=fitted.to_bytes(),
            fitted_at=now,
        )
        entry = EntryDraft(
            kind=EventKind.MODEL_FITTED,
            actor=ENGINE,
            at=now,
            payload={
                "as_of": fitted.as_of,
                "procedure": version.procedure_hash,
                "data": fitted.data_hash,
                "rows": fitted.rows,
            },
        )
        with self._store.begin() as unit:
            unit.learned.add_model_version(version)
            unit.append(f"desk:{self._desk.name}", [entry])
            unit.commit()
