"""The grounds of a prediction: contributions add up, gaps are named, similar cases are alike."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest

from engine.domain.precedent import FittedPrecedent
from engine.learn.fit_precedent import fit_precedent
from engine.reason.precedent import predict_batch
from engine.reason.precedent_grounds import PrecedentAnswer, explain_precedent
from tests.unit.learn.made_cases import PROCEDURE, START, made_cases

CASES = made_cases(900)


@pytest.fixture(scope="module")
def fitted() -> FittedPrecedent:
    result = fit_precedent(CASES, PROCEDURE, START + timedelta(days=20))
    assert result
    return result


def _answer(fitted: FittedPrecedent, features) -> PrecedentAnswer:
    answer = explain_precedent(fitted, features)
    assert answer
    return answer


def test_without_a_fit_there_is_no_answer() -> None:
    assert explain_precedent(None, CASES[0].features) is None


def test_answer_has_the_batch_probabilities(fitted: FittedPrecedent) -> None:
    batch = predict_batch(fitted, [case.features for case in CASES[:60]])
    for position, case in enumerate(CASES[:60]):
        answer = _answer(fitted, case.features)
        assert (
            tuple(share.probability for share in answer.groups) == (batch.probabilities[position])
        )
        assert answer.confidence == batch.confidence[position]


def test_contributions_add_up_to_the_gap(fitted: FittedPrecedent) -> None:
    answer = _answer(fitted, CASES[3].features)
    first, second = answer.groups[0], answer.groups[1]
    base = {group: float(fitted.base[at]) for at, group in enumerate(fitted.groups)}
    gap = math.log(first.probability / second.probability)
    told = sum(fact.weight for fact in answer.facts)
    assert told + base[first.group] - base[second.group] == pytest.approx(gap, abs=1e-9)


def test_facts_come_weightiest_first(fitted: FittedPrecedent) -> None:
    weights = [abs(fact.weight) for fact in _answer(fitted, CASES[3].features).facts]
    assert weights == sorted(weights, reverse=True)


def test_supporting_and_opposing_facts_part_by_sign(fitted: FittedPrecedent) -> None:
    for case in CASES[:30]:
        answer = _answer(fitted, case.features)
        assert all(fact.weight > 0 for fact in answer.supporting)
        assert all(fact.weight < 0 for fact in answer.opposing)


def test_asker_without_bearing_matters_least(fitted: FittedPrecedent) -> None:
    least = [_answer(fitted, case.features).facts[-1].feature for case in CASES[-60:]]
    assert least.count("asker") > 30


def test_missing_facts_are_named(fitted: FittedPrecedent) -> None:
    answer = _answer(fitted, {"asker": "asker 1"})
    assert set(answer.missing) == {"kind", "place"}
    assert answer.unseen == ()


def test_unseen_values_are_named(fitted: FittedPrecedent) -> None:
    answer = _answer(fitted, {"kind": "kind 1", "place": "place 99", "asker": "asker 1"})
    assert answer.unseen == ("place",)
    assert answer.missing == ()
    place = next(fact for fact in answer.facts if fact.feature == "place")
    assert (place.is_seen, place.past_cases) == (False, 0.0)


def test_similar_cases_agree_in_what_they_name(fitted: FittedPrecedent) -> None:
    features_of = {case.case_id: case.features for case in CASES}
    answer = _answer(fitted, CASES[3].features)
    assert len(answer.similar) == 5
    for past in answer.similar:
        for name in past.agreeing:
            assert features_of[past.case_id][name] == CASES[3].features[name]


def test_most_similar_case_comes_first(fitted: FittedPrecedent) -> None:
    found = [past.similarity for past in _answer(fitted, CASES[3].features).similar]
    assert found == sorted(found, reverse=True)
    assert 0.0 < found[0] <= 1.0


def test_similar_cases_were_known_by_then(fitted: FittedPrecedent) -> None:
    for past in _answer(fitted, CASES[3].features).similar:
        assert past.label_known_at < fitted.as_of


def test_nothing_told_finds_nothing_similar(fitted: FittedPrecedent) -> None:
    answer = _answer(fitted, {})
    assert answer.similar == ()
    assert set(answer.missing) == {"kind", "place", "asker"}


def test_shares_say_where_past_cases_went(fitted: FittedPrecedent) -> None:
    for fact in _answer(fitted, CASES[3].features).facts:
        assert 0.0 <= fact.share_first + fact.share_second <= 1.0 + 1e-9
