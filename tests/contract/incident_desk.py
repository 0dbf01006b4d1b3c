"""A fresh incidents desk for contract tests, on any database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import create_engine, make_url

from engine.desk import Desk
from engine.desks.incidents.desk import incidents_desk
from engine.desks.incidents.itsm_tables import metadata
from engine.domain.canonical import Json
from engine.domain.difference import Difference, FieldChange
from engine.domain.outcome import Label
from engine.ports import EffectTool
from engine.testing.desk_under_test import CallMade, DeskUnderTest, SampleCalls

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
LONG_AGO = datetime(2026, 3, 2, tzinfo=UTC)


@dataclass(frozen=True)
class StoppedClock:
    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment


def row(number: str, **changes: str) -> dict[str, str]:
    return {
        "case_id": number,
        "opened_at": "2026-03-02T09:15",
        "priority": "3 - Moderate",
        "category": "Email",
        "location": "Leeds",
        "initial_assignment_group": "Service Desk EMEA",
    } | changes


def truth(number: str, group: str) -> Label:
    return Label(desk="incidents", source="itsm", source_id=number, value=group, known_at=LONG_AGO)


def new_desk(url: str) -> Desk:
    """A desk with three open incidents, one resolved, and three groups."""
    desk = incidents_desk(itsm_url=url, clock=StoppedClock())
    desk.system.prepare()
    rows = [
        row("INC1"),
        row("INC2", initial_assignment_group="Network Operations"),
        row("INC3", initial_assignment_group=""),
        row("INC4"),
    ]
    desk.system.receive([desk.intake.read(each) for each in rows])
    desk.system.settle([truth("INC4", "Email and Collaboration")])
    return desk


def everything(url: str) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables of the incident system."""
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(parsed)
    with engine.connect() as connection:
        found = {
            table.name: [
                dict(each._mapping)
                for each in connection.execute(table.select().order_by(*table.primary_key))
            ]
            for table in metadata.sorted_tables
        }
    engine.dispose()
    return found


ASSIGN = {"number": "INC1", "group": "Network Operations"}
NOTE = {"number": "INC1", "text": "Called back."}


def no_read(name: str, arguments: Mapping[str, Any]) -> Json:
    """The incident system lies in the same process: its tools look directly."""
    raise AssertionError(f"nobody reads {name} here")


def tool(desk: Desk, name: str) -> EffectTool:
    found = desk.effect_tool(name)
    assert found
    return found


def read(desk: Desk, name: str, **arguments: Any) -> Json:
    found = desk.read_tool(name)
    assert found
    return found.contract.check_result(
        found.call(found.contract.check_arguments(arguments), key="")
    )


def incident(desk: Desk, number: str) -> Json:
    return read(desk, "get_incident", number=number)


SAMPLES: Mapping[str, SampleCalls] = {
    "get_incident": SampleCalls(good={"number": "INC1"}, other={"number": "INC2"}),
    "group_workload": SampleCalls(good={}, other={"group": "Network Operations"}),
    "assign_group": SampleCalls(
        good={"number": "INC1", "group": "Network Operations"},
        other={"number": "INC1", "group": "Service Desk EMEA"},
        refused=(
            {"number": "INC9", "group": "Network Operations"},
            {"number": "INC4", "group": "Network Operations"},
            {"number": "INC1", "group": "Nobody knows us"},
        ),
    ),
    "add_work_note": SampleCalls(
        good={"number": "INC1", "text": "Called back."},
        other={"number": "INC1", "text": "Called twice."},
        refused=({"number": "INC9", "text": "Called back."},),
    ),
}


def under_test(url: str) -> DeskUnderTest:
    return DeskUnderTest(
        desk=new_desk(url),
        snapshot=lambda: everything(url),
        samples=SAMPLES,
        row=row("INC7", y_final_group="Finance Applications", label_known_at="2026-03-03T10:00"),
        changed=changed,
    )


def changed(made: CallMade) -> Difference:
    """What a call changed, row by row of the incident system's own tables."""
    rows = zip(made.before["incident"], made.after["incident"], strict=True)
    notes = made.after["work_note"][len(made.before["work_note"]) :]
    return Difference(
        fields=(
            *(
                FieldChange(of=new["number"], field=name, before=old[name], after=new[name])
                for old, new in rows
                for name in ("assignment_group", "state")
                if old[name] != new[name]
            ),
            *(
                FieldChange(of=note["number"], field="note", before=None, after=note["text"])
                for note in notes
            ),
        )
    )
