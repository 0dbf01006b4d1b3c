"""The backtest of the incidents desk on the shared file: the reference table is held."""

from __future__ import annotations

import csv
import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.desks.incidents.procedure import PROCEDURE, WITHOUT_DISPATCHER
from engine.domain.precedent import LabelledCase, PrecedentProcedure
from engine.learn.backtest import backtest_targets
from engine.reason.precedent import predict_batch

REAL = Path(__file__).parents[4] / "shared" / "data" / "uci_incidents_dev.csv.gz"

pytestmark = pytest.mark.bench


def _cases() -> list[LabelledCase]:
    if not REAL.exists():
        pytest.skip(f"the shared data is not there: {REAL}")
    with gzip.open(REAL, "rt", encoding="utf-8", newline="") as lines:
        return [
            LabelledCase(
                case_id=row["case_id"],
                observed_at=datetime.fromisoformat(row["opened_at"]).replace(tzinfo=UTC),
                label_known_at=datetime.fromisoformat(row["label_known_at"]).replace(tzinfo=UTC),
                features={name: row[name] for name in PROCEDURE.features},
                label=row["y_final_group"],
                cell="incidents/routing/assign_group",
            )
            for row in csv.DictReader(lines)
            if row["y_final_group"]
        ]


@pytest.mark.parametrize(
    ("procedure", "top1", "ece", "aurc", "coverage"),
    [
        pytest.param(WITHOUT_DISPATCHER, 0.700, 0.027, 0.143, (0.31, 0.49), id="intake facts"),
        pytest.param(PROCEDURE, 0.766, 0.033, 0.109, (0.32, 0.66), id="with dispatcher"),
    ],
)
def test_reference_table_of_the_notice_is_held(
    procedure: PrecedentProcedure,
    top1: float,
    ece: float,
    aurc: float,
    coverage: tuple[float, float],
) -> None:
    reports = backtest_targets(_cases(), procedure, (0.10, 0.15), predict=predict_batch)
    for report, least in zip(reports, coverage, strict=True):
        assert report.overall.n == 4716
        assert report.keeps_target
        assert report.overall.coverage.value >= least - 0.01
    assert reports[0].overall.top1.value >= top1 - 0.01
    assert reports[0].ece.value <= ece + 0.005
    assert reports[0].aurc.value <= aurc + 0.005
