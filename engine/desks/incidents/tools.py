"""The tools that reach the incident system: two that read, two that change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine.desks.incidents import contracts
from engine.desks.incidents import itsm_tables as tables
from engine.desks.incidents.itsm import Itsm
from engine.domain.canonical import Json
from engine.domain.credential import Credential
from engine.domain.difference import Difference, FieldChange
from engine.errors import ToolError
from engine.ports import ReadTool, Verification


class GetIncident:
    """Reads one incident."""

    contract = contracts.GET_INCIDENT

    def __init__(self, itsm: Itsm) -> None:
        """Read from this system."""
        self._itsm = itsm

    def call(
        self, arguments: Mapping[str, Any], *, key: str = "", credential: Credential | None = None
    ) -> Json:
        """Give the incident.

        Raises:
            ToolError: There is none with that number.
            ToolUnavailable: The system is out of reach.
        """
        number = arguments["number"]
        found = self._itsm.rows(tables.incident_of_number, of_number=number)
        if not found:
            raise ToolError(_no_incident(number))
        return dict(found[0]._mapping)


class GroupWorkload:
    """Counts the open incidents of one group, or of all."""

    contract = contracts.GROUP_WORKLOAD

    def __init__(self, itsm: Itsm) -> None:
        """Read from this system."""
        self._itsm = itsm

    def call(
        self, arguments: Mapping[str, Any], *, key: str = "", credential: Credential | None = None
    ) -> Json:
        """Give open incidents by group; a group without any counts 0.

        Raises:
            ToolUnavailable: The system is out of reach.
        """
        found = self._itsm.rows(tables.open_by_group)
        counts: dict[str, int] = {row.assignment_group: row.open_incidents for row in found}
        unassigned = counts.pop("", 0)
        group = arguments.get("group", "")
        shown = {group: counts.get(group, 0)} if group else dict(sorted(counts.items()))
        return {"open_by_group": shown, "unassigned": unassigned}


class AssignGroup:
    """Gives an incident to a group; undone by giving it back."""

    contract = contracts.ASSIGN_GROUP

    def __init__(self, itsm: Itsm) -> None:
        """Act on this system."""
        self._itsm = itsm

    def call(
        self, arguments: Mapping[str, Any], *, key: str, credential: Credential | None = None
    ) -> Json:
        """Assign the incident. The last call wins; the executor compares the target first.

        Raises:
            ToolError: The incident is missing or resolved, the group is unknown, or the key
                belongs to another call.
            ToolUnavailable: Nothing was changed.
            ToolOutcomeUnknown: The commit failed.
        """
        number, group = arguments["number"], arguments["group"]

        def assign(connection: Connection, at: str) -> Json:
            where = {"of_number": number, "to_group": group}
            now = connection.execute(tables.state_and_group, where).one_or_none()
            if now is None:
                raise ToolError(_no_incident(number))
            if now.state == tables.RESOLVED:
                raise ToolError(
                    f"Incident {number} is resolved already, by {now.assignment_group}."
                )
            if group and not now.is_known_group:
                raise ToolError(f"There is no group {group!r} in the incident system.")
            state = tables.ASSIGNED if group else tables.NEW
            connection.execute(tables.set_group, where | {"to_state": state, "at": at})
            return {
                "number": number,
                "state": state,
                "assignment_group": group,
                "previous_group": now.assignment_group,
            }

        return self._itsm.once(self.contract.name, arguments, key, assign)

    def describe(self, arguments: Mapping[str, Any]) -> str:
        """The call in a few plain words."""
        number, group = arguments["number"], arguments["group"]
        return f"Assign {number} to {group}" if group else f"Take {number} off its group"

    def options(self, argument: str) -> tuple[str, ...]:
        """The groups the system knows, by name."""
        if argument != "group":
            return ()
        return tuple(row.name for row in self._itsm.rows(tables.group_names))

    def target_state(self, arguments: Mapping[str, Any], read: ReadTool) -> Json:
        """Number, state and group of the incident.

        Raises:
            ToolError: There is none with that number.
        """
        return _state(self._itsm, arguments["number"])

    def preview(self, arguments: Mapping[str, Any], read: ReadTool) -> Difference | None:
        """Group and state as they are, and as they would be."""
        seen = _state(self._itsm, arguments["number"])
        state = tables.ASSIGNED if arguments["group"] else tables.NEW
        would_be = {"assignment_group": arguments["group"], "state": state}
        changes = tuple(
            FieldChange(of=seen["number"], field=name, before=seen[name], after=value)
            for name, value in would_be.items()
            if seen[name] != value
        )
        return Difference(fields=changes)

    def is_settled(self, state: Json) -> bool:
        """Whether the incident was resolved."""
        return bool(state["state"] == tables.RESOLVED)

    def verify(
        self, arguments: Mapping[str, Any], before: Json, result: Json, read: ReadTool
    ) -> Verification:
        """Read the incident back and compare its group."""
        seen = _state(self._itsm, arguments["number"])
        wanted = arguments["group"]
        if seen["assignment_group"] == wanted:
            return Verification(is_correct=True, seen=seen)
        return Verification(
            is_correct=False,
            seen=seen,
            note=f"is with {seen['assignment_group'] or 'no group'}, "
            f"should be with {wanted or 'no group'}",
        )

    def undo(
        self, arguments: Mapping[str, Any], before: Json, result: Json
    ) -> tuple[str, dict[str, Any]] | None:
        """Give the incident back to the group that had it, or to none."""
        back = {"number": arguments["number"], "group": before["assignment_group"]}
        return self.contract.name, back

    def ask(self, key: str, read: ReadTool) -> Json:
        """The result of the call with that key; None where it never acted."""
        return self._itsm.result_of(key)


class AddWorkNote:
    """Writes a work note; what is written stays."""

    contract = contracts.ADD_WORK_NOTE

    def __init__(self, itsm: Itsm) -> None:
        """Act on this system."""
        self._itsm = itsm

    def call(
        self, arguments: Mapping[str, Any], *, key: str, credential: Credential | None = None
    ) -> Json:
        """Write the note.

        Raises:
            ToolError: The incident is missing, or the key belongs to another call.
            ToolUnavailable: Nothing was changed.
            ToolOutcomeUnknown: The commit failed.
        """
        number = arguments["number"]

        def write(connection: Connection, at: str) -> Json:
            if connection.execute(tables.state_of_number, {"of_number": number}).first() is None:
                raise ToolError(_no_incident(number))
            note = {"number": number, "text": arguments["text"], "written_at": at}
            return {
                "number": number,
                "note_id": connection.execute(tables.add_note, note).scalar_one(),
            }

        return self._itsm.once(self.contract.name, arguments, key, write)

    def describe(self, arguments: Mapping[str, Any]) -> str:
        """The call in a few plain words."""
        return f"Write a work note on {arguments['number']}"

    def options(self, argument: str) -> tuple[str, ...]:
        """Nothing to pick from: a note is free text."""
        return ()

    def target_state(self, arguments: Mapping[str, Any], read: ReadTool) -> Json:
        """Number and state of the incident; a note does not depend on its group.

        Raises:
            ToolError: There is none with that number.
        """
        seen = _state(self._itsm, arguments["number"])
        return {"number": seen["number"], "state": seen["state"]}

    def preview(self, arguments: Mapping[str, Any], read: ReadTool) -> Difference | None:
        """The note that would be there."""
        change = FieldChange(
            of=arguments["number"], field="note", before=None, after=arguments["text"]
        )
        return Difference(fields=(change,))

    def is_settled(self, state: Json) -> bool:
        """Whether the incident was resolved."""
        return bool(state["state"] == tables.RESOLVED)

    def verify(
        self, arguments: Mapping[str, Any], before: Json, result: Json, read: ReadTool
    ) -> Verification:
        """Read the note back."""
        found = self._itsm.rows(tables.note_of_id, id=result["note_id"])
        seen = dict(found[0]._mapping) if found else None
        wanted = {"number": arguments["number"], "text": arguments["text"]}
        is_correct = seen == wanted
        note = "" if is_correct else "the note is not there as it was written"
        return Verification(is_correct=is_correct, seen=seen, note=note)

    def undo(
        self, arguments: Mapping[str, Any], before: Json, result: Json
    ) -> tuple[str, dict[str, Any]] | None:
        """Nothing takes a note back."""
        return None

    def ask(self, key: str, read: ReadTool) -> Json:
        """The result of the call with that key; None where it never acted."""
        return self._itsm.result_of(key)


def _state(itsm: Itsm, number: str) -> dict[str, str]:
    found = itsm.rows(tables.state_of_number, of_number=number)
    if not found:
        raise ToolError(_no_incident(number))
    row = found[0]
    return {"number": number, "state": row.state, "assignment_group": row.assignment_group}


def _no_incident(number: str) -> str:
    return f"There is no incident {number} in the incident system."
