"""Cuts over a history are those the live state machine would have given."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from engine.domain.precedent import PrecedentProcedure
from engine.errors import InvalidRequest
from engine.govern.history import DecisionHistory
from engine.govern.limits import OWN
from engine.govern.past_decisions import Resolved
from engine.learn.rolling import ResolvedPrediction, RollingState
from engine.learn.rolling_cuts import MOST_KEPT, RollingCuts
from tests.unit.govern.pasts import MONDAY, asked, history_of

PROCEDURE = PrecedentProcedure(features=("x",), contexts=(), threshold_hours=12)
ROWS, LABELS = 60, 200


def resolved() -> list[Resolved]:
    rng = np.random.default_rng(2)
    scores = rng.beta(4, 1, size=LABELS)
    return [
        Resolved(
            known_at=MONDAY + timedelta(minutes=37 * number),
            score=float(score),
            is_correct=bool(rng.random() < score),
        )
        for number, score in enumerate(scores)
    ]


def history() -> DecisionHistory:
    return history_of(*(asked(150 * number) for number in range(ROWS)), resolved=resolved())


def live(risk_limit: float) -> list[float | None]:
    """Labels and questions in the order of time, as a worker meets them."""
    state, labels, found = RollingState(PROCEDURE), resolved(), []
    for number in range(ROWS):
        at = MONDAY + timedelta(minutes=150 * number)
        while labels and labels[0].known_at < at:
            label = labels.pop(0)
            state.observe_label(
                ResolvedPrediction(
                    case_id=f"{LABELS - len(labels):012d}",
                    known_at=label.known_at,
                    raw_confidence=label.score,
                    is_correct=label.is_correct,
                )
            )
        found.append(state.threshold_at(at, risk_limit).cut)
    return found


@pytest.mark.parametrize("risk_limit", [0.1, 0.3])
def test_cuts_are_those_of_the_live_worker(risk_limit: float) -> None:
    cuts = RollingCuts(history(), PROCEDURE)(risk_limit).tolist()
    expected = live(risk_limit)
    assert [None if np.isnan(cut) else cut for cut in cuts] == expected
    assert len(set(expected)) > 2


def test_cuts_of_a_limit_are_chosen_once() -> None:
    cuts = RollingCuts(history(), PROCEDURE)
    first = cuts(0.3)
    assert cuts(0.3) is first
    for number in range(MOST_KEPT):
        cuts(0.2 + number / 100)
    assert cuts(0.3) is not first
    assert np.array_equal(cuts(0.3), first, equal_nan=True)


def test_desk_that_learns_nothing_has_no_cut() -> None:
    assert np.isnan(RollingCuts(history(), None)(0.3)).all()
    assert RollingCuts(history_of(), PROCEDURE)(0.3).size == 0


def test_impossible_risk_limits_are_refused() -> None:
    with pytest.raises(InvalidRequest):
        RollingCuts(history(), PROCEDURE)(1.5)


def test_cuts_rest_on_labels_of_the_same_reasoner() -> None:
    """The same labels give a reasoner its cuts, and another one none."""
    rows = [asked(150 * number, reasoner="agent" if number % 2 else OWN) for number in range(ROWS)]
    mixed = RollingCuts(history_of(*rows, resolved=resolved()), PROCEDURE)(0.3)
    assert np.isnan(mixed[1::2]).all()
    assert np.array_equal(mixed[::2], RollingCuts(history(), PROCEDURE)(0.3)[::2], equal_nan=True)
    theirs = [replace(one, reasoner="agent") for one in resolved()]
    turned = RollingCuts(history_of(*rows, resolved=theirs), PROCEDURE)(0.3)
    assert np.isnan(turned[::2]).all()
    assert np.array_equal(
        turned[1::2], RollingCuts(history(), PROCEDURE)(0.3)[1::2], equal_nan=True
    )
