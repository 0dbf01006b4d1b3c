"""Evidence of a cell: labels that count, whether they certify its risk limit, and its curve.

Simulated data is never evidence. What is costly is kept per cell until the desk has more labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.domain.case import Origin
from engine.domain.identity import ReasonerId
from engine.domain.phase import Cell
from engine.govern.binomial import clopper_pearson_interval, clopper_pearson_upper
from engine.govern.certify import Certificate, CertificationPlan, certify
from engine.govern.envelope import CellLimits
from engine.govern.limits import OWN
from engine.govern.scores import risk_coverage_curve
from engine.service.changes import risk_limit
from engine.service.rows import CurvePoint, RecordRow
from engine.store.read_identities import Identities, record_of
from engine.store.read_labels import Labelled, Labels

MOST_POINTS = 200
_DELTA = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What the labels of a cell say about it."""

    labels: int
    """Labels of real recommendations that software ran alone, or would have, of the reasoners that
    the cell names, each as it is now."""
    errors: int
    low: float | None
    high: float | None
    """Clopper-Pearson, 95 %; None without a label."""
    is_evidenced: bool
    records: tuple[RecordRow, ...]
    """The labels of each of these reasoners, beside those of the versions before it."""


class EvidenceBook:
    """Computes evidence and curves, and keeps them until there are more labels."""

    def __init__(self, labels: Labels, identities: Identities) -> None:
        """Compute from these labels, for these versions."""
        self._labels = labels
        self._identities = identities
        self._evidence: dict[tuple[str, float, tuple[ReasonerId, ...]], tuple[int, Evidence]] = {}
        self._curves: dict[str, tuple[int, tuple[CurvePoint, ...]]] = {}

    def of_cell(self, cell: Cell, limits: CellLimits) -> Evidence:
        """The evidence of a cell at the risk limit its envelope names.

        It is of the reasoners that the envelope names, each by labels of its present version.
        """
        of_desk = self._labels.of_desk(cell.desk)
        key = (str(cell), risk_limit(limits), self._identities.named(cell.desk, limits.earned_by))
        kept = self._evidence.get(key)
        if kept is None or kept[0] != of_desk.outcomes:
            real = [label for label in of_desk.of_cell(str(cell)) if label.origin is Origin.REAL]
            kept = (of_desk.outcomes, _evidence(real, *key[1:]))
            self._evidence[key] = kept
        return kept[1]

    def curve(self, cell: str) -> tuple[CurvePoint, ...]:
        """Error against coverage of a cell; see `engine.store.read_model.SqlQueries.curve`.

        Of the desk's own reasoner as it is now: confidences of others are no common scale.
        """
        desk = cell.partition("/")[0]
        of_desk, who = self._labels.of_desk(desk), self._identities.named(desk, (OWN,))
        kept = self._curves.get(cell)
        if kept is None or kept[0] != of_desk.outcomes:
            own = [one for one in of_desk.of_cell(cell) if one.by in who]
            kept = (of_desk.outcomes, _curve(own))
            self._curves[cell] = kept
        return kept[1]


def _evidence(real: Sequence[Labelled], alpha: float, reasoners: Sequence[ReasonerId]) -> Evidence:
    shown = [one for one in real if one.is_executable]
    of_each = [[one for one in shown if one.by == by] for by in reasoners]
    counted = [label for labels in of_each for label in labels]
    errors = sum(not label.is_correct for label in counted)
    interval = clopper_pearson_interval(errors, len(counted), _DELTA) if counted else None
    return Evidence(
        labels=len(counted),
        errors=errors,
        low=interval.lower if interval else None,
        high=interval.upper if interval else None,
        is_evidenced=bool(counted) and all(_is_certified(labels, alpha) for labels in of_each),
        records=tuple(record_of(by, shown) for by in reasoners),
    )


def _is_certified(labels: Sequence[Labelled], alpha: float) -> bool:
    """Whether the labels of one reasoner hold a risk limit at some threshold; all of them count."""
    answer = certify(
        np.array([label.raw_confidence or 0.0 for label in labels], dtype=np.float64),
        np.array([not label.is_correct for label in labels], dtype=np.float64),
        plan=CertificationPlan(alpha=alpha),
    )
    return isinstance(answer, Certificate)


def _curve(labels: Sequence[Labelled]) -> tuple[CurvePoint, ...]:
    scored = [one for one in labels if one.raw_confidence is not None and one.was_scored_before]
    if not scored:
        return ()
    curve = risk_coverage_curve(
        np.array([label.raw_confidence for label in scored], dtype=np.float64),
        np.array([label.is_correct for label in scored], dtype=np.float64),
    )
    return tuple(
        CurvePoint(
            threshold=float(curve.threshold[at]),
            coverage=float(curve.coverage[at]),
            error=float(curve.risk[at]),
            error_high=clopper_pearson_upper(
                int(curve.errors[at]), int(curve.accepted[at]), _DELTA
            ),
            n=int(curve.accepted[at]),
        )
        for at in _thinned(curve.coverage)
    )


def _thinned(coverage: NDArray[np.float64]) -> list[int]:
    """At most `MOST_POINTS` places, evenly spread over coverage, with the first and the last."""
    if coverage.size <= MOST_POINTS:
        return list(range(coverage.size))
    wanted = np.linspace(coverage[0], coverage[-1], MOST_POINTS)
    places = np.searchsorted(coverage, wanted, side="left").clip(max=coverage.size - 1)
    return [int(at) for at in np.unique(places)]
