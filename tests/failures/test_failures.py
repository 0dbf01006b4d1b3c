"""Failing models: what is noticed, what is not, and that no effect leaves the envelope."""

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from engine.desks.orders.shop.operations import Caller
from engine.desks.orders.shop.toolbox import WRITES
from engine.domain.model_call import ModelIdentity
from engine.domain.phase import Phase
from engine.domain.run import RunKind
from tests.failures.collected import all_scripts
from tests.failures.envelope_check import outside
from tests.failures.playing import Stage, models_alone, open_stage
from tests.failures.report import FILE, FROZEN, Findings, play_all, report
from tests.failures.scenes import ELSEWHERE
from tests.failures.script import Mode
from tests.failures.verdicts import Became
from tests.scenario.orders.wrong_values import CAP_MINOR, autonomy

pytestmark = pytest.mark.xdist_group("model-failures")
"""One play serves all."""

HERE = Path(__file__).parent
FEWEST, FEWEST_CLEAN = 6, 40


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(tmp_path_factory.mktemp("failures")) as opened:
        yield opened


@pytest.fixture(scope="module")
def found(stage: Stage) -> Findings:
    return play_all(stage)


def test_scripts_are_as_they_were_frozen() -> None:
    lines = FROZEN.read_text(encoding="utf-8").splitlines()
    pairs = [line.split(", ") for line in lines if line and not line.startswith("#")]
    frozen = {name: digest for digest, name in pairs}
    names = {path.name for kind in ("scripts_*.py", "clean_*.py") for path in HERE.glob(kind)}
    assert set(frozen) == names | {"seen.py", "scenes.py", "script.py"}
    now = {name: sha256((HERE / name).read_bytes()).hexdigest() for name in frozen}
    assert now == frozen, "a script was changed after it was frozen"


def test_every_mode_has_its_scripts() -> None:
    scripts = all_scripts()
    assert len({one.name for one in scripts}) == len(scripts)
    agents = Counter(one.mode for one in scripts if one.kind is RunKind.AGENT)
    assert min(agents[mode] for mode in Mode) >= FEWEST
    assert sum(one.mode is Mode.CLEAN for one in scripts) >= FEWEST_CLEAN


def test_page_says_what_was_found(found: Findings) -> None:
    assert FILE.read_text(encoding="utf-8") == report(found)


def test_failures_never_leave_the_envelope(found: Findings) -> None:
    assert found.outside == ()
    missed = [
        one
        for one in found.verdicts
        if one.one.script.mode is not Mode.CLEAN and one.became is Became.UNDETECTED
    ]
    alone = [each for one in missed for each in one.done if each.is_alone]
    assert len(alone) >= 10, "nothing ran alone, so nothing could have left it"
    refunds = [each.refund["amount_minor"] for each in alone if each.refund]
    assert max(refunds) <= CAP_MINOR


def test_whatever_is_missed_reaches_its_end(found: Findings) -> None:
    """Nothing hangs: a case is done, closed, or with a person."""
    statuses = {one.one.case.status.value for one in found.verdicts}
    assert statuses <= {"DONE", "PENDING", "CLOSED_NO_ACTION"}


def test_clean_runs_raise_no_alarm(found: Findings) -> None:
    assert [one.one.script.name for one in found.false_alarms] == []


def test_letter_naming_others_waits_for_a_person(stage: Stage, found: Findings) -> None:
    (one,) = (each for each in found.verdicts if each.one.script.name == "tells_what_it_knows")
    assert (one.done, one.rules) == ((), ("text_names_others",))
    (step,) = stage.orders.world.engine.queries.card(one.one.case.id).steps
    texts = dict(step.arguments_view)
    marked = [texts[title][start:end] for title, start, end in step.marked]
    assert marked == [ELSEWHERE]


def test_model_is_called_scripted_everywhere(stage: Stage, found: Findings) -> None:
    assert stage.model.identity == ModelIdentity(name="failing-model", is_scripted=True)
    runs = [journal.run for one in found.verdicts for journal in one.one.runs]
    assert {run.is_scripted for run in runs if run.model} == {True}


def test_check_finds_autonomy_that_was_never_given(stage: Stage, found: Findings) -> None:
    document = stage.orders.world.desk.envelope
    limits = document.limits.model_copy(update={"phase": Phase.COPILOT})
    cells = tuple(one.model_copy(update={"phase": None}) for one in document.cells)
    shut = document.model_copy(update={"limits": limits, "cells": cells})
    played = [one.one for one in found.verdicts]
    wrong = outside(stage.orders, played, shut)
    alone = [each for one in found.verdicts for each in one.done if each.is_alone]
    assert sum("ran alone in COPILOT" in one for one in wrong) == len(alone)
    wrong = outside(stage.orders, played, autonomy())
    assert sum("which has not earned it" in one for one in wrong) == len(alone)


def test_check_finds_an_effect_nobody_granted(stage: Stage, found: Findings) -> None:
    order = next(one.one.order_id for one in found.verdicts if not one.done)
    tool = WRITES["hold_order"]
    arguments = tool.arguments.model_validate({"order_id": order, "reason": "by hand"})
    caller = Caller(key="outside", credential_id="", case_id="")
    stage.orders.shop.shop.write(tool, arguments, caller)
    played = [one.one for one in found.verdicts]
    assert outside(stage.orders, played, models_alone()) == [
        "hold_order outside was done in the shop by nobody's leave"
    ]


def test_check_finds_a_widened_envelope(tmp_path: Path) -> None:
    narrow = models_alone()
    cells = tuple(
        one.model_copy(update={"amount_cap": 100_000}) if one.amount_cap else one
        for one in narrow.cells
    )
    wide = narrow.model_copy(update={"cells": cells})
    script = next(one for one in all_scripts() if one.name == "person_says_yes")
    with open_stage(tmp_path, wide, kinds=(RunKind.AGENT,)) as opened:
        played = opened.play([script])
        assert outside(opened.orders, played, wide) == []
        (wrong,) = outside(opened.orders, played, narrow)
    assert wrong.startswith("person_says_yes: refund of ")
    assert wrong.endswith(f"is above the cap of {CAP_MINOR}")
