"""The grid e-value against its check values."""

from __future__ import annotations

import math

import pytest

from engine.errors import InvalidRequest
from engine.govern.e_values import GRID_BETS, grid_e_value, log_grid_e_values

LOG_E_AT_5_PERCENT = {
    "0/1": 0.025975,
    "1/1": -0.693147,
    "0/50": 1.552006,
    "0/87": 2.967904,
    "0/88": 3.008406,
    "1/100": 1.815821,
    "1/133": 2.970278,
    "1/134": 3.007079,
    "2/174": 3.019180,
    "4/300": 4.836688,
}


@pytest.mark.parametrize(("name", "expected"), LOG_E_AT_5_PERCENT.items(), ids=LOG_E_AT_5_PERCENT)
def test_log_e_value_matches_check_values(name: str, expected: float) -> None:
    k, n = (int(part) for part in name.split("/"))
    assert log_grid_e_values([k], [n], alpha=0.05)[0] == pytest.approx(expected, abs=6e-7)
    assert math.log(grid_e_value(k, n, alpha=0.05)) == pytest.approx(expected, abs=6e-7)


@pytest.mark.parametrize(
    ("alpha", "expected"),
    [
        (0.05, [88, 134, 174, 210, 244, 277, 309, 341, 371, 401, 430]),
        (0.02, [224, 340, 439, 531, 617, 700]),
        (0.10, [43, 66, 85, 103, 120]),
    ],
)
def test_first_e_value_over_twenty_matches(alpha: float, expected: list[int]) -> None:
    for errors, labels in enumerate(expected):
        assert grid_e_value(errors, labels, alpha=alpha) >= 20.0
        assert grid_e_value(errors, labels - 1, alpha=alpha) < 20.0


def test_e_value_is_a_product_of_bets() -> None:
    rates = [0.05 * (bet + 0.5) / GRID_BETS for bet in range(GRID_BETS)]
    bets = [(1.0 - rate / 0.05) / 0.95 for rate in rates]
    losses = [0, 0, 1, 0, 1, 0, 0, 0]
    wealth = [math.prod(1.0 + bet * (0.05 - loss) for loss in losses) for bet in bets]
    assert grid_e_value(2, 8, alpha=0.05) == pytest.approx(sum(wealth) / GRID_BETS, rel=1e-12)


def test_no_labels_are_no_evidence() -> None:
    assert grid_e_value(0, 0, alpha=0.05) == pytest.approx(1.0)
    assert log_grid_e_values([], [], alpha=0.05).shape == (0,)


def test_evidence_beyond_floats_is_infinite() -> None:
    assert grid_e_value(0, 10**6, alpha=0.05) == math.inf
    assert grid_e_value(10**6, 10**6, alpha=0.05) == 0.0


def test_counts_that_cannot_be_are_refused() -> None:
    for errors, labels in (([2], [1]), ([-1], [1]), ([math.nan], [1]), ([0], [math.nan])):
        with pytest.raises(InvalidRequest, match="errors <= labels"):
            log_grid_e_values(errors, labels, alpha=0.05)
    with pytest.raises(InvalidRequest, match="one length"):
        log_grid_e_values([0, 0], [1], alpha=0.05)
    with pytest.raises(InvalidRequest, match="alpha"):
        grid_e_value(0, 1, alpha=1.0)
