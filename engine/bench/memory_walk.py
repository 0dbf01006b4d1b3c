"""Walks of the memory bench that need no engine: what would be settled, case by case in time order.

The very parts that run live are driven: library, likeness, forward judgement, calibration and
rolling threshold (`engine.runtime.remembering`). What is left out is everything between a
recommendation and its effect; `memory_orders` has all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.bench.paired import Judged
from engine.desks.orders.desk import NO_FIT
from engine.desks.orders.recall import RECALL
from engine.domain.memory import MemoryProcedure, Remembered
from engine.domain.precedent import LabelledCase, PrecedentProcedure
from engine.learn.backtest import replay
from engine.reason.likeness import Asked, answer_of
from engine.reason.precedent import predict_batch
from engine.runtime.remembering import Remembering
from engine.simulators.orders.events import Episode

Arms = tuple[tuple[Judged, ...], tuple[Judged, ...]]
"""The same cases with memory and without."""


def walk_signs(
    episodes: Sequence[Episode],
    risk_limit: float,
    procedure: MemoryProcedure = RECALL.procedure,
) -> Arms:
    """Walk through a world by what its cases show; for the model stands the best one there can be.

    Args:
        episodes: In the order of time; nothing has to be played.
        risk_limit: Highest error allowed among what precedents settle.
        procedure: How cases are remembered.
    """
    recall = replace(RECALL, procedure=procedure)
    remembering = Remembering(recall, NO_FIT)
    moment, found = None, list[tuple[Remembered, Judged]]()
    for episode in episodes:
        at = episode.row.opened_at
        if remembering.due(at) != moment:
            moment = remembering.due(at)
            remembering.tell(row for row, _ in found if row.known_at < moment)
            remembering.renew(moment)
        found.append(_walked(episode, remembering, risk_limit))
    without = tuple(_asked(episode) for episode in episodes)
    return tuple(judged for _, judged in found), without


def _asked(episode: Episode) -> Judged:
    return Judged(
        source_id=episode.row.id,
        calls=1,
        is_settled=True,
        is_right=episode.best == episode.outcome.y_resolution,
        is_by_memory=False,
    )


def _walked(
    episode: Episode, remembering: Remembering, risk_limit: float
) -> tuple[Remembered, Judged]:
    """One case: settled by precedents, or by the model; and how it is remembered."""
    at, kind = episode.row.opened_at, episode.row.case_type.value
    state, now = remembering.state, remembering.present(at)
    cut, calibration = state.threshold_at(now, risk_limit).cut, state.calibration_at(now)
    asked = Asked(kind=kind, features=episode.shown, text="", before=at)
    library = remembering.library
    answer = answer_of(library, asked) if library is not None and cut is not None else None
    is_by_memory = (
        answer is not None
        and cut is not None
        and answer.confidence >= cut
        and 1.0 - calibration.apply_one(answer.confidence) <= risk_limit
    )
    said = answer.label if answer is not None and is_by_memory else episode.best.value
    truth, known_at = episode.outcome.y_resolution.value, episode.outcome.label_known_at
    row = Remembered(
        case_id=episode.row.id,
        source_id=episode.row.id,
        kind=kind,
        observed_at=at,
        known_at=known_at,
        label=truth,
        features=episode.shown,
        text="",
        options=frozenset({truth, said, *(answer.shares if answer else ())}),
        done=said if said == truth else "",
        settled_at=known_at if said == truth else None,
    )
    judged = Judged(
        source_id=episode.row.id,
        calls=0 if is_by_memory else 1,
        is_settled=True,
        is_right=said == truth,
        is_by_memory=is_by_memory,
    )
    return row, judged


def walk_incidents(
    cases: Sequence[LabelledCase],
    procedure: PrecedentProcedure,
    risk_limit: float,
    dispatcher: str,
) -> Arms:
    """Walk through labelled incidents; for the model stands the dispatcher's first routing.

    Args:
        cases: By opening time and id.
        procedure: The desk's own precedent procedure.
        risk_limit: Highest error allowed among what precedents settle.
        dispatcher: The feature that holds that routing.
    """
    pairs = list(_incidents(cases, procedure, risk_limit, dispatcher))
    return tuple(one for one, _ in pairs), tuple(other for _, other in pairs)


def _incidents(
    cases: Sequence[LabelledCase],
    procedure: PrecedentProcedure,
    risk_limit: float,
    dispatcher: str,
) -> Iterator[tuple[Judged, Judged]]:
    answered = replay(cases, procedure, risk_limit, predict=predict_batch)
    for case, scored in zip(cases, answered, strict=True):
        asked = Judged(
            source_id=case.case_id,
            calls=1,
            is_settled=True,
            is_right=case.features.get(dispatcher, "") == case.label,
            is_by_memory=False,
        )
        settled = replace(asked, calls=0, is_right=scored.is_correct, is_by_memory=True)
        is_sure = scored.is_executed and 1.0 - scored.confidence <= risk_limit
        yield settled if is_sure else asked, asked


def from_share(judged: Sequence[Judged], held_out: float) -> tuple[Judged, ...]:
    """The latest cases, so large a share of all."""
    return tuple(judged[int(len(judged) * (1.0 - held_out)) :])
