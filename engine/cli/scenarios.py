"""`countersign scenarios`: cases with a known right ending, run through the whole engine."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.logs import log
from engine.cli.opening import AsJson, settings_with
from engine.cli.output import CHECK_FAILED, GOOD, say, say_json, say_table, warn

if TYPE_CHECKING:
    from engine.learn.scenarios.report import Figures, Report, Result

app = typer.Typer(help="Scenario suites.", no_args_is_help=True)


@app.callback()
def scenarios() -> None:
    """Scenario suites."""


@app.command("run")
def run(
    desk: Annotated[str, typer.Option("--desk", help="Of one desk only.")] = "",
    reasoner: Annotated[
        str,
        typer.Option(
            "--reasoner",
            help="playbook, precedent, workflow or agent; scripted-workflow or scripted-agent.",
        ),
    ] = "",
    times: Annotated[
        int, typer.Option("--times", min=1, max=100, help="Runs of each: the k of pass^k.")
    ] = 1,
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Suites of your own instead of the shipped.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run the scenarios and hold what the system of record's books say against what has to be.

    Works in temporary folders and touches no database of yours. By default each desk runs its own
    reasoner. Exit code 1 where a scenario fails that is not known to, or one passes that is.
    """
    with _quiet():
        reports = _reports(desk, reasoner, times, folder)
    if as_json:
        say_json([_as_json(report) for report in reports])
    else:
        for report in reports:
            _show(report)
    is_good = all(report.is_good for report in reports)
    raise typer.Exit(GOOD if is_good else CHECK_FAILED)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the log, unless debugging: what goes wrong in a scenario is meant to."""
    level = log.level
    if not log.isEnabledFor(logging.DEBUG):
        log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


def _reports(desk: str, reasoner: str, times: int, folder: Path | None) -> list[Report]:
    """Run one desk's suites, or those of all."""
    from engine.bootstrap.scenarios.entrants import entrant_of
    from engine.bootstrap.scenarios.running import (
        DESKS,
        FOLDER,
        desk_scenarios,
        read_suites,
        run_suites,
    )

    settings, reports = settings_with(), []
    for name in [desk] if desk else DESKS:
        made_of = desk_scenarios(name)
        entrant = entrant_of(reasoner or made_of.own)
        suites = read_suites(name, folder or FOLDER)
        with closing(made_of.stage(settings)) as stage:
            reports.append(run_suites(stage, suites, entrant, times=times, told=_told))
    return reports


def _told(result: Result) -> None:
    if not result.is_as_known:
        warn(f"{result.theme}/{result.name}: {result.passed} of {len(result.trials)} passed")


def _show(report: Report) -> None:
    many = "once" if report.times == 1 else f"{report.times} times"
    say(f"{report.desk}, reasoner {report.reasoner}, each {many}, {report.seconds:.1f} s")
    say()
    say_table(
        ("THEME", "PASSED", "OF", "PASS^1", f"PASS^{report.times}"),
        [_cells(one) for one in (*report.themes, report.all)],
    )
    for result in report.results:
        if not (result.is_passed and result.is_as_known):
            _show_failure(result)
    say()


def _cells(figures: Figures) -> tuple[str, ...]:
    shares = (f"{figures.pass_1:.3f}", f"{figures.pass_k:.3f}")
    return (figures.theme, str(figures.passed), str(figures.scenarios), *shares)


def _show_failure(result: Result) -> None:
    say()
    say(f"{result.theme}/{result.name}: {result.passed} of {len(result.trials)} passed")
    say(f"  expected  {result.expected}")
    say(f"  because   {result.why}")
    failed = next((trial for trial in result.trials if trial.wrongs), result.trials[0])
    say(f"  happened  {failed.happened}")
    for wrong in failed.wrongs:
        say(f"  wrong     {wrong}")
    if result.known_failure:
        news = "; it passes now: take it off the list" if result.is_passed else ""
        say(f"  known     {result.known_failure}{news}")


def _as_json(report: Report) -> dict[str, object]:
    return {
        "desk": report.desk,
        "reasoner": report.reasoner,
        "times": report.times,
        "seconds": round(report.seconds, 3),
        "is_good": report.is_good,
        "all": report.all,
        "themes": report.themes,
        "results": [
            {
                "theme": one.theme,
                "name": one.name,
                "passed": one.passed,
                "expected": one.expected,
                "known_failure": one.known_failure,
                "is_as_known": one.is_as_known,
                "trials": one.trials,
            }
            for one in report.results
        ],
    }
