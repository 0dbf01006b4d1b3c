"""`countersign ledger`: check it and take it out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.opening import AsJson, opened_engine, opened_parts
from engine.cli.output import CHECK_FAILED, GOOD, say, say_json, warn
from engine.errors import NotFound

if TYPE_CHECKING:
    from engine.domain.ledger_report import LedgerReport

app = typer.Typer(help="The append-only record of everything.", no_args_is_help=True)


@app.command("verify")
def verify(as_json: AsJson = False) -> None:
    """Recompute every hash and seal; exit code 1 and the first broken entry where one is wrong."""
    report = opened_engine().verify_ledger()
    if as_json:
        say_json(report)
    else:
        _say_report(report)
    raise typer.Exit(GOOD if report.is_intact else CHECK_FAILED)


def _say_report(report: LedgerReport) -> None:
    verdict = "intact" if report.is_intact else "BROKEN"
    say(f"The ledger is {verdict}: {report.entries} entries, {report.verified} verified.")
    say(f"sealed    {report.sealed} entries by {report.seals} seals, the last {report.last_seal}")
    if report.unsealed and report.unsealed_since is not None:
        say(f"unsealed  {report.unsealed} since {report.unsealed_since:%Y-%m-%d %H:%M:%S} UTC,")
        say("          chained but not verified")
    if report.erased:
        say(f"erased    {report.erased} payloads; chain and seals hold")
    if report.last_mac:
        say(f"last mac  {report.last_mac.hex()}")
    for finding in report.findings:
        say(f"{finding.where}: {finding.words} [{finding.kind}]")
    if report.findings_left_out:
        say(f"and {report.findings_left_out} more findings")


@app.command("export")
def export(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="A file; the output by default.")
    ] = None,
    stream: Annotated[str, typer.Option("--stream", help="Only this stream.")] = "",
) -> None:
    """Write the entries as JSON lines, each stream in order, with what is needed to recompute."""
    count = 0
    if stream:
        _require_stream(stream)
    if out is None:
        for line in _lines(stream):
            say(line)
        return
    with out.open("w", encoding="utf-8") as file:
        for line in _lines(stream):
            file.write(line + "\n")
            count += 1
    warn(f"{count} entries written to {out}.")


def _require_stream(stream: str) -> None:
    """Refuse a stream that has no entry, naming the streams there are."""
    from sqlalchemy import select

    from engine.store import tables
    from engine.store.failures import translated

    column = tables.ledger_entries.c.stream
    few = select(column).where(~column.startswith("case:")).distinct().order_by(column)
    with translated(), opened_parts().database.reader.connect() as connection:
        if connection.execute(select(column).where(column == stream).limit(1)).first():
            return
        there = [row.stream for row in connection.execute(few)]
    known = ", ".join([*there, "case:ID (the id of a case, as in its address)"])
    raise NotFound(f"The ledger has no stream {stream!r}; there is {known}.")


def _lines(stream: str) -> Iterator[str]:
    from sqlalchemy import select

    from engine.api.as_json import as_json
    from engine.store import tables
    from engine.store.failures import translated

    table = tables.ledger_entries
    query = select(table).order_by(table.c.stream, table.c.sequence)
    if stream:
        query = query.where(table.c.stream == stream)
    with translated(), opened_parts().database.reader.connect() as connection:
        for row in connection.execution_options(yield_per=1000).execute(query).mappings():
            yield json.dumps(as_json(dict(row)), ensure_ascii=False)
