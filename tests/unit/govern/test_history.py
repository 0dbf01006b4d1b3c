"""The columns of a history hold what was asked, and give it back."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from engine.domain.money import Money
from engine.domain.tool import EffectClass
from engine.errors import InvalidRequest
from engine.govern.earlier import known_by
from engine.govern.history import NOT_THERE, Truth
from engine.govern.past_decisions import MOST_MINOR, PastDecision, PastDecisions, Resolved
from tests.unit.govern.pasts import MONDAY, OTHER, asked, history_of, past

ODD = asked(
    5,
    cell=OTHER,
    problem="bad",
    is_known_case_type=False,
    effect_class=EffectClass.IRREVERSIBLE,
    arguments={"group": "north", "count": 1},
    amount=Money(minor=250, currency="USD"),
    confidence=None,
    is_calibrated=False,
    score=None,
    priority=1,
)


def test_requests_come_back_as_they_were() -> None:
    plain = asked(0, arguments={"group": "south"}, cents=100)
    history = history_of(plain, ODD)
    assert [history.request(0), history.request(1)] == [plain, ODD]


def test_counts_stand_for_names_of_facts() -> None:
    request = asked(
        0, stale=("a", "b"), contradictory=("c",), unseen=("d", "e", "f"), named=("x: g",)
    )
    back = history_of(request).request(0)
    counts = (back.stale, back.contradictory, back.unseen, back.named)
    assert [len(one) for one in counts] == [2, 1, 3, 1]


def test_cuts_are_given_with_the_question() -> None:
    back = history_of(asked(0)).request(0, cut=0.7)
    assert (back.rolling_cut, back.wider_cut) == (0.7, None)


def test_values_of_another_type_are_other_values() -> None:
    history = history_of(*(asked(0, arguments={"x": value}) for value in (1, True, 1.0, "1", 1)))
    assert history.arguments["x"].codes.tolist() == [0, 1, 2, 3, 0]


def test_customers_are_known_by_code_alone() -> None:
    history = history_of(asked(0, customer="Ann Smith"), asked(1), asked(2, customer="Ann Smith"))
    assert history.customer.tolist() == [0, NOT_THERE, 0]
    assert "Ann" not in str(history.customers)


def test_columns_cannot_be_changed() -> None:
    history = history_of(asked(0))
    with pytest.raises(ValueError, match="read-only"):
        history.confidence[0] = 1.0


def test_rows_out_of_order_are_refused() -> None:
    with pytest.raises(InvalidRequest):
        history_of(asked(1), asked(0))


def test_a_request_without_a_moment_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        PastDecisions().add(past(replace(asked(0), at=None), 0))


def test_huge_amounts_are_kept_as_the_largest() -> None:
    assert history_of(asked(0, cents=10**30)).amount.tolist() == [MOST_MINOR]


def test_second_rows_of_a_case_are_counted() -> None:
    history = history_of(past(asked(0), 1), past(asked(1), 1), past(asked(2), 2))
    assert (len(history), history.repeated) == (3, 1)


def labelled(minutes: float, number: int, known_days: float) -> PastDecision:
    known = MONDAY + timedelta(days=known_days)
    return past(asked(minutes), number, truth=Truth.WRONG, known_at=known)


def test_an_earlier_history_knows_no_later_truth() -> None:
    rows = (labelled(0, 1, 1), labelled(1, 2, 3), labelled(60 * 24 * 5, 3, 6))
    known_at = [MONDAY + timedelta(days=days) for days in (1, 3, 6)]
    resolved = [Resolved(known_at=at, score=0.9, is_correct=False) for at in known_at]
    history = history_of(*rows, resolved=resolved, unaided=known_at)
    then = known_by(history, MONDAY + timedelta(days=2))
    assert len(then) == 2
    assert then.truth.tolist() == [2, 0]
    assert np.isnan(then.label_probability[1])
    assert then.resolved.known_us.size == 1
    assert then.unaided_us.size == 1
    assert then.as_of == MONDAY + timedelta(days=2)
