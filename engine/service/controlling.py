"""Controlling: envelopes with two names, and the brakes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from engine.desk import Desk
from engine.domain.actor import Person, as_actor
from engine.domain.canonical import Json
from engine.domain.ledger import EntryDraft, EventKind
from engine.errors import ConfigError, Conflict, InvalidRequest, NotAllowed, NotFound
from engine.govern.envelope import EnvelopeDocument, read_envelope, resolve
from engine.ports import Clock, EnvelopeVersion, Pause, Store
from engine.runtime.policy import active_document
from engine.service.engine import Done
from engine.service.requests import PauseScope, ProposeEnvelope, ResumeScope, SignEnvelope


@dataclass(frozen=True, kw_only=True)
class Controlling:
    """The use cases of those who set the limits."""

    store: Store
    clock: Clock
    desks: Mapping[str, Desk]

    def propose(self, request: ProposeEnvelope, person: Person) -> Done:
        """Put forward a new version of an envelope.

        Raises:
            InvalidRequest: The document is not an envelope of this desk.
            NotFound: There is no such desk.
        """
        document = self._checked(request)
        self._require_change(request.desk, document)
        now = self.clock.now()
        proposed = EnvelopeVersion(
            desk=request.desk,
            version=0,
            status="proposed",
            document=document.to_yaml(),
            note=request.note.strip(),
            proposed_by=person.name,
            proposed_at=now,
            signed_by="",
            activated_at=None,
        )
        with self.store.begin() as unit:
            number = unit.controls.propose_envelope(proposed)
            unit.append(
                f"desk:{request.desk}",
                [
                    self._entry(
                        EventKind.ENVELOPE_PROPOSED,
                        person,
                        {"version": number, "hash": document.hash, "note": proposed.note},
                    )
                ],
            )
            unit.commit()
        return Done(message=f"Proposed as version {number}; somebody else has to sign it.")

    def _checked(self, request: ProposeEnvelope) -> EnvelopeDocument:
        desk = self.desks.get(request.desk)
        if desk is None:
            raise NotFound(self._no_desk(request.desk))
        if not request.note.strip() or len(request.note) > 2000:
            raise InvalidRequest("Say in 1 to 2000 characters what this version changes and why.")
        try:
            document = read_envelope(request.document, "The envelope")
        except ConfigError as error:
            raise InvalidRequest(error.message) from None
        if document.desk != desk.name:
            raise InvalidRequest(f"The document is for {document.desk!r}, not for {desk.name!r}.")
        for cell in resolve(document):
            if cell.case_type not in desk.case_types or not desk.effect_tool(cell.action_type):
                raise InvalidRequest(f"The desk has no cell {cell.case_type}/{cell.action_type}.")
        return document

    def _require_change(self, desk: str, document: EnvelopeDocument) -> None:
        """Refuse what is in force already, or what already waits for its second name."""
        active = active_document(self.store.reader.control(), self.desks[desk])
        if document.hash == active.hash:
            raise InvalidRequest("This changes nothing: the active envelope says the same.")
        for version in self._versions(desk):
            known = read_envelope(version.document, f"version {version.version}")
            if version.status == "proposed" and document.hash == known.hash:
                raise InvalidRequest(
                    f"This proposes nothing new: version {version.version} says the same and "
                    "waits for somebody else to sign it."
                )

    def _versions(self, desk: str) -> Iterator[EnvelopeVersion]:
        numbers = count(1)  # versions are counted up from 1 without a gap
        while version := self.store.reader.envelope_version(desk, next(numbers)):
            yield version

    def sign(self, request: SignEnvelope, person: Person) -> Done:
        """Activate a proposed or superseded version, by somebody other than its author.

        Raises:
            NotAllowed: The person proposed it.
            NotFound: There is no such version.
            Conflict: It is active already.
        """
        version = self.store.reader.envelope_version(request.desk, request.version)
        if version is None:
            raise NotFound(f"The envelope of {request.desk} has no version {request.version}.")
        if version.proposed_by == person.name:
            raise NotAllowed("You proposed this version; somebody else has to sign it.")
        now = self.clock.now()
        document = read_envelope(version.document, f"version {version.version}")
        with self.store.begin() as unit:
            unit.controls.activate_envelope(request.desk, request.version, person.name, now)
            unit.append(
                f"desk:{request.desk}",
                [
                    self._entry(
                        EventKind.ENVELOPE_ACTIVATED,
                        person,
                        {
                            "version": version.version,
                            "hash": document.hash,
                            "proposed_by": version.proposed_by,
                            "signed_by": person.name,
                            "phases": {
                                str(cell): envelope.limits.phase
                                for cell, envelope in resolve(document).items()
                            },
                        },
                    )
                ],
            )
            unit.commit()
        return Done(message=f"Version {version.version} is active.")

    def pause(self, request: PauseScope, person: Person) -> Done:
        """Stop new actions of a scope at once.

        Raises:
            InvalidRequest: The scope is unknown or the reason is missing.
            Conflict: It is paused already.
        """
        self._require_scope(request.scope, request.reason)
        now = self.clock.now()
        pause = Pause(scope=request.scope, reason=request.reason.strip(), by=person.name, at=now)
        with self.store.begin() as unit:
            if not unit.controls.pause(pause):
                raise Conflict(f"{request.scope} is paused already.")
            unit.append(
                "global",
                [
                    self._entry(
                        EventKind.PAUSED,
                        person,
                        {"scope": pause.scope, "reason": pause.reason},
                    )
                ],
            )
            unit.commit()
        return Done(message=f"Paused: {request.scope}.")

    def resume(self, request: ResumeScope, person: Person) -> Done:
        """Let actions of a scope run again.

        Raises:
            InvalidRequest: The scope is unknown or the reason is missing.
            Conflict: It is not paused.
        """
        self._require_scope(request.scope, request.reason)
        with self.store.begin() as unit:
            if not unit.controls.resume(request.scope):
                raise Conflict(f"{request.scope} is not paused.")
            unit.append(
                "global",
                [
                    self._entry(
                        EventKind.RESUMED,
                        person,
                        {"scope": request.scope, "reason": request.reason.strip()},
                    )
                ],
            )
            unit.commit()
        return Done(message=f"Resumed: {request.scope}.")

    def _require_scope(self, scope: str, reason: str) -> None:
        if not reason.strip():
            raise InvalidRequest("Say why.")
        if scope == "all":
            return
        kind, _, name = scope.partition(":")
        if kind not in {"desk", "cell"} or not name:
            raise InvalidRequest(
                f"{scope!r} is no scope; use all, desk:<name> or cell:<desk>/<case type>/<action>."
            )
        desk = self.desks.get(name if kind == "desk" else name.partition("/")[0])
        if desk is None:
            raise InvalidRequest(self._no_desk(name if kind == "desk" else name.partition("/")[0]))
        if kind == "cell":
            parts = name.split("/")
            known = len(parts) == 3 and parts[1] in desk.case_types and desk.effect_tool(parts[2])
            if not known:
                raise InvalidRequest(
                    f"There is no cell {name!r} here; there is {', '.join(_cells_of(desk))}."
                )

    def _no_desk(self, name: str) -> str:
        return f"There is no desk {name!r} here; there is {', '.join(sorted(self.desks))}."

    def _entry(self, kind: EventKind, person: Person, payload: Json) -> EntryDraft:
        return EntryDraft(kind=kind, actor=as_actor(person), at=self.clock.now(), payload=payload)


def _cells_of(desk: Desk) -> tuple[str, ...]:
    return tuple(
        f"{desk.name}/{case_type}/{tool.contract.name}"
        for case_type in desk.case_types
        for tool in desk.effect_tools
    )
