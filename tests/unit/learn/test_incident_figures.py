"""The backtest of the incidents desk on the shared file: the reference table is held.

Its other line, with the dispatcher's group, is held where the worker's own fits are at hand:
`tests/scenario/incidents/test_real_incidents.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.desks.incidents.procedure import WITHOUT_DISPATCHER
from engine.learn.backtest import backtest_targets
from engine.reason.precedent import predict_batch
from tests.reference_table import INTAKE_FACTS, TARGETS, labelled_cases

pytestmark = pytest.mark.bench


def test_reference_table_is_held_by_intake_facts(shared_data: Path) -> None:
    cases = labelled_cases(shared_data / "uci_incidents_dev.csv.gz", WITHOUT_DISPATCHER)
    reports = backtest_targets(cases, WITHOUT_DISPATCHER, TARGETS, predict=predict_batch)
    INTAKE_FACTS.check(reports)
