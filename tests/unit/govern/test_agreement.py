"""Agreement of two raters, against published figures."""

from __future__ import annotations

import math

import pytest

from engine.errors import InvalidRequest
from engine.govern.agreement import Agreement, agreement_of_answers, agreement_of_table


def test_kappa_matches_balanced_check_value() -> None:
    agreement = agreement_of_table([[45, 5], [3, 47]])
    assert agreement.raw == pytest.approx(0.92)
    assert agreement.kappa == pytest.approx(0.84)


def test_ac1_survives_the_prevalence_paradox() -> None:
    agreement = agreement_of_table([[90, 5], [5, 0]])
    assert agreement.raw == pytest.approx(0.90)
    assert agreement.kappa == pytest.approx(-0.052632, abs=6e-7)
    assert agreement.ac1 == pytest.approx(0.889503, abs=6e-7)


def test_three_categories_match_hand_calculation() -> None:
    # Shares of both raters: .5, .3, .2; chance .38 for kappa, (.25 + .21 + .16) / 2 for AC1.
    agreement = agreement_of_table([[4, 1, 0], [1, 2, 0], [0, 0, 2]])
    assert agreement.raw == pytest.approx(0.8)
    assert agreement.kappa == pytest.approx((0.8 - 0.38) / 0.62)
    assert agreement.ac1 == pytest.approx((0.8 - 0.31) / 0.69)


def test_perfect_agreement_is_one() -> None:
    assert agreement_of_table([[30, 0], [0, 20]]) == Agreement(n=50, raw=1.0, kappa=1.0, ac1=1.0)


def test_no_cases_define_no_figure() -> None:
    nothing = Agreement(n=0, raw=None, kappa=None, ac1=None)
    assert agreement_of_table([[0, 0], [0, 0]]) == nothing
    assert agreement_of_answers([], [], categories=["approve", "reject"]) == nothing


def test_one_category_leaves_kappa_undefined() -> None:
    assert agreement_of_answers(["a"] * 5, ["a"] * 5) == Agreement(
        n=5, raw=1.0, kappa=None, ac1=None
    )
    known = agreement_of_answers(["a"] * 5, ["a"] * 5, categories=["a", "b"])
    assert known == Agreement(n=5, raw=1.0, kappa=None, ac1=1.0)


def test_answers_equal_their_table() -> None:
    first = ["a"] * 50 + ["b"] * 50
    second = ["a"] * 45 + ["b"] * 5 + ["a"] * 3 + ["b"] * 47
    assert agreement_of_answers(first, second) == agreement_of_table([[45, 5], [3, 47]])


@pytest.mark.parametrize(
    "table",
    [[[1, 2]], [1, 2], [[1, -1], [0, 1]], [[1, math.nan], [0, 1]], [[0.5, 0], [0, 1]]],
    ids=["not square", "a vector", "negative", "NaN", "fractional"],
)
def test_tables_that_mislead_are_refused(table: list[list[int]]) -> None:
    with pytest.raises(InvalidRequest, match="agreement table"):
        agreement_of_table(table)


def test_answers_that_do_not_pair_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="differ in number"):
        agreement_of_answers(["a"], [])
    with pytest.raises(InvalidRequest, match="known categories"):
        agreement_of_answers(["a"], ["c"], categories=["a", "b"])
