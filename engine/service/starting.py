"""Starting: somebody lets a reasoner look at a case, beside its way and without any effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.desk import Desk
from engine.domain.actor import Person, as_actor
from engine.domain.case import Case
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.run import Run, RunKind
from engine.domain.transition import RunBegun
from engine.errors import AlreadyDone, Conflict, InvalidRequest, NotFound
from engine.ports import Clock, Reader, Store
from engine.runtime.runs.beginning import MODEL_KINDS, Beginning
from engine.runtime.runs.reasoners import Reasoners
from engine.runtime.runs.settling import has_memory, own_kind
from engine.service.engine import Done
from engine.service.phrases import state_of
from engine.service.run_requests import StartRun

LONGEST_KEY = 64


@dataclass(frozen=True, kw_only=True)
class Starting:
    """The use case of comparing reasoners on a case."""

    store: Store
    clock: Clock
    desks: Mapping[str, Desk]
    beginning: Beginning

    def start(self, request: StartRun, person: Person) -> Done:
        """Begin a shadow run of any kind for any case that has facts.

        Raises:
            NotFound: There is no such case, or its desk does not run here.
            InvalidRequest: The desk has no such reasoner, or it lacks a model.
            Conflict: Nothing is known of the case yet, nothing was learned before it, or such a
                run of it still goes on.
            AlreadyDone: The form was sent for another run.
        """
        if not 0 < len(request.client_key) <= LONGEST_KEY:
            raise InvalidRequest(f"A form's key has 1 to {LONGEST_KEY} characters.")
        case = self.store.reader.case(request.case_id)
        sent = self.store.runs.run_of_form(request.client_key)
        if sent is not None:
            return _repeated(sent, request)
        desk = self.desks.get(case.desk)
        if desk is None:
            raise NotFound(f"The desk {case.desk} does not run here.")
        self._require(case, desk, request.kind)
        run = self.beginning.run(case, desk, request.kind, is_shadow=True)
        if not self._begin(run, request, person):  # the same form, at the same moment
            return self.start(request, person)
        return Done(
            message=f"The {request.kind} looks at the case; nothing is executed.",
            case_id=case.id,
            version=case.version,
        )

    def _require(self, case: Case, desk: Desk, kind: RunKind) -> None:
        lacking = lacking_for(kind, case, desk, self.beginning.reasoners)
        if lacking:
            raise InvalidRequest(lacking)
        unknown = unknown_to(kind, case, desk, self.store.reader)
        if unknown:
            raise Conflict(unknown)

    def _begin(self, run: Run, request: StartRun, person: Person) -> bool:
        begun = RunBegun(run=run, wake_at=run.started_at, client_key=request.client_key)
        said = {
            "run": run.id,
            "kind": run.kind,
            "version": run.version,
            "model": run.model,
            "by": str(run.by),
            "is_shadow": True,
        }
        entry = EntryDraft(
            kind=EventKind.RUN_BEGUN, actor=as_actor(person), at=run.started_at, payload=said
        )
        with self.store.begin() as unit:
            if not unit.runs.begin(begun):
                return False
            unit.append(f"case:{run.case_id}", [entry])
            unit.commit()
        return True


def lacking_for(kind: RunKind, case: Case, desk: Desk, reasoners: Reasoners) -> str:
    """Why no run of a kind can look at a case here, as a sentence; empty: one can."""
    if kind not in MODEL_KINDS:
        own = own_kind(desk)
        is_there = kind is own or (kind is RunKind.PRECEDENT and has_memory(desk))
        return "" if is_there else f"The desk {desk.name} reasons by {own}, not {kind}."
    if reasoners.model is None:
        return (
            "There is no language model here; set COUNTERSIGN_ANTHROPIC_API_KEY and start "
            "the product again; for a demonstration, COUNTERSIGN_SCRIPTED_MODEL=plain stands in "
            "for one."
        )
    if not reasoners.takes(case.desk, kind, case.case_type):
        return f"The desk {case.desk} has no {kind} for {case.case_type}."
    return ""


def unknown_to(kind: RunKind, case: Case, desk: Desk, reader: Reader) -> str:
    """Why a run of a kind has nothing to go by yet, as a sentence; empty: it has."""
    if case.facts_revision < 1:
        return f"{state_of(case)}; nothing is known of it yet."
    if kind is RunKind.PRECEDENT and not _has_learned(case, desk, reader):
        return (
            f"The desk {desk.name} had learned nothing when this case came in: no case before "
            "it was done, verified and known to be right."
        )
    return ""


def _has_learned(case: Case, desk: Desk, reader: Reader) -> bool:
    """Whether anything that the memory of a desk could say of a case was known before it."""
    if desk.recall is not None:
        truths = reader.truths(desk.name, case.as_of)
        return any(one.settled_at is not None and not one.why_turned for one in truths)
    if desk.learning is None:
        return False
    identity = desk.learning.procedure.identity
    return reader.model_version(desk.name, identity, case.as_of) is not None


def _repeated(sent: Run, request: StartRun) -> Done:
    if (sent.case_id, sent.kind) != (request.case_id, request.kind):
        raise AlreadyDone("This form was sent for another run; open it anew.")
    return Done(message="Already begun, once.", case_id=sent.case_id)
