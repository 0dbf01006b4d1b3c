"""Every shipped desk passes the conformance suite, and the suite catches desks that break it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from engine.desks import DESKS
from engine.desks.incidents.tools import AssignGroup
from engine.domain.canonical import Json
from engine.domain.tool import EffectClass, Strict
from engine.ports import EffectTool, Verification
from engine.testing.desk_conformance import DESK_CHECKS, DeskUnderTest
from tests.contract.incident_desk import under_test

SETUPS: dict[str, Callable[[str], DeskUnderTest]] = {"incidents": under_test}


def test_every_shipped_desk_is_held() -> None:
    assert set(SETUPS) == set(DESKS)


@pytest.mark.parametrize("check", DESK_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", SETUPS)
def test_desk_keeps_its_contract(
    name: str, check: Callable[[DeskUnderTest], None], database_url: str
) -> None:
    check(SETUPS[name](database_url))


class Wrapped:
    """The assigning tool with one promise broken; subclasses say which."""

    def __init__(self, kept: EffectTool) -> None:
        self.kept = kept
        self.contract = kept.contract

    def call(self, arguments: Mapping[str, Any], *, key: str) -> Json:
        return self.kept.call(arguments, key=key)

    def describe(self, arguments: Mapping[str, Any]) -> str:
        return self.kept.describe(arguments)

    def options(self, argument: str) -> tuple[str, ...]:
        return self.kept.options(argument)

    def target_state(self, arguments: Mapping[str, Any]) -> Json:
        return self.kept.target_state(arguments)

    def is_settled(self, state: Json) -> bool:
        return self.kept.is_settled(state)

    def verify(self, arguments: Mapping[str, Any], before: Json, result: Json) -> Verification:
        return self.kept.verify(arguments, before, result)

    def undo(self, arguments: Mapping[str, Any], before: Json) -> tuple[str, dict[str, Any]] | None:
        return self.kept.undo(arguments, before)

    def ask(self, key: str) -> Json:
        return self.kept.ask(key)


class ForgetsItsKeys(Wrapped):
    calls = 0

    def call(self, arguments: Mapping[str, Any], *, key: str) -> Json:
        self.calls += 1
        return self.kept.call(arguments, key=f"{key}-{self.calls}")


class ActsWhenLookedAt(Wrapped):
    def target_state(self, arguments: Mapping[str, Any]) -> Json:
        self.kept.call(arguments, key="looked")
        return self.kept.target_state(arguments)


class UndoesNothing(Wrapped):
    def undo(self, arguments: Mapping[str, Any], before: Json) -> tuple[str, dict[str, Any]] | None:
        return self.contract.name, dict(arguments)


class CannotUndo(Wrapped):
    def undo(self, arguments: Mapping[str, Any], before: Json) -> tuple[str, dict[str, Any]] | None:
        return None


class ConfirmsEverything(Wrapped):
    def verify(self, arguments: Mapping[str, Any], before: Json, result: Json) -> Verification:
        return Verification(is_correct=True, seen=None)


class TakesAnything(Wrapped):
    def call(self, arguments: Mapping[str, Any], *, key: str) -> Json:
        return {}


class OpenArguments(Strict, extra="ignore"):
    number: str
    group: str


class IgnoresSurplus(Wrapped):
    def __init__(self, kept: EffectTool) -> None:
        super().__init__(kept)
        self.contract = replace(kept.contract, arguments=OpenArguments)


class ClaimsIrreversible(Wrapped):
    def __init__(self, kept: EffectTool) -> None:
        super().__init__(kept)
        self.contract = replace(kept.contract, effect_class=EffectClass.IRREVERSIBLE)


BROKEN: dict[str, tuple[type[Wrapped], str]] = {
    "acts-twice-for-one-key": (ForgetsItsKeys, "same_key_acts_once"),
    "acts-when-looked-at": (ActsWhenLookedAt, "reads_change_nothing"),
    "undo-restores-nothing": (UndoesNothing, "undo_restores"),
    "undo-is-missing": (CannotUndo, "undo_restores"),
    "confirms-what-was-not-done": (ConfirmsEverything, "verification_sees_the_truth"),
    "takes-what-should-be-refused": (TakesAnything, "refusals_change_nothing"),
    "takes-unknown-arguments": (IgnoresSurplus, "bad_arguments_are_refused"),
    "open-schema": (IgnoresSurplus, "schemas_round_trip"),
    "compensation-of-the-irreversible": (ClaimsIrreversible, "effect_classes_are_true"),
}


@pytest.mark.parametrize(("broken", "check"), BROKEN.values(), ids=BROKEN)
def test_suite_catches_a_broken_promise(broken: type[Wrapped], check: str, sqlite_url: str) -> None:
    under = under_test(sqlite_url)
    tools = tuple(
        broken(tool) if isinstance(tool, AssignGroup) else tool for tool in under.desk.effect_tools
    )
    spoilt = replace(under, desk=replace(under.desk, effect_tools=tools))
    (held,) = [each for each in DESK_CHECKS if each.__name__ == check]
    with pytest.raises(AssertionError):
        held(spoilt)
