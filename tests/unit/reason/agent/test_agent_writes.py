"""Writes of an agent: what becomes a draft, what is told, and what answers change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.domain.model_call import ToolUse
from engine.domain.recommendation import Proposal
from engine.domain.run import RunStep
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import (
    Answered,
    AskWrite,
    Finish,
    GiveUp,
    Recall,
)
from engine.reason.agent.judging import DeskWords
from engine.reason.agent.procedure import AgentProcedure
from tests.unit.reason.agent.agent_world import (
    BRIEF,
    NOON,
    ORDER,
    answered,
    asked_write,
    brief_with,
    cites,
    end_of,
    fact,
    failed,
    finish,
    journal,
    next_of,
    notes_of,
    question_of,
    read,
    refund,
    text_of,
    turn,
    use,
)

# --- writes ------------------------------------------------------------------


def test_write_becomes_a_draft_with_grounds() -> None:
    against = [cites("order.captured_minor@shop", "It is much money.", "slight")]
    others = [{"tool": "message_customer", "arguments": {"order_id": "O-1001", "body": "Wait."}}]
    asked = refund(
        against=against, missing=["carrier.place"], alternatives=[others[0] | {"probability": 0.1}]
    )
    move = asked_write(turn(asked))
    draft = move.draft
    assert move.use_id == "u1"
    assert draft.proposals[0].arguments["to"] == "original"
    assert [one.fact for one in draft.reasons] == ["order.status@shop"]
    assert [(one.fact, one.weight) for one in draft.counter_evidence] == [
        ("order.captured_minor@shop", -0.3)
    ]
    assert draft.missing == ("carrier.place",)
    assert draft.raw_confidence == 0.9
    assert [one.proposal.tool for one in draft.alternatives] == ["message_customer"]
    assert draft.reasoner_version == AgentProcedure().identity


def test_alternative_out_of_order_is_left_out() -> None:
    other = {"tool": "delete_order", "arguments": {}, "probability": 0.4}
    assert asked_write(turn(refund(alternatives=[other]))).draft.alternatives == ()


def test_desk_words_name_the_call() -> None:
    words = DeskWords(label=lambda tool, own: "money", describe=lambda tool, own: f"{tool} it")
    move = AgentProcedure(words).next_move(BRIEF, journal(turn(refund())))
    assert isinstance(move, AskWrite)
    assert (move.draft.label, move.draft.summary) == ("money", "refund it")


def test_without_desk_words_the_contract_speaks() -> None:
    assert asked_write(turn(refund())).draft.summary.startswith("Refund: O-1001, 49.90 EUR")


def without(use_: ToolUse, *names: str) -> ToolUse:
    kept = {name: value for name, value in use_.arguments.items() if name not in names}
    return replace(use_, arguments=kept)


@pytest.mark.parametrize(
    ("asked", "fault", "words"),
    [
        pytest.param(without(refund(), "cites"), RunFault.OUTPUT_INVALID, "cites", id="no grounds"),
        pytest.param(refund(cites=[]), RunFault.OUTPUT_INVALID, "cites", id="empty grounds"),
        pytest.param(refund(confidence=1.2), RunFault.OUTPUT_INVALID, "confidence", id="too sure"),
        pytest.param(refund(amount_minor=-5), RunFault.OUTPUT_INVALID, "amount_minor", id="schema"),
        pytest.param(
            refund(cites=[cites("order.weather@moon")]),
            RunFault.FACT_INVENTED,
            "weather",
            id="invented",
        ),
        pytest.param(refund(order_id="O-2002"), RunFault.GOAL_LOST, "O-2002", id="other target"),
        pytest.param(use("send_money", to="me"), RunFault.GOAL_LOST, "send_money", id="other tool"),
        pytest.param(
            refund(against=[cites("order.status@shop")]),
            RunFault.CONTRADICTION,
            "both",
            id="both ways",
        ),
    ],
)
def test_bad_write_is_told_once(asked: ToolUse, fault: RunFault, words: str) -> None:
    assert words in notes_of(turn(asked))
    end = end_of(turn(asked), turn(asked))
    assert end.fault is fault
    assert words in end.why


def test_amount_is_the_desks_to_calculate() -> None:
    words = DeskWords(amount_problem=lambda *given: "It is 44.90 EUR.")
    steps = journal(turn(refund()), turn(refund()))
    end = AgentProcedure(words).next_move(BRIEF, steps)
    assert isinstance(end, GiveUp)
    assert end.fault is RunFault.AMOUNT_WRONG


def test_stale_fact_is_read_again_before_acting() -> None:
    old = fact("status", "LOST", ttl_s=60)
    brief = brief_with(facts=(*BRIEF.facts[:-1], old), at=NOON.replace(hour=14))
    assert "too old" in notes_of(turn(refund()), brief=brief)
    again = fact("status", "LOST", ttl_s=60, at=brief.at)
    asked_write(
        turn(refund()),
        turn(use("get_order", **ORDER)),
        read("get_order", facts=[again], **ORDER),
        turn(refund()),
        brief=brief,
    )


def test_contradicted_fact_leaves_no_confidence() -> None:
    other = fact("status", "DELIVERED", source="carrier")
    brief = brief_with(facts=(*BRIEF.facts, other))
    assert "contradicted" in notes_of(turn(refund()), brief=brief)
    named = refund(against=[cites("order.status@carrier", "It says delivered.")])
    draft = asked_write(turn(named), brief=brief).draft
    assert draft.raw_confidence is None
    named_both = {one.fact for one in (*draft.reasons, *draft.counter_evidence)}
    assert named_both == {"order.status@shop", "order.status@carrier"}


def test_other_contradictions_leave_confidence_alone() -> None:
    pair = (fact("weight", 1), fact("weight", 2, source="carrier"))
    brief = brief_with(facts=(*BRIEF.facts, *pair))
    assert asked_write(turn(refund()), brief=brief).draft.raw_confidence == 0.9


# --- answers to writes -------------------------------------------------------


def write_step(answer: Answered) -> Any:
    return asked_write(turn(refund())), answered(answer)


@pytest.mark.parametrize("answer", [Answered.EXECUTED, Answered.APPROVED])
def test_change_that_stands_is_never_asked_again(answer: Answered) -> None:
    news = [
        turn(use("get_order", **ORDER)),
        read("get_order", facts=[fact("status", "OPEN")], **ORDER),
    ]
    pairs = [
        turn(refund()),
        write_step(answer),
        *news,
        turn(refund(cites=[cites("order.order_id@shop")])),
    ]
    assert "carried out in step 2" in notes_of(*pairs)
    assert end_of(*pairs, pairs[-1]).fault is RunFault.LOOP


@pytest.mark.parametrize("answer", [Answered.REJECTED, Answered.OVERRIDDEN, Answered.DENIED])
def test_no_holds_until_there_is_news(answer: Answered) -> None:
    before = [turn(refund()), write_step(answer)]
    assert "step 2" in notes_of(*before, turn(refund()))
    news = [
        turn(use("get_order", **ORDER)),
        read("get_order", facts=[fact("age_days", 30)], **ORDER),
    ]
    asked_write(*before, *news, turn(refund()))


@pytest.mark.parametrize("answer", [Answered.TIMED_OUT, Answered.FACT_GIVEN, Answered.FAILED])
def test_what_is_no_answer_may_be_asked_again(answer: Answered) -> None:
    asked_write(turn(refund()), write_step(answer), turn(refund()))


def test_done_needs_something_done() -> None:
    assert "not done" in notes_of(turn(finish("done", "Refunded.")))
    assert end_of(turn(finish("done")), turn(finish("done"))).fault is RunFault.CONTRADICTION
    before = [turn(refund()), write_step(Answered.EXECUTED)]
    assert isinstance(next_of(*before, turn(finish("done"))), Finish)
    assert "carried out" in notes_of(*before, turn(finish("nothing_to_do")))


def test_recall_shows_an_earlier_step() -> None:
    before = [
        turn(use("get_order", **ORDER)),
        read("get_order", result={"a": 1}, **ORDER),
    ]
    asked = turn(use("recall", "u2", step=2))
    assert next_of(*before, asked) == Recall(step=2, use_id="u2")
    assert "gave no result" in notes_of(*before, turn(use("recall", "u2", step=1)))


def test_recall_of_step_zero_is_the_case() -> None:
    assert next_of(turn(use("recall", "u2", step=0))) == Recall(step=0, use_id="u2")


def test_failed_read_is_no_end() -> None:
    texts = text_of(
        question_of(turn(use("get_order", **ORDER)), failed("get_order", why="Away.", **ORDER))
    )
    assert "READ_UNAVAILABLE" in texts["failure 2"]
    assert "Away." in texts["failure 2"]


def test_journal_steps_are_never_changed() -> None:
    steps: tuple[RunStep, ...] = journal(turn(refund()))
    before = repr(steps)
    AgentProcedure().next_move(BRIEF, steps)
    assert repr(steps) == before


def test_proposal_equals_what_was_answered() -> None:
    move = asked_write(turn(refund()))
    again = asked_write(turn(refund(confidence=0.8)))
    assert move.draft.proposals == again.draft.proposals
    assert isinstance(move.draft.proposals[0], Proposal)
