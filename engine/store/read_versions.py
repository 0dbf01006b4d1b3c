"""Versions of a desk's documents, and what one says against another."""

from __future__ import annotations

from sqlalchemy import select

from engine.desk import Desk
from engine.domain.identity import ReasonerId
from engine.domain.phase import Cell
from engine.domain.policy import PolicyKind, VersionStatus
from engine.domain.verdict import Verdict
from engine.errors import NotFound
from engine.govern.documents import PolicyDocument, read_document
from engine.govern.envelope import EnvelopeDocument
from engine.ports import Control, PolicyVersion
from engine.runtime.desk_documents import read_of_desk
from engine.runtime.policy import (
    DOCUMENTS,
    active_document,
    active_envelope,
    active_number,
    cell_policy,
    earned_by,
    kept_by,
    problem_of,
    reasoners_of,
)
from engine.service.changes import changes
from engine.service.identity_changes import changes_of_identity
from engine.service.rows import CellRow, ChangeRow, ToolChoice, VersionRow
from engine.service.trials import NONE_IN_FORCE, InForce, Trial, judged
from engine.store import tables
from engine.store.read_cells import Cells
from engine.store.read_identities import Identities
from engine.store.read_source import ReadSource
from engine.store.read_tools import tool_choice

SHIPPED = 0
"""Number of the document a desk ships with; it is no row."""

_case = tables.cases.c

ANY_TARGET = "any"
"""What a trial acts on."""


class Versions:
    """Reads of documents."""

    def __init__(self, source: ReadSource, cells: Cells, identities: Identities) -> None:
        """Read from this source; the evidence behind what widens comes from its cells."""
        self._source = source
        self._cells = cells
        self._identities = identities

    def rows(self, desk: str, kind: PolicyKind) -> tuple[VersionRow, ...]:
        """Versions, newest first; the one a desk ships with is version 0."""
        if not desk or desk not in self._source.desks:
            return ()
        stored = tuple(_row(version) for version in self._source.reader.policy_versions(desk, kind))
        is_replaced = any(row.status is VersionStatus.ACTIVE for row in stored)
        return (*stored, self._shipped(self._source.desks[desk], kind, is_replaced=is_replaced))

    def _shipped(self, desk: Desk, kind: PolicyKind, *, is_replaced: bool) -> VersionRow:
        query = select(_case.received_at).where(_case.desk == desk.name)
        first = self._source.first(query.order_by(_case.id).limit(1))
        document = desk.shipped(kind)
        return VersionRow(
            desk=desk.name,
            kind=kind,
            version=SHIPPED,
            status=VersionStatus.SUPERSEDED if is_replaced else VersionStatus.ACTIVE,
            note=document.note,
            drafted_by="",
            drafted_at=first.received_at if first else self._source.clock.now(),
            signed_by="",
            activated_at=None,
            rolled_back_by="",
            document=document.to_yaml(),
            simulation=None,
        )

    def changes(
        self, desk: str, kind: PolicyKind, document: str, before: int | None, back_to: int | None
    ) -> tuple[ChangeRow, ...]:
        """See `engine.service.queries.Queries.changes`.

        Raises:
            NotFound: There is no such desk or version.
            ConfigError: It is no document of that kind.
        """
        found = self._source.desks.get(desk)
        if found is None:
            raise NotFound(f"There is no desk {desk!r} here.")
        control = self._source.reader.control()
        known = active_document(control, found, kind)
        old = known if before is None else self._document(found, kind, before)
        new = read_of_desk(found, kind, document, "the document")
        if kind is not PolicyKind.ENVELOPE:
            return changes(old, new)
        assert isinstance(new, EnvelopeDocument)
        rows = self._cells.rows(desk)
        cells = {row.cell: row for row in rows}
        said = changes(old, new, active=active_envelope(control, found), cells=cells)
        if before not in (None, active_number(control, desk, kind)):
            return said
        named = self._named(control, found, new, back_to)
        return (*said, *changes_of_identity(earned_by(control, desk), named, rows))

    def _named(
        self, control: Control, desk: Desk, new: EnvelopeDocument, back_to: int | None
    ) -> tuple[ReasonerId, ...]:
        """Whose the phases of an envelope become: of whom is here, unless one goes back to it."""
        names = reasoners_of(new, desk)
        if back_to is None:
            return self._identities.named(desk.name, names)
        if back_to == SHIPPED:
            earned = kept_by(control, desk)
        else:
            version = self._source.reader.policy_version(desk.name, PolicyKind.ENVELOPE, back_to)
            earned = version.earned if version is not None else None
        return tuple(ReasonerId(name, (earned or {}).get(name, "")) for name in names)

    def tools(self, desk: str) -> tuple[ToolChoice, ...]:
        """The tools of a desk as they are filled in for a trial, which is about no case.

        Raises:
            NotFound: There is no such desk.
        """
        found = self._source.desks.get(desk)
        if found is None:
            raise NotFound(f"There is no desk {desk!r} here.")
        return tuple(tool_choice(tool, ANY_TARGET) for tool in found.effect_tools)

    def tried(self, desk: str, trial: Trial, kind: PolicyKind | None, document: str) -> Verdict:
        """What policy would say of a request, under a draft of one document or as things stand.

        Raises:
            NotFound: There is no such desk or action.
            ConfigError: The draft is no document of that kind.
        """
        found = self._source.desks.get(desk)
        if found is None:
            raise NotFound(f"There is no desk {desk!r} here.")
        control = self._source.reader.control()
        documents = {one: active_document(control, found, one) for one in PolicyKind}
        if kind is not None:
            documents[kind] = read_document(DOCUMENTS[kind], document, "the draft")
        cell = Cell(desk=desk, case_type=trial.case_type, action_type=trial.action)
        policy = cell_policy(cell, documents)
        now = self._source.desk_now(desk)
        row = next((one for one in self._cells.rows(desk) if one.cell == str(cell)), None)
        return judged(
            trial, found, policy, self._source.reader, now, _in_force(row), _in_force_beyond(row)
        )

    def _document(self, desk: Desk, kind: PolicyKind, number: int) -> PolicyDocument:
        if number == SHIPPED:
            return desk.shipped(kind)
        version = self._source.reader.policy_version(desk.name, kind, number)
        if version is None:
            raise NotFound(f"There is no version {number} of the {kind} of {desk.name}.")
        return read_document(DOCUMENTS[kind], version.document, f"version {number}")


def _in_force(row: CellRow | None) -> InForce:
    """The usual threshold of a cell now."""
    if row is None:
        return NONE_IN_FORCE
    return InForce(risk_limit=row.risk_limit, threshold=row.threshold)


def _in_force_beyond(row: CellRow | None) -> InForce:
    """The threshold of its wider limits now."""
    if row is None or row.wider is None:
        return NONE_IN_FORCE
    return InForce(risk_limit=row.wider.risk_limit, threshold=row.wider.threshold)


def _row(version: PolicyVersion) -> VersionRow:
    return VersionRow(
        desk=version.desk,
        kind=version.kind,
        version=version.version,
        status=version.status,
        note=version.note,
        drafted_by=version.drafted_by,
        drafted_at=version.drafted_at,
        signed_by=version.signed_by,
        activated_at=version.activated_at,
        rolled_back_by=version.rolled_back_by,
        document=version.document,
        simulation=version.simulation,
        problem=problem_of(version) if version.status is VersionStatus.ACTIVE else "",
    )
