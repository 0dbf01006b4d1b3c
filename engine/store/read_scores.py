"""The scorecard: one row a cell, data origin and reasoner, every share with its count and interval.

Agreement (what people answered who saw the recommendation) and correctness (what later truth
said) are computed apart and never mixed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

import numpy as np

from engine.desk import Desk
from engine.domain.case import Origin
from engine.domain.decision import DecisionKind
from engine.domain.identity import ReasonerId
from engine.govern.agreement import agreement_of_answers
from engine.govern.binomial import clopper_pearson_interval
from engine.govern.checked_input import FloatArray
from engine.govern.scores import brier, expected_calibration_error, reliability_bins
from engine.service.rows import CellScore, ReliabilityRow, Share
from engine.store.read_identities import Identities, record_of
from engine.store.read_labels import Labelled, Labels
from engine.store.read_score_counts import (
    Answered,
    CasesCounted,
    EffectSeen,
    answers_of,
    cases_of,
    effects_of,
    version_of,
)
from engine.store.read_source import ReadSource

_DELTA = 0.05
_NOTHING = "(do nothing)"


class Key(NamedTuple):
    """What a row of the scorecard is about."""

    cell: str
    origin: Origin
    reasoner: str
    """Whose recommendation it goes back to; empty: to none."""


@dataclass(slots=True)
class _Tally:
    """Everything that was found about one cell, origin and reasoner."""

    cases: list[CasesCounted] = field(default_factory=list)
    effects: list[EffectSeen] = field(default_factory=list)
    answers: list[Answered] = field(default_factory=list)
    labels: list[Labelled] = field(default_factory=list)


class Scores:
    """Computes the scorecard of each desk, and keeps it until a case of the desk moves."""

    def __init__(self, source: ReadSource, labels: Labels, identities: Identities) -> None:
        """Read from this source."""
        self._source = source
        self._labels = labels
        self._identities = identities
        self._kept: dict[str, tuple[str, tuple[CellScore, ...]]] = {}

    def rows(self, desk: str) -> tuple[CellScore, ...]:
        """The scorecard by desk, cell, origin and reasoner; cells without anything are left out."""
        return tuple(row for one in self._source.wanted(desk) for row in self._of_desk(one))

    def _of_desk(self, desk: Desk) -> tuple[CellScore, ...]:
        version = version_of(self._source, desk.name)
        kept = self._kept.get(desk.name)
        if kept is None or kept[0] != version:
            tallies, present = self._tallies(desk), self._identities.of_desk(desk.name)
            scores = (_score(key, tallies[key], present) for key in sorted(tallies))
            kept = (version, tuple(scores))
            self._kept[desk.name] = kept
        return kept[1]

    def _tallies(self, desk: Desk) -> dict[Key, _Tally]:
        tallies: dict[Key, _Tally] = defaultdict(_Tally)
        for counted in cases_of(self._source, desk.name):
            tallies[Key(counted.cell, counted.origin, counted.reasoner)].cases.append(counted)
        for effect in effects_of(self._source, desk.name):
            tallies[Key(effect.cell, effect.origin, effect.reasoner)].effects.append(effect)
        for answer in answers_of(self._source, desk):
            tallies[Key(answer.cell, answer.origin, answer.reasoner)].answers.append(answer)
        for label in self._labels.of_desk(desk.name).by_recommendation.values():
            tallies[Key(label.cell, label.origin, label.by.name)].labels.append(label)
        return tallies


def _score(key: Key, tally: _Tally, present: Mapping[str, str]) -> CellScore:
    done = [effect for effect in tally.effects if effect.is_completed and not effect.is_undo]
    alone = {effect.recommendation for effect in done if effect.is_alone}
    ran = [label for label in tally.labels if label.recommendation in alone]
    judged = [label for label in tally.labels if label.confidence is not None]
    confidences = np.array([label.confidence for label in judged], dtype=np.float64)
    correct = np.array([label.is_correct for label in judged], dtype=np.float64)
    names = dict.fromkeys(label.by.name for label in tally.labels)
    return CellScore(
        cell=key.cell,
        origin=key.origin,
        reasoner=key.reasoner,
        cases=sum(counted.n for counted in tally.cases),
        pending=sum(counted.n for counted in tally.cases if counted.is_pending),
        executed_alone=sum(effect.is_alone for effect in done),
        executed_by_decision=sum(effect.is_by_decision for effect in done),
        verified=_share(sum(effect.is_correct is True for effect in done), len(done)),
        realised_error=_share(sum(not label.is_correct for label in ran), len(ran)),
        recommendation_correct=_share(
            sum(label.is_correct for label in tally.labels), len(tally.labels)
        ),
        agreement=_share(
            sum(answer.kind is DecisionKind.APPROVE for answer in tally.answers),
            len(tally.answers),
        ),
        agreement_ac1=_ac1(tally.answers),
        ece=expected_calibration_error(confidences, correct) if judged else None,
        brier=brier(confidences, correct) if judged else None,
        median_decide_ms=_median_ms(tally.answers),
        withdrawn=sum(counted.n for counted in tally.cases if counted.is_withdrawn),
        undone=sum(effect.was_undone for effect in done),
        reliability=_reliability(confidences, correct),
        records=tuple(
            record_of(ReasonerId(name, present.get(name, "")), tally.labels) for name in names
        ),
    )


def _share(k: int, n: int) -> Share:
    interval = clopper_pearson_interval(k, n, _DELTA)
    return Share(k=k, n=n, low=interval.lower, high=interval.upper)


def _ac1(answers: Sequence[Answered]) -> float | None:
    """Gwet's AC1 between what was recommended and what the person answered."""
    said = [answer.recommended for answer in answers]
    return agreement_of_answers(said, [answer.chosen or _NOTHING for answer in answers]).ac1


def _median_ms(answers: Sequence[Answered]) -> int | None:
    times = [answer.decide_ms for answer in answers if answer.decide_ms is not None]
    return round(median(times)) if times else None


def _reliability(confidences: FloatArray, correct: FloatArray) -> tuple[ReliabilityRow, ...]:
    return tuple(
        ReliabilityRow(
            mean_confidence=one.mean_confidence,
            observed=one.share_correct,
            low=one.lower,
            high=one.upper,
            n=one.n,
        )
        for one in reliability_bins(confidences, correct)
    )
