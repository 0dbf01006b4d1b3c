"""Beliefs: how probable each cause is once the signs were seen, and what each sign contributed.

Bayes' rule over independent signs. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log

from engine.desks.orders.playbook.model import SILENT, CaseModel, Cause, Seen, Sign
from engine.desks.orders.playbook.view import View


@dataclass(frozen=True, kw_only=True, slots=True)
class Beliefs:
    """What is believed about one case."""

    model: CaseModel
    seen: Mapping[str, Seen]
    """By sign."""
    posterior: Mapping[str, float]
    """By cause; sums to 1."""

    def by_probability(self) -> tuple[tuple[Cause, float], ...]:
        """Causes, the most probable first."""
        pairs = [(cause, self.posterior[cause.name]) for cause in self.model.causes]
        return tuple(sorted(pairs, key=lambda pair: -pair[1]))

    def weight(self, sign: Sign, of: Cause, against: Cause) -> float:
        """What a sign adds to the log-odds of one cause against another."""
        value = self.seen[sign.name].value
        return _log_odds(self.model, sign, value, of, against)

    def could_weigh(self, sign: Sign, of: Cause, against: Cause) -> float:
        """The most a silent sign could add or take, had it said something."""
        told = [value for value in sign.values if value != SILENT]
        return max(abs(_log_odds(self.model, sign, value, of, against)) for value in told)


def believe(model: CaseModel, view: View) -> Beliefs:
    """Look at every sign of a case and weigh its causes."""
    seen = {sign.name: sign.look(view) for sign in model.signs}
    scores = {
        cause.name: log(cause.share)
        + sum(log(model.likelihood(cause, sign, seen[sign.name].value)) for sign in model.signs)
        for cause in model.causes
    }
    highest = max(scores.values())
    weights = {name: exp(score - highest) for name, score in scores.items()}
    whole = sum(weights.values())
    posterior = {name: weight / whole for name, weight in weights.items()}
    return Beliefs(model=model, seen=seen, posterior=posterior)


def _log_odds(model: CaseModel, sign: Sign, value: str, of: Cause, against: Cause) -> float:
    return log(model.likelihood(of, sign, value) / model.likelihood(against, sign, value))
