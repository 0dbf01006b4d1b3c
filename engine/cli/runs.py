"""`countersign runs start` and `show`: let reasoners look at a case, and read what a run did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.opening import AsJson, AsName, opened_engine, opened_parts, signed_in
from engine.cli.output import say, say_json, say_table, warn
from engine.errors import InvalidRequest, NotFound

if TYPE_CHECKING:
    from engine.domain.ids import CaseId
    from engine.domain.run import RunKind
    from engine.service.queries import Queries
    from engine.service.run_rows import RunCard

app = typer.Typer(help="Runs of reasoners.", no_args_is_help=True)

_KINDS = "playbook, precedent, workflow or agent"


@app.command("start")
def start(
    case: Annotated[str, typer.Argument(metavar="CASE", help="Number or id of the case.")],
    as_name: AsName,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help=f"{_KINDS}; may be repeated.")
    ] = None,
    all_kinds: Annotated[
        bool, typer.Option("--all", help="Every kind that there is for the case.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Let reasoners look at a case beside its way; nothing they ask for is executed.

    A worker carries the runs out: one of `up` or `work`.
    """
    if bool(kind) == all_kinds:
        raise InvalidRequest("Say which: --kind K, once or more, or --all.")
    from engine.bootstrap import engine_of
    from engine.service.run_requests import StartRun

    parts = opened_parts()
    engine = engine_of(parts)
    case_id = engine.queries.find_case(case)
    if case_id is None:
        raise NotFound(f"There is no case {case}.")
    person = signed_in(engine, as_name)
    begun = []
    for one in _kinds(kind or ()) or _available(engine.queries, case_id):
        form = str(parts.ids.new())
        request = StartRun(case_id=case_id, kind=one, client_key=form)
        done = engine.execute(request, person)
        begun.append(_begun(engine.queries, case_id, one) | {"message": done.message})
    if as_json:
        say_json(begun)
        return
    for said in begun:
        say(f"{said['kind']}  {said['run_id']}  {said['message']}")


def _kinds(names: Iterable[str]) -> list[RunKind]:
    from engine.domain.run import RunKind

    unknown = [name for name in names if name not in list(RunKind)]
    if unknown:
        raise InvalidRequest(f"There is no reasoner {unknown[0]!r}; it is one of {_KINDS}.")
    return [RunKind(name) for name in dict.fromkeys(names)]


def _available(queries: Queries, case_id: CaseId) -> list[RunKind]:
    """The kinds that can be started; why another cannot is told beside the answer."""
    kinds = queries.run_kinds(case_id)
    for one in kinds:
        if not one.is_available:
            warn(f"not {one.kind}: {one.why_not}")
    found = [one.kind for one in kinds if one.is_available]
    if not found:
        raise InvalidRequest("No reasoner can look at this case now.")
    return found


def _begun(queries: Queries, case_id: CaseId, kind: RunKind) -> dict[str, str]:
    """The run that was begun last."""
    from engine.service.run_rows import RunFilter

    which = RunFilter(case_id=case_id, kind=kind, is_shadow=True)
    newest = queries.runs(which, limit=1).rows[0]
    return {"kind": kind.value, "run_id": str(newest.run_id), "case_id": str(case_id)}


# --- one run ------------------------------------------------------------------------------------


@app.command("show")
def show(
    run: Annotated[str, typer.Argument(metavar="RUN", help="Id of the run.")],
    as_json: AsJson = False,
) -> None:
    """One run, step by step: who decided each, what came of it, and what policy said."""
    engine = opened_engine()
    run_id = engine.queries.find_run(run)
    if run_id is None:
        raise NotFound(f"There is no run {run}.")
    card = engine.queries.run(run_id)
    if as_json:
        say_json(card)
        return
    desks = engine.queries.desks()
    _say_run(card, {code: said for desk in desks for code, said in desk.titles.items()})


def _say_run(card: RunCard, titles: Mapping[str, str]) -> None:
    from engine.service.run_words import FAULT, KIND, SHADOW, STATUS, cost_words

    row = card.row
    model = f"{row.model} (scripted)" if row.is_scripted else row.model
    about = [
        ("case", f"{row.source_id}: {row.title}"),
        ("kind", f"{KIND[row.kind]}, {SHADOW if row.is_shadow else 'live'}"),
        ("model", model or "none asked"),
        ("status", STATUS[row.status]),
        ("fault", FAULT[row.fault] if row.fault else ""),
        ("note", row.end_note),
        ("then", card.taken_over_by),
        ("tokens", f"{row.usage.total:,}"),
        ("cost", cost_words(row.cost)),
    ]
    for name, said in about:
        if said:
            say(f"{name:<7} {' '.join(said.split())}")
    say()
    heads = ("STEP", "WHAT", "DECIDED BY", "MS", "POLICY, OR WHAT CAME OF IT")
    say_table(heads, _steps(card, titles))


def _steps(card: RunCard, titles: Mapping[str, str]) -> list[tuple[str, ...]]:
    from engine.service.run_words import step_title, verdict_words

    return [
        (
            str(step.number),
            " ".join(step_title(step, titles).split())[:60],
            step.decided_by.value,
            f"{step.duration_us / 1000:,.1f}",
            " ".join((verdict_words(step.verdict, titles) or step.error or "").split())[:90],
        )
        for step in card.steps
    ]
