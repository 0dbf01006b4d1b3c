"""Predicting from precedents: one case equals many, and nothing unknown breaks it."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from engine.domain.precedent import FittedPrecedent
from engine.learn.fit_precedent import fit_precedent
from engine.reason.precedent import model_of, predict_batch
from tests.unit.learn.made_cases import PROCEDURE, START, made_cases

CASES = made_cases(900)


@pytest.fixture(scope="module")
def fitted() -> FittedPrecedent:
    result = fit_precedent(CASES, PROCEDURE, START + timedelta(days=20))
    assert result
    return result


def test_single_prediction_equals_batch_exactly(fitted: FittedPrecedent) -> None:
    batch = predict_batch(fitted, [case.features for case in CASES])
    for position, case in enumerate(CASES):
        alone = predict_batch(fitted, [case.features])
        assert alone.groups[0] == batch.groups[position]
        assert alone.probabilities[0] == batch.probabilities[position]


def test_prediction_survives_storage_exactly(fitted: FittedPrecedent) -> None:
    again = FittedPrecedent.from_bytes(fitted.to_bytes())
    features = [case.features for case in CASES[-50:]]
    assert predict_batch(again, features).probabilities == (
        predict_batch(fitted, features).probabilities
    )


def test_probabilities_of_all_groups_sum_to_one(fitted: FittedPrecedent) -> None:
    model = model_of(fitted)
    shares = model.probabilities(model.codes([case.features for case in CASES[:40]]))
    assert shares.sum(axis=1) == pytest.approx(1.0)


def test_three_best_come_best_first(fitted: FittedPrecedent) -> None:
    for shares in predict_batch(fitted, [case.features for case in CASES[:40]]).probabilities:
        assert len(shares) == 3
        assert list(shares) == sorted(shares, reverse=True)


def test_rule_behind_the_cases_is_found(fitted: FittedPrecedent) -> None:
    later = [case for case in CASES if case.observed_at >= fitted.as_of]
    best = predict_batch(fitted, [case.features for case in later]).groups
    hits = [groups[0] == case.label for groups, case in zip(best, later, strict=True)]
    assert np.mean(hits) > 0.8


def test_unseen_values_fall_back_to_overall_shares(fitted: FittedPrecedent) -> None:
    strange = {"kind": "new", "place": "new", "asker": "new"}
    odds = np.exp(fitted.base - fitted.base.max())
    assert sorted(predict_batch(fitted, [strange]).probabilities[0]) == pytest.approx(
        sorted((odds / odds.sum()).tolist())[-3:], rel=1e-5
    )


def test_unknown_names_are_not_looked_at(fitted: FittedPrecedent) -> None:
    features = CASES[5].features
    more = {**features, "colour": "red", "y_final_group": "alpha"}
    assert predict_batch(fitted, [more]).probabilities == (
        predict_batch(fitted, [features]).probabilities
    )


def test_no_cases_give_no_predictions(fitted: FittedPrecedent) -> None:
    assert predict_batch(fitted, []).groups == ()
