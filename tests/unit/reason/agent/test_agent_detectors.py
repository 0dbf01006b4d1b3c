"""How an agent's run goes wrong: each detector at its limit, one below it, and on clean runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from engine.domain.model_call import TextBlock, ToolUse
from engine.domain.run import RunStep
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import Answered, AskModel, AskWrite, GiveUp, ModelSaid
from engine.reason.agent.procedure import AgentProcedure
from engine.reason.brief import Brief
from tests.unit.reason.agent.agent_world import (
    ASKED,
    BRIEF,
    MESSAGE,
    NOON,
    ORDER,
    answered,
    asked,
    brief_with,
    cites,
    end_of,
    fact,
    failed,
    finish,
    journal,
    limited,
    looked,
    next_of,
    question_of,
    read,
    refund,
    said,
    turn,
    use,
)

Pairs = list[Any]


def chained(*parts: Pairs) -> Pairs:
    return [pair for part in parts for pair in part]


# --- loop, alternation, no progress ------------------------------------------


def test_same_call_and_result_thrice_is_a_loop() -> None:
    same = looked(1, {"free": 4})
    question_of(*chained(same, same))
    end = end_of(*chained(same, same, same))
    assert end.fault is RunFault.LOOP
    assert "look_at_shelf 3 times" in end.why


def test_loop_is_seen_through_what_lies_between() -> None:
    same = looked(1, {"free": 4})
    end = end_of(*chained(same, looked(2), same, looked(3), same))
    assert end.fault is RunFault.LOOP


def test_other_results_are_no_loop() -> None:
    question_of(*chained(*(looked(1, {"free": n}) for n in range(8))))


def test_result_with_a_clock_is_seen_by_its_facts() -> None:
    said = (fact("free", 4, entity="shelf"),)
    looks = [looked(1, {"free": 4, "as_of": n}, said) for n in range(3)]
    assert end_of(*chained(*looks)).fault is RunFault.LOOP


def test_fact_read_again_for_age_is_no_loop() -> None:
    steps: list[RunStep] = []
    for number in range(5):
        at = NOON + timedelta(minutes=10 * number)
        looks = looked(1, {}, (fact("free", 4, at=at, ttl_s=60),))
        steps += [replace(one, number=len(steps) + 1) for one in journal(*looks, at=at)]
    move = AgentProcedure().next_move(BRIEF, steps)
    assert isinstance(move, AskModel)


def test_look_after_an_answer_is_no_loop() -> None:
    same = looked(1, {"free": 4})
    written = [turn(refund()), (write(refund()), answered(Answered.TIMED_OUT))]
    question_of(*chained(same, same, written, same, same))


def test_write_answered_alike_thrice_is_a_loop() -> None:
    written = [turn(refund()), (write(refund()), answered(Answered.TIMED_OUT))]
    question_of(*chained(written, written))
    assert end_of(*chained(written, written, written)).fault is RunFault.LOOP


def test_back_and_forth_six_times_is_a_loop() -> None:
    swing = [looked(n % 2, {"free": n}) for n in range(6)]
    question_of(*chained(*swing[:5]))
    end = end_of(*chained(*swing))
    assert end.fault is RunFault.LOOP
    assert "back and forth" in end.why


def test_third_call_between_is_no_swing() -> None:
    looks = [looked(n % 2, {"free": n}) for n in range(5)]
    question_of(*chained(*looks, looked(7)))


def test_four_calls_without_news_are_no_progress() -> None:
    brief = limited(same_results=9, alternations=99)
    first = chained(looked(1, 1), looked(2, 2))
    again = [looked(n % 2 + 1, n % 2 + 1) for n in range(4)]
    question_of(*first, *chained(*again[:3]), brief=brief)
    end = end_of(*first, *chained(*again), brief=brief)
    assert end.fault is RunFault.NO_PROGRESS


def test_new_fact_is_progress() -> None:
    brief = limited(same_results=9, alternations=99)
    looks = [looked(1, 1, (fact("free", n, entity="shelf"),)) for n in range(8)]
    question_of(*chained(*looks), brief=brief)


def test_facts_kept_from_the_run_were_news_then() -> None:
    learned = tuple(
        fact("free", n, entity=f"shelf:{n}", at=NOON + timedelta(minutes=1)) for n in range(4)
    )
    first = [looked(n) for n in range(4)]
    again = [looked(n, None, (learned[n],)) for n in range(4)]
    question_of(*chained(*first, *again), brief=brief_with(facts=(*BRIEF.facts, *learned)))


def test_known_facts_read_first_are_progress() -> None:
    looks = [looked(n, n, BRIEF.facts) for n in range(6)]
    question_of(*chained(*looks))


# --- errors ------------------------------------------------------------------


def test_three_errors_in_a_row_end() -> None:
    away = [
        [turn(use("look_at_shelf", shelf=n)), failed("look_at_shelf", shelf=n)] for n in range(3)
    ]
    question_of(*chained(*away[:2]))
    assert end_of(*chained(*away)).fault is RunFault.ERRORS_IN_A_ROW


def test_refused_calls_count_as_errors() -> None:
    away = [
        [turn(use("look_at_shelf", shelf=n)), failed("look_at_shelf", shelf=n)] for n in range(2)
    ]
    assert end_of(*chained(*away), turn(use("get_order"))).fault is RunFault.ERRORS_IN_A_ROW


def test_unreadable_answer_counts_as_an_error() -> None:
    away = [
        [turn(use("look_at_shelf", shelf=n)), failed("look_at_shelf", shelf=n)] for n in range(2)
    ]
    mute = (ASKED, ModelSaid(answer=said(TextBlock(text="Let me think."))))
    assert end_of(*chained(*away), mute).fault is RunFault.ERRORS_IN_A_ROW


def test_success_ends_a_row_of_errors() -> None:
    away = [
        [turn(use("look_at_shelf", shelf=n)), failed("look_at_shelf", shelf=n)] for n in range(4)
    ]
    question_of(*chained(away[0], away[1], looked(9), away[2], away[3]))


def test_call_still_open_is_no_error() -> None:
    uses = [use("look_at_shelf", f"u{n}", shelf=n) for n in range(3)]
    made = [failed("look_at_shelf", f"u{n}", shelf=n) for n in range(2)]
    assert not isinstance(next_of(turn(*uses), *made), GiveUp)


# --- goal --------------------------------------------------------------------


def test_other_target_twice_in_a_run_ends() -> None:
    first, second = turn(refund(order_id="O-2002")), turn(refund(order_id="O-3003"))
    end = end_of(first, *looked(1), *looked(2), second)
    assert end.fault is RunFault.GOAL_LOST
    assert "O-3003" in end.why


def test_tool_that_was_not_offered_is_drift() -> None:
    narrow = brief_with(writes=(MESSAGE,))
    assert (
        end_of(turn(refund()), *looked(1), turn(refund()), brief=narrow).fault is RunFault.GOAL_LOST
    )


def test_changed_goal_text_ends_the_run() -> None:
    first = question_of()
    pairs = [(asked(first), turn(use("look_at_shelf", shelf=1))[1]), looked(1)[1]]
    question_of(*pairs)
    end = end_of(*pairs, brief=brief_with(goal=f"{BRIEF.goal} Be quick."))
    assert end.fault is RunFault.GOAL_LOST
    assert "changed" in end.why


# --- invented facts ----------------------------------------------------------


def test_invented_fact_twice_in_a_run_ends() -> None:
    invents = turn(refund(cites=[cites("order.lost_on@carrier")]))
    end = end_of(invents, *looked(1), *looked(2), invents)
    assert end.fault is RunFault.FACT_INVENTED


def test_fact_that_came_later_was_invented_before() -> None:
    invents = turn(refund(cites=[cites("shelf.free@shop")]))
    came = looked(1, {}, (fact("free", 4, entity="shelf"),))
    assert isinstance(next_of(invents, *came, invents), AskWrite)
    other = turn(refund(cites=[cites("shelf.colour@shop")]))
    assert end_of(invents, *came, *looked(2), other).fault is RunFault.FACT_INVENTED


# --- contradictions ----------------------------------------------------------


def write(use_: ToolUse) -> AskWrite:
    move = next_of(turn(use_))
    assert isinstance(move, AskWrite), move
    return move


def faults(*uses: ToolUse, brief: Brief = BRIEF) -> RunFault:
    """What a run ends with that says this in one answer, twice."""
    return end_of(turn(*uses), turn(*uses), brief=brief).fault


def test_two_minds_in_one_answer_contradict() -> None:
    assert faults(refund("u1"), refund("u2", amount_minor=2000)) is RunFault.CONTRADICTION


def test_choosing_one_of_two_minds_is_taken() -> None:
    both = turn(refund("u1"), refund("u2", amount_minor=2000))
    assert isinstance(next_of(both, turn(refund(amount_minor=2000))), AskWrite)


def test_same_write_twice_in_one_answer_is_one() -> None:
    assert isinstance(next_of(turn(refund("u1"), refund("u2"))), AskWrite)


INVENTS = turn(refund(cites=[cites("order.lost_on@carrier")]))


def test_another_write_without_news_contradicts() -> None:
    message = use("message_customer", order_id="O-1001", body="Sorry.")
    message.arguments.update(
        {
            name: refund().arguments[name]
            for name in ("because", "cites", "against", "missing", "confidence")
        }
    )
    assert end_of(INVENTS, turn(message)).fault is RunFault.CONTRADICTION
    assert isinstance(next_of(INVENTS, *looked(1), turn(message)), AskWrite)


def test_corrected_call_is_no_contradiction() -> None:
    assert isinstance(next_of(turn(refund(amount_minor=0)), turn(refund())), AskWrite)


def test_corrected_grounds_are_no_contradiction() -> None:
    assert isinstance(next_of(INVENTS, turn(refund(confidence=0.4))), AskWrite)


@pytest.mark.parametrize(("now", "is_taken"), [(0.7, True), (0.3, False)])
def test_confidence_moves_only_so_far_without_news(now: float, is_taken: bool) -> None:
    old = fact("status", "LOST", ttl_s=60)
    brief = brief_with(facts=(*BRIEF.facts[:-1], old), at=NOON + timedelta(hours=1))
    fresh = brief_with(at=brief.at)
    stale = turn(refund())
    question_of(stale, brief=brief)
    move = AgentProcedure().next_move(fresh, journal(stale, turn(refund(confidence=now))))
    assert isinstance(move, AskWrite) is is_taken


# --- clean runs --------------------------------------------------------------


def test_clean_run_sets_nothing_off() -> None:
    pairs: Pairs = [turn(use("get_order", **ORDER)), read("get_order", result={"a": 1}, **ORDER)]
    for number in range(4):
        pairs += looked(number, {"free": number}, (fact("free", number, entity=f"shelf:{number}"),))
    pairs += [turn(refund()), (write(refund()), answered(Answered.APPROVED))]
    pairs += [turn(use("get_order", **ORDER)), read("get_order", result={"a": 1}, **ORDER)]
    question_of(*pairs)
    assert not isinstance(next_of(*pairs, turn(finish("done"))), GiveUp)


def test_window_texts_hold_no_earlier_mistake() -> None:
    move = question_of(INVENTS, *looked(1))
    assert "lost_on" not in repr(move.request)
