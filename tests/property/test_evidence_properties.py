"""Properties of the evidence statistics that hold for every input, not only for check values."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.govern.agreement import agreement_of_table
from engine.govern.audit_sample import AuditStream, draw_audit
from engine.govern.binomial import (
    beta_quantile,
    binomial_tail,
    clopper_pearson_interval,
    clopper_pearson_upper,
    regularized_beta,
)
from engine.govern.certify import Certificate, CertificationPlan, StepOutcome, certify
from engine.govern.e_values import grid_e_value
from engine.govern.estimate import estimate_error

RATES = st.floats(0.001, 0.999)
CONFIDENCES = st.floats(0.0, 1.0) | st.sampled_from([0.5, 0.8, 0.9, 0.99])
COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
MOSTLY_RIGHT = st.lists(
    st.tuples(CONFIDENCES, st.sampled_from([0] * 9 + [1])), min_size=1, max_size=80
)
LENIENT_PLAN = CertificationPlan(alpha=0.3, delta=0.2)

Rows: TypeAlias = list[tuple[float, int]]


def columns(rows: Rows) -> tuple[list[float], list[int]]:
    return [confidence for confidence, _ in rows], [label for _, label in rows]


# ---------------------------------------------------------------------------- binomial


@given(COUNTS, RATES)
def test_upper_limit_inverts_the_tail(counts: tuple[int, int], delta: float) -> None:
    k, n = counts
    upper = clopper_pearson_upper(k, n, delta)
    if k < n:
        assert binomial_tail(k, n, upper) == pytest.approx(delta, rel=1e-6, abs=1e-9)
    else:
        assert upper == 1.0


@given(COUNTS, RATES)
def test_interval_contains_the_observed_rate(counts: tuple[int, int], delta: float) -> None:
    k, n = counts
    interval = clopper_pearson_interval(k, n, delta)
    assert 0.0 <= interval.lower <= k / n <= interval.upper <= 1.0


@given(COUNTS, RATES)
def test_upper_limit_rises_with_errors(counts: tuple[int, int], delta: float) -> None:
    k, n = counts
    limits = [clopper_pearson_upper(errors, n, delta) for errors in range(min(k, 20) + 1)]
    assert limits == sorted(limits)


@given(RATES, st.floats(0.5, 2000.0), st.floats(0.5, 2000.0))
def test_beta_quantile_inverts_its_distribution(q: float, a: float, b: float) -> None:
    assert regularized_beta(beta_quantile(q, a, b), a, b) == pytest.approx(q, rel=1e-7)


# ---------------------------------------------------------------------------- e-values


@given(st.integers(1, 60), st.floats(0.01, 0.5))
def test_e_value_is_fair_under_the_null(n: int, alpha: float) -> None:
    expectation = sum(
        math.comb(n, k) * alpha**k * (1 - alpha) ** (n - k) * grid_e_value(k, n, alpha=alpha)
        for k in range(n + 1)
    )
    assert expectation == pytest.approx(1.0, rel=1e-9)


@given(COUNTS, st.floats(0.01, 0.5))
def test_evidence_grows_with_clean_labels_only(counts: tuple[int, int], alpha: float) -> None:
    k, n = counts
    assert grid_e_value(k, n + 1, alpha=alpha) > grid_e_value(k, n, alpha=alpha)
    assert grid_e_value(k + 1, n + 1, alpha=alpha) < grid_e_value(k, n, alpha=alpha)


# ---------------------------------------------------------------------------- certificates


@given(MOSTLY_RIGHT)
def test_certificate_counts_what_it_covers(rows: Rows) -> None:
    scores, errors = columns(rows)
    answer = certify(scores, errors, plan=LENIENT_PLAN)
    if isinstance(answer, Certificate):
        covered = [wrong for score, wrong in rows if score >= answer.threshold]
        assert (answer.labels, answer.errors) == (len(covered), sum(covered))
        assert answer.errors / answer.labels < LENIENT_PLAN.alpha
        assert answer.coverage == len(covered) / len(rows)


@given(MOSTLY_RIGHT)
def test_walk_fails_at_most_once(rows: Rows) -> None:
    walk = certify(*columns(rows), plan=LENIENT_PLAN).basis.walk
    outcomes = [step.outcome for step in walk]
    assert StepOutcome.FAILED not in outcomes[:-1]
    assert all(
        step.p_value <= LENIENT_PLAN.delta_walk
        for step in walk
        if step.outcome is StepOutcome.PASSED
    )
    assert all(
        step.count.labels < LENIENT_PLAN.start
        for step in walk
        if step.outcome is StepOutcome.SKIPPED
    )


@given(MOSTLY_RIGHT)
def test_certificate_does_not_depend_on_order(rows: Rows) -> None:
    shuffled = sorted(rows, key=lambda row: (row[1], -row[0]))
    assert certify(*columns(rows), plan=LENIENT_PLAN) == certify(
        *columns(shuffled), plan=LENIENT_PLAN
    )


@given(MOSTLY_RIGHT, st.integers(0, 79))
def test_repairing_an_error_never_tightens(rows: Rows, position: int) -> None:
    scores, errors = columns(rows)
    before = certify(scores, errors, plan=LENIENT_PLAN)
    errors[position % len(errors)] = 0
    after = certify(scores, errors, plan=LENIENT_PLAN)
    if isinstance(before, Certificate):
        assert isinstance(after, Certificate)
        assert after.threshold <= before.threshold


@given(st.integers(1, 50), st.integers(1, 50))
def test_sharing_a_budget_never_enlarges_it(segments: int, attempt: int) -> None:
    shared = CertificationPlan(segments=segments, attempt=attempt)
    alone = CertificationPlan()
    assert shared.delta_spent < alone.delta_spent
    assert shared.delta_walk + shared.delta_scan == pytest.approx(shared.delta_spent)
    assert shared.start >= alone.start


# ---------------------------------------------------------------------------- estimates


@given(st.lists(st.tuples(st.floats(0.01, 1.0), st.integers(0, 1)), min_size=1, max_size=80))
def test_estimate_lies_inside_its_interval(rows: Rows) -> None:
    probabilities, errors = columns(rows)
    estimate = estimate_error(errors, probabilities)
    error = estimate.error or 0.0
    assert 0.0 <= estimate.lower <= error + 1e-12
    assert error - 1e-12 <= estimate.upper <= 1.0
    assert 1.0 - 1e-9 <= estimate.n_eff <= len(rows) + 1e-9


# ---------------------------------------------------------------------------- agreement, audit


@given(st.lists(st.lists(st.integers(0, 50), min_size=3, max_size=3), min_size=3, max_size=3))
def test_agreement_is_symmetric_and_bounded(table: list[list[int]]) -> None:
    agreement = agreement_of_table(table)
    mirrored = agreement_of_table(np.array(table).T)
    assert agreement.n == mirrored.n == sum(map(sum, table))
    for one, other in (
        (agreement.raw, mirrored.raw),
        (agreement.kappa, mirrored.kappa),
        (agreement.ac1, mirrored.ac1),
    ):
        assert one == other or one == pytest.approx(other)
        assert one is None or -1.0 - 1e-9 <= one <= 1.0 + 1e-9


@given(st.binary(min_size=1), st.text(), st.text(), RATES, RATES)
def test_higher_probability_keeps_the_selected(
    key: bytes, case_id: str, action_id: str, one: float, other: float
) -> None:
    draws = [
        draw_audit(
            key,
            case_id=case_id,
            action_id=action_id,
            stream=AuditStream.UNIFORM,
            probability=probability,
        ).selected
        for probability in sorted((one, other))
    ]
    assert draws == sorted(draws)
