"""Figures of a whole history through the engine, for the README.

`python -m tests.scenario.incidents.report FILE` runs it in a folder of its own and prints them.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

from engine.domain.ledger_report import LedgerReport
from engine.service.rows import CellScore
from tests.scenario.incidents.forecasting import LIMITS, Compared, Splits, compare
from tests.scenario.incidents.incident_world import IncidentWorld, make_incident_world
from tests.scenario.incidents.replaying import Replayed, replay_incidents

RISK_LIMIT = max(LIMITS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What came of it, and what it took."""

    replayed: Replayed
    compared: Sequence[Compared]
    """What each draft was said to do, beside what it did."""
    score: CellScore
    cases_by_status: Mapping[str, int]
    ledger: LedgerReport
    wall_s: float
    """From the first row to the last effect; verifying the ledger is apart."""
    cpu_s: float
    verify_s: float
    peak_mb: float
    """Largest resident memory of the process so far."""
    database_mb: float
    itsm_mb: float

    def lines(self) -> Iterator[str]:
        """The figures in words."""
        cases, score = self.replayed.first.accepted, self.score
        error = score.realised_error
        decided = ", ".join(f"{n} {kind}" for kind, n in sorted(self.replayed.decisions.items()))
        statuses = ", ".join(f"{n} {name}" for name, n in sorted(self.cases_by_status.items()))
        yield f"rows            {cases} accepted, {self.replayed.first.labels} with a later truth"
        yield f"sent again      {self.replayed.second.accepted} accepted"
        yield f"cases           {statuses}"
        yield f"decisions       {decided}"
        yield f"executed        {score.executed_alone} alone"
        yield f"                {score.executed_by_decision} by a person's decision"
        yield f"verified        {score.verified.k} of {score.verified.n}"
        yield (
            f"realised error  {error.k} of {error.n} executed alone with a known truth"
            f" = {error.value or 0:.4f}, 95 % interval {error.low:.4f} to {error.high:.4f}"
            f" (limit {RISK_LIMIT:.2f})"
        )
        for one in self.compared:
            yield one.line()
        yield (
            f"forecasts held  share {sum(one.share_held for one in self.compared)}, error "
            f"{sum(one.error_held for one in self.compared)} of {len(self.compared)}"
        )
        yield (
            f"ledger          {self.ledger.entries} entries, {self.ledger.verified} verified in "
            f"{self.verify_s:.1f} s, {len(self.ledger.findings)} findings"
        )
        yield (
            f"wall time       {self.wall_s:.0f} s (intake {self.replayed.intake_s:.0f}, people "
            f"{self.replayed.people_s:.0f}), {cases / self.wall_s:.0f} cases a second"
        )
        yield f"processor time  {self.cpu_s:.0f} s"
        yield f"peak memory     {self.peak_mb:.0f} MB"
        yield (
            f"database        {self.database_mb:.1f} MB, {self.database_mb * 1e6 / cases:.0f} "
            f"bytes a case; incident system {self.itsm_mb:.1f} MB"
        )


def measured(place: IncidentWorld, file: Path) -> Report:
    """Run a history through a fresh world on SQLite and measure it."""
    folder = place.world.parts.settings.data_dir
    begun, cpu_begun = perf_counter(), process_time()
    splits = Splits(place)
    replayed = replay_incidents(place, file, splits)
    wall_s, cpu_s = perf_counter() - begun, process_time() - cpu_begun
    verifying = perf_counter()
    ledger = place.world.engine.verify_ledger()
    verify_s = perf_counter() - verifying
    (score,) = place.world.engine.queries.scores()
    return Report(
        replayed=replayed,
        compared=tuple(compare(place, splits.made)),
        score=score,
        cases_by_status=place.world.engine.queries.health().cases_by_status,
        ledger=ledger,
        wall_s=wall_s,
        cpu_s=cpu_s,
        verify_s=verify_s,
        peak_mb=_peak_mb(),
        database_mb=_size_mb(folder / "countersign.db"),
        itsm_mb=_size_mb(folder / "itsm.db"),
    )


def _peak_mb() -> float:
    """The system counts kilobytes, macOS bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def _size_mb(file: Path) -> float:
    """A SQLite file; what stands in its log is part of it after the next checkpoint."""
    return file.stat().st_size / 1e6


def main(file: Path) -> None:
    """Print the figures of a file."""
    with tempfile.TemporaryDirectory(prefix="countersign-") as folder:
        place = make_incident_world(Path(folder))
        for line in measured(place, file).lines():
            print(line)
        place.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
