"""The command tree. Only commands whose part of the engine exists are in it."""

from __future__ import annotations

import logging
from typing import Annotated

import typer

from engine.cli import (
    backtesting,
    benches,
    brakes,
    comparing,
    demo,
    desks,
    doctor,
    envelopes,
    feeding,
    ledger,
    people,
    running,
    runs,
    scenarios,
)
from engine.cli import intake as intake_commands
from engine.cli.logs import log_to_stderr

app = typer.Typer(
    name="countersign",
    help="Software recommends, policy decides, people countersign.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


@app.callback()
def prepare(
    debug: Annotated[bool, typer.Option("--debug", help="Tell more in the log.")] = False,
) -> None:
    """Software recommends, policy decides, people countersign."""
    if debug:
        log_to_stderr(logging.DEBUG)


app.command("up")(running.up)
app.command("work")(running.work)
app.command("migrate")(running.migrate_database)
app.command("demo")(demo.demo)
app.command("feed")(feeding.feed)
app.command("submit")(intake_commands.submit)
app.command("backtest")(backtesting.run_backtest)
app.command("pause")(brakes.pause)
app.command("resume")(brakes.resume)
app.command("doctor")(doctor.examine)
app.add_typer(envelopes.app, name="envelope")
app.add_typer(envelopes.guardrails, name="guardrails")
app.add_typer(envelopes.goals, name="goals")
app.add_typer(ledger.app, name="ledger")
app.add_typer(desks.app, name="desk")
app.add_typer(people.app, name="user")
app.add_typer(scenarios.app, name="scenarios")
runs.app.command("compare")(comparing.compare)
app.add_typer(runs.app, name="runs")
app.add_typer(benches.app, name="bench")
