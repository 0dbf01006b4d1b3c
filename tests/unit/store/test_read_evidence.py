"""Curves and evidence of the read model, from labels alone."""

import numpy as np
import pytest

from engine.domain.case import Origin
from engine.domain.identity import ReasonerId
from engine.domain.outcome import LabelSource
from engine.store.read_evidence import MOST_POINTS, _curve, _evidence, _thinned
from engine.store.read_labels import Labelled

OWN, AGENT = ReasonerId("stub", "1"), ReasonerId("agent", "claude-x/1")
NEXT = AGENT._replace(version="claude-x/2")


def label(
    confidence: float | None,
    is_correct: bool = True,
    *,
    is_executable: bool = True,
    was_scored_before: bool = True,
    by: ReasonerId = OWN,
) -> Labelled:
    return Labelled(
        recommendation=object(),
        cell="desk/type/tool",
        origin=Origin.REAL,
        by=by,
        source=LabelSource.RECORD,
        is_correct=is_correct,
        raw_confidence=confidence,
        confidence=confidence,
        is_executable=is_executable,
        was_scored_before=was_scored_before,
    )


def test_curve_leaves_out_what_was_scored_late() -> None:
    labels = [label(0.9), label(0.8, was_scored_before=False), label(None)]
    assert [(point.threshold, point.n) for point in _curve(labels)] == [(0.9, 1)]
    assert _curve(labels[1:]) == ()


@pytest.mark.parametrize("size", [1, 199, 200, 201, 1000, 17_000], ids=str)
def test_thinned_curve_keeps_both_ends(size: int) -> None:
    coverage = np.arange(1, size + 1) / size
    places = _thinned(coverage)
    assert (places[0], places[-1]) == (0, size - 1)
    assert len(places) == min(size, MOST_POINTS)
    assert places == sorted(set(places))


def test_thinned_curve_spreads_over_coverage() -> None:
    """A long crowd of points at the end does not take the room of the others."""
    coverage = np.concatenate((np.linspace(0.01, 0.9, 90), np.linspace(0.9001, 1.0, 5000)))
    places = _thinned(coverage)
    assert places[:90] == list(range(90))
    assert len(places) <= MOST_POINTS


def test_evidence_counts_executable_labels_alone() -> None:
    labels = [label(0.9), label(0.9, False), label(0.2, False, is_executable=False)]
    found = _evidence(labels, 0.05, (OWN,))
    assert (found.labels, found.errors, found.is_evidenced) == (2, 1, False)
    assert found.low == pytest.approx(0.0126, abs=5e-5)
    assert found.high == pytest.approx(0.9874, abs=5e-5)


def test_no_label_gives_no_interval() -> None:
    found = _evidence([], 0.1, (OWN,))
    assert (found.labels, found.errors, found.low, found.high, found.is_evidenced) == (
        0,
        0,
        None,
        None,
        False,
    )


def test_only_the_labels_shown_certify() -> None:
    """What software would not have run alone evidences nothing, however much there is of it."""
    others = [label(0.95, is_executable=False) for _ in range(60)]
    shown = [_evidence([*others, *more], 0.1, (OWN,)) for more in ([], [label(0.95)])]
    assert [(found.labels, found.is_evidenced) for found in shown] == [(0, False), (1, False)]
    assert not _evidence([label(0.95) for _ in range(60)], 0.1, ()).is_evidenced
    unscored = [label(None, is_correct=False) for _ in range(60)]  # errors are not left out either
    assert not _evidence([label(0.95), *unscored], 0.1, (OWN,)).is_evidenced


def test_evidence_depends_on_the_risk_limit() -> None:
    labels = [label(0.95) for _ in range(60)]
    found = [_evidence(labels, alpha, (OWN,)).is_evidenced for alpha in (0.05, 0.1)]
    assert found == [False, True]


def test_evidence_is_of_the_reasoners_named() -> None:
    """Labels of one reasoner, or version, say nothing of another: each named one needs its own."""
    labels = [label(0.95) for _ in range(60)] + [label(0.95, by=AGENT)]
    wrong = label(0.95, False, by=NEXT)

    def found(*named: ReasonerId) -> tuple[int, int, bool]:
        evidence = _evidence([*labels, wrong], 0.1, named)
        return evidence.labels, evidence.errors, evidence.is_evidenced

    assert found(OWN) == (60, 0, True)
    assert found(AGENT) == (1, 0, False)
    assert found(OWN, AGENT) == (61, 0, False)
    assert found(NEXT, ReasonerId("nobody", "")) == (1, 1, False)
    assert found(OWN._replace(version="2")) == (0, 0, False)
    records = _evidence([*labels, wrong], 0.1, (NEXT, OWN._replace(version="2"))).records
    assert [(one.by, one.labels, one.errors, one.before) for one in records] == [
        ("agent@claude-x/2", 1, 1, 1),
        ("stub@2", 0, 0, 60),
    ]
