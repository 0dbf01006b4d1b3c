"""What a limit means where little is written, what is refused, and in which order it is kept."""

from datetime import UTC, datetime, time

import pytest

from engine.errors import ConfigError
from engine.govern.bounds import hours_words
from engine.govern.documents import read_document
from engine.govern.envelope import read_envelope, resolve
from engine.govern.hard_rules import GoalsDocument, GuardrailDocument
from engine.govern.limits import Hours, Weekday

CELL = """\
desk: d
cells:
- budgets: [{per: hour, executions: 3}]
  threshold: {kind: hand_set, min_confidence: 0.9}
  on_the_loop: {veto_minutes: #}
  case_type: t
  action: a
  phase: ON_THE_LOOP
"""


@pytest.mark.parametrize("minutes", ["0", "0.5", "-1"])
def test_a_window_lasts_a_minute_at_least(minutes: str) -> None:
    with pytest.raises(ConfigError, match=r"line 5: cells\.0.on_the_loop.veto_minutes"):
        read_envelope(CELL.replace("#", minutes))


def test_hours_without_days_are_every_day() -> None:
    text = (
        "desk: d\ngoal: g\nconstraints:\n- name: no_night_moves\n  why: w\n"
        '  hours: {opens: "05:00", closes: "23:00"}\n'
    )
    hours = read_document(GoalsDocument, text, "the goals").constraints[0].hours
    assert hours == Hours(days=tuple(Weekday), opens=time(5), closes=time(23))
    assert hours_words(hours, "UTC").startswith("mon, tue, wed, thu, fri, sat, sun 05:00")
    assert datetime(2026, 11, 22, 12, tzinfo=UTC).strftime("%a").lower() in hours.days


def test_correctness_is_a_share() -> None:
    text = "desk: d\ngoal: g\nmeasures:\n- {kind: correctness, target: 90}\n"
    with pytest.raises(ConfigError, match=r"line 4: measures\.0: correctness is a share"):
        read_document(GoalsDocument, text, "the goals")
    read_document(GoalsDocument, text.replace("correctness", "latency_to_decision"), "the goals")


def test_what_is_kept_begins_with_its_subject() -> None:
    written = read_envelope(CELL.replace("#", "10")).to_yaml()
    entry = written.partition("cells:\n")[2].splitlines()
    assert [line.strip(" -").partition(":")[0] for line in entry[:4]] == [
        "case_type",
        "action",
        "phase",
        "threshold",
    ]
    assert resolve(read_envelope(written)) == resolve(read_envelope(CELL.replace("#", "10")))
    rules = "desk: d\nguardrails:\n- never: true\n  why: w\n  action: a\n  name: none\n"
    kept = read_document(GuardrailDocument, rules, "the rules").to_yaml().splitlines()
    assert [line.strip(" -").partition(":")[0] for line in kept if "  " in line or "-" in line] == [
        "name",
        "why",
        "action",
        "never",
        "otherwise",
    ]
