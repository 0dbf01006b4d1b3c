"""The reference table of the notice: how well the incidents desk's procedures do on the real file.

Figures and their tolerances live here, and how the file's rows become labelled cases.
"""

import csv
import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from engine.domain.precedent import LabelledCase, PrecedentProcedure
from engine.learn.backtest_figures import BacktestReport

TARGETS = (0.10, 0.15)
"""Highest allowed errors of the two reports."""
JUDGED = 4716


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """What is reached at least; calibration error and area at most."""

    top1: float
    ece: float
    aurc: float
    coverage: tuple[float, float]
    """Share that runs alone under each target."""

    def check(self, reports: Sequence[BacktestReport]) -> None:
        """Hold the reports of both targets against it."""
        for report, least in zip(reports, self.coverage, strict=True):
            assert report.overall.n == JUDGED
            assert report.keeps_target
            assert report.overall.coverage.value >= least - 0.01
        assert reports[0].overall.top1.value >= self.top1 - 0.01
        assert reports[0].ece.value <= self.ece + 0.005
        assert reports[0].aurc.value <= self.aurc + 0.005


INTAKE_FACTS = Reference(top1=0.700, ece=0.027, aurc=0.143, coverage=(0.31, 0.49))
WITH_DISPATCHER = Reference(top1=0.766, ece=0.033, aurc=0.109, coverage=(0.32, 0.66))


def labelled_cases(file: Path, procedure: PrecedentProcedure) -> list[LabelledCase]:
    """The rows of the file with a later truth, with the facts that a procedure looks at."""
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        return [
            LabelledCase(
                case_id=row["case_id"],
                observed_at=datetime.fromisoformat(row["opened_at"]).replace(tzinfo=UTC),
                label_known_at=datetime.fromisoformat(row["label_known_at"]).replace(tzinfo=UTC),
                features={name: row[name] for name in procedure.features},
                label=row["y_final_group"],
                cell="incidents/routing/assign_group",
            )
            for row in csv.DictReader(lines)
            if row["y_final_group"]
        ]
