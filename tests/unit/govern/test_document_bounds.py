"""Everything in a document has a bound, and the largest document is read in no time."""

from time import perf_counter

import pytest

from engine.domain.phase import Cell
from engine.domain.verdict import VerdictKind
from engine.errors import ConfigError
from engine.govern.authorize import authorize, policy_for
from engine.govern.documents import LONGEST_DOCUMENT, read_document
from engine.govern.envelope import read_envelope, resolve
from engine.govern.hard_rules import GoalsDocument, GuardrailDocument
from engine.govern.request import AuthorizationRequest, Usage

TOO_LARGE = "(.*: Input should be less than|the number .* is too long)"
HUGE = ("9" * 400, str(2**63), str(10**15))


def limits(said: str) -> str:
    return f"desk: d\nlimits: {said}\ncells: []\n"


@pytest.mark.parametrize("number", HUGE, ids=["400-digits", "2^63", "10^15"])
@pytest.mark.parametrize(
    "said",
    [
        "{amount_cap: #}",
        "{second_person_above: #}",
        "{on_the_loop: {amount_cap: #}}",
        "{on_the_loop: {veto_minutes: #}}",
        "{budgets: [{per: day, amount: #}]}",
        "{budgets: [{per: day, executions: #}]}",
        "{review_minutes: #}",
        "{grant_minutes: #}",
        "{max_stale_facts: #}",
        "{max_contradictions: #}",
        "{max_unseen_values: #}",
        "{most_urgent_priority: #}",
        "{audit_rate: #}",
        "{threshold: {kind: rolling, risk_limit: #}}",
        "{arguments: {x: {longest: #}}}",
    ],
)
def test_no_number_of_an_envelope_is_boundless(said: str, number: str) -> None:
    with pytest.raises(ConfigError, match=f"line 2: {TOO_LARGE}"):
        read_envelope(limits(said.replace("#", number)))


@pytest.mark.parametrize("said", ["at_least: #", "at_most: #", "at_least: -#", "one_of: [#]"])
def test_no_number_of_an_argument_is_boundless(said: str) -> None:
    text = limits("{arguments: {x: {" + said.replace("#", "9" * 400) + "}}}")
    with pytest.raises(ConfigError, match=f"line 2: {TOO_LARGE}"):
        read_envelope(text)


@pytest.mark.parametrize("number", HUGE, ids=["400-digits", "2^63", "10^15"])
@pytest.mark.parametrize(
    "said", ["minutes_per_decision: #", "cost_per_hour: #", "measures: [{kind: correctness, #}]"]
)
def test_no_number_of_goals_is_boundless(said: str, number: str) -> None:
    number = f"target: {number}" if "measures" in said else number
    with pytest.raises(ConfigError, match=f"line 3: {TOO_LARGE}"):
        read_document(GoalsDocument, f"desk: d\ngoal: g\n{said.replace('#', number)}\n", "goals")


@pytest.mark.parametrize("number", [".inf", "-.inf", ".nan", "true", "'5'", "010000", "1:00"])
@pytest.mark.parametrize(
    "said", ["amount_cap: #", "audit_rate: #", "arguments: {x: {at_most: #}}", "review_minutes: #"]
)
def test_only_plain_numbers_are_numbers(said: str, number: str) -> None:
    with pytest.raises(ConfigError, match=r"line 2: limits.*: a (whole )?number in plain digits"):
        read_envelope(limits("{" + said.replace("#", number) + "}"))


@pytest.mark.parametrize("number", ["'off'", "off", "no", "0", "1"])
def test_only_true_and_false_are_answers(number: str) -> None:
    with pytest.raises(ConfigError, match="reversible_only: true or false is asked for"):
        read_envelope(limits("{reversible_only: " + number + "}"))


def test_hours_may_stand_without_quotes() -> None:
    document = read_envelope(limits("{hours: {opens: 10:00, closes: 20:00}}"))
    assert (
        document.limits.hours
        == read_envelope(limits('{hours: {opens: "10:00", closes: "20:00"}}')).limits.hours
    )


@pytest.mark.parametrize("opens", ["1200", "8:00", "0800"])
def test_a_time_without_colon_is_refused(opens: str) -> None:
    with pytest.raises(ConfigError, match=r"hours.opens: a time such as 08:00 is asked for"):
        read_envelope(limits("{hours: {opens: " + opens + "}}"))


@pytest.mark.parametrize("zone", ["localtime", "Factory", "posixrules", "europe/vienna", "../x"])
def test_a_zone_of_the_machine_is_refused(zone: str) -> None:
    with pytest.raises(ConfigError, match=r"line 2: zone: .* is no time zone"):
        read_envelope(f"desk: d\nzone: {zone}\ncells: []\n")


@pytest.mark.parametrize(
    ("rule", "way_out"),
    [
        ("{one_of: []}", "an empty list allows nothing; .*phase: COPILOT.*never: true"),
        ("{none_of: []}", "an empty list forbids nothing; .*leave none_of out"),
    ],
)
def test_an_empty_list_is_refused_with_advice(rule: str, way_out: str) -> None:
    with pytest.raises(ConfigError, match=f"line 2: limits.arguments.x.[a-z]*_of: {way_out}"):
        read_envelope(limits("{arguments: {x: " + rule + "}}"))
    guardrail = f"desk: d\nguardrails:\n- name: r\n  why: w\n  arguments: {{x: {rule}}}\n"
    with pytest.raises(ConfigError, match=f"line 5: guardrails.0.arguments.x.*: {way_out}"):
        read_document(GuardrailDocument, guardrail, "guardrails")


@pytest.mark.parametrize(
    "text",
    [
        limits("{arguments: {x: {one_of: [" + "1, " * 201 + "]}}}"),
        limits("{arguments: {" + "".join(f"x{one}: {{longest: 1}}, " for one in range(21)) + "}}"),
        "desk: d\ncells:\n"
        + "".join(f"- {{case_type: t{one}, action: a}}\n" for one in range(301)),
    ],
    ids=["values", "arguments", "cells"],
)
def test_lists_longer_than_sensible_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"at most (200|20|300) items are allowed"):
        read_envelope(text)


def test_the_largest_document_is_judged_quickly() -> None:
    values = ", ".join(f"{one:03}" for one in range(200))
    said = "".join(f"    x{one}: {{one_of: [{values}]}}\n" for one in range(20))
    head = "desk: d\nlimits:\n  threshold: {kind: hand_set, min_confidence: 0.5}\n  arguments:\n"
    cells = "".join(f"- {{case_type: t{one}, action: a}}\n" for one in range(300))
    arguments = {f"x{one}": "199" for one in range(20)}
    text = f"{head}{said}cells:\n{cells}"
    text += "#" * (LONGEST_DOCUMENT - len(text))

    started = perf_counter()
    cell = Cell(desk="d", case_type="t7", action_type="a")
    envelope = resolve(read_envelope(text))[cell]
    asked = AuthorizationRequest(cell=cell, arguments=arguments)
    verdict = authorize(asked, policy_for(cell, envelope, ()), Usage())
    assert perf_counter() - started < 3.0  # about 0.6 s on one core that is free
    assert verdict.kind is VerdictKind.ESCALATE
    with pytest.raises(ConfigError, match="more than 64,000 characters"):
        read_envelope(text + "#")
