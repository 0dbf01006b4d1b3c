"""What an argument may be: texts letter by letter, numbers by value, and nothing unlisted."""

from typing import Any

import pytest
from pydantic import ValidationError

from engine.govern.bounds import argument_words, wrong_argument
from engine.govern.limits import ArgumentRule


@pytest.mark.parametrize(
    ("listed", "value", "is_among"),
    [
        (1, 1, True),
        (1, 1.0, True),
        (1.0, 1, True),
        (1, True, False),
        (True, 1, False),
        (True, True, True),
        (1, "1", False),
        ("prod", "prod", True),
        ("prod", "Prod", False),
        ("prod", "prod ", False),
    ],
)
def test_a_listed_value_is_found_again(listed: Any, value: Any, is_among: bool) -> None:
    is_outside = wrong_argument("x", ArgumentRule(one_of=(listed,)))({"x": value}, {})
    is_forbidden = wrong_argument("x", ArgumentRule(none_of=(listed,)))({"x": value}, {})
    assert bool(is_outside) is not is_among
    assert bool(is_forbidden) is is_among


@pytest.mark.parametrize("value", [["prod"], {"to": "prod"}, None, [], float("nan")])
def test_what_is_no_scalar_breaks_lists(value: Any) -> None:
    for rule in (ArgumentRule(one_of=("prod",)), ArgumentRule(none_of=("prod",))):
        assert wrong_argument("x", rule)({"x": value}, {}) == f"x is {value!s}"


def test_a_rule_for_one_differs_from_yes() -> None:
    one, yes = ArgumentRule(one_of=(1,)), ArgumentRule(one_of=(True,))
    assert one != yes
    assert {one: "one", yes: "yes"}[ArgumentRule(one_of=(1,))] == "one"


def test_large_bounds_are_said_in_full() -> None:
    rule = ArgumentRule(at_least=0.25, at_most=1_234_567)
    assert argument_words("x", rule) == "x at least 0.25 and at most 1234567"


BOTH = ArgumentRule(told_by=("payee@bank", "named@task"))


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ({"x": frozenset({"payee@bank", "named@task", "more@web"})}, ""),
        ({"x": frozenset({"payee@bank"})}, "x is 7, told by no named@task"),
        ({"y": frozenset({"payee@bank", "named@task"})}, "x is 7, told by no payee@bank"),
    ],
    ids=["both", "one", "of another argument"],
)
def test_every_named_fact_has_to_tell(told: dict[str, frozenset[str]], wrong: str) -> None:
    assert wrong_argument("x", BOTH)({"x": 7}, told) == wrong
    assert argument_words("x", BOTH) == "x told by payee@bank and named@task"


@pytest.mark.parametrize("name", ["payee", "@bank", "payee@", " @ "])
def test_a_rule_names_attribute_and_source(name: str) -> None:
    with pytest.raises(ValidationError, match="names no fact; write attribute@source"):
        ArgumentRule(told_by=(name,))
