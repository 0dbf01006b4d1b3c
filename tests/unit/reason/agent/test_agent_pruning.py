"""What gives way in an agent's window, and that the account says so."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

from engine.domain.context import Treatment
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import Answered, AskModel, Finish
from engine.reason.agent.procedure import AgentProcedure
from engine.reason.brief import Brief
from engine.reason.window import estimated_tokens, pieces
from tests.unit.reason.agent.agent_world import (
    BRIEF,
    ORDER,
    answered,
    asked,
    brief_with,
    contract_of,
    end_of,
    entry,
    fact,
    failed,
    finish,
    journal,
    limited,
    looked,
    looks,
    next_of,
    question_of,
    read,
    refund,
    text_of,
    turn,
    use,
)

# --- limits of the window ----------------------------------------------------


def test_every_entry_is_a_text_of_the_request() -> None:
    move = question_of(*looks(30), turn(use("get_order")), brief=limited(turns=99))
    there = {sha256(one.text.encode()).hexdigest(): one for one in pieces(move.request)}
    for one in move.context:
        if one.treatment is Treatment.DROPPED:
            assert (one.tokens, one.text_digest) == (0, "")
        else:
            assert one.tokens == estimated_tokens(there[one.text_digest].text)
    stands = [one for one in move.context if one.text_digest]
    assert len(stands) == len(pieces(move.request))


def test_above_soft_limit_oldest_lines_go() -> None:
    brief = limited(window_soft=4_000, turns=99)
    move = question_of(*looks(40, size=300), brief=brief)
    assert sum(one.tokens for one in move.context) <= 4_000
    dropped = [one for one in move.context if one.treatment is Treatment.DROPPED]
    assert [one.name for one in dropped] == [f"result {2 * n}" for n in range(1, len(dropped) + 1)]
    assert {one.why for one in dropped} == {"the window is above its soft limit"}
    assert all(one.full_tokens > 50 for one in dropped)
    assert entry(move, "result 80").treatment is Treatment.KEPT


def test_what_was_not_seen_never_gives_way() -> None:
    uses = [use("look_at_shelf", f"u{n}", shelf=n) for n in range(3)]
    made = [
        read("look_at_shelf", f"u{n}", result={"pad": "y" * 4_000}, shelf=n, note="")
        for n in range(3)
    ]
    move = question_of(*looks(3, size=4_000), turn(*uses), *made, brief=limited(window_soft=3_500))
    treated = {one.name: one.treatment for one in move.context}
    assert [treated[f"result {n}"] for n in (2, 4, 6)] == [Treatment.DROPPED] * 3
    assert [treated[f"result {n}"] for n in (8, 9, 10)] == [Treatment.KEPT] * 3


def test_seen_results_give_way_to_their_line() -> None:
    pairs, soft, found = looks(3, size=4_000), 24_000, []
    for _ in range(4):
        move = question_of(*pairs, brief=limited(window_soft=soft))
        found.append([entry(move, f"result {n}").treatment.value for n in (2, 4, 6)])
        soft = sum(one.tokens for one in move.context) - 1
    assert found == [
        ["KEPT", "KEPT", "KEPT"],
        ["DIGESTED", "KEPT", "KEPT"],
        ["DIGESTED", "DIGESTED", "KEPT"],
        ["DROPPED", "DIGESTED", "KEPT"],
    ]


def test_newest_decisions_outlive_a_restart() -> None:
    move = next_of(turn(refund()))
    failed_for = answered(Answered.FAILED, "ada", "why " * 40)
    written = [turn(refund()), (move, failed_for)] * 20
    patient = {"turns": 99, "tool_calls": 99, "same_results": 99, "alternations": 99}
    brief = replace(BRIEF, limits=replace(restarting().limits, **patient))
    anew = question_of(*written, *looked(1, {"pad": "z" * 9_000}), brief=brief)
    assert "restart" in text_of(anew)
    assert entry(anew, "decision 2").treatment is Treatment.DROPPED
    assert entry(anew, "decision 40").treatment is Treatment.KEPT


def restarting() -> Brief:
    return limited(window_soft=3_300, window_hard=3_700, result_tokens=3_000)


def test_above_hard_limit_begins_anew_from_facts() -> None:
    away = [turn(use("get_order", **ORDER)), failed("get_order", why="Out of reach.", **ORDER)]
    pairs = [*away, *looked(1, {"pad": "z" * 9_000}, (fact("free", 3, entity="shelf"),))]
    move = question_of(*pairs, brief=restarting())
    texts = text_of(move)
    assert sum(one.tokens for one in move.context) <= 3_700
    assert "begun anew" in texts["restart"]
    assert '"shelf.free@shop" = 3' in texts["facts"]
    assert "READ_UNAVAILABLE" in texts["failure 2"]
    assert texts["goal again"].endswith(BRIEF.goal)
    assert entry(move, "result 4").treatment is Treatment.DROPPED
    assert entry(move, "case").why == "the window was begun anew from its facts"


def test_no_hard_limit_is_ever_exceeded() -> None:
    pairs, asked_for = looked(1, {"pad": "z" * 3_000}), 0
    for hard in range(1_800, 4_000, 3):
        move = next_of(*pairs, brief=limited(window_soft=1_500, window_hard=hard))
        if isinstance(move, AskModel):
            asked_for += 1
            assert sum(one.tokens for one in move.context) <= hard
    assert asked_for > 400


def test_what_was_put_aside_stays_aside() -> None:
    pairs = looked(1, {"pad": "z" * 9_000})
    anew = question_of(*pairs, brief=restarting())
    again = [(asked(anew), turn(use("look_at_shelf", shelf=2))[1]), looked(2, {"n": 2})[1]]
    move = question_of(*pairs, *again, brief=restarting())
    assert "restart" not in text_of(move)
    assert entry(move, "result 2").why == "put aside before step 3"
    assert entry(move, "result 4").treatment is Treatment.KEPT


def test_third_restart_is_the_end() -> None:
    pairs: list[Any] = []
    for number in range(2):
        pairs += looked(number, {"pad": "z" * 9_000, "n": number})
        anew = question_of(*pairs, brief=restarting())
        assert "restart" in text_of(anew)
        shelf = use("look_at_shelf", shelf=number + 10)
        pairs += [(asked(anew), turn(shelf)[1]), looked(number + 10, {"n": number})[1]]
    end = end_of(*pairs, *looked(9, {"pad": "z" * 9_000}), brief=restarting())
    assert end.fault is RunFault.TOKENS_SPENT
    assert "begun anew 2 times" in end.why


def test_task_larger_than_the_window_ends() -> None:
    brief = replace(BRIEF, goal="All " * 20_000)
    assert end_of(brief=brief).fault is RunFault.TOKENS_SPENT


def test_desk_that_takes_the_agents_names_ends() -> None:
    finish_tool = contract_of("finish", BRIEF.reads[0].arguments, BRIEF.reads[0].effect_class)
    end = end_of(brief=brief_with(reads=(finish_tool,)))
    assert end.fault is RunFault.CODE_FAILED
    assert "'finish'" in end.why


def test_blank_task_still_has_a_valid_shape() -> None:
    brief = brief_with(goal="", constraints=(), facts=(), signal={}, title="")
    move = question_of(brief=brief)
    assert move.request.messages[0].blocks
    assert isinstance(AgentProcedure().next_move(brief, journal(turn(finish()))), Finish)
