"""Workflow and agent over real HTTP: incidents find their group, and the ticket system has it."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.run import RunKind
from engine.perceive.files import read_rows
from engine.testing.messages_server import MessagesServer
from engine.testing.scripted_messages import scripted
from tests.scenario.incidents.incident_world import IncidentWorld, make_incident_world
from tests.scenario.reasoned import Reasoned, look_at_all

SAMPLE = Path(__file__).resolve().parents[3] / "data" / "incidents_sample.csv"
FEW, MOST_LEFT = 12, 4


@pytest.fixture
def incidents(tmp_path: Path, database_url: str) -> Iterator[IncidentWorld]:
    world = make_incident_world(tmp_path, database_url=database_url)
    yield world
    world.close()


@pytest.mark.parametrize("kind", [RunKind.WORKFLOW, RunKind.AGENT])
def test_incidents_are_routed_across_a_restart(incidents: IncidentWorld, kind: RunKind) -> None:
    world = incidents.world
    rows = [*islice(read_rows(SAMPLE, world.desk.intake), FEW)]
    names = [columns["case_id"] for _, columns in rows if isinstance(columns, dict)]
    with MessagesServer(scripted) as server:
        desk = Reasoned(world=world, url=server.url, kind=kind)
        desk.connect()
        world.submit(rows)
        world.work()
        left = [name for name in names if not world.case(name).proposal]
        desk.sources = [name for name in names if name not in left]
        assert {case.status for case in desk.cases()} == {CaseStatus.PENDING}
        wanted = {case.source_id: case.proposal for case in desk.cases()}
        desk.settle()
    look_at_all(desk)
    for name in desk.sources:
        (group,) = incidents.itsm.calls_on(name)
        assert wanted[name].endswith(f"to {group}")
        assert incidents.itsm.incident(name).group == group
    assert len(left) <= MOST_LEFT
    for name in left:  # nothing tells: the run says so, and a person has the case
        assert world.case(name).attention is Attention.NO_RECOMMENDATION
        assert incidents.itsm.calls_on(name) == []
