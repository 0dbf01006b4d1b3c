"""The rules of `authorize` over whole columns: how strict each row's answer is before budgets.

The same limits as `rules` and `hard_checks`, for all rows of a cell at once; a test holds both
equal row by row. Left out on purpose: pauses and missing keys, which no history can tell of, and
people, who are not asked here. Budgets come after (`replay_budgets`): they need the order of
events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.phase import Phase
from engine.domain.tool import EffectClass
from engine.domain.verdict import VerdictKind
from engine.govern.authorize import CellPolicy
from engine.govern.checked_input import FloatArray
from engine.govern.envelope import CellLimits
from engine.govern.hard_rules import HardRule
from engine.govern.history import EFFECTS, NOT_THERE
from engine.govern.limits import HandSetThreshold, Hours, RollingThreshold, Weekday
from engine.govern.local_time import LocalTimes
from engine.govern.replay_columns import Mask, ReplayColumns, Rows
from engine.govern.replay_sums import Minor, Moved
from engine.govern.rule import PUT_BACK

Levels = NDArray[np.int8]
"""`VerdictKind.strictness` of each row: 0 EXECUTE, 1 VETO_WINDOW, 2 ESCALATE, 3 DENY."""
Cuts = Callable[[float], FloatArray]
"""For a risk limit the raw confidence that the rolling threshold asked for at each row of the
history; NaN: none was enough."""

FREE = VerdictKind.EXECUTE.strictness
WINDOW = VerdictKind.VETO_WINDOW.strictness
ESCALATE = VerdictKind.ESCALATE.strictness
DENY = VerdictKind.DENY.strictness

_DAYS = tuple(Weekday)
_MIDNIGHT = time(0)
_CAN_BE_PUT_BACK = np.array([effect in PUT_BACK for effect in EFFECTS])
assert len(_CAN_BE_PUT_BACK) == len(EffectClass)


@dataclass(frozen=True, kw_only=True, slots=True)
class CellRows:
    """The rows of one cell, column by column."""

    columns: ReplayColumns
    cell: int
    moved: Moved
    """What the cases had moved before each row."""

    @property
    def rows(self) -> Rows:
        """Their places in the history."""
        return self.columns.rows(self.cell)

    def column(self, name: str) -> NDArray[Any]:
        """One column."""
        return self.columns.of_cell(self.cell, name)

    @property
    def can_be_put_back(self) -> Mask:
        """Whether the effect can be undone as if it had not been."""
        can: Mask = _CAN_BE_PUT_BACK[self.column("effect")]
        return can

    def over_cap(self, cap: int | None, currency: str, before: Minor | None = None) -> Mask:
        """Whether the amount, with what was moved before, is over a cap.

        Another currency, or less than nothing, always is; what moves nothing makes nothing more.
        """
        moves = self.column("currency") != NOT_THERE
        if cap is None:
            return np.zeros(moves.size, dtype=bool)
        amount = self.column("amount")
        if before is not None:
            amount = np.where(amount > 0, amount + before[self.rows], amount)
        fits = self.is_in(currency) & (amount >= 0) & (amount <= cap)
        over: Mask = moves & ~fits
        return over

    def is_by(self, reasoners: Sequence[str]) -> Mask:
        """Whether the recommendation is one of theirs."""
        is_theirs = np.array([name in reasoners for name in self.columns.history.reasoners])
        found: Mask = is_theirs[self.column("reasoner")]
        return found

    @property
    def is_unearned(self) -> Mask:
        """Whether another version of its reasoner recommends now, whose phase this is not."""
        is_another = np.array([bool(who) for who in self.columns.history.unearned])
        found: Mask = is_another[self.column("reasoner")]
        return found

    def is_in(self, currency: str) -> Mask:
        """Whether the amount is in a currency."""
        known = self.columns.history.currencies
        code = known.index(currency) if currency in known else NOT_THERE - 1
        is_in: Mask = self.column("currency") == code
        return is_in


def levels(rows: CellRows, policy: CellPolicy, cuts: Cuts) -> tuple[Levels, Levels]:
    """How strict each row's answer is, and what it would be without the phase; without budgets.

    Args:
        rows: The rows of the policy's cell.
        policy: What holds for it.
        cuts: Of rolling thresholds.
    """
    found = np.where(rows.column("problem") != 0, DENY, FREE).astype(np.int8)
    own = policy.envelope.limits if policy.envelope is not None else None
    if own is None:
        _raise(found, np.ones(found.size, dtype=bool), ESCALATE)
    else:
        _raise_own(found, rows, own, cuts)
    for hard in policy.hard_rules:
        _raise_hard(found, rows, hard)
    np.maximum(found, closed(policy, _shown(rows)), out=found)
    kind = found.copy()
    if own is not None:
        _raise(kind, _is_copilot(rows, own), ESCALATE)
    return kind, found


def _is_copilot(rows: CellRows, limits: CellLimits) -> Mask:
    return rows.is_unearned | (limits.phase is Phase.COPILOT)


def _shown(rows: CellRows) -> Callable[[str], LocalTimes]:
    def shown(zone: str) -> LocalTimes:
        whole = rows.columns.local(zone)
        return LocalTimes(local_us=whole.local_us[rows.rows], is_second=whole.is_second[rows.rows])

    return shown


def closed(policy: CellPolicy, shown: Callable[[str], LocalTimes]) -> Levels | np.int8:
    """How strict the hours make the answer at some moments.

    Args:
        policy: What holds for the cell.
        shown: What the clocks of a zone show at those moments.
    """
    found: Levels | np.int8 = np.int8(FREE)
    own = policy.envelope.limits if policy.envelope is not None else None
    for hours in own.hours if own is not None else ():
        assert own is not None
        found = np.maximum(found, _outside(shown(own.zone), hours) * np.int8(ESCALATE))
    for hard in policy.hard_rules:
        if hard.rule.hours is not None:
            outside = _outside(shown(hard.zone), hard.rule.hours)
            found = np.maximum(found, outside * np.int8(hard.kind.strictness))
    return found


def _outside(shown: LocalTimes, hours: Hours) -> Mask:
    is_open_day = np.array([day in hours.days for day in _DAYS])
    clock = shown.time_us
    inside = is_open_day[shown.weekday] & (clock >= _as_us(hours.opens))
    if hours.closes != _MIDNIGHT:
        inside &= clock < _as_us(hours.closes)
    return ~inside


def _as_us(clock: time) -> int:
    seconds = (clock.hour * 60 + clock.minute) * 60 + clock.second
    return seconds * 1_000_000 + clock.microsecond


def _raise(found: Levels, broken: Mask, level: int) -> None:
    np.maximum(found, broken * np.int8(level), out=found)


def breaches(rows: CellRows, policy: CellPolicy, cuts: Cuts) -> Iterator[tuple[str, Mask]]:
    """Checks of the envelope, each with the rows that it alone sends to a person.

    Left out: hours and budgets, and what guardrails and constraints forbid.

    Args:
        rows: The rows of the policy's cell.
        policy: What holds for it.
        cuts: Of rolling thresholds.
    """
    own, all_of_them = policy.envelope, np.ones(rows.rows.size, dtype=bool)
    if own is None:
        yield "no_envelope", all_of_them
        return
    yield "phase_is_copilot", _is_copilot(rows, own.limits)
    yield from _strict(rows, own.limits)
    for name, broken, keeps in _widened(rows, own.limits, cuts):
        yield name, broken if keeps is None else broken & ~(keeps & rows.can_be_put_back)


def _raise_own(found: Levels, rows: CellRows, limits: CellLimits, cuts: Cuts) -> None:
    """Raise the answers that the envelope's own limits ask for."""
    for _, broken in _strict(rows, limits):
        _raise(found, broken, ESCALATE)
    for _, broken, keeps in _widened(rows, limits, cuts):
        _raise_wide(found, rows, broken, keeps)


def _strict(rows: CellRows, limits: CellLimits) -> Iterator[tuple[str, Mask]]:
    """What breaks those limits that nothing is wider than."""
    cell = rows.columns.history.cells[rows.cell]
    confidence = rows.column("confidence")
    is_ours = cell.case_type == limits.case_type and cell.action_type == limits.action
    yield "case_type_unknown", ~rows.column("is_known_case_type") | (not is_ours)
    yield "confidence_uncalibrated", ~(rows.column("is_calibrated") & ~np.isnan(confidence))
    yield "text_names_others", rows.column("names_others")
    yield "case_in_hand", rows.column("is_in_hand")
    yield "earned_by_another_reasoner", ~rows.is_by(limits.earned_by)
    yield "fact_stale", rows.column("stale") > limits.max_stale_facts
    yield "facts_contradictory", rows.column("contradictory") > limits.max_contradictions
    wrong = [rows.columns.wrong_argument(name, one, rows.rows) for name, one in limits.arguments]
    if wrong:
        yield "argument_out_of_bounds", np.logical_or.reduce(wrong)
    if limits.second_person_above is not None:
        yield (
            "second_person_missing",
            rows.over_cap(limits.second_person_above, limits.currency, rows.moved.in_all),
        )
    if limits.max_unseen_values is not None:
        yield "values_unseen", rows.column("unseen") > limits.max_unseen_values
    if limits.reversible_only:
        yield "effect_not_reversible", ~rows.can_be_put_back


def _widened(
    rows: CellRows, limits: CellLimits, cuts: Cuts
) -> Iterator[tuple[str, Mask, Mask | None]]:
    """What breaks those limits that ON_THE_LOOP has wider ones for, and what keeps the wider."""
    wider, priority, before = limits.wider, rows.column("priority"), rows.moved.in_cell
    yield (
        "confidence_below_threshold",
        ~_passes(rows, limits.threshold, cuts),
        None if wider is None else _passes(rows, wider.threshold, cuts),
    )
    yield (
        "priority_too_urgent",
        priority < limits.most_urgent_priority,
        None if wider is None else priority >= wider.most_urgent_priority,
    )
    yield (
        "amount_over_cap",
        rows.over_cap(limits.amount_cap, limits.currency, before),
        None if wider is None else ~rows.over_cap(wider.amount_cap, limits.currency, before),
    )


def _passes(rows: CellRows, threshold: HandSetThreshold | RollingThreshold, cuts: Cuts) -> Mask:
    # A comparison with NaN is false: neither no confidence nor no cut passes.
    if isinstance(threshold, HandSetThreshold):
        passes: Mask = rows.column("confidence") >= threshold.min_confidence
    else:
        passes = rows.column("score") >= cuts(threshold.risk_limit)[rows.rows]
    return passes


def _raise_wide(found: Levels, rows: CellRows, broken: Mask, keeps: Mask | None) -> None:
    """Raise what breaks a limit: to a window where the wider limit is kept, else to a person."""
    if keeps is None:
        _raise(found, broken, ESCALATE)
        return
    waits = broken & keeps & rows.can_be_put_back
    _raise(found, broken & ~waits, ESCALATE)
    _raise(found, waits, WINDOW)


def _raise_hard(found: Levels, rows: CellRows, hard: HardRule) -> None:
    """Raise the answers that a guardrail or constraint asks for, its hours and budgets apart."""
    rule, level = hard.rule, hard.kind.strictness
    wrong: list[Mask] = [
        rows.columns.wrong_argument(name, one, rows.rows) for name, one in rule.arguments.items()
    ]
    if rule.never:
        wrong.append(np.ones(found.size, dtype=bool))
    if rule.amount_cap is not None:
        wrong.append(rows.over_cap(rule.amount_cap, hard.currency, rows.moved.in_cell))
    if rule.reversible_only:
        wrong.append(~rows.can_be_put_back)
    if rule.most_urgent_priority is not None:
        wrong.append(rows.column("priority") < rule.most_urgent_priority)
    for name, most in (
        ("stale", rule.max_stale_facts),
        ("contradictory", rule.max_contradictions),
        ("unseen", rule.max_unseen_values),
    ):
        if most is not None:
            wrong.append(rows.column(name) > most)
    for broken in wrong:
        _raise(found, broken, level)
