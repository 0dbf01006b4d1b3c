"""What the incident tools take, give and promise; what they do is in `tools`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine.domain.tool import Delivery, EffectClass, Strict, ToolContract

Number = Annotated[
    str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$", title="Incident")
]
GroupName = Annotated[
    str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$", title="Assignment group")
]
NoteText = Annotated[
    str,
    Field(min_length=1, max_length=10_000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]+$", title="Note"),
]


class GetIncidentArguments(Strict):
    """Which incident."""

    number: Number


class IncidentResult(Strict):
    """An incident as it stands."""

    number: str
    title: str
    priority: int
    contact_type: str
    location: str
    category: str
    subcategory: str
    symptom: str
    configuration_item: str
    caller: str
    state: str
    assignment_group: str
    suggested_group: str
    opened_at: str
    updated_at: str
    version: int


class GroupWorkloadArguments(Strict):
    """Which group."""

    group: GroupName = ""


class GroupWorkloadResult(Strict):
    """Open incidents by group."""

    open_by_group: dict[str, int]
    unassigned: int


class AssignGroupArguments(Strict):
    """Which incident, to which group; an empty group takes it off its group."""

    number: Number
    group: GroupName


class AssignGroupResult(Strict):
    """What was changed."""

    number: str
    state: str
    assignment_group: str
    previous_group: str


class AddWorkNoteArguments(Strict):
    """Which incident, and what to write."""

    number: Number
    text: NoteText


class AddWorkNoteResult(Strict):
    """The note that was written."""

    number: str
    note_id: int


GET_INCIDENT = ToolContract(
    name="get_incident",
    version=1,
    title="Read incident",
    effect_class=EffectClass.READ,
    delivery=Delivery.DEDUPES,
    arguments=GetIncidentArguments,
    result=IncidentResult,
    target_argument="number",
    scopes=("incident.read",),
    timeout_s=10.0,
)

GROUP_WORKLOAD = ToolContract(
    name="group_workload",
    version=1,
    title="Read workload of groups",
    effect_class=EffectClass.READ,
    delivery=Delivery.DEDUPES,
    arguments=GroupWorkloadArguments,
    result=GroupWorkloadResult,
    target_argument="group",
    identifies={},
    scopes=("incident.read",),
    timeout_s=10.0,
)

ASSIGN_GROUP = ToolContract(
    name="assign_group",
    version=1,
    title="Assign to group",
    effect_class=EffectClass.REVERSIBLE,
    delivery=Delivery.DEDUPES,
    arguments=AssignGroupArguments,
    result=AssignGroupResult,
    target_argument="number",
    scopes=("incident.assign",),
    timeout_s=10.0,
    compensation="assign_group",
)

ADD_WORK_NOTE = ToolContract(
    name="add_work_note",
    version=1,
    title="Add work note",
    effect_class=EffectClass.IRREVERSIBLE,
    delivery=Delivery.DEDUPES,
    arguments=AddWorkNoteArguments,
    result=AddWorkNoteResult,
    target_argument="number",
    scopes=("incident.note",),
    timeout_s=10.0,
)
