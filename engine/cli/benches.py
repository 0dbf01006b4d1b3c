"""`countersign bench`: figures, with a description of the machine they were taken on."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.opening import AsJson
from engine.cli.output import CHECK_FAILED, GOOD, say, say_json, warn

app = typer.Typer(help="Figures, with the machine's description.", no_args_is_help=True)


@app.callback()
def bench() -> None:
    """Figures, with the machine's description."""


@app.command("engine")
def engine(
    cases: Annotated[int, typer.Option("--cases", min=1, help="Cases a run.")] = 1000,
    repeat: Annotated[int, typer.Option("--repeat", min=1, help="Runs a side.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Cases a second, approve to acted, bytes and memory, LangGraph beside it where installed.

    Works in a temporary folder and touches no database of yours. Exit code 1 where a target is
    missed.
    """
    from engine.bench.engine_bench import bench_engine
    from engine.bench.report_text import render_text

    report = bench_engine(cases, repeat, say=warn)
    if as_json:
        say_json(report.to_json())
    else:
        say(render_text(report))
    for target in report.targets:
        if not target.is_met:
            warn(f"missed: {target.name}, {target.value:,.2f}, wanted {target.wanted}")
    raise typer.Exit(GOOD if report.is_good else CHECK_FAILED)
