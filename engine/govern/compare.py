"""Compare: holds a draft against the policy in force, over the last days of one history.

Lives here: how `consequences` are computed. Must not live here: the replay itself, words for
people, or any permission: a simulation explores, it certifies nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from engine.domain.phase import Cell
from engine.domain.verdict import VerdictKind
from engine.errors import InvalidRequest
from engine.govern.authorize import CellPolicy
from engine.govern.consequences import (
    MOST_FLIPS,
    Asked,
    CellConsequences,
    Consequences,
    Flip,
    Week,
)
from engine.govern.exposure import worst_day
from engine.govern.forecast import Forecast, forecast
from engine.govern.history import NOT_THERE, TRUTHS, Truth
from engine.govern.local_time import Moments, as_moment, local_times
from engine.govern.policy_set import PolicySet
from engine.govern.replay import Replayed, Replaying
from engine.govern.replay_columns import Mask, Rows
from engine.govern.resample import ratio_by_day
from engine.govern.sides import side
from engine.govern.workload import (
    MOST_QUEUED,
    KnownTeam,
    Workload,
    arrivals_of,
    hours_of,
    known_team,
    workload,
)

_KINDS = tuple(VerdictKind)
_WRONG = TRUTHS.index(Truth.WRONG)
_SEED = 17
_FIRST_DAY = date(1970, 1, 1).toordinal()


def compare(past: Replaying, draft: PolicySet, active: PolicySet, asked: Asked) -> Consequences:
    """Compare a draft with the policy in force.

    Args:
        past: The history.
        draft: The draft, with the other two documents as they are in force.
        active: The documents in force.
        asked: Days and people.

    Raises:
        InvalidRequest: The history is empty, or a figure is out of range.
    """
    if not len(past.history):
        raise InvalidRequest(
            "Nothing was recommended at this desk yet, so nothing can be replayed."
        )
    if asked.future_days < 1 or (asked.days is not None and asked.days < 1):
        raise InvalidRequest("Days are counted from 1.")
    return _Comparison(past, draft, active, asked).consequences()


class _Comparison:
    """Two replays of one history, held beside each other."""

    def __init__(self, past: Replaying, draft: PolicySet, active: PolicySet, asked: Asked) -> None:
        self._past, self._history, self._asked = past, past.history, asked
        self._draft, self._active = draft, active
        self._days: Moments = local_times(self._history.at_us, draft.envelope.zone).day
        last = int(self._days[-1])
        first = int(self._days[0]) if asked.days is None else last - asked.days + 1
        self._rows: Rows = np.flatnonzero(self._days >= first)
        since_us = int(self._history.at_us[self._rows[0]])
        self._now = past.under(active, hits_from_us=since_us)
        self._then = past.under(draft, hits_from_us=since_us)
        self._policies_now = active.of(self._history.cells)
        self._policies = draft.of(self._history.cells)

    def consequences(self) -> Consequences:
        """All figures."""
        rows, history = self._rows, self._history
        used = np.unique(history.cell[rows]).tolist()
        cells = [self._cell(history.cells[cell], rows[history.cell[rows] == cell]) for cell in used]
        queue_rows = self._queue_rows()
        team, people_now, people = self._people(queue_rows)
        return Consequences(
            since=as_moment(int(history.at_us[rows[0]])),
            until=as_moment(int(history.at_us[-1])),
            total=self._cell(None, rows),
            cells=tuple(sorted(cells, key=lambda one: str(one.cell))),
            flips=self._flips(),
            weeks=self._weeks(),
            hits=self._then.hits,
            hits_now=self._now.hits,
            forecast=self._forecast(self._draft, self._then),
            forecast_now=self._forecast(self._active, self._now),
            team=team,
            people_now=people_now,
            people=people,
            queue_since=as_moment(int(history.at_us[queue_rows[0]])),
            audits_a_day=self._audits(),
            held=self._held(),
            currency=self._draft.envelope.currency,
        )

    def _cell(self, cell: Cell | None, rows: Rows) -> CellConsequences:
        was, becomes = self._now.alone[rows], self._then.alone[rows]
        return CellConsequences(
            cell=cell,
            now=side(self._history, self._now, rows),
            draft=side(self._history, self._then, rows),
            share=ratio_by_day(
                becomes.astype(np.float64),
                np.ones(rows.size),
                self._days[rows],
                rng=np.random.default_rng(_SEED),
            ),
            to_alone=int((becomes & ~was).sum()),
            to_people=int((was & ~becomes).sum()),
            worst_day_now=self._worst(self._active, self._policies_now, rows),
            worst_day=self._worst(self._draft, self._policies, rows),
        )

    def _worst(self, policy: PolicySet, policies: Sequence[CellPolicy], rows: Rows) -> int | None:
        moving = rows[self._history.currency[rows] != NOT_THERE]
        cells = np.unique(self._history.cell[moving]).tolist()
        return worst_day([policies[cell] for cell in cells], policy.envelope.currency)

    def _held(self) -> tuple[tuple[str, int], ...]:
        """Checks of the draft's envelope that send decisions of these days to people."""
        asked = self._then.kind == VerdictKind.ESCALATE.strictness
        asked[: self._rows[0]] = False
        return self._past.held_back(self._policies, asked)

    # --- what changes ------------------------------------------------------------------------

    def _flips(self) -> tuple[Flip, ...]:
        rows, history = self._rows, self._history
        changed: Mask = self._now.alone[rows] != self._then.alone[rows]
        flipped = rows[changed]
        is_wrong = history.truth[flipped] == _WRONG
        order = np.lexsort((-flipped, ~is_wrong))[:MOST_FLIPS]
        return tuple(self._flip(row) for row in flipped[order].tolist())

    def _flip(self, row: int) -> Flip:
        history, confidence = self._history, float(self._history.confidence[row])
        return Flip(
            case_id=history.case_ids[row],
            text=history.texts[row],
            cell=history.cells[int(history.cell[row])],
            at=as_moment(int(history.at_us[row])),
            was=_KINDS[int(self._now.kind[row])],
            becomes=_KINDS[int(self._then.kind[row])],
            runs_alone=bool(self._then.alone[row]),
            confidence=None if np.isnan(confidence) else confidence,
            truth=TRUTHS[int(history.truth[row])],
        )

    def _weeks(self) -> tuple[Week, ...]:
        # Whole weeks back from the last day, so that the newest is never a part of one.
        week = (int(self._days[-1]) - self._days) // 7
        count = int(week[0]) + 1
        decisions = np.bincount(week, minlength=count)
        now = np.bincount(week, weights=self._now.alone, minlength=count)
        then = np.bincount(week, weights=self._then.alone, minlength=count)
        end = int(self._days[-1]) + 1
        return tuple(
            Week(
                begins=date.fromordinal(_FIRST_DAY + end - 7 * (place + 1)),
                decisions=int(decisions[place]),
                alone_now=int(now[place]),
                alone=int(then[place]),
            )
            for place in range(count - 1, -1, -1)
        )

    def _forecast(self, policy: PolicySet, replayed: Replayed) -> Forecast:
        return forecast(
            self._past,
            policy,
            replayed,
            days=self._days,
            future_days=self._asked.future_days,
            rng=np.random.default_rng(_SEED),
        )

    # --- people ------------------------------------------------------------------------------

    def _queue_rows(self) -> Rows:
        """The last whole days of those that are looked at, with not too many cases."""
        rows = self._rows
        if rows.size <= MOST_QUEUED:
            return rows
        days = self._days[rows]
        last: Rows = rows[days > days[-MOST_QUEUED]]
        return last if last.size else rows[-MOST_QUEUED:]

    def _people(self, rows: Rows) -> tuple[KnownTeam, Workload, Workload]:
        history, given = self._history, self._asked.team
        hours = hours_of(given, self._draft)[0]
        first_us, last_us = history.at_us[rows[[0, -1]]].tolist()
        period = hours.whole_days(first_us / 1e6, last_us / 1e6)
        now = arrivals_of(history, self._policies_now, self._now, rows, period)
        then = arrivals_of(history, self._policies, self._then, rows, period)
        team = known_team(given, history, self._draft, now)
        return (
            team,
            workload(now, team, self._active.goals.cost_per_hour),
            workload(then, team, self._draft.goals.cost_per_hour),
        )

    def _audits(self) -> float:
        rates = np.array(
            [
                0.0 if one.envelope is None else one.envelope.limits.audit_rate
                for one in self._policies
            ]
        )
        alone = self._rows[self._then.alone[self._rows]]
        days = int(self._days[-1] - self._days[self._rows[0]]) + 1
        return float(rates[self._history.cell[alone]].sum()) / days
