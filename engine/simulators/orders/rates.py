"""Rates: what one world draws around the declared causes, so that no two worlds are alike.

The ranges are the hyper-parameters of the simulator. Nobody but it, and the ceiling, sees what was
drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from engine.desks.orders.words import CaseType
from engine.simulators.orders.causes import CaseModel, Cause, Shown, Signal
from engine.simulators.orders.deliveries import ADDRESS_UNDELIVERABLE, DELIVERED_NOT_RECEIVED
from engine.simulators.orders.payments import FRAUD_SUSPECTED, PAYMENT_MISMATCH
from engine.simulators.orders.shortages import DUPLICATE_ORDER, STOCK_SHORT

MODELS: tuple[CaseModel, ...] = (
    ADDRESS_UNDELIVERABLE,
    STOCK_SHORT,
    PAYMENT_MISMATCH,
    DELIVERED_NOT_RECEIVED,
    DUPLICATE_ORDER,
    FRAUD_SUSPECTED,
)

NOISE = (0.01, 0.08)
"""A share of a signal's values says nothing: drawn for each world and signal from this range."""
SHARES_LIKE = 80.0
"""Shares of causes are Dirichlet around the declared ones, worth so many cases."""
WEIGHTS_LIKE = 120.0
"""Likewise the weights of a signal's values under a cause."""
CASE_SHARES: Mapping[CaseType, float] = {
    CaseType.ADDRESS_UNDELIVERABLE: 0.20,
    CaseType.STOCK_SHORT: 0.22,
    CaseType.PAYMENT_MISMATCH: 0.15,
    CaseType.DELIVERED_NOT_RECEIVED: 0.19,
    CaseType.DUPLICATE_ORDER: 0.12,
    CaseType.FRAUD_SUSPECTED: 0.12,
}
CASES_LIKE = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Rates:
    """What one world drew for one case type."""

    model: CaseModel
    shares: tuple[float, ...]
    """Of the model's causes, in their order; they sum to 1."""
    tables: Mapping[str, tuple[tuple[float, ...], ...]]
    """By signal: a row for each cause with the chance of each value."""

    def draw(self, random: Random) -> tuple[Cause, Shown]:
        """Draw a cause, and what can be seen of it."""
        position = random.choices(range(len(self.shares)), self.shares)[0]
        drawn = {
            signal.name: random.choices(signal.values, self.tables[signal.name][position])[0]
            for signal in self.model.signals
        }
        return self.model.causes[position], self.model.seen(drawn)


def draw_rates(model: CaseModel, random: Random) -> Rates:
    """Draw the rates of one case type in one world."""
    shares = _dirichlet(random, [cause.share for cause in model.causes], SHARES_LIKE)
    return Rates(
        model=model,
        shares=tuple(shares),
        tables={signal.name: _table(random, model, signal) for signal in model.signals},
    )


def draw_case_shares(random: Random) -> Mapping[CaseType, float]:
    """How often each case type comes in one world; they sum to 1."""
    shares = _dirichlet(random, list(CASE_SHARES.values()), CASES_LIKE)
    return dict(zip(CASE_SHARES, shares, strict=True))


def _table(random: Random, model: CaseModel, signal: Signal) -> tuple[tuple[float, ...], ...]:
    noise = random.uniform(*NOISE)
    rows = []
    for cause in model.causes:
        weights = [cause.shows[signal.name].get(value, 0.0) for value in signal.values]
        possible = sum(weight > 0 for weight in weights)
        drawn = _dirichlet(random, weights, WEIGHTS_LIKE)
        rows.append(
            tuple(
                (1 - noise) * chance + noise / possible if weight > 0 else 0.0
                for chance, weight in zip(drawn, weights, strict=True)
            )
        )
    return tuple(rows)


def _dirichlet(random: Random, weights: Sequence[float], like: float) -> list[float]:
    """Chances around weights; what has no weight stays impossible."""
    total = sum(weights)
    drawn = [
        random.gammavariate(like * weight / total, 1.0) if weight > 0 else 0.0 for weight in weights
    ]
    return [one / sum(drawn) for one in drawn]
