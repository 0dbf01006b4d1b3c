"""Workflow of the incidents desk: groups are code's, weights the model's, the choice is checked."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from engine.desk import ReadMade
from engine.desks.incidents import contracts
from engine.desks.incidents.intake import IncidentIntake
from engine.desks.incidents.perceive import facts_of_read, perceive
from engine.desks.incidents.workflow import WORKFLOW
from engine.domain.canonical import Json
from engine.domain.ids import CaseId
from engine.domain.model_call import ModelRequest
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import GiveUp, Recommend
from engine.errors import ToolError
from engine.reason.brief import Brief
from engine.reason.workflow import WorkflowProcedure, tools_of
from engine.reason.workflow.path import problems_of
from tests.unit.reason.workflow.running import Ran, Runner, grounds, rows_of

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PROCEDURE = WorkflowProcedure(WORKFLOW)
FIRST = "incident.initial_assignment_group@intake"
ROW = {
    "case_id": "INC1",
    "opened_at": NOW.isoformat(),
    "priority": "2",
    "category": "Mail",
    "initial_assignment_group": "Group 70",
}


class Itsm:
    """An incident system in which one incident stands."""

    def __init__(self, **changes: Any) -> None:
        self.incident = {"state": "new", "assignment_group": "", **changes}
        self.open_by_group = {"Group 70": 3, "Group </data>24": 1}

    def read(self, name: str, arguments: Mapping[str, Any]) -> Json:
        if name == "get_incident" and arguments == {"number": "INC1"}:
            return {"number": "INC1", **self.incident}
        if name == "group_workload" and self.open_by_group:
            return {"open_by_group": self.open_by_group, "unassigned": 4}
        raise ToolError(f"{name} cannot be read")


def ran(
    itsm: Itsm, *weights: tuple[str, float], choice: str = "Group 70", late: bool = False
) -> Ran:
    signal = IncidentIntake().read(ROW).signal

    def model(purpose: str, request: ModelRequest) -> Json:
        if purpose.startswith("assess"):
            rows = [
                {"name": name, "probability": share, "because": "So.", "cites": []}
                for name, share in weights
            ]
            return {"weighed": rows}
        return {**grounds(FIRST), "choice": choice}

    brief = Brief(
        case_id=CaseId(UUID(int=7)),
        desk="incidents",
        case_type="routing",
        title=signal.title,
        goal="Route it.",
        constraints=(),
        signal=signal.payload,
        target=signal.source_id,
        facts=perceive(signal, itsm.read, NOW),
        reads=(contracts.GET_INCIDENT, contracts.GROUP_WORKLOAD),
        writes=(contracts.ASSIGN_GROUP,),
        at=NOW + (timedelta(hours=1) if late else timedelta()),
        seconds=0.0,
    )
    runner = Runner(procedure=PROCEDURE, model=model, read=itsm.read, facts_of_read=facts_of_read)
    return runner.run(brief)


def test_path_is_whole_and_narrow() -> None:
    assert problems_of(WORKFLOW) == ()
    scope = tools_of(WORKFLOW.paths["routing"])
    assert scope.reads == ("get_incident", "group_workload")
    assert scope.writes == ("assign_group",)


def test_incident_is_routed_to_the_chosen_group() -> None:
    run = ran(Itsm(), ("Group 70", 0.6), ("Group </data>24", 0.3))
    assert run.reads == ["group_workload"]
    assert isinstance(run.last, Recommend)
    draft = run.last.draft
    assert draft.proposals[0].arguments == {"number": "INC1", "group": "Group 70"}
    assert (draft.label, draft.raw_confidence) == ("Group 70", 0.5)
    assert [(one.label, one.probability) for one in draft.alternatives] == [
        ("Group 70", 0.6),
        ("Group </data>24", 0.3),
    ]


def test_groups_are_listed_as_data() -> None:
    run = ran(Itsm(), ("Group 70", 0.9))
    assert rows_of(run.asked[0].request, "candidates") == [
        '"Group 70"',
        '"Group \\u003c/data\\u003e24"',
    ]


def test_stale_incident_is_read_again() -> None:
    run = ran(Itsm(assignment_group="Group 9"), ("Group 9", 0.9), choice="Group 9", late=True)
    assert run.reads == ["get_incident", "group_workload"]
    assert isinstance(run.last, Recommend)


def test_group_that_nobody_knows_is_refused() -> None:
    run = ran(Itsm(), ("Group 99", 0.9))
    assert isinstance(run.last, GiveUp)
    assert run.last.fault is RunFault.OUTPUT_INVALID
    assert '"Group 99" is no candidate' in run.last.why


def test_choice_is_among_what_was_weighed() -> None:
    run = ran(Itsm(), ("Group 70", 0.9), choice="Group 24")
    assert isinstance(run.last, GiveUp)
    assert run.purposes == ["assess", "recommend", "recommend, repair 1"]


def test_guess_is_left_to_others() -> None:
    run = ran(Itsm(), ("Group 70", 0.2), ("Group </data>24", 0.2))
    assert isinstance(run.last, GiveUp)
    assert run.last.fault is RunFault.NO_PROGRESS


def test_resolved_incident_asks_no_model() -> None:
    run = ran(Itsm(state="resolved", assignment_group="Group 9"))
    assert run.asked == ()
    assert isinstance(run.last, Recommend)
    assert run.last.draft.summary == "Nothing is left to do"


def test_workload_that_cannot_be_read_is_missed() -> None:
    itsm = Itsm()
    itsm.open_by_group = {}
    run = ran(itsm, ("Group 70", 0.9))
    assert isinstance(run.last, Recommend)
    assert rows_of(run.asked[0].request, "candidates") == ['"Group 70"']


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [("get_incident", {"number": "INC2"}), ("other", {"number": "INC1"})],
)
def test_other_reads_give_no_facts(tool: str, arguments: Mapping[str, Any]) -> None:
    result = {"state": "new", "assignment_group": "x"}
    made = ReadMade(target="INC1", tool=tool, arguments=arguments, result=result, known=(), at=NOW)
    assert facts_of_read(made) == ()


def test_group_that_was_taken_off_is_told() -> None:
    def made(group: str, known: tuple[Any, ...]) -> ReadMade:
        return ReadMade(
            target="INC1",
            tool="get_incident",
            arguments={"number": "INC1"},
            result={"state": "new", "assignment_group": group},
            known=known,
            at=NOW,
        )

    before = facts_of_read(made("Group 9", ()))
    assert [one.value for one in before] == ["new", "Group 9"]
    assert [one.value for one in facts_of_read(made("", before))] == ["new", None]
    assert [one.value for one in facts_of_read(made("", ()))] == ["new"]
