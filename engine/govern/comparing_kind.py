"""Figures of one kind of reasoner, over its first run on each case. Pure; see `comparing`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from engine.domain.run import RunKind, RunStatus
from engine.govern.comparing_control import control_of, tools_of
from engine.govern.comparison import (
    Calibrated,
    Effort,
    FaultCount,
    KindFigures,
    LengthBand,
    Memory,
    Quality,
    RunRef,
    StepTrouble,
)
from engine.govern.counted import LEAST_CALIBRATION, Counted, counted, spread
from engine.govern.run_record import RunRecord
from engine.govern.scores import brier, expected_calibration_error

BANDS: tuple[tuple[int, int | None], ...] = ((1, 2), (3, 5), (6, 10), (11, 20), (21, None))
"""Steps of runs that are looked at together."""
_THIRD = 3
Records = Sequence[RunRecord]


def figures_of(kind: RunKind, records: Records, repeats: int) -> KindFigures:
    """All figures of one kind.

    Args:
        kind: Of all the records.
        records: Each on a case of its own.
        repeats: Later runs on cases the kind had looked at, which are left out.
    """
    done = [one for one in records if one.is_finished]
    ways = Counter(one.way for one in done)
    return KindFigures(
        kind=kind,
        runs=len(records),
        repeats=repeats,
        open=sum(one.status in (RunStatus.RUNNING, RunStatus.SUSPENDED) for one in records),
        superseded=sum(one.status is RunStatus.SUPERSEDED for one in records),
        takeovers=sum(one.is_takeover for one in records),
        shadows=sum(one.is_shadow for one in records),
        versions=len({one.version for one in records}),
        models=tuple(sorted({one.model for one in records} - {""})),
        quality=_quality(done),
        effort=_effort(done),
        control=control_of(records),
        memory=_memory(done),
        moves=sum(one.steps for one in done),
        chosen_by_model=sum(one.chosen_by_model for one in done),
        ways=len(ways),
        usual_way=counted(max(ways.values(), default=0), len(done)),
        any_step=_trouble([one for one in done if one.failed_steps]),
        third_step=_trouble([one for one in done if _THIRD in one.failed_steps]),
        faults=_faults(done),
        tools=tools_of(records),
        declared=sum(one.declared is not None for one in records),
    )


def _quality(done: Records) -> Quality:
    ended = [one for one in done if one.has_ended]
    named = [one for one in ended if one.wanted and one.is_right is not None]
    before = [one for one in named if not one.is_hindsight]
    return Quality(
        completed=counted(len(ended), len(done)),
        correct=_right(_foresight(done)),
        right=_right(before),
        hindsight=_right([one for one in named if one.is_hindsight]),
        told=_told(done),
        nothing_asked=sum(one.wanted is None for one in ended),
        truth_unknown=sum(one.truth is None for one in done),
        calibration=_calibrated(before),
        lengths=tuple(_band(done, first, last) for first, last in BANDS),
    )


def _told(done: Records) -> Counted:
    """Right with what a person's answer made of it."""
    again = [one for one in done if one.told and one.truth is not None]
    return counted(sum(one.told.label == one.truth for one in again if one.told), len(again))


def _foresight(done: Records) -> Records:
    """Runs whose truth became known after they had begun, and that could not read it anywhere."""
    return [one for one in done if one.is_right is not None and not one.is_hindsight]


def _effort(done: Records) -> Effort:
    return Effort(
        steps=spread(one.steps for one in done),
        questions=spread(one.questions for one in done),
        tool_calls=spread(one.tool_calls for one in done),
        seconds=spread(one.seconds for one in done),
        tokens=spread(one.tokens for one in done),
        cost=spread(one.cost_micro_usd for one in done if one.cost_micro_usd is not None),
        longest=_longest(done),
        longest_correct=_longest([one for one in _foresight(done) if one.is_right]),
    )


def _right(records: Records) -> Counted:
    return counted(sum(one.is_right is True for one in records), len(records))


def _longest(records: Records) -> RunRef | None:
    """The one with the most steps; of several the newest."""
    newest = max(records, key=lambda one: (one.steps, one.started_at, one.run_id), default=None)
    return None if newest is None else _ref(newest)


def _ref(record: RunRecord) -> RunRef:
    return RunRef(run_id=record.run_id, source_id=record.source_id, steps=record.steps)


def _band(done: Records, first: int, last: int | None) -> LengthBand:
    inside = [one for one in done if first <= one.steps and (last is None or one.steps <= last)]
    return LengthBand(
        first=first,
        last=last,
        completed=counted(sum(one.has_ended for one in inside), len(inside)),
        correct=_right(_foresight(inside)),
    )


def _calibrated(records: Records) -> Calibrated:
    stated = [one for one in records if one.wanted and one.wanted.confidence is not None]
    n = len(stated)
    if n < LEAST_CALIBRATION:
        return Calibrated(n=n, stated=None, right=None, ece=None, brier=None)
    p = np.array([one.wanted.confidence for one in stated if one.wanted], dtype=np.float64)
    y = np.array([one.is_right for one in stated], dtype=np.float64)
    return Calibrated(
        n=n,
        stated=float(p.mean()),
        right=float(y.mean()),
        ece=expected_calibration_error(p, y),
        brier=brier(p, y),
    )


def _trouble(records: Records) -> StepTrouble:
    return StepTrouble(runs=len(records), went_on=sum(one.has_ended for one in records))


def _faults(done: Records) -> tuple[FaultCount, ...]:
    """Why runs could not end, the most frequent first."""
    by_fault: dict[str, list[RunRecord]] = {}
    for one in done:
        if one.failed is not None:
            by_fault.setdefault(one.failed.fault, []).append(one)
    counts = [_fault(records) for records in by_fault.values()]
    return tuple(sorted(counts, key=lambda one: (-one.runs, one.fault)))


def _fault(records: Records) -> FaultCount:
    failures = [one.failed for one in records if one.failed is not None]
    handled = Counter(one.handled_by for one in failures)
    return FaultCount(
        fault=failures[0].fault,
        runs=len(failures),
        handled=tuple(sorted(handled.items(), key=lambda one: (-one[1], one[0]))),
        newest=_ref(max(records, key=lambda one: (one.started_at, one.run_id))),
    )


def _memory(done: Records) -> Memory:
    asked = [one.window for one in done if one.questions]
    return Memory(
        runs=len(asked),
        window=spread(one.largest for one in asked),
        kept=sum(one.kept for one in asked),
        shortened=sum(one.shortened for one in asked),
        dropped=sum(one.dropped for one in asked),
        recalled=sum(one.recalled for one in asked),
    )
