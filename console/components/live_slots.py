"""Places of the live page: which case stands where, so that no refresh moves what is clicked.

A case keeps its place for as long as the page is open, also once it ran or was held; its place is
given to another only when nobody can be aiming at it any more. What closes later stands further
down, and there is a place for everything as the person scrolls. Nothing is drawn or read here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from secrets import token_hex

from engine.domain.ids import CaseId
from engine.service.live_rows import HeldRow, LiveRow, ProposedRow, WindowRow

AT_ONCE = 24
"""Places on the page at first, and so many more each time its end is reached."""
REUSED_AFTER_S = 10.0
"""So long a place shows what became of its case before another may stand there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """One place, with the case that stands there as it was last seen."""

    action: ProposedRow
    window: WindowRow | None
    held: HeldRow | None
    since: float
    """The stopwatch when what it shows came on the screen."""
    form: str
    """Names this drawing of its form: the same click twice sends the same key."""

    @property
    def case_id(self) -> CaseId:
        """The case."""
        return self.action.case_id

    @property
    def is_gone(self) -> bool:
        """Whether nothing is to be done here any more."""
        return self.window is None and self.held is None

    @property
    def client_key(self) -> str:
        """At most 64 characters; the same for every click on this form."""
        return f"{self.form}:{self.action.version}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """All places, and what comes below them."""

    slots: tuple[Slot, ...] = ()
    below: tuple[Slot, ...] = ()
    """In its order; it stands on the page once its end is reached."""

    @property
    def is_in_order(self) -> bool:
        """Whether what closes sooner stands higher, and what is held below all of it."""
        live = [slot.window for slot in self.slots if not slot.is_gone]
        closing = [window.closes_at for window in live if window is not None]
        has_held_below = all(window is None for window in live[len(closing) :])
        return closing == sorted(closing) and has_held_below


def placed(before: Sequence[Slot], live: LiveRow, now: float, most: int = AT_ONCE) -> Places:
    """Where every case stands after a refresh.

    Args:
        before: The places so far.
        live: What there is now; the soonest window comes first.
        now: The stopwatch.
        most: So many places there are now.
    """
    fresh = {slot.case_id: slot for slot in _fresh(live, now)}
    kept = [_later(slot, fresh.pop(slot.case_id, None), now) for slot in before]
    newcomers = list(fresh.values())
    for place, slot in enumerate(kept):
        if newcomers and slot.is_gone and now - slot.since >= REUSED_AFTER_S:
            kept[place] = newcomers.pop(0)
    room = max(0, most - len(kept))
    return Places(
        slots=(*_trimmed(kept, newcomers, now), *newcomers[:room]), below=tuple(newcomers[room:])
    )


def _fresh(live: LiveRow, now: float) -> list[Slot]:
    held = [Slot(action=row.action, window=None, held=row, since=now, form="") for row in live.held]
    windows = [
        Slot(action=row.action, window=row, held=None, since=now, form="") for row in live.windows
    ]
    return [replace(slot, form=token_hex(8)) for slot in (*windows, *held)]


def _later(slot: Slot, fresh: Slot | None, now: float) -> Slot:
    """The same place with what there is of its case now."""
    if fresh is None:
        gone = replace(slot, window=None, held=None, since=now)
        return slot if slot.is_gone else gone
    is_same = (fresh.held is None) == (slot.held is None) and not slot.is_gone
    if is_same and fresh.action.version == slot.action.version:
        return replace(fresh, since=slot.since, form=slot.form)
    return fresh


def _trimmed(kept: list[Slot], newcomers: Sequence[Slot], now: float) -> list[Slot]:
    """Without old places at the end: nothing stands below them that could move."""
    while (
        kept and not newcomers and kept[-1].is_gone and now - kept[-1].since >= REUSED_AFTER_S * 6
    ):
        kept = kept[:-1]
    return kept
