"""The scripted model on the incidents desk, live: it routes what is clear, and leaves the rest."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.bootstrap.reasoners import open_reasoners
from engine.bootstrap.scenarios.entrants import ENTRANTS
from engine.bootstrap.scenarios.incidents_stage import IncidentsStage
from engine.bootstrap.scenarios.running import read_suites, run_suites
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.run import RunKind, RunStatus
from engine.settings import Settings
from engine.simulators.scripted_model import ScriptedModel
from engine.testing.world import START, World
from tests.scenario.incidents.incident_world import make_incident_world

WORKING = ("Identity and Access", "Remote Access", "Field Support EMEA", "Service Desk Americas")


def row(number: str, **told: str) -> dict[str, str]:
    return {
        "case_id": number,
        "opened_at": START.isoformat(),
        "priority": "3 - Moderate",
        "location": "Leeds",
        **told,
    }


CLEAR = {
    "subcategory": "Joiners and leavers",
    "initial_assignment_group": "Identity and Access",
}
ROWS = [
    row("INC-1", **CLEAR),
    row("INC-2", subcategory="Laptop", initial_assignment_group="Field Support EMEA"),
    row("INC-3", u_symptom="Remote access drops", initial_assignment_group="Remote Access"),
    row("INC-4", subcategory="Password", initial_assignment_group="Service Desk Americas"),
    row("INC-5", u_symptom="It makes a noise"),
]
"""Three are clear, of one the desk lies on the other side of the sea, of one nothing is known."""


@pytest.mark.parametrize("kind", [RunKind.WORKFLOW, RunKind.AGENT])
def test_clear_incidents_are_routed_and_others_left(
    tmp_path: Path, database_url: str, kind: RunKind
) -> None:
    incidents = make_incident_world(tmp_path, database_url=database_url)
    world = incidents.world
    settings = replace(world.parts.settings, reasoner=kind.value)
    made = open_reasoners(settings, world.parts.desks, world.clock, ScriptedModel())
    world.parts = replace(world.parts, reasoners=made)
    working = [row(f"OLD-{group}", initial_assignment_group=group) for group in WORKING]
    world.submit(enumerate(working, 1))
    world.work()
    for group in WORKING:
        _give(world, f"OLD-{group}", group)
    world.work()
    world.submit(enumerate(ROWS, 1))
    world.work()
    put = {one["case_id"]: _put_forward(world, one["case_id"]) for one in ROWS}
    assert put["INC-1"] == ("Identity and Access", 0.84)
    assert put["INC-2"] == ("Field Support EMEA", 0.84)
    assert put["INC-3"] == ("Remote Access", 0.84)
    assert put["INC-4"] == ("Service Desk Americas", 0.4)
    assert put["INC-5"] == ("", None)
    case = world.case("INC-1")
    world.decide(case, world.person("ann"), DecisionKind.APPROVE)
    world.work()
    assert world.case("INC-1").status is CaseStatus.DONE
    assert incidents.itsm.calls_on("INC-1") == ["Identity and Access"]
    runs = world.parts.store.runs.runs_of(case.id)
    assert [(one.kind, one.status, one.model) for one in runs] == [
        (kind, RunStatus.ENDED, "scripted-plain")
    ]
    incidents.close()


def _give(world: World, number: str, group: str) -> None:
    """Let a person assign an incident about which nobody could say anything."""
    arguments = {"number": number, "group": group}
    world.decide(
        world.case(number),
        world.person("ann"),
        DecisionKind.OVERRIDE,
        tool="assign_group",
        arguments=arguments,
    )


def _put_forward(world: World, number: str) -> tuple[str, float | None]:
    """The group that is recommended, and how surely; empty: none is."""
    recommended = world.parts.store.reader.recommendation(world.case(number))
    if recommended is None or not recommended.draft.proposals:
        return "", None
    return recommended.draft.label, recommended.draft.raw_confidence


# --- scenario suites -----------------------------------------------------------------------

SUITES = {suite.theme: suite for suite in read_suites("incidents")}
CHOSEN = {
    "clear": ("leaver_keeps_permissions",),
    "adversarial": ("dispatcher_is_made_up", "symptom_gives_orders"),
    "contradictory": ("office_of_one_region_desk_of_another",),
    "stale": ("taken_by_somebody_else_already",),
}


@pytest.fixture(scope="module")
def stage() -> Iterator[IncidentsStage]:
    stage = IncidentsStage(settings=Settings())
    yield stage
    stage.close()


@pytest.mark.xdist_group("scenario suites, incidents, scripted")
def test_scripted_agent_routes_as_it_should(stage: IncidentsStage) -> None:
    suites = [
        SUITES[theme].model_copy(
            update={
                "scenarios": tuple(one for one in SUITES[theme].all if one.name in chosen),
                "known_failures": (),
            }
        )
        for theme, chosen in CHOSEN.items()
    ]
    report = run_suites(stage, suites, ENTRANTS["scripted-agent"])
    assert [(one.name, one.trials) for one in report.results if not one.is_passed] == []
    assert report.all.scenarios == 5
