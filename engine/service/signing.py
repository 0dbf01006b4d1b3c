"""Signing: the second name under a version, and the way back to an earlier one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from engine.desk import Desk
from engine.domain.actor import Person, as_actor
from engine.domain.identity import ReasonerId
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.policy import PolicyKind, VersionStatus
from engine.errors import Conflict, InvalidRequest, NotAllowed, NotFound
from engine.govern.documents import PolicyDocument, read_document
from engine.govern.envelope import EnvelopeDocument, resolve
from engine.ports import Clock, PolicyVersion, Store
from engine.runtime.policy import (
    DOCUMENTS,
    active_document,
    earned_by,
    kept_by,
    newly_earned,
    reasoners_of,
)
from engine.service.authority import require_author
from engine.service.changes import widens
from engine.service.engine import Done
from engine.service.requests import RollBack, SignVersion

SHIPPED = 0
"""Number of the document a desk ships with; it is no row."""


@dataclass(frozen=True, kw_only=True)
class Signing:
    """The use cases that put a version into force."""

    store: Store
    clock: Clock
    desks: Mapping[str, Desk]
    versions_of: Callable[[str], Mapping[str, str]]
    """By name, which version of each reasoner of a desk is the present one."""

    def sign(self, request: SignVersion, person: Person) -> Done:
        """Activate a proposed version, by somebody other than its author.

        The phases of an envelope are the present versions' of its reasoners from then on.

        Raises:
            NotAllowed: The person wrote it, or its author may no longer propose.
            NotFound: There is no such version.
            Conflict: It is not proposed, another one has become active meanwhile, or another
                version of a reasoner is here than when it was proposed.
        """
        version = self._version(request.kind, request.desk, request.version)
        if version.drafted_by == person.name:
            raise NotAllowed("You proposed this version; somebody else has to sign it.")
        if version.status is not VersionStatus.PROPOSED:
            raise Conflict(f"Version {version.version} is {version.status}; nothing to sign.")
        author = self.store.reader.person(version.drafted_by)
        require_author(version.kind, version.drafted_by, author)
        after = replace(
            version,
            status=VersionStatus.ACTIVE,
            signed_by=person.name,
            activated_at=self.clock.now(),
            earned=self._earned(version, _read(version)),
        )
        self._activate(after, version, request, person, EventKind.VERSION_ACTIVATED)
        return Done(message=f"Version {version.version} is active.", version=version.version)

    def roll_back(self, request: RollBack, person: Person) -> Done:
        """Go back to a version that was active before; one click and one name.

        Two people put it into force once. Going back to something wider needs a name that is not
        its author's, as the first time; going back to something tighter needs no second one. Its
        phases stay those of the versions for which the two signed, so a phase that goes to another
        version is wider. What the desk shipped with was signed for none: its phases stay whose
        they are.

        Raises:
            InvalidRequest: The reason is missing.
            NotAllowed: The person wrote the version, and it lets software do more than now, or
                another version of a reasoner.
            NotFound: There is no such version.
            Conflict: It was never active, or is, or another one has become active meanwhile.
        """
        if not request.reason.strip() or len(request.reason) > 2000:
            raise InvalidRequest("Say why, in 1 to 2000 characters.")
        version = self._earlier(request.kind, request.desk, request.version, request.reason.strip())
        if version.drafted_by == person.name and self._is_wider(version):
            raise NotAllowed(
                "You wrote this version, and it lets software do more than the active one, or "
                "another version of a reasoner; "
                "somebody else has to go back to it."
            )
        after = replace(
            version,
            status=VersionStatus.ACTIVE,
            rolled_back_by=person.name,
            activated_at=self.clock.now(),
        )
        self._activate(after, version, request, person, EventKind.VERSION_ROLLED_BACK)
        return Done(message=f"Back to version {version.version}.", version=version.version)

    def _earlier(self, kind: PolicyKind, desk: str, number: int, why: str) -> PolicyVersion:
        if number == SHIPPED:
            return self._shipped(kind, desk, why)
        version = self._version(kind, desk, number)
        if version.status is not VersionStatus.SUPERSEDED:
            raise Conflict(f"Version {number} is {version.status}; it cannot be gone back to.")
        return version

    def _shipped(self, kind: PolicyKind, desk: str, why: str) -> PolicyVersion:
        """What the desk shipped with, as a version of its own: nobody here wrote it.

        Its note says why somebody went back to it.
        """
        if desk not in self.desks:
            raise NotFound(f"There is no desk {desk!r} here.")
        control = self.store.reader.control()
        if (desk, kind) not in control.active:
            raise Conflict("What the desk shipped with is active already.")
        document = self.desks[desk].shipped(kind)
        return PolicyVersion(
            desk=desk,
            kind=kind,
            version=SHIPPED,
            status=VersionStatus.SUPERSEDED,
            document=document.to_yaml(),
            note=f"What the desk shipped with. Gone back to because: {why}",
            drafted_by="",
            drafted_at=self.clock.now(),
            earned=kept_by(control, self.desks[desk]) if kind is PolicyKind.ENVELOPE else None,
        )

    def _earned(self, version: PolicyVersion, document: PolicyDocument) -> Mapping[str, str] | None:
        """Whose the phases become: the versions that are here, as they were for who proposed it."""
        if version.kind is not PolicyKind.ENVELOPE:
            return None
        here = dict(self.versions_of(version.desk))
        proposed = here if version.earned is None else version.earned
        for name in reasoners_of(document, self.desks[version.desk]):
            was, now = (ReasonerId(name, one.get(name, "")) for one in (proposed, here))
            if was != now:
                raise Conflict(
                    f"Version {version.version} was proposed while {_named(was)} recommended, and "
                    f"{_named(now)} does now. Propose it anew."
                )
        return here

    def _is_wider(self, version: PolicyVersion) -> bool:
        control, desk = self.store.reader.control(), self.desks[version.desk]
        document = _read(version)
        if widens(active_document(control, desk, version.kind), document):
            return True
        named = reasoners_of(document, desk)
        return bool(newly_earned(named, earned_by(control, desk.name), version.earned))

    def _activate(
        self,
        after: PolicyVersion,
        was: PolicyVersion,
        request: SignVersion | RollBack,
        person: Person,
        event: EventKind,
    ) -> None:
        document = _read(after)
        with self.store.begin() as unit:
            if after.version == SHIPPED:
                number = unit.controls.add_version(was)
                after, was = replace(after, version=number), replace(was, version=number)
            unit.controls.activate_version(after, was=was, over=request.over)
            said = {
                "kind": after.kind,
                "version": after.version,
                "over": request.over,
                "hash": document.hash,
                "proposed_by": after.drafted_by,
                "signed_by": person.name,
                "reason": request.reason.strip() if isinstance(request, RollBack) else "",
                "phases": _phases(document),
                "earned": after.earned,
            }
            entry = EntryDraft(
                kind=event, actor=as_actor(person), at=self.clock.now(), payload=said
            )
            unit.append(f"desk:{after.desk}", [entry])
            unit.commit()

    def _version(self, kind: PolicyKind, desk: str, number: int) -> PolicyVersion:
        version = self.store.reader.policy_version(desk, kind, number)
        if version is None:
            raise NotFound(f"There is no version {number} of the {kind} of {desk}.")
        return version


def _named(by: ReasonerId) -> str:
    return str(by) if by.version else f"no {by.name}"


def _read(version: PolicyVersion) -> PolicyDocument:
    return read_document(DOCUMENTS[version.kind], version.document, f"version {version.version}")


def _phases(document: PolicyDocument) -> dict[str, str]:
    if not isinstance(document, EnvelopeDocument):
        return {}
    return {str(cell): one.limits.phase for cell, one in resolve(document).items()}
