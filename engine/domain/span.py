"""Span and Choice: what happened when, and who decided it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.domain.actor import DecidedBy
from engine.domain.canonical import Json


class Stage(StrEnum):
    """The stages of a case's way."""

    PERCEIVE = "perceive"
    REASON = "reason"
    GOVERN = "govern"
    PERSON = "person"
    ACT = "act"
    LEARN = "learn"


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """One timed trace entry of a case."""

    stage: Stage
    name: str
    started_at: datetime
    duration_us: int
    decided_by: DecidedBy
    rule: str = ""
    """The rule or version under which it happened."""
    inputs: Json = None
    outputs: Json = None
    error: str = ""
    """Error code; empty where it went well."""


class ChoiceKind(StrEnum):
    """What was chosen in one line of the decision log."""

    RECOMMEND = "RECOMMEND"
    AUTHORIZE = "AUTHORIZE"
    DECIDE = "DECIDE"
    TAKE_BACK = "TAKE_BACK"
    HOLD = "HOLD"
    EXECUTE = "EXECUTE"
    REFUSE = "REFUSE"
    UNDO = "UNDO"


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One line of the decision log: options, what was chosen, on what grounds, by whom."""

    kind: ChoiceKind
    at: datetime
    decided_by: DecidedBy
    decider: str
    chosen: str
    options: tuple[str, ...] = ()
    grounds: str = ""
    """The rule, reason code or rationale in one line."""
