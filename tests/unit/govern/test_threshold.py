"""The rolling threshold: the loosest cut whose bound keeps the target."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import InvalidRequest
from engine.govern.binomial import clopper_pearson_upper
from engine.govern.threshold import ThresholdRule, choose_threshold

RULE = ThresholdRule(target=0.1)


def _blocks(*blocks: tuple[float, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Blocks of (confidence, cases, errors)."""
    confidences = np.concatenate([np.full(n, confidence) for confidence, n, _ in blocks])
    correct = np.concatenate([np.arange(n) >= errors for _, n, errors in blocks])
    return confidences, correct.astype(np.float64)


def test_loosest_cut_that_holds_is_chosen() -> None:
    chosen = choose_threshold(*_blocks((0.9, 100, 2), (0.8, 100, 6), (0.7, 100, 30)), RULE)
    assert (chosen.cut, chosen.accepted, chosen.errors, chosen.resolved) == (0.8, 200, 8, 300)
    assert chosen.upper == pytest.approx(clopper_pearson_upper(8, 200, 0.05))


def test_bound_and_not_observed_error_decides() -> None:
    chosen = choose_threshold(*_blocks((0.9, 100, 2), (0.8, 100, 17)), RULE)
    assert chosen.cut == 0.9


def test_bad_top_block_can_be_outweighed() -> None:
    chosen = choose_threshold(*_blocks((0.95, 20, 5), (0.9, 400, 10)), RULE)
    assert (chosen.cut, chosen.errors) == (0.9, 15)


def test_too_few_labels_give_no_cut() -> None:
    chosen = choose_threshold(*_blocks((0.99, 28, 0)), RULE)
    assert chosen.cut is None
    assert not chosen.may_execute(1.0)
    assert choose_threshold(*_blocks((0.99, 29, 0)), RULE).cut == 0.99


def test_no_labels_give_no_cut() -> None:
    chosen = choose_threshold([], [], RULE)
    assert (chosen.cut, chosen.upper, chosen.resolved) == (None, 1.0, 0)


def test_only_the_latest_window_counts() -> None:
    confidences, correct = _blocks((0.9, 500, 400), (0.8, 200, 2))
    chosen = choose_threshold(confidences, correct, ThresholdRule(target=0.1, window=200))
    assert (chosen.cut, chosen.resolved) == (0.8, 200)


def test_equal_confidences_are_never_split() -> None:
    chosen = choose_threshold(*_blocks((0.9, 300, 60)), RULE)
    assert chosen.cut is None


def test_cut_itself_may_execute() -> None:
    chosen = choose_threshold(*_blocks((0.9, 100, 1)), RULE)
    assert chosen.may_execute(0.9)
    assert not chosen.may_execute(np.nextafter(0.9, 0.0))


@pytest.mark.parametrize("target", [0.0, 1.0, -0.1, float("nan")])
def test_impossible_target_is_refused(target: float) -> None:
    with pytest.raises(InvalidRequest, match="target"):
        choose_threshold([0.5], [1.0], ThresholdRule(target=target))


def test_tighter_target_never_loosens_the_cut() -> None:
    generator = np.random.default_rng(3)
    confidences = generator.random(2000)
    correct = (generator.random(2000) < confidences).astype(np.float64)
    cuts = [
        choose_threshold(confidences, correct, ThresholdRule(target=target)).cut
        for target in (0.3, 0.2, 0.1)
    ]
    assert cuts == sorted(cut for cut in cuts if cut)
