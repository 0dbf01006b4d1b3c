"""Memory of one desk: its library over the store, kept up to date, and what it says of a case."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from threading import RLock
from typing import Any

from engine.desk import Desk, Learning
from engine.domain.actor import ENGINE
from engine.domain.case import Case
from engine.domain.fact import FactSet
from engine.domain.ids import ModelVersionId
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.memory import Library, Remembered
from engine.domain.precedent import PrecedentProcedure
from engine.domain.recommendation import Draft
from engine.govern.calibrate import Calibration
from engine.govern.threshold import RollingThreshold
from engine.ports import CaseTruth, Clock, Ids, ModelVersion, Store
from engine.reason.likeness import Answer, Asked, answer_of
from engine.reason.memory_reasoner import Recall, kind_of
from engine.runtime.remembering import Remembering, retired

_EACH = 200
"""Cases whose facts are read at once."""

log = logging.getLogger("countersign.memory")


class DeskMemory:
    """What a desk remembers; reads nothing before it is asked."""

    def __init__(
        self,
        desk: Desk,
        recall: Recall,
        procedure: PrecedentProcedure,
        *,
        store: Store,
        clock: Clock,
        ids: Ids,
    ) -> None:
        """Bind a desk that says how it remembers.

        Args:
            desk: The desk.
            recall: How.
            procedure: How the confidence of its reasoners is calibrated.
            store: Where its cases are.
            clock: Dates what is written.
            ids: New identifiers.
        """
        self._desk = desk
        self._recall = recall
        self._store = store
        self._clock = clock
        self._ids = ids
        self._remembering = Remembering(recall, procedure)
        self._moment: datetime | None = None
        self._lock = RLock()

    def draft(self, case: Case, facts: FactSet, at: datetime) -> Draft | None:
        """What the precedents of a case agree on; None: memory has nothing to say.

        Args:
            case: The case.
            facts: Its facts.
            at: The desk's present. What became known after the case came in does not count, so
                that a second look at an old one finds what the first did.
        """
        with self._lock:
            library = self._library_at(at)
            if library is None:
                return None
            asked = self._recall.asked(case, facts, min(case.as_of, at))
            return self._recall.draft(case, facts, self._answer(library, asked))

    def _answer(self, library: Library, asked: Asked) -> Answer | None:
        """What the nearest cases speak for, without those that have turned by this very moment."""
        left_out: frozenset[str] = frozenset()
        while (answer := answer_of(library, asked, left_out)) is not None:
            turned = self._turned({one.source_id for one in answer.near}) - left_out
            if not turned:
                break
            left_out |= turned
        return answer

    def calibration_at(self, at: datetime) -> Calibration:
        """The calibration of what memory says, in force at a moment."""
        with self._lock:
            self._library_at(at)
            return self._remembering.state.calibration_at(self._remembering.present(at))

    def threshold_at(self, at: datetime, risk_limit: float) -> RollingThreshold:
        """The confidence that a risk limit asks of memory at a moment."""
        with self._lock:
            self._library_at(at)
            return self._remembering.state.threshold_at(self._remembering.present(at), risk_limit)

    def _library_at(self, at: datetime) -> Library | None:
        """The library in force, made now if it is due; None: there is no precedent yet."""
        moment = self._remembering.due(at)
        if moment != self._moment:
            self._learn(moment)
            library = self._remembering.renew(moment)
            self._moment = moment
            if library is not None:
                self._keep(library)
        self._remembering.present(at)
        return self._remembering.library

    def _learn(self, moment: datetime) -> None:
        """Read what became known since, and what has turned."""
        truths = self._store.reader.truths(self._desk.name, moment)
        known = self._remembering.known
        new = [one for one in truths if str(one.case_id) not in known]
        old = [one for one in truths if str(one.case_id) in known]
        for start in range(0, len(new), _EACH):
            self._remembering.tell(self._first_seen(new[start : start + _EACH]))
        self._remembering.tell(self._as_now(one, known[str(one.case_id)]) for one in old)

    def _first_seen(self, truths: list[CaseTruth]) -> Iterable[Remembered]:
        seen = self._store.reader.first_seen([one.case_id for one in truths])
        for one in truths:
            if one.case_id in seen:
                yield self._remembered(one, *seen[one.case_id])

    def _remembered(self, truth: CaseTruth, case: Case, facts: FactSet) -> Remembered:
        recall = self._recall
        return Remembered(
            case_id=str(truth.case_id),
            source_id=truth.source_id,
            kind=kind_of(case),
            observed_at=case.as_of,
            known_at=truth.known_at,
            label=truth.label,
            features=recall.seen(case, facts),
            text=recall.text(facts),
            options=frozenset(recall.options(case, facts)),
            done=_words(self._desk, truth.calls),
            settled_at=truth.settled_at,
            retired_at=truth.turned_at,
        )

    def _as_now(self, truth: CaseTruth, row: Remembered) -> Remembered:
        """A case that was told before, with what it stands for now."""
        if (truth.settled_at, truth.label) == (row.settled_at, row.label):
            return retired(row, truth.turned_at)
        seen = self._store.reader.first_seen([truth.case_id])[truth.case_id]
        return self._remembered(truth, *seen)

    def _turned(self, source_ids: set[str]) -> frozenset[str]:
        truths = self._store.reader.truths(self._desk.name, self._clock.now(), source_ids)
        return frozenset(str(one.case_id) for one in truths if one.why_turned)

    def _keep(self, library: Library) -> None:
        """Write the library down; what was made of the same cases before is not written again."""
        identity = self._recall.procedure.identity
        last = self._store.reader.model_version(self._desk.name, identity, library.as_of)
        if last is not None and last.data_hash == library.data_hash:
            return
        now = self._clock.now()
        version = ModelVersion(
            id=ModelVersionId(self._ids.new()),
            desk=self._desk.name,
            procedure_hash=identity,
            as_of=library.as_of,
            data_hash=library.data_hash,
            rows=library.rows,
            content=library.to_bytes(),
            fitted_at=now,
        )
        said = {
            "as_of": library.as_of,
            "procedure": identity,
            "data": library.data_hash,
            "rows": library.rows,
        }
        entry = EntryDraft(kind=EventKind.MODEL_FITTED, actor=ENGINE, at=now, payload=said)
        with self._store.begin() as unit:
            unit.learned.add_model_version(version)
            unit.append(f"desk:{self._desk.name}", [entry])
            unit.commit()


def _words(desk: Desk, calls: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    """What some calls did, in the words of their tools."""
    found = ((desk.effect_tool(name), arguments) for name, arguments in calls)
    return "; ".join(tool.describe(arguments) for tool, arguments in found if tool is not None)


def memory_of(
    desk: Desk, learning: Learning, *, store: Store, clock: Clock, ids: Ids
) -> DeskMemory | None:
    """The memory of a desk; None where it keeps none."""
    if desk.recall is None:
        return None
    return DeskMemory(desk, desk.recall, learning.procedure, store=store, clock=clock, ids=ids)
