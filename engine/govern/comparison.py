"""A comparison of reasoners as a value: what `comparing` counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.domain.ids import CaseId, RunId
from engine.domain.run import RunKind
from engine.domain.run_fault import RunFault
from engine.domain.verdict import VerdictKind
from engine.govern.counted import Counted, Spread


@dataclass(frozen=True, kw_only=True, slots=True)
class RunRef:
    """A run to look at."""

    run_id: RunId
    source_id: str
    steps: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibrated:
    """How far stated confidences hold, over answers whose truth was not known before."""

    n: int
    stated: float | None
    """Mean confidence; None: too few."""
    right: float | None
    ece: float | None
    brier: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LengthBand:
    """Runs of about the same length."""

    first: int
    """Fewest steps."""
    last: int | None
    """Most steps; None: no bound."""
    completed: Counted
    correct: Counted
    """Completed correctly, of those whose truth is known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultCount:
    """Runs that could not end for one reason."""

    fault: RunFault
    runs: int
    handled: tuple[tuple[str, int], ...]
    """Who had the case then (a kind, a reasoner, `person`; empty: nobody had to), most first."""
    newest: RunRef


@dataclass(frozen=True, kw_only=True, slots=True)
class StepTrouble:
    """Runs in which a read or a question brought nothing."""

    runs: int
    went_on: int
    """Of them, those that came to an end nevertheless."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolCount:
    """One tool over all runs of a kind."""

    tool: str
    is_write: bool
    runs: int
    calls: int
    failed: int
    scopes: tuple[str, ...]
    not_narrowed: int
    undeclared: int
    """Runs in which it was touched, although a declaration from before left it out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewCount:
    """One person's answers to what runs of a kind wanted."""

    by: str
    answers: tuple[tuple[str, int], ...]
    """Answer and how often."""

    @property
    def total(self) -> int:
        """All of them."""
        return sum(often for _, often in self.answers)


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """What stood in the windows of runs."""

    runs: int
    """That asked a model."""
    window: Spread
    """Tokens of each run's largest window."""
    kept: int
    shortened: int
    dropped: int
    recalled: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Quality:
    """How good runs were, as far as it is known."""

    completed: Counted
    """Ended, of those that ended or failed."""
    correct: Counted
    """Completed correctly: ended with what proved right, of those whose truth is known."""
    right: Counted
    """Right, of those that named a call and whose truth is known: as on the scorecard."""
    hindsight: Counted
    """The same of runs that may have read the answer before they gave it."""
    told: Counted
    """Right with what they asked for after a person had answered, of those that asked again."""
    nothing_asked: int
    """Ended, and asked for nothing."""
    truth_unknown: int
    """Finished, and nobody can say yet what was right."""
    calibration: Calibrated
    lengths: tuple[LengthBand, ...]

    @property
    def beyond_twenty(self) -> LengthBand:
        """The longest runs."""
        return self.lengths[-1]


@dataclass(frozen=True, kw_only=True, slots=True)
class Effort:
    """What finished runs took."""

    steps: Spread
    questions: Spread
    """To a model."""
    tool_calls: Spread
    seconds: Spread
    """Of work, without waiting."""
    tokens: Spread
    cost: Spread
    """Micro-dollars, over runs of which it is known."""
    longest: RunRef | None
    longest_correct: RunRef | None
    """The longest run that completed correctly."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Control:
    """What policy said of what runs wanted, and who looked at it."""

    verdicts: tuple[tuple[VerdictKind, int], ...]
    reviews: tuple[ReviewCount, ...]
    reviewed_runs: int
    """Live runs to which a person answered."""
    ran_alone: int
    """Calls that ran without a person."""
    audited: int
    """Blind answers to what had been recommended."""
    verified: Counted
    """Calls that reading back showed to be what was asked for, of those that completed."""

    @property
    def calls(self) -> int:
        """Calls that were put before policy."""
        return sum(often for _, often in self.verdicts)


@dataclass(frozen=True, kw_only=True, slots=True)
class KindFigures:
    """All that is counted of one kind. A case counts once, with its first run of the kind."""

    kind: RunKind
    runs: int
    """Counted runs, each on a case of its own; 0 where all are repeats."""
    repeats: int
    """Later runs of the kind on cases it had looked at; in no other figure."""
    open: int
    """Of the counted runs, those that are still under way."""
    superseded: int
    """Of them, those whose case went on without them."""
    takeovers: int
    """Of them, those that began because another run had failed."""
    shadows: int
    """Of them, those whose calls are never executed."""
    versions: int
    models: tuple[str, ...]
    quality: Quality
    effort: Effort
    control: Control
    memory: Memory
    moves: int
    """Of finished runs."""
    chosen_by_model: int
    """Of the moves, those that a model picked."""
    ways: int
    """Different orders of moves."""
    usual_way: Counted
    """Runs that took the most frequent one."""
    any_step: StepTrouble
    third_step: StepTrouble
    faults: tuple[FaultCount, ...]
    tools: tuple[ToolCount, ...]
    declared: int
    """Runs whose tools were all known before they ran."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """Two kinds on the same cases."""

    first: RunKind
    second: RunKind
    same: Counted
    """The same answer, as a label, of the cases on which both ended and named a call."""
    unnamed: int
    """Cases on which both ended, and one of them, or both, named no call."""
    same_call: int
    """Of those that are the same, how many ask for exactly the same calls."""
    ac1: float | None
    """Agreement beyond chance (Gwet); None where it is not defined or too few were counted."""
    both_right: int
    first_alone: int
    """Only the first was right; of the cases whose truth is known, as are the next two."""
    second_alone: int
    both_wrong: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What one kind said to a case."""

    kind: RunKind
    label: str
    """Empty: it named nothing."""
    run_id: RunId
    is_right: bool | None
    """None: the truth is not known, or stood in the record before the run began."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """A case on which kinds named calls that amount to different things."""

    case_id: CaseId
    source_id: str
    title: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Reasoners side by side."""

    kinds: tuple[KindFigures, ...]
    """Those that were run, in the order of `RunKind`."""
    cases: int
    common: int
    """Of the cases, those that every kind with counted runs looked at."""
    pairs: tuple[Pair, ...]
    differences: tuple[Difference, ...]
    """The newest of them."""
    differing: int
    """Cases on which answers differ, all of them."""

    @property
    def by_kind(self) -> Mapping[RunKind, KindFigures]:
        """The figures by kind."""
        return {one.kind: one for one in self.kinds}
