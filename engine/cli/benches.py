"""`countersign bench`: figures, with a description of the machine they were taken on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.opening import AsJson, settings_with
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


@app.command("authorize")
def authorize(
    calls: Annotated[int, typer.Option("--calls", min=100, help="Calls a run.")] = 20_000,
    repeat: Annotated[int, typer.Option("--repeat", min=1, help="Runs.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Microseconds a decision of policy, with twenty cells and twenty guardrails.

    Exit code 1 where the target is missed.
    """
    from engine.bench.authorize_bench import bench_authorize

    report = bench_authorize(calls, repeat, say=warn)
    if as_json:
        say_json(report.to_json())
    else:
        say(report.words())
    raise typer.Exit(GOOD if report.is_good else CHECK_FAILED)


@app.command("replay")
def replay(
    decisions: Annotated[
        list[int] | None, typer.Option("--decisions", min=1000, help="Length of a history.")
    ] = None,
    repeat: Annotated[int, typer.Option("--repeat", min=1, help="Runs of each.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Seconds to replay 100,000 and 1,000,000 decisions under a draft, budgets in event order.

    Exit code 1 where a target is missed.
    """
    from engine.bench.replay_bench import SIZES, bench_replay

    report = bench_replay(tuple(decisions or SIZES), repeat, say=warn)
    if as_json:
        say_json(report.to_json())
    else:
        say(report.words())
    raise typer.Exit(GOOD if report.is_good else CHECK_FAILED)


@app.command("faults")
def faults(
    cases: Annotated[int, typer.Option("--cases", min=12, help="Cases of the orders desk.")] = 5000,
    kills: Annotated[int, typer.Option("--kills", min=0, help="Workers that are killed.")] = 300,
    seed: Annotated[int, typer.Option("--seed", help="Of faults and kills.")] = 20_261_122,
    as_json: AsJson = False,
) -> None:
    """Every fifth call fails in one of eight ways, workers are killed; nothing is lost or doubled.

    Works in a temporary folder with a shop of its own. Exit code 1 where the shop's books and the
    engine's disagree, or a target is missed.
    """
    from engine.bench.faults_bench import bench_faults

    report = bench_faults(cases, kills, seed, say=warn)
    if as_json:
        say_json(report.to_json())
    else:
        say(report.words())
    raise typer.Exit(GOOD if report.is_good else CHECK_FAILED)


@app.command("tokens")
def tokens(
    cases: Annotated[int, typer.Option("--cases", min=18, help="Simulated orders a kind.")] = 100,
    as_json: AsJson = False,
) -> None:
    """What a hundred cases cost with a language model, estimated on the product's own prompts.

    Asks no model. With a key set the API counts the prompts, which costs nothing; prices are those
    of the settings.
    """
    from engine.bench.tokens_bench import bench_tokens

    report = bench_tokens(cases, settings_with(), say=warn)
    if as_json:
        say_json(report.to_json())
    else:
        say(report.words())


@app.command("memory")
def memory(
    seed: Annotated[
        list[int] | None, typer.Option("--seed", help="Of a simulated world; more than one too.")
    ] = None,
    cases: Annotated[int, typer.Option("--cases", min=100, help="Cases of each world.")] = 1000,
    days: Annotated[float, typer.Option("--days", min=10, help="Over which they come.")] = 45,
    incidents: Annotated[
        Path | None, typer.Option("--incidents", help="Labelled incidents in the desk's format.")
    ] = None,
    target: Annotated[
        float, typer.Option("--target", help="Highest error of incidents that it settles.")
    ] = 0.10,
    as_json: AsJson = False,
) -> None:
    """Model calls per settled case and correctness, with precedents and without, on later cases.

    Works in a temporary folder; a stand-in answers for the model. Exit code 1 where calls do not
    fall, or correctness may be worse.
    """
    from engine.bench.memory_bench import SEEDS, bench_memory
    from engine.cli.backtesting import incidents_of

    history = None if incidents is None else incidents_of(incidents, target)
    report = bench_memory(tuple(seed or SEEDS), cases, days, history, say=warn)
    if as_json:
        say_json(report.to_json())
    else:
        say(report.words())
    raise typer.Exit(GOOD if report.is_good else CHECK_FAILED)
