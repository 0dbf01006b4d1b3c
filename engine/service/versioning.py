"""Versioning: documents from a draft to a proposal, with what history says of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from engine.desk import Desk
from engine.domain.actor import Person, as_actor
from engine.domain.canonical import Json
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.policy import PolicyKind, VersionStatus
from engine.errors import ConfigError, Conflict, InvalidRequest, NotAllowed, NotFound
from engine.govern.documents import PolicyDocument, read_document
from engine.ports import Clock, Control, PolicyVersion, Store
from engine.runtime.desk_documents import read_of_desk
from engine.runtime.policy import (
    DOCUMENTS,
    active_document,
    active_number,
    earned_by,
    newly_earned,
    reasoners_of,
    require_active,
)
from engine.service import requests as r
from engine.service.authority import require
from engine.service.engine import Done

Simulate = Callable[[str, PolicyKind, PolicyDocument], Json]
"""What history says of a document, in figures; None where there is no history."""

_OPEN = (VersionStatus.DRAFT, VersionStatus.SIMULATED)


@dataclass(frozen=True, kw_only=True)
class Versioning:
    """The use cases of those who write limits."""

    store: Store
    clock: Clock
    desks: Mapping[str, Desk]
    simulation_of: Simulate
    versions_of: Callable[[str], Mapping[str, str]]
    """By name, which version of each reasoner of a desk is the present one."""

    def save(self, request: r.SaveDraft, person: Person) -> Done:
        """Keep a draft, new or over an earlier state of it.

        Raises:
            InvalidRequest: The document is none of its kind, or the draft is somebody else's.
            Conflict: The draft was proposed meanwhile.
        """
        document = self._checked(request.kind, request.desk, request.document)
        known = self._own_draft(request.kind, request.desk, request.version, person)
        drafted = self._drafted(request.kind, document, request.note, person, known)
        with self.store.begin() as unit:
            if known is None:
                number = unit.controls.add_version(drafted)
            else:
                number = known.version
                unit.controls.change_version(drafted, was=known)
            drafted = replace(drafted, version=number)
            unit.append(*self._noted(EventKind.VERSION_DRAFTED, drafted, person, document))
            unit.commit()
        return Done(message=f"Draft {number} is kept.", version=number)

    def simulate(self, request: r.SimulateDraft, person: Person) -> Done:
        """Ask history about a draft, and keep the answer with it.

        Raises:
            NotFound: There is no such version.
            Conflict: It is no draft any more.
        """
        version = self._version(request.kind, request.desk, request.version)
        if version.status not in _OPEN:
            raise Conflict(f"Version {version.version} is {version.status}, no draft.")
        document = read_document(DOCUMENTS[version.kind], version.document, "the draft")
        said = self.simulation_of(request.desk, request.kind, document)
        after = replace(version, status=VersionStatus.SIMULATED, simulation=said)
        with self.store.begin() as unit:
            unit.controls.change_version(after, was=version)
            unit.append(*self._noted(EventKind.VERSION_SIMULATED, after, person, document))
            unit.commit()
        return Done(message=f"Draft {version.version} is simulated.", version=version.version)

    def propose(self, request: r.ProposeVersion, person: Person) -> Done:
        """Put forward a version, with what history says of it.

        Raises:
            InvalidRequest: The document is none of this desk, or changes nothing.
            NotAllowed: The person lost the role, or the account, while history was asked.
            NotFound: There is no such desk or draft.
            Conflict: Another version has become active since the person looked.
        """
        if not request.note.strip() or len(request.note) > 2000:
            raise InvalidRequest("Say in 1 to 2000 characters what this version changes and why.")
        document = self._checked(request.kind, request.desk, request.document)
        self._require_change(request, document)
        known = self._own_draft(request.kind, request.desk, request.version, person)
        drafted = self._drafted(request.kind, document, request.note, person, known)
        said = self.simulation_of(request.desk, request.kind, document)
        require(request, self.store.reader.person(person.name) or person)  # it took a while
        is_envelope = request.kind is PolicyKind.ENVELOPE
        proposed = replace(
            drafted,
            status=VersionStatus.PROPOSED,
            simulation=said,
            earned=dict(self.versions_of(request.desk)) if is_envelope else None,
        )
        with self.store.begin() as unit:
            if known is None:
                proposed = replace(proposed, version=unit.controls.add_version(proposed))
            else:
                unit.controls.change_version(proposed, was=known)
            unit.append(*self._noted(EventKind.VERSION_PROPOSED, proposed, person, document))
            unit.commit()
        return Done(
            message=f"Proposed as version {proposed.version}; somebody else has to sign it.",
            version=proposed.version,
        )

    def withdraw(self, request: r.WithdrawVersion, person: Person) -> Done:
        """Drop a draft or a proposal; a draft is its author's alone to drop.

        Raises:
            NotFound: There is no such version.
            NotAllowed: It is somebody else's draft.
            Conflict: It is active, or was.
        """
        version = self._version(request.kind, request.desk, request.version)
        if version.status not in (*_OPEN, VersionStatus.PROPOSED):
            raise Conflict(f"Version {version.version} is {version.status}; it stays on record.")
        if version.status in _OPEN and version.drafted_by != person.name:
            raise NotAllowed(f"This draft is {version.drafted_by}'s.")
        after = replace(version, status=VersionStatus.WITHDRAWN)
        with self.store.begin() as unit:
            unit.controls.change_version(after, was=version)
            unit.append(*self._noted(EventKind.VERSION_WITHDRAWN, after, person, None))
            unit.commit()
        return Done(message=f"Version {version.version} is withdrawn.", version=version.version)

    # --- what a document has to be -------------------------------------------------------

    def _checked(self, kind: PolicyKind, desk_name: str, text: str) -> PolicyDocument:
        desk = self.desks.get(desk_name)
        if desk is None:
            known = ", ".join(sorted(self.desks))
            raise NotFound(f"There is no desk {desk_name!r} here; there is {known}.")
        try:
            document = read_of_desk(desk, kind, text, _NAMES[kind])
        except ConfigError as error:
            raise InvalidRequest(error.message) from None
        _require_lasting(document)
        return document

    def _require_change(self, request: r.ProposeVersion, document: PolicyDocument) -> None:
        """Refuse what is in force already, what already waits, and what was made over another."""
        kind, desk = request.kind, request.desk
        control = self.store.reader.control()
        require_active(active_number(control, desk, kind), request.over)
        active = active_document(control, self.desks[desk], kind)
        if document.hash == active.hash and not self._has_new_reasoner(control, document):
            raise InvalidRequest("This changes nothing: the active version says the same.")
        for version in self.store.reader.policy_versions(desk, kind):
            if version.status is not VersionStatus.PROPOSED:
                continue
            try:
                known = read_document(DOCUMENTS[kind], version.document, "a proposal")
            except ConfigError:  # a proposal nobody can sign holds up no other
                continue
            if document.hash == known.hash and self._is_as_proposed(version, known):
                raise InvalidRequest(
                    f"This proposes nothing new: version {version.version} says the same and "
                    "waits for somebody else to sign it."
                )

    def _is_as_proposed(self, version: PolicyVersion, document: PolicyDocument) -> bool:
        """Whether those a proposal lets act are here as they were: else nobody can sign it."""
        was, here = version.earned, self.versions_of(version.desk)
        named = reasoners_of(document, self.desks[version.desk])
        return was is None or all(was.get(name, "") == here.get(name, "") for name in named)

    def _has_new_reasoner(self, control: Control, document: PolicyDocument) -> bool:
        """Whether signing the same anew would say of other versions that they act alone.

        Where names alone counted, those that are here would.
        """
        earned = earned_by(control, document.desk) or {}
        named = reasoners_of(document, self.desks[document.desk])
        return bool(newly_earned(named, earned, self.versions_of(document.desk)))

    def _version(self, kind: PolicyKind, desk: str, number: int) -> PolicyVersion:
        version = self.store.reader.policy_version(desk, kind, number)
        if version is None:
            raise NotFound(f"There is no version {number} of the {kind} of {desk}.")
        return version

    def _own_draft(
        self, kind: PolicyKind, desk: str, number: int | None, person: Person
    ) -> PolicyVersion | None:
        if number is None:
            return None
        version = self._version(kind, desk, number)
        if version.status not in _OPEN:
            raise Conflict(f"Version {number} is {version.status}, no draft; look again.")
        if version.drafted_by != person.name:
            raise NotAllowed(f"This draft is {version.drafted_by}'s.")
        return version

    def _drafted(
        self,
        kind: PolicyKind,
        document: PolicyDocument,
        note: str,
        person: Person,
        known: PolicyVersion | None,
    ) -> PolicyVersion:
        return PolicyVersion(
            desk=document.desk,
            kind=kind,
            version=known.version if known is not None else 0,
            status=VersionStatus.DRAFT,
            document=document.to_yaml(),
            note=note.strip()[:2000],
            drafted_by=person.name,
            drafted_at=self.clock.now(),
        )

    def _noted(
        self,
        event: EventKind,
        version: PolicyVersion,
        person: Person,
        document: PolicyDocument | None,
    ) -> tuple[str, list[EntryDraft]]:
        said: dict[str, Json] = {"kind": version.kind, "version": version.version}
        if document is not None:
            said |= {"hash": document.hash, "note": version.note}
        entry = EntryDraft(kind=event, actor=as_actor(person), at=self.clock.now(), payload=said)
        return f"desk:{version.desk}", [entry]


_NAMES: Mapping[PolicyKind, str] = {
    PolicyKind.ENVELOPE: "The envelope",
    PolicyKind.GUARDRAILS: "The guardrails",
    PolicyKind.GOALS: "The goals",
}


def _require_lasting(document: PolicyDocument) -> None:
    """Refuse what would be read otherwise once it is written down: that is what gets signed."""
    kept = read_document(type(document), document.to_yaml(), "the document as it is kept")
    if kept.hash != document.hash:
        raise InvalidRequest(
            "This document would say something else once it is kept. Nothing was changed; please "
            "report it together with the document."
        )
