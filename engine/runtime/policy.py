"""Policy in force: the active envelopes and pauses, as `authorize` needs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from engine.desk import Desk
from engine.domain.actor import Person
from engine.domain.case import Case
from engine.domain.phase import Cell
from engine.domain.recommendation import Action
from engine.govern.envelope import CellEnvelope, EnvelopeDocument, read_envelope, resolve
from engine.ports import Control, Pause, Reader


class Policy:
    """A snapshot of control, with envelopes resolved; made anew when the epoch moves."""

    def __init__(
        self,
        control: Control,
        desks: Mapping[str, Desk],
        person: Callable[[str], Person | None],
    ) -> None:
        """Resolve the active envelope of every desk.

        Args:
            control: Pauses and envelopes.
            desks: By name.
            person: Reads a person; asked once a name, for every change of rights raises the epoch.
        """
        self._person = person
        self._people: dict[str, Person | None] = {}
        self.epoch = control.epoch
        self._pauses = {pause.scope: pause for pause in control.pauses}
        self._cells: dict[Cell, CellEnvelope] = {}
        for desk in desks.values():
            self._cells |= resolve(active_document(control, desk))

    def person(self, name: str) -> Person | None:
        """The person with that sign-in name, with the rights they have in this epoch."""
        if name not in self._people:
            self._people[name] = self._person(name)
        return self._people[name]

    def envelope(self, cell: Cell) -> CellEnvelope | None:
        """The limits of a cell; None where the active envelope names none."""
        return self._cells.get(cell)

    def envelope_of(self, case: Case, action: Action | None) -> CellEnvelope | None:
        """The limits of the cell a case is in."""
        if action is None:
            return None
        return self.envelope(
            Cell(desk=case.desk, case_type=case.case_type, action_type=action.tool)
        )

    def pause(self, cell: Cell) -> Pause | None:
        """The widest brake that holds a cell."""
        for scope in ("all", f"desk:{cell.desk}", f"cell:{cell}"):
            if scope in self._pauses:
                return self._pauses[scope]
        return None

    def paused(self, cell: Cell) -> str:
        """The scope of the brake that holds a cell; empty: none does."""
        pause = self.pause(cell)
        return pause.scope if pause else ""


class PolicyView:
    """The policy in force, read again only when the control epoch has moved."""

    def __init__(self, reader: Reader, desks: Mapping[str, Desk]) -> None:
        """Read nothing yet."""
        self._reader = reader
        self._desks = desks
        self._policy: Policy | None = None

    def current(self) -> Policy:
        """The policy as of now."""
        if self._policy is None or self._policy.epoch != self._reader.control_epoch():
            self._policy = Policy(self._reader.control(), self._desks, self._reader.person)
        return self._policy


def active_document(control: Control, desk: Desk) -> EnvelopeDocument:
    """The active envelope of a desk; its default until somebody signs another."""
    version = control.envelopes.get(desk.name)
    if version is None:
        return desk.envelope
    return read_envelope(version.document, f"envelope {version.version} of {desk.name}")


def hour_of(moment: datetime) -> datetime:
    """The start of the clock hour: the window of rate budgets."""
    return moment.replace(minute=0, second=0, microsecond=0)
