"""Simulating: asks a desk's history about a draft, before it acts.

Lives here: which documents stand beside the draft, and the history that is kept between two
questions of one person who drags a threshold. Must not live here: where histories come from (a
port, filled by the store), or the process in which it runs (the web process starts one of its own).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from threading import Lock
from typing import Protocol

from engine.desk import Desk
from engine.domain.canonical import Json
from engine.domain.policy import PolicyKind
from engine.errors import EngineError, InvalidRequest, NotFound
from engine.govern.compare import compare
from engine.govern.consequences import Asked
from engine.govern.documents import PolicyDocument
from engine.govern.envelope import EnvelopeDocument
from engine.govern.hard_rules import GoalsDocument, GuardrailDocument
from engine.govern.history import DecisionHistory
from engine.govern.limits import WORKING_DAYS, Weekday
from engine.govern.opening_hours import OpeningHours
from engine.govern.policy_set import PolicySet
from engine.govern.replay import Replaying
from engine.govern.workload import Team
from engine.learn.rolling_cuts import RollingCuts
from engine.ports import Clock, Reader
from engine.runtime.desk_documents import read_of_desk
from engine.runtime.policy import active_document
from engine.service.simulation_making import simulation_row
from engine.service.simulation_rows import AskSimulation, SimulationRow, TeamGiven
from engine.service.simulation_words import summary

log = logging.getLogger("countersign.simulating")

LONGEST_DAYS = 366
"""Of a period that is forecast."""
MOST_PEOPLE = 10_000
"""Who work side by side."""


class Histories(Protocol):
    """Reads the past decisions of desks."""

    def stamp(self, desk: Desk) -> str:
        """A text that changes whenever the history may have changed; cheap to ask."""
        ...

    def read(self, desk: Desk) -> DecisionHistory:
        """All past recommendations of a desk, as of now.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        ...


class Simulating(Protocol):
    """Answers what a draft would have done; in this process, or in one of its own."""

    def simulate(self, asked: AskSimulation) -> SimulationRow:
        """Replay history under a draft.

        Raises:
            NotFound: There is no such desk.
            InvalidRequest: A figure is out of range, or nothing was recommended yet.
            ConfigError: The draft is no document of that kind, or of another desk; the message
                names the line.
            ToolUnavailable: The process that simulates did not answer.
            StoreUnavailable: The database is out of reach.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kept:
    """The history of a desk, with what replays have derived from it."""

    stamp: str
    read_at: datetime
    past: Replaying


@dataclass(frozen=True, kw_only=True)
class LocalSimulating:
    """Simulates in this process; see `Simulating`."""

    histories: Histories
    reader: Reader
    clock: Clock
    desks: Mapping[str, Desk]
    fresh_for: timedelta = timedelta(0)
    """For so long a history is used as it was read, though more has happened since."""
    _kept: dict[str, _Kept] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def simulate(self, asked: AskSimulation) -> SimulationRow:
        """See `Simulating.simulate`."""
        desk = self.desks.get(asked.desk)
        if desk is None:
            raise NotFound(f"There is no desk {asked.desk!r} here.")
        document = read_of_desk(desk, asked.kind, asked.document, "the draft")
        if not 1 <= asked.future_days <= LONGEST_DAYS:
            raise InvalidRequest(f"Days to come are 1 to {LONGEST_DAYS}, not {asked.future_days}.")
        active = self._active(desk)
        draft = active.put(document)
        team = team_of(asked.team, draft.envelope.zone)
        with self._lock:  # one replay at a time: they share what they derive from the history
            past = self._past(desk)
            found = compare(
                past,
                draft,
                active,
                Asked(team=team, days=asked.days, future_days=asked.future_days),
            )
        return simulation_row(asked, past.history, found, draft)

    def _active(self, desk: Desk) -> PolicySet:
        control = self.reader.control()
        envelope = active_document(control, desk, PolicyKind.ENVELOPE)
        guardrails = active_document(control, desk, PolicyKind.GUARDRAILS)
        goals = active_document(control, desk, PolicyKind.GOALS)
        assert isinstance(envelope, EnvelopeDocument)
        assert isinstance(guardrails, GuardrailDocument)
        assert isinstance(goals, GoalsDocument)
        return PolicySet(envelope=envelope, guardrails=guardrails, goals=goals)

    def _past(self, desk: Desk) -> Replaying:
        kept, now = self._kept.get(desk.name), self.clock.now()
        if kept is not None and now - kept.read_at < self.fresh_for:
            return kept.past
        stamp = self.histories.stamp(desk)
        if kept is None or kept.stamp != stamp:
            history = self.histories.read(desk)
            procedure = desk.learning.procedure if desk.learning is not None else None
            past = Replaying(history, RollingCuts(history, procedure))
            kept = _Kept(stamp=stamp, read_at=now, past=past)
            self._kept[desk.name] = kept
        return kept.past


def team_of(given: TeamGiven | None, zone: str) -> Team:
    """The people as the simulation takes them.

    Args:
        given: What the caller says of them.
        zone: Whose clock their hours follow.

    Raises:
        InvalidRequest: A time cannot be read, or nobody would be there.
    """
    if given is None:
        return Team()
    if given.people is not None and not 1 <= given.people <= MOST_PEOPLE:
        raise InvalidRequest(f"People are 1 to {MOST_PEOPLE:,}, not {given.people:,}.")
    hours = None
    if given.opens or given.closes or given.works_weekends:
        opens, closes = _clock(given.opens or "08:00"), _clock(given.closes or "18:00")
        if opens == closes != time(0):
            raise InvalidRequest(
                f"Who comes and leaves at {opens:%H:%M} is never there; the whole day is 00:00 to "
                "24:00."
            )
        hours = OpeningHours(
            days=tuple(Weekday) if given.works_weekends else WORKING_DAYS,
            opens=opens,
            closes=closes,
            zone=zone,
        )
    return Team(people=given.people, hours=hours, minutes_per_case=given.minutes_per_case)


def _clock(text: str) -> time:
    try:
        return time(0) if text == "24:00" else time.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(f"{text!r} is no time of the day; write it as 08:00.") from None


def simulation_of(
    simulating: Simulating, desk: str, kind: PolicyKind, document: PolicyDocument
) -> Json:
    """What is kept with a version of what history says of it: never a reason to stop.

    Returns:
        The short form; None where there is no history; the reason where it could not be asked.
    """
    asked = AskSimulation(desk=desk, kind=kind, document=document.to_yaml())
    try:
        return summary(simulating.simulate(asked))
    except InvalidRequest as error:
        log.info("no simulation of a draft: %s", error.message)
        return None
    except EngineError as error:
        log.warning("a draft could not be simulated: %s", error.message)
        return {"unavailable": error.message}
    except Exception:  # no fault of the simulation may keep people from changing limits
        log.exception("the simulation of a draft failed")
        return {"unavailable": "The simulation failed; the log says how."}
