"""A fresh stub desk for the conformance suite."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from engine.domain.canonical import Json
from engine.domain.difference import Difference, FieldChange
from engine.testing.desk_under_test import CallMade, DeskUnderTest, SampleCalls
from engine.testing.stub_desk import stub_desk, ticket_rows
from engine.testing.world import START

GONE = {"number": "T9"}
SAMPLES: Mapping[str, SampleCalls] = {
    "get_ticket": SampleCalls(good={"number": "T000000"}, other={"number": "T000001"}),
    "assign_owner": SampleCalls(
        good={"number": "T000000", "owner": "north"},
        other={"number": "T000000", "owner": "south"},
        refused=({**GONE, "owner": "north"},),
    ),
    "grant_credit": SampleCalls(
        good={"number": "T000001", "amount": 1_000, "currency": "EUR"},
        other={"number": "T000001", "amount": 2_000, "currency": "EUR"},
        refused=({**GONE, "amount": 1_000, "currency": "EUR"},),
    ),
}


def under_test(folder: Path) -> DeskUnderTest:
    """A desk with two tickets."""
    file = folder / "tickets.db"
    desk = stub_desk(file)
    desk.system.prepare()
    rows = ticket_rows(3, opened_at=START)
    desk.system.receive([desk.intake.read(row) for _, row in rows[:2]])
    labelled = {"truth": "south", "known_at": START.isoformat(), "confidence": "0.9"}
    return DeskUnderTest(
        desk=desk,
        snapshot=lambda: everything(file),
        samples=SAMPLES,
        row=rows[2][1] | labelled,
        changed=changed,
    )


def everything(file: Path) -> Json:
    with closing(sqlite3.connect(file)) as connection:
        return {
            name: dict(connection.execute(f"SELECT {key}, owner FROM {name}").fetchall())
            for name, key in (("ticket", "number"), ("book", "key"))
        }


def changed(made: CallMade) -> Difference:
    before, after = made.before["ticket"], made.after["ticket"]
    return Difference(
        fields=tuple(
            FieldChange(of=number, field="owner", before=before[number], after=owner)
            for number, owner in after.items()
            if before[number] != owner
        )
    )
