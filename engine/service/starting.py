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
from engine.ports import Clock, Store
from engine.runtime.runs.beginning import MODEL_KINDS, Beginning
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
            Conflict: Nothing is known of the case yet.
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
        if kind in MODEL_KINDS:
            self._require_model(case, kind)
        elif kind is not own_kind(desk):
            raise InvalidRequest(f"The desk {desk.name} reasons by {own_kind(desk)}, not {kind}.")
        if case.facts_revision < 1:
            raise Conflict(f"{state_of(case)}; nothing is known of it yet.")

    def _require_model(self, case: Case, kind: RunKind) -> None:
        reasoners = self.beginning.reasoners
        if reasoners.model is None:
            raise InvalidRequest(
                "There is no language model here; set COUNTERSIGN_ANTHROPIC_API_KEY and start "
                "the product again."
            )
        if not reasoners.takes(case.desk, kind, case.case_type):
            raise InvalidRequest(f"The desk {case.desk} has no {kind} for {case.case_type}.")

    def _begin(self, run: Run, request: StartRun, person: Person) -> bool:
        begun = RunBegun(run=run, wake_at=run.started_at, client_key=request.client_key)
        said = {"run": run.id, "kind": run.kind, "version": run.version, "is_shadow": True}
        entry = EntryDraft(
            kind=EventKind.RUN_BEGUN, actor=as_actor(person), at=run.started_at, payload=said
        )
        with self.store.begin() as unit:
            if not unit.runs.begin(begun):
                return False
            unit.append(f"case:{run.case_id}", [entry])
            unit.commit()
        return True


def own_kind(desk: Desk) -> RunKind:
    """What the desk's own reasoner is."""
    is_precedent = desk.reasoner.name == RunKind.PRECEDENT
    return RunKind.PRECEDENT if is_precedent else RunKind.PLAYBOOK


def _repeated(sent: Run, request: StartRun) -> Done:
    if (sent.case_id, sent.kind) != (request.case_id, request.kind):
        raise AlreadyDone("This form was sent for another run; open it anew.")
    return Done(message="Already begun, once.", case_id=sent.case_id)
