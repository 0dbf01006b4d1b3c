"""The backtest of the incidents desk on the shared file: the reference table is held.

Its other line, with the dispatcher's group, is held where the worker's own fits are at hand:
`tests/scenario/incidents/test_real_incidents.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from engine.desks.incidents.procedure import WITHOUT_DISPATCHER
from engine.domain.precedent import FittedPrecedent, LabelledCase, PrecedentProcedure
from engine.learn.backtest import backtest_targets
from engine.learn.fit_precedent import fit_precedent
from engine.reason.precedent import predict_batch
from tests.reference_table import INTAKE_FACTS, JUDGED, TARGETS, labelled_cases

pytestmark = pytest.mark.bench

FIT_SERVES_DAYS = 3


class SeldomAtFirst:
    """Fits every day from a moment on, and before it every third day: a fit takes a second.

    Every case that is judged is answered as the desk answers it. What its thresholds and its
    calibration look back at was answered by fits up to two days older than the desk's.
    """

    def __init__(self, daily_from: datetime) -> None:
        self._daily_from = daily_from
        self._latest: FittedPrecedent | None = None

    def __call__(
        self, rows: Sequence[LabelledCase], procedure: PrecedentProcedure, as_of: datetime, /
    ) -> FittedPrecedent | None:
        is_judged = as_of.date() >= self._daily_from.date()
        if is_judged or self._latest is None or as_of.toordinal() % FIT_SERVES_DAYS == 0:
            self._latest = fit_precedent(rows, procedure, as_of)
        return self._latest


def test_reference_table_is_held_by_intake_facts(shared_data: Path) -> None:
    cases = labelled_cases(shared_data / "uci_incidents_dev.csv.gz", WITHOUT_DISPATCHER)
    daily_from = sorted(case.observed_at for case in cases)[-JUDGED]
    reports = backtest_targets(
        cases,
        WITHOUT_DISPATCHER,
        TARGETS,
        predict=predict_batch,
        fit=SeldomAtFirst(daily_from),
    )
    INTAKE_FACTS.check(reports)
