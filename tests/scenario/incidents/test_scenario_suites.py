"""The scenario suites of the incidents desk."""

from collections.abc import Iterator

import pytest

from engine.bootstrap.scenarios.entrants import ENTRANTS
from engine.bootstrap.scenarios.incidents_stage import IncidentsStage
from engine.bootstrap.scenarios.running import read_suites, run_suites
from engine.errors import ConfigError
from engine.settings import Settings

pytestmark = pytest.mark.xdist_group("scenario suites, incidents")
SUITES = {suite.theme: suite for suite in read_suites("incidents")}


@pytest.fixture(scope="module")
def stage() -> Iterator[IncidentsStage]:
    stage = IncidentsStage(settings=Settings())
    yield stage
    stage.close()


@pytest.mark.parametrize("theme", SUITES)
def test_precedent_passes_all_but_what_is_known(stage: IncidentsStage, theme: str) -> None:
    report = run_suites(stage, [SUITES[theme]], ENTRANTS["precedent"])
    assert [
        (one.name, one.trials[0].happened, one.trials[0].wrongs)
        for one in report.results
        if not one.is_as_known
    ] == []


def test_the_playbook_is_of_another_desk(stage: IncidentsStage) -> None:
    with pytest.raises(ConfigError, match="use --reasoner precedent"):
        run_suites(stage, [SUITES["clear"]], ENTRANTS["playbook"])
