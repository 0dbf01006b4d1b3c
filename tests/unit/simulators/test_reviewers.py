"""Simulated reviewers: the same card and dice give the same answer, and no label goes into it."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from random import Random

import pytest

from engine.domain.decision import DecisionKind
from engine.simulators.reviewers.answering import LONGEST_S, SHORTEST_S, answer
from engine.simulators.reviewers.cast import (
    CAREFUL,
    CAST,
    QUICK,
    REVIEWERS,
    SENIOR,
    Habits,
    Player,
    at_work,
)
from engine.simulators.reviewers.seen import Choice, Seen, seen_on
from engine.testing.fake_engine import FakeEngine

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
REFUND = Choice(tool="refund", arguments={"order_id": "1"}, label="refund", probability=0.3)
SURE = Seen(
    case_type="stock_short",
    is_held=False,
    can_approve=True,
    is_outdated=False,
    first=Choice(tool="backorder", arguments={"line": 1}, label="backorder", probability=0.9),
    confidence=0.97,
    amount_minor=1_000,
    has_contradiction=False,
    missing=("can_wait",),
    others=(REFUND,),
    is_senior_asked=False,
)
DOUBTFUL = replace(SURE, confidence=0.4)


def habits_of(player: Player) -> Habits:
    assert player.habits
    return player.habits


def kinds(seen: Seen, player: Player, count: int = 400) -> dict[DecisionKind, float]:
    """Shares of what somebody answers."""
    dice = Random(1)
    said = [answer(seen, habits_of(player), dice).kind for _ in range(count)]
    return {kind: said.count(kind) / count for kind in set(said)}


def test_same_dice_give_the_same_answer() -> None:
    for player in REVIEWERS:
        once, again = (answer(DOUBTFUL, habits_of(player), Random(3)) for _ in range(2))
        assert once == again


def test_what_is_seen_holds_no_truth() -> None:
    engine = FakeEngine(now=lambda: NOW, desk_now=NOW, count=12)
    for card in engine.cards.values():
        told = replace(card, outcome="the record says north", timeline=(), effects=())
        assert seen_on(told) == seen_on(replace(card, outcome="", timeline=(), effects=()))
    assert not {"outcome", "truth", "label", "cause"} & {field.name for field in fields(Seen)}


def test_rubber_stamp_approves_what_others_doubt() -> None:
    assert kinds(DOUBTFUL, QUICK)[DecisionKind.APPROVE] > 0.9
    careful = kinds(DOUBTFUL, CAREFUL)
    assert careful[DecisionKind.APPROVE] < 0.5
    assert {DecisionKind.OVERRIDE, DecisionKind.ASK, DecisionKind.REJECT} <= careful.keys()


def test_everybody_approves_what_is_plain() -> None:
    for player in REVIEWERS:
        assert kinds(SURE, player)[DecisionKind.APPROVE] > 0.9


def test_much_money_in_doubt_goes_up_once() -> None:
    much = replace(DOUBTFUL, amount_minor=60_000)
    assert kinds(much, CAREFUL) == {DecisionKind.ESCALATE: 1.0}
    assert DecisionKind.ESCALATE not in kinds(replace(much, is_senior_asked=True), SENIOR)


def test_outdated_recommendation_is_not_approved_again() -> None:
    outdated = replace(SURE, is_outdated=True)
    for player in REVIEWERS:
        assert kinds(outdated, player) == {DecisionKind.OVERRIDE: 1.0}
        assert kinds(replace(outdated, first=None), player) == {DecisionKind.REJECT: 1.0}


def test_time_over_a_card_tells_the_habit() -> None:
    def median_s(player: Player) -> float:
        dice = Random(1)
        return sorted(answer(SURE, habits_of(player), dice).looks_s for _ in range(401))[200]

    assert median_s(QUICK) < 15 < median_s(CAREFUL) < median_s(SENIOR)
    dice = Random(2)
    wild = replace(habits_of(SENIOR), spread=5.0)
    for _ in range(200):
        assert SHORTEST_S <= answer(SURE, wild, dice).looks_s <= LONGEST_S


@pytest.mark.parametrize(
    ("hour", "expected"),
    [(6, (2, 8)), (12, (2, 12)), (17, (3, 8)), (23, (3, 8))],
    ids=["before", "during", "at the end", "at night"],
)
def test_people_work_in_their_hours(hour: int, expected: tuple[int, int]) -> None:
    found = at_work(CAREFUL, NOW.replace(hour=hour))
    assert (found.day, found.hour) == expected


def test_every_name_says_that_it_is_simulated() -> None:
    assert all("(simulated " in player.display_name for player in CAST)
    assert len({player.name for player in CAST}) == len(CAST)
