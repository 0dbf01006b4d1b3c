"""Braking: pauses, and who may end them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.desk import Desk
from engine.domain.actor import Person, as_actor
from engine.domain.canonical import Json
from engine.domain.ledger import EntryDraft, EventKind
from engine.errors import Conflict, InvalidRequest, NotAllowed
from engine.ports import Clock, Pause, Store
from engine.service.authority import may
from engine.service.engine import Done
from engine.service.phrases import scope_words
from engine.service.requests import PauseScope, ResumeScope

EVERYTHING = "all"
ASK_COUNTS_FOR = timedelta(hours=1)
"""So long a first request to resume everything waits for the second."""
LONGEST_REASON = 2000
_STREAM = "global"
_CHANGED = "This brake was changed at the same moment; look again."


@dataclass(frozen=True, kw_only=True)
class Braking:
    """The use cases of the brakes: anyone stops at once, resuming takes a reason or two people."""

    store: Store
    clock: Clock
    desks: Mapping[str, Desk]

    def pause(self, request: PauseScope, person: Person) -> Done:
        """Stop new actions of a scope at once; what is asked to release them counts no longer.

        Raises:
            InvalidRequest: The scope is unknown or the reason is missing.
        """
        self._require_scope(request.scope, request.reason)
        before, reason = self._pause(request.scope), request.reason.strip()
        pause = Pause(
            scope=request.scope,
            reason=_with_earlier(reason, before),
            by=person.name,
            at=self.clock.now(),
        )
        with self.store.begin() as unit:
            is_new = unit.controls.pause(pause)
            said = {"scope": pause.scope, "reason": reason, "was_on": not is_new}
            unit.append(_STREAM, [self._entry(EventKind.PAUSED, person, said)])
            unit.commit()
        if is_new:
            return Done(message=f"Paused: {self._in_words(request.scope)}.")
        return Done(
            message=f"It was paused already: {self._in_words(request.scope)}. Your reason stands "
            "beside the others, and nobody's request to resume counts any longer."
        )

    def resume(self, request: ResumeScope, person: Person) -> Done:
        """Let actions of a scope run again; where everything stands, two people have to ask.

        The first request counts for an hour, and while who made it may resume.

        Raises:
            InvalidRequest: The scope is unknown or the reason is missing.
            NotAllowed: The person asked already, and a second one has to.
            Conflict: It is not paused, or was paused again meanwhile.
        """
        self._require_scope(request.scope, request.reason)
        reason = request.reason.strip()
        pause = self._pause(request.scope)
        if pause is None:
            raise Conflict(f"{request.scope} is not paused.")
        asked_by = pause_as_it_counts(pause, self.clock.now(), self.store.reader.person).resume_by
        if request.scope == EVERYTHING and not asked_by:
            return self._ask(pause, reason, person)
        if asked_by == person.name:
            raise NotAllowed("You asked for this already; it takes somebody else as well.")
        said = {"scope": request.scope, "reason": reason}
        with self.store.begin() as unit:
            if not unit.controls.resume(pause):
                raise Conflict(_CHANGED)
            said |= {"asked_by": asked_by} if asked_by else {}
            unit.append(_STREAM, [self._entry(EventKind.RESUMED, person, said)])
            unit.commit()
        return Done(message=f"Resumed: {self._in_words(request.scope)}.")

    def _ask(self, pause: Pause, reason: str, person: Person) -> Done:
        """Be the first of two who ask to release everything."""
        asked = replace(
            pause, resume_by=person.name, resume_reason=reason, resume_at=self.clock.now()
        )
        said = {"scope": pause.scope, "reason": reason}
        with self.store.begin() as unit:
            if not unit.controls.ask_to_resume(pause, asked):
                raise Conflict(_CHANGED)
            unit.append(_STREAM, [self._entry(EventKind.RESUME_ASKED, person, said)])
            unit.commit()
        return Done(message="Noted; a second person has to ask for it too, within an hour.")

    def _pause(self, scope: str) -> Pause | None:
        pauses = self.store.reader.control().pauses
        return next((pause for pause in pauses if pause.scope == scope), None)

    def _in_words(self, scope: str) -> str:
        titles = {code: said for desk in self.desks.values() for code, said in desk.titles.items()}
        return scope_words(scope, {desk.name: desk.title for desk in self.desks.values()}, titles)

    def _require_scope(self, scope: str, reason: str) -> None:
        if not reason.strip() or len(reason) > LONGEST_REASON:
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


def pause_as_it_counts(
    pause: Pause, now: datetime, person: Callable[[str], Person | None]
) -> Pause:
    """A brake without a request to release it that counts no longer.

    Args:
        pause: As it is stored.
        now: The present.
        person: Reads somebody by sign-in name.
    """
    asked_at = pause.resume_at
    is_fresh = asked_at is not None and now - asked_at <= ASK_COUNTS_FOR
    wish = ResumeScope(scope=pause.scope, reason=pause.resume_reason)
    if is_fresh and may(wish, person(pause.resume_by)):
        return pause
    return replace(pause, resume_by="", resume_reason="", resume_at=None)


def _with_earlier(reason: str, before: Pause | None) -> str:
    """Why a scope is paused: the newest reason first, the others are not forgotten for it."""
    if before is None:
        return reason
    if f"{before.reason};".startswith(f"{reason};"):  # said before: a second click
        return before.reason
    return f"{reason}; before, {before.by}: {before.reason}"[:LONGEST_REASON]


def _cells_of(desk: Desk) -> tuple[str, ...]:
    return tuple(
        f"{desk.name}/{case_type}/{tool.contract.name}"
        for case_type in desk.case_types
        for tool in desk.effect_tools
    )
