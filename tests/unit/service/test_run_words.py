"""Words for runs: every code has them, and money is said only where there is a price."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine.domain.actor import DecidedBy
from engine.domain.context import Treatment
from engine.domain.run import RunKind, RunStatus
from engine.domain.run_calls import CallStatus
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import Answered
from engine.service import run_words
from engine.service.run_rows import CostBasis, CostRow, StepRow

STEP = StepRow(
    number=3,
    kind="use_tool",
    name="get_order",
    at=datetime(2026, 3, 2, tzinfo=UTC),
    duration_us=1,
    decided_by=DecidedBy.MODEL,
    verdict="",
)


def test_every_code_of_runs_has_words() -> None:
    for codes, said in (
        (RunKind, run_words.KIND),
        (RunKind, run_words.WHO_DECIDES),
        (RunStatus, run_words.STATUS),
        (RunFault, run_words.FAULT),
        (Treatment, run_words.TREATMENT),
        (Answered, run_words.ANSWERED),
        (CallStatus, run_words.CALL),
    ):
        assert set(said) == set(codes)
        assert all(said.values())


@pytest.mark.parametrize(
    ("basis", "micro_usd", "said"),
    [
        (CostBasis.SCRIPTED, 0, "scripted: no cost"),
        (CostBasis.NO_PRICE, 0, "no price known"),
        (CostBasis.NOTHING_ASKED, 0, "no model asked"),
        (CostBasis.PRICED, 0, "$0.000000"),
        (CostBasis.PRICED, 328, "$0.000328"),
        (CostBasis.PRICED, 12_345, "$0.0123"),
        (CostBasis.PRICED, 1_234_567_891, "$1,234.5679"),
    ],
)
def test_cost_is_money_only_with_a_price(basis: CostBasis, micro_usd: int, said: str) -> None:
    assert run_words.cost_words(CostRow(basis=basis, micro_usd=micro_usd)) == said


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("EXECUTE: all rules kept", "Run alone: all rules kept"),
        (
            "ESCALATE: phase_is_copilot (COPILOT against BOUNDED)",
            "Ask a person: The phase leaves each action to people: Copilot against Bounded",
        ),
        ("DENY: guardrail:late (02:10 against 06:00)", None),
        ("read permit 0193: orders.read", "read permit 0193: orders.read"),
        ("the target was resolved elsewhere", "the target was resolved elsewhere"),
    ],
)
def test_verdicts_are_said_in_words(verdict: str, said: str | None) -> None:
    expected = said or "Refused: Guardrail “late” forbids it: 02:10 against 06:00"
    assert run_words.verdict_words(verdict, {}) == expected


def test_steps_are_called_by_what_they_do() -> None:
    titles = {"get_order": "read order"}
    for changes, said in (
        ({}, "Read order"),
        ({"kind": "asked", "name": "next"}, "Ask the model what is next"),
        ({"kind": "asked", "name": "assess_stock"}, "Ask the model for: assess stock"),
        ({"kind": "recall", "asked": {"step": 2}}, "Read step 2 again"),
        ({"kind": "ask_write", "text": "Refund"}, "Ask for: Refund"),
        ({"kind": "recommend", "text": "Refund"}, "Recommend: Refund"),
        ({"kind": "finish"}, "Finish"),
        ({"kind": "give_up", "name": "LOOP"}, "Give up: it did the same again and again"),
    ):
        assert run_words.step_title(replace(STEP, **changes), titles) == said


def test_credential_is_said_where_something_was_called() -> None:
    assert run_words.credential_words(STEP) == ""
    called = replace(STEP, has_called=True)
    assert run_words.credential_words(called).startswith("not narrowed")
    narrow = replace(called, scopes=("orders.read:7", "orders.read:8"))
    assert run_words.credential_words(narrow) == "orders.read:7, orders.read:8"
