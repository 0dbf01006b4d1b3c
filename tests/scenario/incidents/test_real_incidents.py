"""Nine weeks of real incidents through the whole engine, each week under a draft that was tried."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import func, select

from engine.desks.incidents.procedure import PROCEDURE
from engine.domain.case import Attention
from engine.domain.effect import EffectStatus
from engine.domain.grant import GrantBasis
from engine.domain.precedent import FittedPrecedent, LabelledCase, PrecedentProcedure
from engine.domain.verdict import VerdictKind
from engine.learn.backtest import backtest_targets
from engine.learn.precedent_encode import hash_cases, known_cases
from engine.reason.precedent import predict_batch
from engine.store import tables
from tests.reference_table import TARGETS, WITH_DISPATCHER, labelled_cases
from tests.scenario.incidents.forecasting import LIMITS
from tests.scenario.incidents.held_forecasts import held_forecasts
from tests.scenario.incidents.incident_world import (
    IncidentWorld,
    ItsmCall,
    make_incident_world,
)
from tests.scenario.incidents.report import RISK_LIMIT, Report, measured

ROWS = 17_442

# One group, so that the history is run once however many processes test.
pytestmark = pytest.mark.xdist_group("real-incidents")


class Acted(NamedTuple):
    """An effect as the engine recorded it."""

    key: str
    number: str
    group: str
    status: str
    is_correct: bool
    basis: str


@dataclass(frozen=True)
class Run:
    """The world after the whole history, and what was measured on the way."""

    place: IncidentWorld
    report: Report
    file: Path

    def effects(self) -> Sequence[Acted]:
        """Every effect, in the order of their keys."""
        effect, action, grant = tables.effects.c, tables.actions.c, tables.grants.c
        query = (
            select(effect.key, action.arguments, effect.status, effect.is_correct, grant.basis)
            .select_from(tables.effects)
            .join(tables.actions, action.id == effect.action_id)
            .join(tables.grants, grant.id == effect.grant_id)
            .order_by(effect.key)
        )
        with self.place.world.parts.database.reader.connect() as connection:
            return [
                Acted(
                    key=row.key,
                    number=row.arguments["number"],
                    group=row.arguments["group"],
                    status=row.status,
                    is_correct=row.is_correct,
                    basis=row.basis,
                )
                for row in connection.execute(query)
            ]

    def fit(
        self, rows: Sequence[LabelledCase], procedure: PrecedentProcedure, as_of: datetime, /
    ) -> FittedPrecedent | None:
        """What the worker fitted at a moment, on the very cases that a backtest would fit on."""
        known = known_cases(rows, procedure, as_of)
        reader = self.place.world.parts.store.reader
        version = reader.model_version("incidents", procedure.identity, as_of)
        if version is None or version.as_of != as_of:
            assert len(known) < procedure.minimum_rows, as_of
            return None
        assert version.data_hash == hash_cases(known, procedure.features), as_of
        return FittedPrecedent.from_bytes(version.content)

    def known_truths(self) -> dict[str, str]:
        """Group by number, of the truths known before the last incident was opened."""
        with gzip.open(self.file, "rt", encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        now = max(_time(row["opened_at"]) for row in rows)
        return {
            row["case_id"]: row["y_final_group"]
            for row in rows
            if row["y_final_group"] and _time(row["label_known_at"]) < now
        }


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture(scope="module")
def run(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """One run for all tests of this file: it takes minutes."""
    file = shared_data / "uci_incidents_dev.csv.gz"
    place = make_incident_world(tmp_path_factory.mktemp("real"))
    report = measured(place, file)
    print()
    print("\n".join(report.lines()))
    yield Run(place=place, report=report, file=file)
    place.close()


def test_every_row_goes_in_once(run: Run) -> None:
    first, second = run.report.replayed.first, run.report.replayed.second
    assert (first.accepted, first.duplicates, first.rejected) == (ROWS, 0, ())
    assert (second.accepted, second.changed, second.duplicates) == (0, 0, ROWS)
    assert sum(run.report.cases_by_status.values()) == ROWS


def test_software_and_people_act_and_verify(run: Run) -> None:
    bases = Counter(effect.basis for effect in run.effects())
    assert bases[GrantBasis.VERDICT] >= 1000
    assert bases[GrantBasis.DECISION] >= 200
    states = {(effect.status, effect.is_correct) for effect in run.effects()}
    assert states == {(EffectStatus.SUCCEEDED.value, True)}
    score = run.report.score
    assert (score.executed_alone, score.executed_by_decision) == (
        bases[GrantBasis.VERDICT],
        bases[GrantBasis.DECISION],
    )
    assert (score.verified.k, score.verified.n) == (bases.total(), bases.total())


def test_only_a_tighter_limit_keeps_a_grant_from_use(run: Run) -> None:
    """None comes after the truth; a few wait while a week's draft with a lower limit is signed."""
    action = tables.actions.c
    query = select(func.count()).where(
        action.verdict == VerdictKind.EXECUTE.value, action.is_override.is_(False)
    )
    with run.place.world.parts.database.reader.connect() as connection:
        allowed = connection.execute(query).scalar_one()
    refused = run.place.world.engine.queries.ledger(kind="GRANT_REFUSED", limit=200).rows
    assert {row.payload["code"] for row in refused} <= {Attention.ENVELOPE_CHANGED}
    assert run.report.score.executed_alone + len(refused) == allowed
    assert len(refused) < allowed / 100


def test_incident_system_knows_each_effect_once(run: Run) -> None:
    effects = run.effects()
    calls = run.place.itsm.calls()
    assert calls == [ItsmCall(key=e.key, number=e.number, group=e.group) for e in effects]
    assert max(Counter(call.number for call in calls).values()) == 1
    truths, incidents = run.known_truths(), run.place.itsm.incidents()
    for effect in effects:
        incident = incidents[effect.number]
        truth = truths.get(effect.number)
        expected = ("assigned", effect.group) if truth is None else ("resolved", truth)
        assert (incident.state, incident.group) == expected, effect.number


def test_realised_error_keeps_to_its_limit(run: Run) -> None:
    truths = run.known_truths()
    judged = [
        truths[effect.number] != effect.group
        for effect in run.effects()
        if effect.basis == GrantBasis.VERDICT and effect.number in truths
    ]
    error = run.report.score.realised_error
    assert (error.k, error.n) == (sum(judged), len(judged))
    assert error.k / error.n <= RISK_LIMIT


def test_ledger_of_the_whole_run_verifies(run: Run) -> None:
    ledger = run.report.ledger
    assert (ledger.is_intact, ledger.findings, ledger.unsealed) == (True, (), 0)
    assert ledger.verified == ledger.entries


def test_drafts_do_what_was_said_of_them(run: Run) -> None:
    """Each draft was simulated, signed, and in force for the week that was forecast.

    The first one came before anything had been learned, so nothing was said of its error. A range
    of 95 % over days that are not all alike holds a little less often; the report says how often.
    """
    compared = run.report.compared
    assert [one.split.risk_limit for one in compared] == list(LIMITS)
    said = [one for one in compared if one.split.forecast.error is not None]
    assert len(said) == len(compared) - 1
    assert sum(one.share_held for one in said) >= len(said) - 1
    assert sum(one.error_held for one in said) >= len(said) - 1
    assert all(one.error <= one.split.risk_limit + 0.02 for one in said)


def test_forecasts_hold_on_the_following_days(run: Run) -> None:
    """Of other drafts, tried on many days over what the worker recommended in all these weeks."""
    held = list(held_forecasts(run.place))
    shares, errors = sum(one.share for one in held), sum(one.error for one in held)
    print(f"all: share held in {shares} of {len(held)} splits, error in {errors}")
    assert len(held) >= 80
    assert shares >= 0.7 * len(held)
    assert errors >= 0.7 * len(held)


def test_reference_table_is_held_by_the_worker(run: Run) -> None:
    """Backtest and worker learn from the same cases to the byte, so its fits serve for both."""
    cases = labelled_cases(run.file, PROCEDURE)
    reports = backtest_targets(cases, PROCEDURE, TARGETS, predict=predict_batch, fit=run.fit)
    WITH_DISPATCHER.check(reports)
