"""The rolling cut is the first that a plain scan of all cuts would have found."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.govern.binomial import clopper_pearson_upper
from engine.govern.scores import risk_coverage_curve
from engine.govern.threshold import ThresholdRule, choose_threshold


def scanned(scores: np.ndarray, correct: np.ndarray, rule: ThresholdRule) -> float | None:
    """Every cut from the loosest on, each with its own bound."""
    curve = risk_coverage_curve(scores, correct)
    for at in range(curve.threshold.size - 1, -1, -1):
        errors, accepted = int(curve.errors[at]), int(curve.accepted[at])
        if clopper_pearson_upper(errors, accepted, 1.0 - rule.confidence) <= rule.target:
            return float(curve.threshold[at])
    return None


@given(
    st.integers(0, 10**6),
    st.integers(1, 400),
    st.sampled_from([0.01, 0.05, 0.1, 0.3, 0.7]),
    st.sampled_from([0.5, 0.9, 0.95, 0.99]),
)
def test_choice_is_that_of_a_plain_scan(
    seed: int, count: int, target: float, confidence: float
) -> None:
    rng = np.random.default_rng(seed)
    scores = np.round(rng.beta(rng.uniform(0.5, 5), 1.0, size=count), int(rng.integers(1, 5)))
    correct = (rng.random(count) < scores ** rng.uniform(0.1, 1.5)).astype(float)
    rule = ThresholdRule(target=target, confidence=confidence)
    assert choose_threshold(scores, correct, rule).cut == scanned(scores, correct, rule)
