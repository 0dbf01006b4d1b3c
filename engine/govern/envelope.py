"""Envelope: the limits inside which software may act alone, as a document and per cell.

The document is what a product owner edits (YAML in, YAML out). Resolving it gives one
`CellEnvelope` per cell; evidence, audit draws and grants bind the hash of that cell, so an edit
of one cell disturbs no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from engine.domain.actor import Role
from engine.domain.canonical import digest
from engine.domain.phase import Cell, Phase
from engine.errors import ConfigError


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HandSetThreshold(_Closed):
    """A confidence chosen by a person; no evidence stands behind it."""

    kind: Literal["hand_set"] = "hand_set"
    min_confidence: float = Field(ge=0, le=1)


class RollingThreshold(_Closed):
    """A threshold chosen anew from the latest resolved predictions, so that the error holds."""

    kind: Literal["rolling"] = "rolling"
    risk_limit: float = Field(gt=0, lt=1)
    """Largest tolerated share of wrong actions among those executed alone."""


Threshold = Annotated[HandSetThreshold | RollingThreshold, Field(discriminator="kind")]


class OnDeadline(StrEnum):
    """What happens to a case that nobody decided in time."""

    ESCALATE = "escalate"
    CLOSE = "close"


class CellLimits(_Closed):
    """The limits of one cell, as written in the document."""

    case_type: str
    action: str
    phase: Phase = Phase.COPILOT
    threshold: Threshold
    most_urgent_priority: int = Field(default=3, ge=1, le=9)
    """Cases more urgent than this priority (a smaller number) go to a person."""
    executions_per_hour: int = Field(default=60, ge=0)
    """Actions software may start alone in one clock hour."""
    reversible_only: bool = True
    audit_rate: float = Field(default=0.10, ge=0.05, le=1)
    """Probability with which an action is drawn for audit; never below 5 %."""
    roles: tuple[Role, ...] = (Role.OPERATOR, Role.SENIOR_OPERATOR)
    """Roles that may decide a case of this cell."""
    review_minutes: int = Field(default=480, ge=1)
    """How long a case waits for a person before `on_deadline`."""
    on_deadline: OnDeadline = OnDeadline.ESCALATE
    escalate_to: Literal[Role.OPERATOR, Role.SENIOR_OPERATOR] = Role.SENIOR_OPERATOR
    """Who decides what nobody decided in time; only these two decide cases at all."""
    grant_minutes: int = Field(default=15, ge=1)
    """How long a grant may wait for its execution."""


class EnvelopeDocument(_Closed):
    """All limits of one desk."""

    desk: str
    note: str = ""
    cells: tuple[CellLimits, ...]

    @model_validator(mode="after")
    def _no_cell_twice(self) -> Self:
        names = [(cell.case_type, cell.action) for cell in self.cells]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"the cell {name[0]}/{name[1]} stands twice")
        return self

    def to_yaml(self) -> str:
        """The document as YAML, in the order of the schema."""
        return yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False, allow_unicode=True)

    @property
    def hash(self) -> bytes:
        """Digest of the whole document."""
        return digest(self.model_dump(mode="json"))


@dataclass(frozen=True, kw_only=True, slots=True)
class CellEnvelope:
    """The resolved limits of one cell and their identity."""

    cell: Cell
    limits: CellLimits
    hash: bytes


def read_envelope(text: str, source: str = "envelope") -> EnvelopeDocument:
    """Read an envelope from YAML.

    Args:
        text: The document.
        source: Name of the file, for the error message.

    Raises:
        ConfigError: It is not YAML, or a field is unknown, missing or out of range; the message
            names the line.
    """
    try:
        raw: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"{source} is not YAML: {error}") from None
    try:
        return EnvelopeDocument.model_validate(raw)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in problem["loc"]) or "the document"
        line = line_of(text, problem["loc"])
        raise ConfigError(f"{source}, line {line}: {where}: {problem['msg']}") from None


def line_of(text: str, path: Sequence[str | int]) -> int:
    """The line, from 1, on which a field stands, or the deepest part of its path that is there.

    Args:
        text: A document that is YAML.
        path: Names and places from the top down, as a schema error gives them.
    """
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    line = node.start_mark.line if node else 0
    for part in path:
        found = _child(node, part)
        if found is not None:  # a field that is missing, or the name of a variant, has no line
            mark, node = found
            line = mark.start_mark.line
    return line + 1


def _child(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """The node that marks a part of a path, and the one that holds what is below it."""
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    if isinstance(node, yaml.MappingNode):
        pairs = (pair for pair in node.value if pair[0].value == part)
        return next(pairs, None)
    return None


def resolve(document: EnvelopeDocument) -> dict[Cell, CellEnvelope]:
    """The limits of every cell that the document names."""
    return {
        envelope.cell: envelope
        for envelope in (_cell_envelope(document.desk, limits) for limits in document.cells)
    }


def _cell_envelope(desk: str, limits: CellLimits) -> CellEnvelope:
    cell = Cell(desk=desk, case_type=limits.case_type, action_type=limits.action)
    return CellEnvelope(
        cell=cell,
        limits=limits,
        hash=digest([str(cell), limits.model_dump(mode="json")]),
    )
