"""Every shipped desk passes the conformance suite, and the suite catches desks that break it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.act.calls import Called, Calls
from engine.adapters.credentials import KeyIssuer
from engine.adapters.system import SystemClock, SystemIds
from engine.desks import DESKS
from engine.desks.incidents.tools import AssignGroup
from engine.domain.credential import CallPermit
from engine.domain.tool import CASE_TARGET
from engine.ports import EffectTool, Tool
from engine.testing.desk_conformance import (
    CALL_CHECKS,
    DESK_CHECKS,
    EFFECT_CHECKS,
    ENGINE_CHECKS,
    PROMISE_CHECKS,
)
from engine.testing.desk_doors import denied_is_not_called, timeouts_cut
from engine.testing.desk_promises import reads_keep_to_their_case
from engine.testing.desk_under_test import DeskUnderTest
from engine.testing.wrapped_tool import WrappedTool
from tests.contract import broken_tools, incident_desk, orders_under_test, stub_under_test
from tests.templates import copy_sqlite

SETUPS: dict[str, Callable[[str, Path], DeskUnderTest]] = {
    "incidents": lambda url, folder: incident_desk.under_test(url),
    "stub": lambda url, folder: stub_under_test.under_test(folder),
    "orders": lambda url, folder: orders_under_test.under_test(f"sqlite:///{folder}/shop.db"),
}


def name_of(check: Callable[..., None]) -> str:
    return check.__name__


def test_every_shipped_desk_is_held() -> None:
    assert set(SETUPS) >= set(DESKS)


@pytest.fixture(scope="module")
def shipped(
    tmp_path_factory: pytest.TempPathFactory, run_folder: Path
) -> Iterator[Mapping[str, DeskUnderTest]]:
    """The shipped desks, for what they promise whatever the database."""
    folder = tmp_path_factory.mktemp("shipped")
    url = copy_sqlite(run_folder, folder / "itsm.db")
    with orders_under_test.opened(f"sqlite:///{folder}/shop.db") as orders:
        yield {"incidents": incident_desk.under_test(url), "orders": orders}


@pytest.mark.parametrize("check", PROMISE_CHECKS, ids=name_of)
@pytest.mark.parametrize("name", DESKS)
def test_shipped_desks_promise_what_they_must(
    name: str, check: Callable[[DeskUnderTest], None], shipped: Mapping[str, DeskUnderTest]
) -> None:
    check(shipped[name])


@pytest.mark.parametrize("check", EFFECT_CHECKS, ids=name_of)
def test_incidents_keep_their_contract(
    check: Callable[[DeskUnderTest], None], database_url: str
) -> None:
    check(incident_desk.under_test(database_url))


@pytest.mark.parametrize("check", EFFECT_CHECKS, ids=name_of)
def test_orders_keep_their_contract(
    check: Callable[[DeskUnderTest], None], empty_database_url: str
) -> None:
    with orders_under_test.opened(empty_database_url) as under:
        check(under)


@pytest.mark.parametrize("check", DESK_CHECKS, ids=name_of)
def test_the_stub_keeps_its_contract(
    check: Callable[[DeskUnderTest], None], tmp_path: Path
) -> None:
    check(stub_under_test.under_test(tmp_path))


@pytest.mark.parametrize("check", CALL_CHECKS, ids=name_of)
@pytest.mark.parametrize("name", SETUPS)
def test_calls_of_the_desk_are_kept_in_bounds(
    name: str, check: Callable[[DeskUnderTest, Calls], None], sqlite_url: str, tmp_path: Path
) -> None:
    under = SETUPS[name](sqlite_url, tmp_path)
    calls = Calls(under.issuer)
    check(under, calls)
    calls.close()


@pytest.mark.parametrize("check", ENGINE_CHECKS, ids=name_of)
@pytest.mark.parametrize("name", SETUPS)
def test_engine_over_the_desk_keeps_its_word(
    name: str, check: Callable[[DeskUnderTest, Path], None], sqlite_url: str, tmp_path: Path
) -> None:
    check(SETUPS[name](sqlite_url, tmp_path), tmp_path / "engine")


BROKEN: dict[str, tuple[type[WrappedTool], str]] = {
    "acts-twice-for-one-key": (broken_tools.ForgetsItsKeys, "same_key_acts_once"),
    "acts-when-looked-at": (broken_tools.ActsWhenLookedAt, "reads_change_nothing"),
    "undo-restores-nothing": (broken_tools.UndoesNothing, "undo_restores"),
    "undo-is-missing": (broken_tools.CannotUndo, "undo_restores"),
    "undo-gives-it-to-another": (broken_tools.UndoesWrongly, "undo_restores"),
    "confirms-what-was-not-done": (broken_tools.ConfirmsEverything, "verification_sees_the_truth"),
    "confirms-by-an-old-answer": (
        broken_tools.TrustsAnyAnswer,
        "verification_catches_an_old_answer",
    ),
    "takes-what-should-be-refused": (broken_tools.TakesAnything, "refusals_change_nothing"),
    "takes-unknown-arguments": (broken_tools.IgnoresSurplus, "bad_arguments_are_refused"),
    "open-schema": (broken_tools.IgnoresSurplus, "schemas_round_trip"),
    "exports-an-open-schema": (broken_tools.IgnoresSurplus, "exported_schemas_hold"),
    "hints-at-no-harm": (broken_tools.SaysItIsHarmless, "hints_agree"),
    "waits-for-an-hour": (broken_tools.WaitsForAnHour, "tools_name_their_limits"),
    "compensation-of-the-irreversible": (
        broken_tools.ClaimsIrreversible,
        "effect_classes_are_true",
    ),
    "shows-another-effect": (broken_tools.ShowsAnotherGroup, "preview_equals_effect"),
    "acts-when-previewed": (broken_tools.ActsWhenPreviewed, "preview_equals_effect"),
    "previews-nothing-it-declares": (broken_tools.ShowsNothing, "preview_equals_effect"),
    "previews-what-is-refused": (
        broken_tools.ShowsWhatIsRefused,
        "refused_calls_are_refused_beforehand",
    ),
}


def spoilt_by(broken: Callable[[EffectTool], EffectTool], under: DeskUnderTest) -> DeskUnderTest:
    return under.with_tools(
        *(
            broken(tool) if isinstance(tool, AssignGroup) else tool
            for tool in under.desk.effect_tools
        )
    )


@pytest.mark.parametrize(("broken", "check"), BROKEN.values(), ids=BROKEN)
def test_suite_catches_a_broken_promise(
    broken: type[WrappedTool], check: str, sqlite_url: str
) -> None:
    (held,) = [each for each in DESK_CHECKS if each.__name__ == check]
    with pytest.raises(AssertionError):
        held(spoilt_by(broken, incident_desk.under_test(sqlite_url)))


@pytest.mark.parametrize(
    ("identifies", "words"),
    [
        ({}, "a run may read anybody's"),
        ({"number": ()}, "nothing tells number"),
        ({"number": ("caller",)}, "nothing tells number"),
        ({"number": (CASE_TARGET,), "id": (CASE_TARGET,)}, "takes no argument"),
    ],
)
def test_suite_catches_reads_of_anybody(
    identifies: Mapping[str, tuple[str, ...]], words: str, sqlite_url: str
) -> None:
    under = incident_desk.under_test(sqlite_url)
    read, *others = under.desk.read_tools
    wide = replace(read.contract, identifies=identifies)
    tools = (broken_tools.ReadsUnder(read, wide), *others)
    with pytest.raises(AssertionError, match=words):
        reads_keep_to_their_case(replace(under, desk=replace(under.desk, read_tools=tools)))


# --- credentials -------------------------------------------------------------------------


def guarded(how: type[broken_tools.Guarded], url: str) -> DeskUnderTest:
    under = incident_desk.under_test(url)
    desk = replace(
        under.desk,
        takes_credentials="itsm",
        read_tools=tuple(broken_tools.ReadsGuarded(tool) for tool in under.desk.read_tools),
        effect_tools=tuple(how(tool) for tool in under.desk.effect_tools),
    )
    issuer = KeyIssuer(
        keys={"itsm": lambda: broken_tools.KEY}, clock=SystemClock(), ids=SystemIds()
    )
    return replace(under, desk=desk, issuer=issuer, key=broken_tools.KEY)


@pytest.mark.parametrize("check", DESK_CHECKS, ids=name_of)
def test_desk_that_takes_credentials_passes(
    check: Callable[[DeskUnderTest], None], sqlite_url: str
) -> None:
    check(guarded(broken_tools.Guarded, sqlite_url))


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (broken_tools.TakesReadCredentials, "to read"),
        (broken_tools.TakesOthersCredentials, "of another tool|of a tool that reads"),
        (broken_tools.TakesOtherArguments, "for other arguments"),
    ],
)
def test_suite_catches_a_wide_credential(
    how: type[broken_tools.Guarded], words: str, sqlite_url: str
) -> None:
    (held,) = [each for each in DESK_CHECKS if each.__name__ == "credentials_are_narrow"]
    with pytest.raises(AssertionError, match=words):
        held(guarded(how, sqlite_url))


# --- denials and timeouts ----------------------------------------------------------------


def test_suite_catches_a_call_behind_a_denial(sqlite_url: str, tmp_path: Path) -> None:
    under = spoilt_by(broken_tools.ActsWhenLookedAt, incident_desk.under_test(sqlite_url))
    with pytest.raises(AssertionError, match="is denied and something changed"):
        denied_is_not_called(under, tmp_path)


class WaitsForEver(Calls):
    def run(
        self, tool: Tool, arguments: Mapping[str, Any], *, key: str, permit: CallPermit
    ) -> Called:
        return Called(result=tool.call(arguments, key=key))


def test_suite_catches_calls_that_are_not_cut(sqlite_url: str) -> None:
    under = incident_desk.under_test(sqlite_url)
    with pytest.raises((AssertionError, TimeoutError)):
        timeouts_cut(under, WaitsForEver())
