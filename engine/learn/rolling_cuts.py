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
            known = self._chosen[risk_limit][self._moment_of_row]
            known.setflags(write=False)
            if len(self._kept) >= MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[risk_limit] = known
        return known

    def _choose(self, risk_limit: float) -> FloatArray:
        """The cut in force from each due moment on."""
        if self._procedure is None:
            return np.full(len(self._moments), np.nan)
        state = self._state(self._procedure)
        found = [
            state.threshold_at(as_moment(moment * self._step_us), risk_limit).cut
            for moment in self._moments
        ]
        return np.array([np.nan if cut is None else cut for cut in found], dtype=np.float64)

    def _state(self, procedure: PrecedentProcedure) -> RollingState:
        state, resolved = RollingState(procedure), self._history.resolved
        labels = zip(
            resolved.known_us.tolist(),
            resolved.score.tolist(),
            resolved.is_correct.tolist(),
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
