"""Braking: pauses, and who may end them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.desk import Desk
from engine.domain.actor import Person, as_actor
from engine.domain.canonical import Json
from engine.domain.ledger import EntryDraft, EventKind
from engine.errors import Conflict, InvalidRequest, NotAllowed
from engine.ports import Clock, Pause, Store
from engine.service.engine import Done
from engine.service.requests import PauseScope, ResumeScope

EVERYTHING = "all"
_STREAM = "global"


@dataclass(frozen=True, kw_only=True)
class Braking:
    """The use cases of the brakes: anyone stops at once, resuming takes a reason or two people."""

    store: Store
    clock: Clock
    desks: Mapping[str, Desk]

    def pause(self, request: PauseScope, person: Person) -> Done:
        """Stop new actions of a scope at once.

        Raises:
            InvalidRequest: The scope is unknown or the reason is missing.
            Conflict: It is paused already.
        """
        self._require_scope(request.scope, request.reason)
        now = self.clock.now()
        pause = Pause(scope=request.scope, reason=request.reason.strip(), by=person.name, at=now)
        said = {"scope": pause.scope, "reason": pause.reason}
        with self.store.begin() as unit:
            if not unit.controls.pause(pause):
                raise Conflict(f"{request.scope} is paused already.")
            unit.append(_STREAM, [self._entry(EventKind.PAUSED, person, said)])
            unit.commit()
        return Done(message=f"Paused: {request.scope}.")

    def resume(self, request: ResumeScope, person: Person) -> Done:
        """Let actions of a scope run again; where everything stands, two people have to ask.

        Raises:
            InvalidRequest: The scope is unknown or the reason is missing.
            NotAllowed: The person asked already, and a second one has to.
            Conflict: It is not paused.
        """
        self._require_scope(request.scope, request.reason)
        reason = request.reason.strip()
        said = {"scope": request.scope, "reason": reason}
        with self.store.begin() as unit:
            if request.scope == EVERYTHING:
                if unit.controls.ask_to_resume(request.scope, person.name, reason):
                    unit.append(_STREAM, [self._entry(EventKind.RESUME_ASKED, person, said)])
                    unit.commit()
                    return Done(message="Noted; a second person has to ask for it too.")
                said |= {"asked_by": self._first_asker(person)}
            if not unit.controls.resume(request.scope):
                raise Conflict(f"{request.scope} is not paused.")
            unit.append(_STREAM, [self._entry(EventKind.RESUMED, person, said)])
            unit.commit()
        return Done(message=f"Resumed: {request.scope}.")

    def _first_asker(self, person: Person) -> str:
        """Who asked first to release everything.

        Raises:
            NotAllowed: This very person did.
        """
        pauses = self.store.reader.control().pauses
        first = next((pause.resume_by for pause in pauses if pause.scope == EVERYTHING), "")
        if first == person.name:
            raise NotAllowed("You asked for this already; it takes somebody else as well.")
        return first

    def _require_scope(self, scope: str, reason: str) -> None:
        if not reason.strip() or len(reason) > 2000:
            raise InvalidRequest("Say why, in 1 to 2000 characters.")
        if scope == EVERYTHING:
            return
        kind, _, name = scope.partition(":")
        if kind not in {"desk", "cell"} or not name:
            raise InvalidRequest(
                f"{scope!r} is no scope; use all, desk:<name> or cell:<desk>/<case type>/<action>."
            )
        desk_name = name if kind == "desk" else name.partition("/")[0]
        desk = self.desks.get(desk_name)
        if desk is None:
            known = ", ".join(sorted(self.desks))
            raise InvalidRequest(f"There is no desk {desk_name!r} here; there is {known}.")
        if kind == "cell":
            parts = name.split("/")
            known_cell = len(parts) == 3 and parts[1] in desk.case_types
            if not known_cell or not desk.effect_tool(parts[2]):
                raise InvalidRequest(
                    f"There is no cell {name!r} here; there is {', '.join(_cells_of(desk))}."
                )

    def _entry(self, kind: EventKind, person: Person, payload: Json) -> EntryDraft:
        return EntryDraft(kind=kind, actor=as_actor(person), at=self.clock.now(), payload=payload)


def _cells_of(desk: Desk) -> tuple[str, ...]:
    return tuple(
        f"{desk.name}/{case_type}/{tool.contract.name}"
        for case_type in desk.case_types
        for tool in desk.effect_tools
    )
