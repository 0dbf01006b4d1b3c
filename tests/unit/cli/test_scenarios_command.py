"""`countersign scenarios run`: what it prints, and the exit code it leaves with."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.test_commands import Run, run

__all__ = ["run"]

TWO = """\
desk: orders
theme: mine
scenarios:
- name: no_such_order
  why: The shop knows no such order, so a person looks into it.
  case: {type: payment_mismatch, order: A-9999}
  expect: {person: [nothing]}
  never:
  - {call: anything}
- name: too_long
  why: The door does not take a text of that length.
  case:
    type: duplicate_order
    customer_message: {text: 'cancel it ', times: 1500}
  expect: {EXPECTED}
  never:
  - {call: anything}
"""
ASKED = ("scenarios", "run", "--desk", "orders", "--folder")


def suite(folder: Path, expected: str = "refused: true") -> str:
    text = TWO.replace("EXPECTED", expected)
    (folder / "orders_mine.yaml").write_text(text, encoding="utf-8")
    return str(folder)


def test_what_passed_is_a_table(run: Run, tmp_path: Path) -> None:
    ended = run(*ASKED, suite(tmp_path), "--times", "2")
    assert (ended.code, ended.err) == (0, "")
    assert [line.split() for line in ended.out.splitlines()[2:5]] == [
        ["THEME", "PASSED", "OF", "PASS^1", "PASS^2"],
        ["mine", "2", "2", "1.000", "1.000"],
        ["all", "2", "2", "1.000", "1.000"],
    ]


def test_what_failed_is_held_against_what_was_expected(run: Run, tmp_path: Path) -> None:
    ended = run(*ASKED, suite(tmp_path, "closed: true"))
    assert (ended.code, ended.err) == (1, "mine/too_long: 0 of 1 passed\n")
    assert "  expected  closed\n" in ended.out
    assert "  happened  refused (customer_message has 15,000 characters" in ended.out


def test_programs_get_it_as_json(run: Run, tmp_path: Path) -> None:
    ended = run(*ASKED, suite(tmp_path, "closed: true"), "--json")
    (report,) = json.loads(ended.out)
    assert (ended.code, report["reasoner"], report["is_good"]) == (1, "playbook", False)
    assert report["all"] == {
        "theme": "all", "scenarios": 2, "passed": 1, "pass_1": 0.5, "pass_k": 0.5
    }  # fmt: skip
    assert [one["is_as_known"] for one in report["results"]] == [True, False]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--reasoner", "oracle"), "There is no reasoner 'oracle'"),
        (("--reasoner", "agent"), "there is no language model"),
    ],
)
def test_what_cannot_run_is_bad_usage(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    ended = run(*ASKED, suite(tmp_path), *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


def test_unknown_desk_is_bad_usage(run: Run) -> None:
    ended = run("scenarios", "run", "--desk", "parcels")
    assert ended.code == 2
    assert "there are of incidents, orders" in ended.err
