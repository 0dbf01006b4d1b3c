"""Made-up history for `FakeEngine.simulate`: the replay over it is the real one.

A page that drags a threshold sees what it would see in the product: figures that move, flips that
lead to the queue's own cases, sentences and limits. Nothing is read from anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from engine.domain.case import Origin
from engine.domain.phase import Cell
from engine.domain.policy import PolicyKind
from engine.domain.precedent import PrecedentProcedure
from engine.errors import InvalidRequest, NotFound
from engine.govern.compare import compare
from engine.govern.consequences import Asked
from engine.govern.documents import read_document
from engine.govern.envelope import read_envelope
from engine.govern.hard_rules import GoalsDocument, GuardrailDocument, Measure, MeasureKind
from engine.govern.history import DecisionHistory
from engine.govern.local_time import DAY_US, as_us
from engine.govern.policy_set import PolicySet
from engine.govern.replay import Replaying
from engine.learn.rolling_cuts import RollingCuts
from engine.runtime.policy import DOCUMENTS
from engine.service.simulating import team_of
from engine.service.simulation_making import simulation_row
from engine.service.simulation_rows import AskSimulation, SimulationRow
from engine.testing.fake_rows_advice import uuid_of
from engine.testing.fake_rows_limits import ACTIVE_DOCUMENT, DESK
from engine.testing.plain_history import plain_columns, truth_columns

DAYS = 42
A_DAY = 60
_PROCEDURE = PrecedentProcedure(features=("symptom",), contexts=())
_NOTES_SHARE = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class QueuedCase:
    """A case of the fake queue, so that flips lead somewhere."""

    case_id: UUID
    text: str


def fake_simulation(
    asked: AskSimulation, desk_now: datetime, queued: Sequence[QueuedCase]
) -> SimulationRow:
    """Replay the made-up history under a draft.

    Args:
        asked: The draft; for the desk `incidents` alone.
        desk_now: Where that desk's clock stands.
        queued: The newest cases of the history; without any there is no history.

    Raises:
        NotFound: It is for another desk.
        InvalidRequest: There is no history.
        ConfigError: The draft is no document of its kind.
    """
    if asked.desk != DESK:
        raise NotFound(f"There is no desk {asked.desk!r} here.")
    document = read_document(DOCUMENTS[asked.kind], asked.document, "the draft")
    if not queued:
        raise InvalidRequest("Nothing was recommended at this desk yet.")
    active = _active()
    draft = active.put(document)
    history = made_up_history(desk_now, queued)
    past = Replaying(history, RollingCuts(history, _PROCEDURE))
    given = team_of(asked.team, draft.envelope.zone)
    found = compare(
        past, draft, active, Asked(team=given, days=asked.days, future_days=asked.future_days)
    )
    return simulation_row(asked, history, found, draft)


def _active() -> PolicySet:
    return PolicySet(
        envelope=read_envelope(ACTIVE_DOCUMENT),
        guardrails=GuardrailDocument(desk=DESK),
        goals=GoalsDocument(
            desk=DESK,
            goal="Every incident is with the group that resolves it.",
            measures=(
                Measure(kind=MeasureKind.LATENCY_TO_DECISION, target=30),
                Measure(kind=MeasureKind.CORRECTNESS, target=0.9),
            ),
            minutes_per_decision=4,
            cost_per_hour=4_200,
        ),
    )


def made_up_history(desk_now: datetime, queued: Sequence[QueuedCase]) -> DecisionHistory:
    """Six weeks of decisions whose error falls with the confidence."""
    rng, count = np.random.default_rng(7), DAYS * A_DAY
    midnight = desk_now.replace(hour=0, minute=0, second=0, microsecond=0)
    at_us = np.sort(as_us(midnight - timedelta(days=DAYS)) + _working_times(rng, count))
    score = rng.beta(4.0, 1.2, size=count)
    is_right = rng.random(count) < score**0.6
    known_us = at_us + (rng.exponential(2.0, size=count) * DAY_US).astype(np.int64)
    columns = plain_columns(count) | {
        "priority": rng.choice([2, 3, 3, 3, 4], size=count).astype(np.int16),
        "stale": (rng.random(count) < 0.02).astype(np.int32),
        "contradictory": (rng.random(count) < 0.03).astype(np.int32),
        "unseen": (rng.random(count) < 0.05).astype(np.int32),
        "happened": np.ones(count, dtype=np.int8),
        "decide_ms": np.full(count, 95_000, dtype=np.int64),
        "unaided_us": at_us[::40],
        "deciders": 3,
        "anchored": 41,
    }
    return DecisionHistory(
        desk=DESK,
        origin=Origin.REAL,
        as_of=desk_now,
        cells=(
            Cell(desk=DESK, case_type="routing", action_type="assign_group"),
            Cell(desk=DESK, case_type="routing", action_type="add_work_note"),
        ),
        cell=(rng.random(count) < _NOTES_SHARE).astype(np.int32),
        at_us=at_us,
        confidence=score,
        score=score,
        case_ids=_ids(count, queued),
        texts=_texts(count, queued),
        **columns,
        **truth_columns(known_us, score, is_right, end_us=as_us(desk_now)),
    )


def _working_times(rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Moments around noon, a few at night, few on two days of seven."""
    weights = np.where(np.arange(DAYS) % 7 < 5, 1.0, 0.15)
    days = rng.choice(DAYS, size=count, p=weights / weights.sum())
    clock = np.clip(rng.normal(0.5, 0.12, size=count), 0.0, 0.999)
    return days * DAY_US + (clock * DAY_US).astype(np.int64)


def _ids(count: int, queued: Sequence[QueuedCase]) -> list[str]:
    older = [str(uuid_of("past case", number)) for number in range(count - len(queued))]
    return [*older, *(str(one.case_id) for one in queued)]


def _texts(count: int, queued: Sequence[QueuedCase]) -> list[str]:
    older = [f"INC{number:07d}: An earlier incident" for number in range(count - len(queued))]
    return [*older, *(one.text for one in queued)]


def an_asked_draft(document: str = ACTIVE_DOCUMENT) -> AskSimulation:
    """A question about an envelope of the made-up desk."""
    return AskSimulation(desk=DESK, kind=PolicyKind.ENVELOPE, document=document)
