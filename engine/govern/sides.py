"""Sides: what one policy would have done with some decisions, in figures to be held beside others.

Lives here: counts, error and money of one replay over any choice of rows. Must not live here: the
comparison of two policies (`consequences`), or what comes next (`forecast`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.domain.money import Money
from engine.govern.estimate import ErrorEstimate, estimate_error
from engine.govern.history import TRUTHS, DecisionHistory, Truth
from engine.govern.local_time import as_us
from engine.govern.predict_errors import known_probabilities
from engine.govern.replay import Replayed
from engine.govern.replay_columns import Rows
from engine.govern.replay_rules import DENY

_UNKNOWN, _WRONG = TRUTHS.index(Truth.UNKNOWN), TRUTHS.index(Truth.WRONG)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """Where decisions would have gone; the four add up to all of them."""

    at_once: int
    """Software would have acted at once."""
    after_window: int
    """Software would have acted after a veto window."""
    people: int
    """A person would have been asked; a window that may not lapse ends here too."""
    denied: int
    """Nobody might have done it."""

    @property
    def alone(self) -> int:
        """Without a person's answer, in either way."""
        return self.at_once + self.after_window

    @property
    def decisions(self) -> int:
        """All."""
        return self.alone + self.people + self.denied


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """What one policy would have done."""

    tally: Tally
    error: ErrorEstimate
    """Of what would have run alone, from known truths weighed by how likely they were known."""
    unknown: int
    """How many of those have no truth that counts, yet or ever."""
    moved: tuple[Money, ...]
    """Money that would have moved without a person, by currency."""

    @property
    def share(self) -> float | None:
        """Share that would have run alone; None without decisions."""
        return self.tally.alone / self.tally.decisions if self.tally.decisions else None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Truths:
    """The known truths among some rows, ready for an estimate."""

    rows: Rows
    """Those with a truth."""
    wrong: NDArray[np.bool_]
    """Shape (labels,)."""
    probability: NDArray[np.float64]
    """With which each was to be known by now, shape (labels,)."""


def truths_of(history: DecisionHistory, rows: Rows) -> Truths:
    """The truths of some rows, each with its probability to be labelled and known by now."""
    known = rows[history.truth[rows] != _UNKNOWN]
    lags = np.maximum(history.known_us[known] - history.at_us[known], 0)
    return Truths(
        rows=known,
        wrong=history.truth[known] == _WRONG,
        probability=known_probabilities(
            history.at_us[rows],
            lags,
            history.label_probability[known],
            now_us=as_us(history.as_of),
        ),
    )


def side(history: DecisionHistory, replayed: Replayed, rows: Rows) -> Side:
    """What a policy would have done with some decisions.

    Args:
        history: The past.
        replayed: The policy's answers to it.
        rows: Which of them, ascending.
    """
    ran, windowed = replayed.alone[rows], replayed.windowed[rows]
    denied = replayed.kind[rows] == DENY
    alone = rows[ran]
    found = truths_of(history, alone)
    return Side(
        tally=Tally(
            at_once=int((ran & ~windowed).sum()),
            after_window=int((ran & windowed).sum()),
            people=int((~ran & ~denied).sum()),
            denied=int(denied.sum()),
        ),
        error=estimate_error(found.wrong, found.probability),
        unknown=int(alone.size - found.rows.size),
        moved=money_of(history, alone),
    )


def money_of(history: DecisionHistory, rows: Rows) -> tuple[Money, ...]:
    """The sum of the amounts of some rows, by currency; amounts below nothing are left out."""
    codes, amounts = history.currency[rows], np.maximum(history.amount[rows], 0)
    sums = (int(amounts[codes == code].sum()) for code in range(len(history.currencies)))
    return tuple(
        Money(minor=minor, currency=currency)
        for currency, minor in zip(history.currencies, sums, strict=True)
        if minor
    )
