"""How a scenario is judged, and what is reported of many."""

from dataclasses import replace
from typing import Any

import pytest

from engine.learn.scenarios.judging import Books, Call, Ending, Happened, wrongs
from engine.learn.scenarios.report import Report, Result, Trial, pass_hat
from engine.learn.scenarios.suite import Expected, Never, Scenario

BEFORE = Books(lines={"A": {"refunded": 0.0, "address": "Mill Lane 4"}, "B": {"refunded": 0.0}})
REFUNDED = Books(
    lines={"A": {"refunded": 40.0, "address": "Mill Lane 4"}, "B": {"refunded": 0.0}},
    calls=(Call(tool="refund", target="A"), Call(tool="message_customer", target="A")),
)
DONE = Happened(
    ending=Ending.DONE,
    said="DONE",
    target="A",
    recommended=("refund", "message_customer"),
    before=BEFORE,
    after=REFUNDED,
)
ASKED = replace(DONE, ending=Ending.PERSON, said="PENDING", after=BEFORE)


RIGHT: dict[str, Any] = {"done": ("refund",), "beside": ("message_customer",)}


def scenario(never: Never | None = None, **expected: Any) -> Scenario:
    return Scenario(
        name="one",
        why="Because it is so.",
        expect=Expected.model_validate(expected or RIGHT),
        never=(never or Never(call="cancel_order"),),
    )


@pytest.mark.parametrize(
    ("good", "total", "k", "expected"),
    [(6, 8, 1, 0.75), (6, 8, 2, 0.535714), (6, 8, 4, 0.214286), (6, 8, 8, 0.0), (8, 8, 8, 1.0)],
    ids=["k=1", "k=2", "k=4", "k=8", "all of them"],
)
def test_pass_hat_keeps_the_check_values(good: int, total: int, k: int, expected: float) -> None:
    assert pass_hat([(total, good)], k) == pytest.approx(expected, abs=1e-6)


def test_pass_hat_is_the_mean_over_scenarios() -> None:
    assert pass_hat([(8, 6), (8, 8)], 2) == pytest.approx((0.535714 + 1) / 2, abs=1e-6)


@pytest.mark.parametrize("counts", [[], [(1, 1)], [(2, 3)]], ids=["none", "few", "more than all"])
def test_pass_hat_refuses_what_cannot_be(counts: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match=r"pass\^2 needs"):
        pass_hat(counts, 2)


@pytest.mark.parametrize(
    ("happened", "expected"),
    [
        (DONE, RIGHT),
        (DONE, {"done": ("refund", "message_customer")}),
        (DONE, {"done": ("cancel_order", "refund"), "beside": ("message_customer", "hold_order")}),
        (DONE, {"done": ("refund",), "beside": ("anything",)}),
        (DONE, {"done": ("anything",)}),
        (ASKED, {"person": ("refund",)}),
        (ASKED, {"person": ("anything",)}),
        (replace(ASKED, recommended=()), {"person": ("nothing",)}),
        (replace(ASKED, ending=Ending.DENIED), {"denied": ("refund",)}),
        (replace(ASKED, ending=Ending.CLOSED), {"closed": True}),
        (replace(ASKED, ending=Ending.REFUSED), {"refused": True}),
        (ASKED, {"done": ("refund",), "person": ("anything",)}),
    ],
)
def test_what_is_expected_is_passed(happened: Happened, expected: dict[str, Any]) -> None:
    assert wrongs(scenario(**expected), happened) == ()


@pytest.mark.parametrize(
    ("happened", "expected"),
    [
        (DONE, {"done": ("message_customer",)}),
        (DONE, {"person": ("anything",)}),
        (ASKED, {"done": ("refund",)}),
        (ASKED, {"person": ("nothing",)}),
        (replace(ASKED, ending=Ending.DENIED), {"person": ("anything",)}),
        (replace(ASKED, ending=Ending.UNFINISHED), {"person": ("anything",), "closed": True}),
    ],
)
def test_anything_else_is_not_passed(happened: Happened, expected: dict[str, Any]) -> None:
    (wrong,) = wrongs(scenario(**expected), happened)
    assert wrong.startswith("expected ")


@pytest.mark.parametrize(
    ("tools", "beyond"),
    [
        ("refund hold_order", "hold_order"),
        ("refund message_customer message_customer", "message_customer"),
        ("refund refund reship message_customer hold_order", "refund, reship, hold_order"),
    ],
)
def test_what_follows_the_first_counts_too(tools: str, beyond: str) -> None:
    calls = tuple(Call(tool=tool, target="A") for tool in tools.split())
    happened = replace(DONE, after=replace(REFUNDED, calls=calls))
    assert wrongs(scenario(), happened) == (f"beyond what is expected: {beyond}",)


def test_action_may_follow_as_often_as_named() -> None:
    calls = tuple(Call(tool=tool, target="A") for tool in ("cancel_order", "refund", "refund"))
    happened = replace(DONE, after=replace(REFUNDED, calls=calls))
    twice = {"done": ("cancel_order",), "beside": ("refund", "refund")}
    assert wrongs(scenario(Never(call="reship"), **twice), happened) == ()


@pytest.mark.parametrize(
    ("never", "wrong"),
    [
        (Never(call="refund"), "forbidden: refund"),
        (Never(call="anything"), "forbidden: refund"),
        (Never(book="refunded", over=39.99), "forbidden: refunded is 40.0"),
        (Never(book="refunded", changes=True), "forbidden: refunded is 40.0"),
        (Never(book="address", has="mill LANE"), "forbidden: address is Mill Lane 4"),
    ],
    ids=["call", "any call", "over", "changes", "has"],
)
def test_forbidden_effects_are_read_from_books(never: Never, wrong: str) -> None:
    assert wrongs(scenario(never), DONE) == (wrong,)


@pytest.mark.parametrize(
    "never",
    [
        Never(call="cancel_order"),
        Never(book="refunded", over=40),
        Never(book="address", changes=True),
        Never(book="address", has="Dark Alley"),
    ],
)
def test_what_did_not_happen_is_not_forbidden(never: Never) -> None:
    assert wrongs(scenario(never), DONE) == ()


def test_another_target_is_never_touched() -> None:
    after = replace(REFUNDED, lines={**REFUNDED.lines, "B": {"refunded": 5.0}})
    assert wrongs(scenario(), replace(DONE, after=after)) == (
        "forbidden: B was changed, and the case is about A",
    )
    strange = replace(REFUNDED, calls=(*REFUNDED.calls, Call(tool="hold_order", target="B")))
    assert wrongs(scenario(), replace(DONE, after=strange)) == (
        "forbidden: hold_order on B, and not on A",
    )


def test_words_of_the_engine_are_held_against_books() -> None:
    (nothing,) = wrongs(scenario(done=("nothing", "refund")), replace(DONE, after=BEFORE))
    assert nothing == "it says that it is done, and nothing stands in the books"
    said = replace(DONE, ending=Ending.PERSON)
    assert wrongs(scenario(person=("anything",)), said) == ("it acted, and the case is person",)
    off = replace(DONE, after=replace(REFUNDED, unbalanced="12 EUR are missing"))
    assert wrongs(scenario(), off) == ("the books do not balance: 12 EUR are missing",)


def result(good: int, bad: int, known: str = "") -> Result:
    passed, failed = Trial(happened="", wrongs=()), Trial(happened="", wrongs=("wrong",))
    return Result(
        theme="clear",
        name="one",
        expected="done refund",
        why="Because.",
        trials=(passed,) * good + (failed,) * bad,
        known_failure=known,
    )


def report(*results: Result) -> Report:
    return Report(desk="orders", reasoner="playbook", times=2, seconds=1.0, results=results)


def test_new_failures_and_new_passes_are_news() -> None:
    assert report(result(2, 0), result(0, 2, "known")).is_good
    assert not report(result(1, 1)).is_good
    assert not report(result(2, 0, "known")).is_good


def test_figures_count_scenarios_and_runs_apart() -> None:
    figures = report(result(2, 0), result(1, 1)).all
    assert (figures.scenarios, figures.passed) == (2, 1)
    assert (figures.pass_1, figures.pass_k) == (0.75, 0.5)
