"""`countersign backtest`: what a desk's learned reasoner would have done on labelled history."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from engine.cli.opening import AsJson, DeskName, opened_parts
from engine.cli.output import CHECK_FAILED, GOOD, say, say_json, warn
from engine.errors import ConfigError, IntakeError, NotFound

if TYPE_CHECKING:
    from engine.bench.memory_bench import Incidents
    from engine.desk import Desk, Incoming, Learning
    from engine.domain.precedent import LabelledCase, PrecedentProcedure
    from engine.learn.backtest_figures import BacktestReport

EARLIER_ROUTING = "initial_assignment_group"
"""A fact that already is somebody's answer: figures are given with and without it."""

_NO_CASE = UUID(int=0)
"""Facts belong to a case; rows of a backtest are none."""


def run_backtest(
    file: Annotated[Path, typer.Argument(help="Labelled cases in the desk's intake format.")],
    desk: DeskName,
    target: Annotated[
        float, typer.Option("--target", help="Highest allowed error among executed cases.")
    ],
    predictions: Annotated[
        Path | None, typer.Option("--predictions", help="Write the judged cases to this CSV.")
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option("--without", help="Also judge without this fact.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Replay labelled cases in time order, labels only once known, and judge the latest 30 %.

    Exit code 1 where the desk's own procedure has a realised error over the target.
    """
    from engine.learn.backtest import backtest
    from engine.reason.precedent import predict_batch

    known = opened_parts().desks.get(desk)
    if known is None:
        raise NotFound(f"There is no desk {desk!r} here.")
    cases = list(_labelled(known, file))
    procedure = _learning(known).procedure
    left_out = _left_out(procedure, without)
    reports: dict[str, BacktestReport] = {
        "": backtest(cases, procedure, target, predict=predict_batch)
    }
    if left_out:
        smaller = _smaller(procedure, left_out)
        name = f"without {', '.join(left_out)}"
        reports[name] = backtest(cases, smaller, target, predict=predict_batch)
    if predictions is not None:
        _write(predictions, reports[""])
    _say(reports, as_json=as_json)
    raise typer.Exit(GOOD if reports[""].keeps_target else CHECK_FAILED)


def _labelled(desk: Desk, file: Path) -> Iterator[LabelledCase]:
    from engine.perceive.files import read_rows

    for number, row in read_rows(file, desk.intake):
        if not isinstance(row, dict):
            warn(f"line {number}: {row.reason}")
            continue
        try:
            incoming = desk.intake.read(row)
        except IntakeError as error:
            warn(f"line {number}: {error.message}")
            continue
        if incoming.label is not None:
            yield _labelled_case(desk, incoming)


def _labelled_case(desk: Desk, incoming: Incoming) -> LabelledCase:
    """Features of what the signal told; history has no system of record to look into."""
    from engine.domain.fact import Fact, fact_set
    from engine.domain.ids import CaseId
    from engine.domain.precedent import LabelledCase

    signal, label = incoming.signal, incoming.label
    assert label is not None
    facts = tuple(
        Fact(
            entity="signal", attribute=name, value=value, source="intake", observed_at=signal.as_of
        )
        for name, value in signal.payload.items()
        if isinstance(value, str | int | float | bool)
    )
    return LabelledCase(
        case_id=signal.source_id,
        observed_at=signal.as_of,
        label_known_at=label.known_at,
        features=_learning(desk).features(fact_set(CaseId(_NO_CASE), 1, facts)),
        label=label.value,
        cell=f"{desk.name}/{signal.case_type}",
    )


def incidents_of(file: Path, target: float) -> Incidents:
    """A file of labelled incidents, for the bench of memory.

    Raises:
        NotFound: The desk does not run here.
    """
    from engine.bench.memory_bench import Incidents

    desk = opened_parts().desks.get("incidents")
    if desk is None:
        raise NotFound("The desk incidents does not run here.")
    cases = sorted(_labelled(desk, file), key=lambda case: (case.observed_at, case.case_id))
    return Incidents(cases=cases, procedure=_learning(desk).procedure, risk_limit=target)


def _learning(desk: Desk) -> Learning:
    if desk.learning is None:
        raise ConfigError(f"The desk {desk.name} learns nothing, so there is nothing to test.")
    return desk.learning


def _left_out(procedure: PrecedentProcedure, without: list[str] | None) -> tuple[str, ...]:
    if without is None:
        return (EARLIER_ROUTING,) if EARLIER_ROUTING in procedure.features else ()
    unknown = [name for name in without if name not in procedure.features]
    if unknown:
        known = ", ".join(procedure.features)
        raise NotFound(f"The procedure has no fact {unknown[0]!r}; it has {known}.")
    return tuple(without)


def _smaller(procedure: PrecedentProcedure, left_out: tuple[str, ...]) -> PrecedentProcedure:
    return replace(
        procedure,
        features=tuple(name for name in procedure.features if name not in left_out),
        contexts=tuple(
            context for context in procedure.contexts if not set(context) & set(left_out)
        ),
    )


def _write(path: Path, report: BacktestReport) -> None:
    from engine.learn.backtest_text import PREDICTION_COLUMNS, prediction_rows

    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(PREDICTION_COLUMNS)
            writer.writerows(prediction_rows(report))
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from None


def _say(reports: dict[str, BacktestReport], *, as_json: bool) -> None:
    from engine.learn.backtest_text import render_text

    if as_json:
        say_json([{"variant": name} | report.to_json() for name, report in reports.items()])
        return
    for name, report in reports.items():
        say(f"\n== {name} ==\n" if name else "")
        say(render_text(report))
