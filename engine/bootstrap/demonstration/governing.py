"""Governing: how the simulated product owner and risk officer widen the envelope day by day.

Versions are proposed and signed by requests like anybody's; where history says too little, the
engine says so, and the history goes on without.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.bootstrap.demonstration.clockwork import Timeline
from engine.domain.actor import Person
from engine.domain.policy import PolicyKind
from engine.errors import EngineError
from engine.govern.envelope import EnvelopeDocument
from engine.runtime.policy import active_envelope, active_number
from engine.service import requests as ask
from engine.service.local import LocalEngine

Cells = Sequence[tuple[str, str]]
"""Case type and action."""

BOUNDED: Cells = (
    ("fraud_suspected", "release_order"),
    ("payment_mismatch", "release_order"),
    ("duplicate_order", "release_order"),
    ("address_undeliverable", "correct_address"),
    ("address_undeliverable", "message_customer"),
    ("delivered_not_received", "message_customer"),
    ("delivered_not_received", "reship"),
    ("fraud_suspected", "message_customer"),
    ("payment_mismatch", "message_customer"),
    ("duplicate_order", "message_customer"),
)
MESSAGES: Cells = (("stock_short", "message_customer"),)
"""What a plan tells the customer in the end: it cannot be taken back, so no window is for it."""
ON_THE_LOOP: Cells = (
    ("stock_short", "backorder"),
    ("stock_short", "substitute_variant"),
    ("address_undeliverable", "correct_address"),
    ("fraud_suspected", "release_order"),
)
FIRST_RISK, USUAL_RISK, TOO_MUCH_RISK = 0.08, 0.10, 0.18
RISK_AT_ONCE, RISK_ON_THE_LOOP = 0.005, 0.20
"""On the loop hardly anything runs at once; up to one in five may be wrong after a window."""
AUDIT_RATE = 0.5
VETO_MINUTES = 15.0
PAUSED_S = 7_800.0
_KIND = PolicyKind.ENVELOPE
_APART = timedelta(hours=2)
"""Between two steps of the story, however short it is: each rests on the one before."""
_SIGNED_AFTER = timedelta(minutes=47)


@dataclass(kw_only=True)
class Governing:
    """The two who say how far software may go."""

    engine: LocalEngine
    timeline: Timeline
    desk: str
    owner: Person
    officer: Person
    senior: Person
    refused: int = 0

    def plan(self, begins_at: datetime, ends_at: datetime) -> None:
        """Put the whole story on the timeline, at shares of its length."""
        length, earliest = ends_at - begins_at, begins_at
        for share, act in self._story():
            moment = max(_office_hour(begins_at + share * length), earliest)
            self.timeline.at(moment, act)
            earliest = moment + _APART

    def _story(self) -> Sequence[tuple[float, Callable[[], None]]]:
        return (
            (
                0.06,
                lambda: self._change(_watched, "Look blind at every second thing that runs alone."),
            ),
            (
                0.28,
                lambda: self._change(
                    lambda one: _in_phase(_risk(one, USUAL_RISK), BOUNDED, "BOUNDED"),
                    "Releases, addresses, reshipments and questions may run alone where the "
                    "evidence carries them; up to one in ten may be wrong.",
                ),
            ),
            (
                0.54,
                lambda: self._change(
                    _on_the_loop,
                    "Short stock, addresses and suspicions that are lifted run after a veto window "
                    "of a quarter of an hour.",
                ),
            ),
            (0.66, self._pause),
            (
                0.74,
                lambda: self._change(
                    lambda one: _risk(one, TOO_MUCH_RISK),
                    "Let more run alone: almost one in five may be wrong.",
                ),
            ),
            (0.82, self._roll_back),
            (0.87, self._propose_what_is_refused),
        )

    # --- versions ----------------------------------------------------------------------------

    def _change(self, edit: Callable[[EnvelopeDocument], EnvelopeDocument], note: str) -> None:
        """Propose a new version; the other one signs it a while later."""
        number = self._propose(edit, note)
        if number:
            after = self.timeline.clock.now() + _SIGNED_AFTER
            self.timeline.at(after, lambda: self._sign(number))

    def _propose(self, edit: Callable[[EnvelopeDocument], EnvelopeDocument], note: str) -> int:
        control = self.engine.store.reader.control()
        document = edit(active_envelope(control, self.engine.desk(self.desk)))
        proposed = ask.ProposeVersion(
            kind=_KIND,
            desk=self.desk,
            document=document.model_copy(update={"note": note}).to_yaml(),
            note=note,
            over=self._active(),
        )
        return self._try(proposed, self.owner)

    def _sign(self, number: int) -> None:
        signed = ask.SignVersion(kind=_KIND, desk=self.desk, version=number, over=self._active())
        self._try(signed, self.officer)

    def _roll_back(self) -> None:
        """Back to the version before: what was widened last did not do well."""
        back = ask.RollBack(
            kind=_KIND,
            desk=self.desk,
            version=max(self._active() - 1, 0),
            reason="Two wrong actions in the blind audit since; the evidence is too thin.",
            over=self._active(),
        )
        self._try(back, self.officer)

    def _propose_what_is_refused(self) -> None:
        number = self._propose(
            lambda one: _in_phase(one, (("payment_mismatch", "refund"),), "BOUNDED"),
            "Refunds of payment differences may run alone.",
        )
        if number:
            dropped = ask.WithdrawVersion(kind=_KIND, desk=self.desk, version=number)
            self.timeline.after(3_600, lambda: self._ignore(dropped, self.officer))

    # --- brakes ------------------------------------------------------------------------------

    def _pause(self) -> None:
        reason = "The warehouse counts its shelves; nothing is to be substituted meanwhile."
        self._try(ask.PauseScope(scope=self._cell, reason=reason), self.officer)
        self.timeline.after(PAUSED_S, self._resume)

    def _resume(self) -> None:
        reason = "The count is done."
        self._try(ask.ResumeScope(scope=self._cell, reason=reason), self.senior)

    @property
    def _cell(self) -> str:
        return f"cell:{self.desk}/stock_short/substitute_variant"

    def _active(self) -> int:
        return active_number(self.engine.store.reader.control(), self.desk, _KIND)

    def _ignore(self, request: ask.Request, person: Person) -> None:
        self._try(request, person)

    def _try(self, request: ask.Request, person: Person) -> int:
        """Ask for it; gives the version it made, or 0."""
        try:
            return self.engine.execute(request, person).version or 0
        except EngineError:
            self.refused += 1
            return 0


# --- documents -------------------------------------------------------------------------------


def _edited(document: EnvelopeDocument, edit: Callable[[dict[str, Any]], None]) -> EnvelopeDocument:
    said = document.model_dump(mode="json", exclude_none=True)
    edit(said)
    return EnvelopeDocument.model_validate(said)


def _watched(document: EnvelopeDocument) -> EnvelopeDocument:
    def edit(said: dict[str, Any]) -> None:
        said["limits"] |= {"audit_rate": AUDIT_RATE}

    return _risk(_edited(document, edit), FIRST_RISK)


def _risk(document: EnvelopeDocument, limit: float) -> EnvelopeDocument:
    def edit(said: dict[str, Any]) -> None:
        said["limits"]["threshold"] = {"kind": "rolling", "risk_limit": limit}

    return _edited(document, edit)


def _in_phase(document: EnvelopeDocument, cells: Cells, phase: str) -> EnvelopeDocument:
    return _with_cells(document, cells, {"phase": phase})


def _on_the_loop(document: EnvelopeDocument) -> EnvelopeDocument:
    wider = {
        "threshold": {"kind": "rolling", "risk_limit": RISK_ON_THE_LOOP},
        "veto_minutes": VETO_MINUTES,
    }
    at_once = {"kind": "rolling", "risk_limit": RISK_AT_ONCE}
    limits = {"phase": "ON_THE_LOOP", "threshold": at_once, "on_the_loop": wider}
    return _with_cells(_in_phase(document, MESSAGES, "BOUNDED"), ON_THE_LOOP, limits)


def _with_cells(
    document: EnvelopeDocument, cells: Cells, limits: Mapping[str, Any]
) -> EnvelopeDocument:
    """Some cells with other limits. A level only tightens, so phases move down to the cells."""

    def edit(said: dict[str, Any]) -> None:
        outer = said["limits"].pop("phase", None)
        for cell in said["cells"]:
            if outer is not None:
                cell.setdefault("phase", outer)
            if (cell["case_type"], cell["action"]) in cells:
                cell |= limits

    return _edited(document, edit)


def _office_hour(moment: datetime) -> datetime:
    """The same day at ten: people change limits by daylight."""
    if 9 <= moment.hour < 17:
        return moment
    return moment.replace(hour=10, minute=0, second=0, microsecond=0)
