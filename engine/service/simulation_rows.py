"""Rows of a simulation: what a draft would have done with history, and may do next; ready to draw.

Plain values that survive JSON. Text in them may come from outside and is data: draw it as plain
text. Shares are from 0 to 1, times in seconds, money in minor units.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.domain.case import Origin
from engine.domain.ids import CaseId
from engine.domain.policy import PolicyKind
from engine.domain.verdict import VerdictKind

USUAL_DAYS = 28
"""Last days of the history that are looked at."""
USUAL_FUTURE_DAYS = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamGiven:
    """Who decides what software leaves; what is None is taken from history, or assumed and said."""

    people: int | None = None
    """How many work side by side."""
    opens: str = ""
    """Local time such as 08:00 in the zone of the draft; empty: assumed."""
    closes: str = ""
    works_weekends: bool = False
    minutes_per_case: float | None = None
    """What a person needs for one of the cases that are left to people."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AskSimulation:
    """A draft to be replayed, with the other documents of the desk as they are in force."""

    desk: str
    kind: PolicyKind
    document: str
    """YAML; need not be saved anywhere."""
    team: TeamGiven | None = None
    days: int | None = USUAL_DAYS
    """Last days of the history; None: all of it."""
    future_days: int = USUAL_FUTURE_DAYS
    """Length of the period that is forecast."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MoneyRow:
    """An amount."""

    minor: int
    currency: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RangeRow:
    """A figure with the range in which it may as well lie (95 %)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class SideRow:
    """What one policy would have done; the first four add up to all decisions."""

    at_once: int
    after_window: int
    """After a veto window that nobody used."""
    people: int
    denied: int
    alone: int
    """At once or after a window."""
    share: float | None
    """Of all decisions; None without any."""
    error: RangeRow | None
    """Of what would have run alone; None where no truth is known."""
    labels: int
    """Known truths among those."""
    wrong: int
    is_weighted: bool
    """Whether each truth was weighed by how likely it was known, so that the error is no plain
    share of `wrong` in `labels`."""
    unknown: int
    """Those without a truth that counts."""
    moved: tuple[MoneyRow, ...]
    """Money that would have moved without a person."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CellSimulationRow:
    """One cell, or all together."""

    cell: str
    """Empty: all together."""
    decisions: int
    now: SideRow
    """Under the documents in force."""
    draft: SideRow
    share: RangeRow | None
    """Run alone under the draft, over other days of the same kind; None for less than two days."""
    to_alone: int
    """Decisions that software would take now and did not before."""
    to_people: int
    """The other way round."""
    moves_money: bool
    worst_day_now: int | None
    """Most money that could move in a day, in the envelope's currency; None: nothing bounds it."""
    worst_day: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FlipRow:
    """One decision that goes another way under the draft."""

    case_id: CaseId
    text: str
    cell: str
    at: datetime
    was: VerdictKind
    becomes: VerdictKind
    runs_alone: bool
    """True: software would act now; False: it would no longer."""
    confidence: float | None
    truth: str
    """`correct`, `wrong` or `unknown`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WeekSimulationRow:
    """One week of the whole history under both; the last one ends with the history."""

    begins: str
    """ISO date."""
    decisions: int
    alone_now: int
    alone: int


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetHitRow:
    """What one budget of the draft turned away, in the order of events."""

    budget: str
    """What shares it: `desk:…`, `type:…`, `cell:…`, `guardrail:…` or `constraint:…`."""
    words: str
    """For example `120 an hour`."""
    turned_away: int
    first_at: datetime | None
    never_fit: int
    """That would find no room in it unused."""
    turned_away_now: int
    """By the same budget as it is in force."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ForecastRow:
    """What to expect of a coming period."""

    basis_days: int
    """Last days it rests on, judged with the rolling cuts in force now."""
    future_days: int
    decisions: float
    """Expected in that period."""
    share: RangeRow | None
    error: RangeRow | None
    labels: int
    share_was_off: float | None
    """By how much the same forecast missed one basis earlier; None: not known."""
    error_was_off: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamRow:
    """The people of the simulated queue, and where each figure comes from."""

    people: int
    people_from: str
    hours: str
    """For example `mon, tue, wed, thu, fri 08:00 to 18:00 UTC`."""
    hours_from: str
    minutes_per_case: float
    minutes_from: str


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueSimulationRow:
    """The simulated queue of what is left to people."""

    hours_per_day: RangeRow
    """Work begun on a working day, all together."""
    busy: RangeRow
    """Work over hours present."""
    wait_median_s: float | None
    """Until somebody begins, by the calendar."""
    wait_p90_s: float | None
    decision_median_s: float | None
    """Until it is decided."""
    decision_p90_s: float | None
    breaches: RangeRow
    """Share of what reaches people that is decided after its deadline."""
    breaches_unavoidable: int
    """Cases whose deadline passes before anybody comes, whatever the number of people."""
    waiting_at_end: float


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkloadRow:
    """What one policy leaves to people."""

    cases: int
    deadline_minutes: int | None
    queue: QueueSimulationRow | None
    """None: this team never gets through it."""
    latency_median_s: float | None
    """Of all decisions, those of software included."""
    latency_p90_s: float | None
    cost_per_decision: float | None
    """Minor units; None where the goals name no price of an hour."""
    late_a_day: RangeRow | None
    """Cases of a calendar day decided after their deadline; None: none is set, or no queue."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasureSimulationRow:
    """One business measure of the desk's goals."""

    kind: str
    """`latency_to_decision` (minutes), `correctness` (share) or `cost_per_decision` (minor)."""
    target: float
    now: float | None
    draft: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SimulationRow:
    """Everything history says about a draft."""

    desk: str
    kind: PolicyKind
    origin: Origin
    """Real or simulated data; never both."""
    read_at: datetime
    """The desk's present when the history was read."""
    history: int
    """Decisions of the whole history."""
    since: datetime
    """The figures are of the decisions from here on."""
    until: datetime
    days: int | None
    """Last days that were asked for; None: all."""
    currency: str
    """Of the draft's envelope."""
    total: CellSimulationRow
    cells: tuple[CellSimulationRow, ...]
    """By name."""
    flips: tuple[FlipRow, ...]
    """Wrong ones first, then the newest; `total` counts all of them."""
    weeks: tuple[WeekSimulationRow, ...]
    budgets: tuple[BudgetHitRow, ...]
    forecast: ForecastRow
    """Of the draft."""
    forecast_now: ForecastRow
    """Of the documents in force."""
    team: TeamRow
    queue_since: datetime
    """The queue is simulated from here on."""
    people_now: WorkloadRow
    people: WorkloadRow
    audits_a_day: float
    measures: tuple[MeasureSimulationRow, ...]
    sentences: tuple[str, ...]
    """The figures in words, the most telling first."""
    limits: tuple[str, ...]
    """What history cannot tell; to be shown wherever a figure is."""
