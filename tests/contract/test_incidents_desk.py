"""The incidents desk on its system of record: tools, facts, and history arriving."""

from typing import Any

import pytest

from engine.desk import Desk
from engine.domain.phase import Phase
from engine.errors import ToolError
from tests.contract.incident_desk import (
    ASSIGN,
    NOTE,
    everything,
    incident,
    new_desk,
    no_read,
    read,
    row,
    tool,
    truth,
)

# ---------------------------------------------------------------- incidents and groups


def test_received_incident_is_new_and_unassigned(database_url: str):
    seen = incident(new_desk(database_url), "INC1")
    assert (seen["state"], seen["assignment_group"]) == ("new", "")
    assert seen["suggested_group"] == "Service Desk EMEA"
    assert (seen["title"], seen["priority"], seen["version"]) == ("Email / Leeds", 3, 1)
    assert seen["opened_at"] == "2026-03-02T09:15:00+00:00"


def test_known_incident_is_not_received_again(database_url: str):
    desk = new_desk(database_url)
    tool(desk, "assign_group").call(ASSIGN, key="k")
    desk.system.receive([desk.intake.read(row("INC1", category="Network"))])
    assert incident(desk, "INC1")["category"] == "Email"
    assert incident(desk, "INC1")["assignment_group"] == "Network Operations"


def test_settled_incident_is_resolved_by_the_label(database_url: str):
    desk = new_desk(database_url)
    desk.system.settle([truth("INC1", "Database Operations"), truth("INC4", "Someone else")])
    assert incident(desk, "INC1")["state"] == "resolved"
    assert incident(desk, "INC1")["assignment_group"] == "Database Operations"
    assert incident(desk, "INC4")["assignment_group"] == "Email and Collaboration"


def test_label_of_an_unknown_incident_changes_no_incident(database_url: str):
    desk = new_desk(database_url)
    before = everything(database_url)["incident"]
    desk.system.settle([truth("INC9", "Database Operations")])
    assert everything(database_url)["incident"] == before


def test_nothing_to_receive_or_settle_is_fine(sqlite_url: str):
    desk = new_desk(sqlite_url)
    before = everything(sqlite_url)
    desk.system.receive([])
    desk.system.settle([])
    assert everything(sqlite_url) == before


def test_groups_are_known_from_what_has_happened(database_url: str):
    desk = new_desk(database_url)
    desk.system.receive(
        [desk.intake.read(row("INC8", y_final_group="Later", label_known_at="2026-04-01T00:00"))]
    )
    assert tool(desk, "assign_group").options("group") == (
        "Email and Collaboration",
        "Network Operations",
        "Service Desk EMEA",
    )


def test_only_groups_can_be_picked_from(sqlite_url: str):
    desk = new_desk(sqlite_url)
    assert tool(desk, "assign_group").options("number") == ()
    assert tool(desk, "add_work_note").options("text") == ()


def test_workload_counts_open_incidents_by_group(database_url: str):
    desk = new_desk(database_url)
    tool(desk, "assign_group").call(ASSIGN, key="k")
    assert read(desk, "group_workload") == {
        "open_by_group": {"Network Operations": 1},
        "unassigned": 2,
    }


def test_workload_of_an_idle_group_is_zero(database_url: str):
    workload = read(new_desk(database_url), "group_workload", group="Email and Collaboration")
    assert workload["open_by_group"] == {"Email and Collaboration": 0}


def test_unknown_incident_is_named(database_url: str):
    with pytest.raises(ToolError, match="There is no incident INC9"):
        incident(new_desk(database_url), "INC9")


# ---------------------------------------------------------------- assigning


def test_assigning_changes_group_state_and_version(database_url: str):
    desk = new_desk(database_url)
    assert tool(desk, "assign_group").call(ASSIGN, key="k") == {
        "number": "INC1",
        "state": "assigned",
        "assignment_group": "Network Operations",
        "previous_group": "",
    }
    seen = incident(desk, "INC1")
    assert (seen["state"], seen["assignment_group"]) == ("assigned", "Network Operations")
    assert (seen["version"], seen["updated_at"]) == (2, "2026-05-04T12:00:00+00:00")


def test_undo_of_a_first_assignment_takes_the_group_off(database_url: str):
    desk = new_desk(database_url)
    assign = tool(desk, "assign_group")
    before = assign.target_state(ASSIGN, no_read)
    assign.call(ASSIGN, key="k")
    undo = assign.undo(ASSIGN, before, None)
    assert undo == ("assign_group", {"number": "INC1", "group": ""})
    assign.call(undo[1], key="undo")
    assert assign.target_state(ASSIGN, no_read) == before


def test_undo_of_a_second_assignment_gives_it_back(database_url: str):
    desk = new_desk(database_url)
    assign = tool(desk, "assign_group")
    assign.call(ASSIGN, key="first")
    second = {"number": "INC1", "group": "Service Desk EMEA"}
    before = assign.target_state(second, no_read)
    assign.call(second, key="second")
    assert assign.undo(second, before, None) == ("assign_group", ASSIGN)


def test_last_assignment_wins(database_url: str):
    desk = new_desk(database_url)
    assign = tool(desk, "assign_group")
    assign.call(ASSIGN, key="first")
    assign.call({"number": "INC1", "group": "Service Desk EMEA"}, key="second")
    assert incident(desk, "INC1")["assignment_group"] == "Service Desk EMEA"


REFUSALS = {
    "missing": ({"number": "INC9", "group": "Network Operations"}, "no incident INC9"),
    "resolved": ({"number": "INC4", "group": "Network Operations"}, "is resolved already, by"),
    "unknown-group": ({"number": "INC1", "group": "Nobody"}, "no group 'Nobody'"),
}


@pytest.mark.parametrize(("arguments", "message"), REFUSALS.values(), ids=REFUSALS)
def test_assignment_is_refused_with_the_reason(
    database_url: str, arguments: dict[str, str], message: str
):
    desk = new_desk(database_url)
    with pytest.raises(ToolError, match=message):
        tool(desk, "assign_group").call(arguments, key="k")
    assert everything(database_url)["operation"] == []


def test_refused_key_may_be_used_again(database_url: str):
    assign = tool(new_desk(database_url), "assign_group")
    with pytest.raises(ToolError):
        assign.call({"number": "INC1", "group": "Nobody"}, key="k")
    assert assign.call(ASSIGN, key="k")["assignment_group"] == "Network Operations"


def test_call_without_a_key_is_refused(sqlite_url: str):
    with pytest.raises(ToolError, match="needs an idempotency key"):
        tool(new_desk(sqlite_url), "assign_group").call(ASSIGN, key="")


def test_key_of_one_tool_is_refused_by_another(database_url: str):
    desk = new_desk(database_url)
    tool(desk, "assign_group").call(ASSIGN, key="k")
    with pytest.raises(ToolError, match="belongs to another call"):
        tool(desk, "add_work_note").call(NOTE, key="k")
    assert everything(database_url)["work_note"] == []


def test_repeated_call_answers_even_when_resolved_since(database_url: str):
    desk = new_desk(database_url)
    assign = tool(desk, "assign_group")
    first = assign.call(ASSIGN, key="k")
    desk.system.settle([truth("INC1", "Email and Collaboration")])
    assert assign.call(ASSIGN, key="k") == first
    assert incident(desk, "INC1")["assignment_group"] == "Email and Collaboration"


def test_tool_can_be_asked_for_a_key(database_url: str):
    assign = tool(new_desk(database_url), "assign_group")
    assert assign.ask("k", no_read) is None
    result = assign.call(ASSIGN, key="k")
    assert assign.ask("k", no_read) == result


def test_resolved_target_counts_as_settled(sqlite_url: str):
    desk = new_desk(sqlite_url)
    assign = tool(desk, "assign_group")
    states = {
        number: assign.target_state({"number": number}, no_read) for number in ("INC1", "INC4")
    }
    assert [assign.is_settled(state) for state in states.values()] == [False, True]
    assert states["INC4"] == {
        "number": "INC4",
        "state": "resolved",
        "assignment_group": "Email and Collaboration",
    }


def test_failed_verification_says_what_is_there(sqlite_url: str):
    seen = tool(new_desk(sqlite_url), "assign_group").verify(ASSIGN, None, None, no_read)
    assert (seen.is_correct, seen.note) == (
        False,
        "is with no group, should be with Network Operations",
    )


@pytest.mark.parametrize(
    ("group", "words"),
    [("Network Operations", "Assign INC1 to Network Operations"), ("", "Take INC1 off its group")],
    ids=["assign", "unassign"],
)
def test_assignment_is_described_in_words(sqlite_url: str, group: str, words: str):
    assign = tool(new_desk(sqlite_url), "assign_group")
    assert assign.describe({"number": "INC1", "group": group}) == words


# ---------------------------------------------------------------- work notes


def test_work_note_is_written_once(database_url: str):
    desk = new_desk(database_url)
    note = tool(desk, "add_work_note")
    first = note.call(NOTE, key="k")
    assert note.call(NOTE, key="k") == first
    assert [each["text"] for each in everything(database_url)["work_note"]] == ["Called back."]
    assert note.verify(NOTE, None, first, no_read).is_correct


def test_work_note_leaves_the_incident_alone(database_url: str):
    desk = new_desk(database_url)
    before = incident(desk, "INC1")
    tool(desk, "add_work_note").call(NOTE, key="k")
    assert incident(desk, "INC1") == before


# ---------------------------------------------------------------- facts and the descriptor


def facts_of(desk: Desk, number: str, **changes: str) -> dict[str, tuple[Any, str, int | None]]:
    signal = desk.intake.read(row(number, **changes)).signal
    facts = desk.perceive(
        signal, lambda name, arguments: read(desk, name, **arguments), signal.as_of
    )
    return {fact.attribute: (fact.value, fact.source, fact.ttl_s) for fact in facts}


def test_facts_name_source_and_time_to_live(sqlite_url: str):
    assert facts_of(new_desk(sqlite_url), "INC1") == {
        "opened_at": ("2026-03-02T09:15:00+00:00", "intake", None),
        "location": ("Leeds", "intake", None),
        "category": ("Email", "intake", None),
        "priority": ("3 - Moderate", "intake", None),
        "initial_assignment_group": ("Service Desk EMEA", "intake", None),
        "state": ("new", "itsm", 900),
    }


def test_assigned_incident_has_its_group_as_fact(sqlite_url: str):
    desk = new_desk(sqlite_url)
    tool(desk, "assign_group").call(ASSIGN, key="k")
    assert facts_of(desk, "INC1")["assignment_group"] == ("Network Operations", "itsm", 900)


def test_shipped_envelope_lets_software_only_recommend(sqlite_url: str):
    cell, note = new_desk(sqlite_url).envelope.cells
    assert (cell.case_type, cell.action, cell.phase) == ("routing", "assign_group", Phase.COPILOT)
    assert (note.case_type, note.action, note.phase) == ("routing", "add_work_note", Phase.COPILOT)
    assert (cell.most_urgent_priority, cell.audit_rate) == (3, 0.10)


def test_label_of_a_call_is_its_group(sqlite_url: str):
    desk = new_desk(sqlite_url)
    assert desk.label_of("assign_group", ASSIGN) == "Network Operations"
    assert desk.label_of("add_work_note", NOTE) == ""
