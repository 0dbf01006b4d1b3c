"""Ceiling: how often anyone could be right who sees exactly what a case shows. Exact, no sampling.

What is shown is discrete and its chances are known, so the posterior over resolutions is a table:
all combinations of values are enumerated, and the best reasoner takes the likeliest resolution of
each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.desks.orders.words import Resolution
from engine.simulators.orders.causes import CaseModel, Shown
from engine.simulators.orders.rates import Rates

Chances = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ceiling:
    """The joint chances of resolutions and of what is shown, of one case type in one world."""

    model: CaseModel
    joint: Chances
    """Shape (resolutions, values of signal 1, values of signal 2, …); sums to 1."""

    @property
    def expected(self) -> float:
        """The accuracy of the best reasoner, in [0, 1]."""
        return float(self.joint.max(axis=0).sum())

    def posterior(self, shown: Shown) -> Mapping[Resolution, float]:
        """Chances of resolutions given what a case shows; they sum to 1.

        Args:
            shown: The value of every signal, with its veils on.
        """
        place: tuple[int | slice, ...] = (slice(None), *self._place(shown))
        cell = self.joint[place]
        return {
            resolution: float(chance)
            for resolution, chance in zip(self.model.resolutions, cell / cell.sum(), strict=True)
        }

    def best(self, shown: Shown) -> Resolution:
        """The likeliest resolution; of equals the first in the order of the causes."""
        chances = self.posterior(shown)
        return max(chances, key=lambda resolution: chances[resolution])

    def reach(self, shown: Shown) -> float:
        """The chance that `best` is right."""
        return max(self.posterior(shown).values())

    def _place(self, shown: Shown) -> tuple[int, ...]:
        return tuple(signal.values.index(shown[signal.name]) for signal in self.model.signals)


def ceiling_of(rates: Rates) -> Ceiling:
    """Enumerate everything that can be shown."""
    model = rates.model
    shape = tuple(len(signal.values) for signal in model.signals)
    joint = np.zeros((len(model.resolutions), *shape))
    for position, cause in enumerate(model.causes):
        chances: Chances = np.array(rates.shares[position])
        for signal in model.signals:
            chances = np.multiply.outer(chances, np.array(rates.tables[signal.name][position]))
        joint[model.resolutions.index(cause.resolution)] += chances
    for veil in model.veils:
        _hide(joint, model, (veil.where, veil.has), (veil.hides, veil.seen))
    return Ceiling(model=model, joint=joint)


def _hide(joint: Chances, model: CaseModel, where: tuple[str, str], seen: tuple[str, str]) -> None:
    """Move all the mass that a veil covers to the value that is shown."""
    axes = {signal.name: axis for axis, signal in enumerate(model.signals, start=1)}
    values = {signal.name: signal.values for signal in model.signals}
    covered: list[int | slice] = [slice(None)] * joint.ndim
    covered[axes[where[0]]] = values[where[0]].index(where[1])
    shown = values[seen[0]].index(seen[1])
    for value in range(len(values[seen[0]])):
        if value != shown:
            source, target = list(covered), list(covered)
            source[axes[seen[0]]], target[axes[seen[0]]] = value, shown
            joint[tuple(target)] += joint[tuple(source)]
            joint[tuple(source)] = 0.0
