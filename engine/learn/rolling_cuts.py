"""Rolling cuts over a history: what each recommendation's rolling threshold would have asked for.

The very state machine that runs live (`rolling`) is driven over the labels of a history, for any
risk limit; so a draft's cut at a moment rests on labels known before that moment and on no other.
"""

from __future__ import annotations

import numpy as np

from engine.domain.precedent import PrecedentProcedure
from engine.govern.checked_input import FloatArray
from engine.govern.history import DecisionHistory
from engine.govern.local_time import HOUR_US, as_moment
from engine.learn.rolling import ResolvedPrediction, RollingState

MOST_KEPT = 4
"""Risk limits whose cuts are kept row by row; what they were chosen from is kept for all."""


class RollingCuts:
    """Cuts of one history; those of a risk limit are computed once (see `replay_rules.Cuts`)."""

    def __init__(self, history: DecisionHistory, procedure: PrecedentProcedure | None) -> None:
        """Bind a history.

        Args:
            history: The past, with the labels that were known by then.
            procedure: How the desk learns; None: it learns nothing and has no cut.
        """
        self._history = history
        self._procedure = procedure
        self._step_us = procedure.threshold_hours * HOUR_US if procedure is not None else HOUR_US
        # On the schedule the state keeps itself, an answer holds from one due moment to the next.
        due = np.unique(history.at_us // self._step_us, return_inverse=True)
        self._moments, self._moment_of_row = due[0].tolist(), due[1]
        self._chosen: dict[float, FloatArray] = {}
        """By risk limit the cuts of each reasoner in force from each due moment on."""
        self._kept: dict[float, FloatArray] = {}

    def __call__(self, risk_limit: float) -> FloatArray:
        """The raw confidence that was asked for at each row; NaN: none was enough.

        Raises:
            InvalidRequest: The risk limit is not between 0 and 1.
        """
        known = self._kept.get(risk_limit)
        if known is None:
            if risk_limit not in self._chosen:
                self._chosen[risk_limit] = self._choose(risk_limit)
            known = self._chosen[risk_limit][self._history.reasoner, self._moment_of_row]
            known.setflags(write=False)
            if len(self._kept) >= MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[risk_limit] = known
        return known

    def _choose(self, risk_limit: float) -> FloatArray:
        """The cuts of each reasoner, from its own labels alone, shape (reasoners, moments)."""
        reasoners = range(len(self._history.reasoners))
        found = [self._chosen_of(reasoner, risk_limit) for reasoner in reasoners]
        return np.array(found, dtype=np.float64).reshape(len(found), len(self._moments))

    def _chosen_of(self, reasoner: int, risk_limit: float) -> list[float]:
        """The cut in force from each due moment on; NaN: none."""
        if self._procedure is None:
            return [np.nan] * len(self._moments)
        state = self._state(self._procedure, reasoner)
        found = [
            state.threshold_at(as_moment(moment * self._step_us), risk_limit).cut
            for moment in self._moments
        ]
        return [np.nan if cut is None else cut for cut in found]

    def _state(self, procedure: PrecedentProcedure, reasoner: int) -> RollingState:
        state, resolved = RollingState(procedure), self._history.resolved
        is_theirs = resolved.reasoner == reasoner
        labels = zip(
            resolved.known_us[is_theirs].tolist(),
            resolved.score[is_theirs].tolist(),
            resolved.is_correct[is_theirs].tolist(),
            strict=True,
        )
        for number, (known_us, score, is_correct) in enumerate(labels):
            state.observe_label(
                ResolvedPrediction(
                    case_id=f"{number:012d}",
                    known_at=as_moment(known_us),
                    raw_confidence=score,
                    is_correct=is_correct,
                )
            )
        return state
