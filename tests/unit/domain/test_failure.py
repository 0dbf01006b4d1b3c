"""The closed list of failures: every code has a meaning, every way into the list ends in a code."""

import ast
from pathlib import Path

import pytest

from engine.act.executor import Answer
from engine.domain import failed_steps, failure_codes
from engine.domain.actor import Role
from engine.domain.case import Attention
from engine.domain.failure import FailureCode, FailureStage
from engine.domain.failure_codes import (
    OF_ANSWER,
    OF_ATTENTION,
    OF_PERMITTED,
    code_of_answer,
    code_of_attention,
    code_of_error,
    code_of_mark,
    code_of_system,
)
from engine.domain.failure_table import FAILURES
from engine.domain.span import Stage
from engine.errors import (
    EngineError,
    InvalidRequest,
    ModelError,
    StoreUnavailable,
    ToolError,
    ToolOutcomeUnknown,
    ToolUnavailable,
)
from engine.service.failure_rows import words_of

C, A = FailureCode, Attention
ENGINE = Path(failure_codes.__file__).resolve().parents[1]


def test_every_code_says_what_follows() -> None:
    assert list(FAILURES) == list(FailureCode)
    assert {failure.stage for failure in FAILURES.values()} == set(FailureStage)
    unsaid = [
        code
        for code, failure in FAILURES.items()
        if not failure.told
        or failure.title.endswith(".")
        or not (failure.meaning.endswith(".") and failure.recovery.endswith("."))
    ]
    assert unsaid == []


def test_titles_tell_codes_apart() -> None:
    titles = [failure.title for failure in FAILURES.values()]
    assert sorted(set(titles)) == sorted(titles)


def test_every_attention_is_mapped_or_declared() -> None:
    assert set(OF_ATTENTION) == set(Attention)
    as_designed = {attention for attention, code in OF_ATTENTION.items() if code is None}
    assert as_designed == {
        *(A.COPILOT, A.OUTSIDE_ENVELOPE, A.DENIED, A.SECOND_PERSON, A.HELD, A.PAUSED),
        *(A.TAKEN_BACK, A.ESCALATED, A.UNDONE, A.UNDO_SECOND_PERSON),
    }
    assert set(OF_PERMITTED) < as_designed


@pytest.mark.parametrize("attention", Attention)
def test_permitted_attentions_keep_their_code(attention: Attention) -> None:
    before = code_of_attention(attention, was_permitted=False)
    after = code_of_attention(attention, was_permitted=True)
    assert after is (before or OF_PERMITTED.get(attention))


def test_every_answer_but_success_has_a_code() -> None:
    assert {answer.value for answer in Answer} - set(OF_ANSWER) == {Answer.ACTED}
    assert code_of_answer(Answer.ACTED) is None
    assert code_of_answer(Answer.REFUSED, "CREDENTIAL_USED") is C.CREDENTIAL_REFUSED
    assert code_of_answer(Answer.REFUSED, "OVER_REFUND") is C.TARGET_REFUSED
    assert code_of_answer(Answer.REFUSED) is C.TARGET_REFUSED


def test_systems_own_codes_are_read() -> None:
    codes = ("CREDENTIAL_SCOPE", "TARGET_CHANGED", "INVALID_ARGUMENTS", "STORE_UNAVAILABLE")
    assert [code_of_system(code) for code in (*codes, "no such word")] == [
        C.CREDENTIAL_REFUSED,
        C.TARGET_CHANGED,
        C.TOOL_BROKE_CONTRACT,
        C.TOOL_UNAVAILABLE,
        C.TARGET_REFUSED,
    ]


@pytest.mark.parametrize(
    ("error", "stage", "code"),
    [
        (ToolUnavailable(), Stage.PERCEIVE, C.READ_UNAVAILABLE),
        (ToolOutcomeUnknown(), Stage.ACT, C.READ_UNAVAILABLE),
        (ToolError(), Stage.REASON, C.READ_REFUSED),
        (ToolError(broke_contract=True), Stage.PERCEIVE, C.READ_BROKE_CONTRACT),
        (ToolError(code="CREDENTIAL_SCOPE"), Stage.PERCEIVE, C.CREDENTIAL_REFUSED),
        (InvalidRequest(), Stage.PERCEIVE, C.READ_BROKE_CONTRACT),
        (InvalidRequest(), Stage.REASON, C.REASONER_FAILED),
        (ModelError(), Stage.REASON, C.REASONER_FAILED),
        (ZeroDivisionError(), Stage.REASON, C.REASONER_FAILED),
        (ZeroDivisionError(), Stage.PERCEIVE, C.INTERNAL_ERROR),
        (StoreUnavailable(), Stage.ACT, C.INTERNAL_ERROR),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_errors_get_the_code_of_their_step(
    error: Exception, stage: Stage, code: FailureCode
) -> None:
    assert code_of_error(error, stage) is code


@pytest.mark.parametrize("stage", Stage)
def test_any_failed_span_gets_a_code(stage: Stage) -> None:
    kinds: list[type[EngineError]] = [EngineError, *EngineError.__subclasses__()]
    errors = [kind.code for kind in kinds]
    said = [*errors, *FailureCode, *Answer, "no word of ours"]
    assert {code_of_mark(error, stage) for error in said} <= set(FailureCode)
    assert [code_of_mark(code, stage) for code in FailureCode] == list(FailureCode)


def test_every_code_is_given_somewhere() -> None:
    """Walks the two modules that give codes, the tables included."""
    given = set()
    for module in (failure_codes, failed_steps):
        for node in ast.walk(ast.parse(Path(module.__file__ or "").read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                given |= {node.attr} if node.value.id in ("FailureCode", "_C") else set()
    assert given == {code.value for code in FailureCode}


def test_transitions_are_applied_in_one_place_alone() -> None:
    """What notes failures cannot be passed by: nobody else writes the table or a case."""
    calling = {
        path.relative_to(ENGINE).as_posix()
        for path in ENGINE.rglob("*.py")
        if "failed_steps(" in path.read_text("utf-8") and path.name != "failed_steps.py"
    }
    writing = {
        path.relative_to(ENGINE).as_posix()
        for path in ENGINE.rglob("*.py")
        if "MOVE_CASE" in path.read_text("utf-8") and path.name != "prepared.py"
    }
    assert calling == writing == {"store/unit_of_work.py"}


def test_who_is_told_reads_as_words() -> None:
    assert words_of(C.TARGET_CHANGED).told == "operators"
    assert words_of(C.OUTCOME_UNKNOWN).told == "operators and risk officers"
    assert Role.SENIOR_OPERATOR in FAILURES[C.TARGET_CHANGED].told
