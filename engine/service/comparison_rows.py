"""Comparison rows: reasoners side by side over a slice of runs. Plain values, ready to draw.

Real and simulated data are never added up, and runs of a scripted model never with those of a real
one: a slice names one of each, or leaves the choice to what there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.domain.case import Origin
from engine.domain.run import RunKind
from engine.govern.comparison import Answer as Answer
from engine.govern.comparison import Comparison as Comparison
from engine.govern.comparison import Difference as Difference
from engine.govern.comparison import FaultCount as FaultCount
from engine.govern.comparison import KindFigures as KindFigures
from engine.govern.comparison import LengthBand as LengthBand
from engine.govern.comparison import Pair as Pair
from engine.govern.comparison import ReviewCount as ReviewCount
from engine.govern.comparison import RunRef as RunRef
from engine.govern.comparison import ToolCount as ToolCount
from engine.govern.counted import Counted as Counted
from engine.govern.counted import Spread as Spread

MOST_RUNS = 2_000
"""So many of a slice are compared, first runs before repeats and of these the newest; more would
tell little and take long."""


class Made(StrEnum):
    """How runs were made."""

    BOTH = "both"
    LIVE = "live"
    """The case waited for them, and what they asked for could be executed."""
    SHADOW = "shadow"
    """Somebody started them beside the case; nothing of them was executed."""


class Models(StrEnum):
    """Which model was asked, where one was."""

    REAL = "real"
    """One that answered by itself."""
    SCRIPTED = "scripted"
    """One whose answers are written beforehand: it costs nothing and proves nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparisonSlice:
    """Which runs are compared; what is empty or None narrows nothing."""

    desk: str = ""
    case_type: str = ""
    kinds: frozenset[RunKind] = frozenset()
    since: datetime | None = None
    """Begun at or after this moment, on the wall clock."""
    until: datetime | None = None
    """Begun before this moment."""
    made: Made = Made.BOTH
    origin: Origin | None = None
    """Of the cases; None: real ones, or simulated ones where no real one was run."""
    models: Models | None = None
    """None: real ones, or the scripted one where no real one was asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunsMade:
    """How many runs there are of one sort, in all."""

    desk: str
    case_type: str
    origin: Origin
    models: Models | None
    """None: no model is asked in them, so they stand beside either."""
    runs: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredStep:
    """One step of a declared path."""

    name: str
    is_model_asked: bool
    """Whether a model answers inside it; code goes from step to step in any case."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredPath:
    """What is fixed before a workflow runs on a case type."""

    desk: str
    case_type: str
    steps: tuple[DeclaredStep, ...]
    reads: tuple[str, ...]
    """Tools it may read."""
    writes: tuple[str, ...]
    """Tools whose calls it may recommend."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferedTools:
    """What an agent on a desk may ask for; which of it, it decides as it runs."""

    desk: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AgentBounds:
    """Where an agent's run ends whatever the model says."""

    tool_calls: int
    questions: int
    seconds: float
    window: int
    """Tokens; a larger window is pruned."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """The answer to one question of a buyer, out of the slice's own figures."""

    question: str
    said: tuple[str, ...]
    """Sentences; plain text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparisonRow:
    """Reasoners side by side."""

    which: ComparisonSlice
    """As asked for, with origin and models as they were chosen."""
    comparison: Comparison
    runs: int
    """In the slice."""
    left_out: int
    """Of them, those beyond `MOST_RUNS`: repeats, and after these the oldest."""
    paths: tuple[DeclaredPath, ...]
    offers: tuple[OfferedTools, ...]
    bounds: AgentBounds
    replies: tuple[Reply, ...] = ()
    versions: tuple[tuple[str, int], ...] = ()
    """Whose runs were compared, as in `agent@claude-x/3f2a91c0`, and how many of each."""
