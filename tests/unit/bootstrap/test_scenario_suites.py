"""Scenario files: what may stand in one, and what is said of what may not."""

from pathlib import Path

import pytest

from engine.bootstrap.scenarios.running import DESKS, read_suites
from engine.errors import ConfigError

GOOD = """\
desk: orders
theme: mine
scenarios:
- name: charged_twice
  why: Two payments were taken for one order.
  world:
    payments:
    - {authorised: 40, taken: 40}
  case: {type: payment_mismatch}
  expect: {person: [anything]}
  never:
  - {call: refund}
"""


def read(folder: Path, text: str, name: str = "orders_mine.yaml") -> None:
    (folder / name).write_text(text, encoding="utf-8")
    read_suites("orders", folder)


def test_a_good_file_is_read(tmp_path: Path) -> None:
    read(tmp_path, GOOD)
    (suite,) = read_suites("orders", tmp_path)
    assert [one.name for one in suite.all] == ["charged_twice"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  world:", "  wrold:", "line 6: scenarios.0.wrold: there is no such key here"),
        ("taken: 40", "took: 40", "line 8: scenarios.0.world.payments.0.took: there is no such"),
        ("taken: 40", "taken: '40'", "line 8: scenarios.0.world.payments.0.taken: a number"),
        ("type: payment_mismatch", "type: mismatch", "line 9: scenarios.0.case.type: Input should"),
        ("  why: Two payments were taken for one order.\n", "", "scenarios.0.why: this key is"),
        ("{person: [anything]}", "{}", "line 10: scenarios.0.expect: say what has to come out"),
        ("{person: [anything]}", "{person: [repay]}", "line 10: scenarios.0.expect.person: there"),
        ("{person: [anything]}", "{done: [nothing]}", "line 10: scenarios.0.expect.done: there is"),
        ("person: [anything]", "done: [refund], beside: [pay]", "line 10: scenarios.0.expect.besi"),
        ("person: [anything]", "person: [anything], beside: [refund]", "say what has to be done"),
        ("  - {call: refund}", "  - {call: repay}", "line 12: scenarios.0.never.0.call: there is"),
        ("{call: refund}", "{book: refnd, over: 1}", "line 12: scenarios.0.never.0.book: there is"),
        ("{call: refund}", "{book: refunded}", "line 12: scenarios.0.never.0: write either call"),
        ("  never:\n  - {call: refund}", "  never: []", "scenarios.0.never: at least 1 item"),
        ("theme: mine", "theme: other", "theme: it says 'other'; name the file orders_other.yaml"),
        ("theme: mine", "theme: mine\ntheme: mine", "line 3: the key theme stands here a second"),
        ("desk: orders", "desk: incidents", "line 1: desk: Input should be 'orders'"),
    ],
)
def test_mistakes_are_told_with_file_and_line(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in GOOD
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, GOOD.replace(old, new, 1))
    assert str(tmp_path / "orders_mine.yaml") in refused.value.message
    assert said in refused.value.message


def test_a_name_stands_once(tmp_path: Path) -> None:
    twice = GOOD + GOOD.split("scenarios:\n")[1]
    with pytest.raises(ConfigError, match="the scenario charged_twice stands twice"):
        read(tmp_path, twice)


@pytest.mark.parametrize(
    ("scenario", "reasoner", "said"),
    [
        ("no_such", "playbook", "no_such, which is no scenario here"),
        ("charged_twice", "oracle", "there is no reasoner 'oracle'"),
    ],
)
def test_known_failures_name_what_is_there(
    tmp_path: Path, scenario: str, reasoner: str, said: str
) -> None:
    known = (
        f"known_failures:\n- scenario: {scenario}\n  reasoner: {reasoner}\n"
        "  why: It has its reasons.\n"
    )
    with pytest.raises(ConfigError, match=said):
        read(tmp_path, GOOD.replace("scenarios:\n", known + "scenarios:\n", 1))


def test_empty_folder_and_unknown_desk_are_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"There is no orders_\*.yaml in"):
        read_suites("orders", tmp_path)
    with pytest.raises(ConfigError, match="no scenarios of a desk 'parcels'"):
        read_suites("parcels", tmp_path)


def test_shipped_suites_cover_what_they_promise() -> None:
    suites = {desk: read_suites(desk) for desk in DESKS}
    for found in suites.values():
        themes = {suite.theme for suite in found}
        assert themes >= {
            "adversarial", "clear", "contradictory", "missing", "stale", "uncertain"
        }  # fmt: skip
    assert sum(len(suite.all) for found in suites.values() for suite in found) >= 100
