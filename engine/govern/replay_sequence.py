"""The sequential path of the replay: `authorize` itself is asked, row by row, usage carried on.

Slow and plain on purpose: it is what the vectorised path of `replay` has to equal, row by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from heapq import heappop, heappush

import numpy as np

from engine.domain.budget import Spent
from engine.domain.verdict import VerdictKind
from engine.govern import bounds
from engine.govern.authorize import CellPolicy, authorize
from engine.govern.history import DecisionHistory
from engine.govern.limits import HandSetThreshold, RollingThreshold
from engine.govern.local_time import as_moment, as_us
from engine.govern.policy_set import PolicySet
from engine.govern.replay import Replayed, no_cuts, window_us
from engine.govern.replay_budgets import BudgetHits, budgets_of
from engine.govern.replay_rules import Cuts
from engine.govern.replay_sums import NEVER
from engine.govern.request import AuthorizationRequest, Usage
from engine.govern.taking import takings

_ALONE = (VerdictKind.EXECUTE, VerdictKind.VETO_WINDOW)


def replay_in_sequence(
    history: DecisionHistory, policy: PolicySet, cuts: Cuts | None = None
) -> Replayed:
    """What a policy would have said of a history; arguments as `replay`."""
    run = _Sequence(history, policy.of(history.cells), cuts or no_cuts(history))
    for row in range(len(history)):
        run.lapse_until(int(history.at_us[row]))
        run.ask(row)
    run.lapse_until(None)
    return run.replayed()


class _Sequence:
    """The state between two events: what is used of every budget, and which windows are open."""

    def __init__(
        self, history: DecisionHistory, policies: Sequence[CellPolicy], cuts: Cuts
    ) -> None:
        self._history, self._policies, self._cuts = history, policies, cuts
        self._unlimited = [_without_budgets(policy) for policy in policies]
        self._kind = np.zeros(len(history), dtype=np.int8)
        self._would_have = np.zeros(len(history), dtype=np.int8)
        self._ran_us = np.full(len(history), NEVER)
        self._used: dict[tuple[str, str, datetime], Spent] = {}
        self._open: list[tuple[int, int]] = []
        self._asked: dict[str, list[int]] = {}
        self._more: dict[int, tuple[int, int]] = {}
        self._turned_away: dict[str, list[int]] = {}
        self._never_fit: dict[str, int] = {}

    def ask(self, row: int) -> None:
        """Judge a row at its moment."""
        self._sum_up(row)
        policy, request = self._policy(row), self._request(row)
        verdict = authorize(request, policy, self._usage(policy, request))
        self._kind[row] = verdict.kind.strictness
        self._would_have[row] = verdict.would_have.strictness
        self._note(row, request)
        if verdict.kind is VerdictKind.EXECUTE:
            self._act(row, policy, request)
        elif verdict.kind is VerdictKind.VETO_WINDOW:
            heappush(self._open, (int(self._history.at_us[row]) + window_us(policy), row))

    def lapse_until(self, until: int | None) -> None:
        """End the windows whose time is up by then: each is judged again at its own moment."""
        while self._open and (until is None or self._open[0][0] <= until):
            at_us, row = heappop(self._open)
            policy = self._policy(row)
            request = replace(self._request(row), at=as_moment(at_us))
            if authorize(request, policy, self._usage(policy, request)).kind in _ALONE:
                self._act(row, policy, request)
            elif authorize(request, policy, Usage()).kind in _ALONE:
                self._note_spent(row, request)

    def replayed(self) -> Replayed:
        """What came of it."""
        limits = {
            limit.key: (limit, currency)
            for policy in self._policies
            for limit, _, currency, _ in budgets_of(policy)
        }
        hits = [
            BudgetHits(
                limit=limits[key][0],
                currency=limits[key][1],
                turned_away=len(self._turned_away.get(key, ())),
                first_us=next(iter(self._turned_away.get(key, ())), None),
                never_fit=self._never_fit.get(key, 0),
            )
            for key in sorted(limits)
            if key in self._turned_away or key in self._never_fit
        ]
        return Replayed(
            kind=self._kind, would_have=self._would_have, ran_us=self._ran_us, hits=tuple(hits)
        )

    def _policy(self, row: int) -> CellPolicy:
        return self._policies[int(self._history.cell[row])]

    def _request(self, row: int) -> AuthorizationRequest:
        envelope = self._policy(row).envelope
        cut, wider_cut, more = np.nan, np.nan, self._more[row]
        if envelope is not None:
            limits, wider = envelope.limits, envelope.limits.wider
            cut = self._cut(limits.threshold, row)
            wider_cut = self._cut(wider.threshold, row) if wider is not None else np.nan
        request, (in_cell, in_all) = self._history.request(row, cut=cut, wider=wider_cut), more
        return replace(
            request, moved_in_cell=request.moved_in_cell + in_cell, moved=request.moved + in_all
        )

    def _sum_up(self, row: int) -> None:
        """Note what the case has moved by now, beyond what it had in the past."""
        history, in_cell, in_all = self._history, 0, 0
        earlier = self._asked.setdefault(history.case_ids[row], [])
        for one in earlier:
            has_run = self._ran_us[one] != NEVER and not history.acted[one]
            if has_run and history.currency[one] == history.currency[row]:
                minor = max(0, int(history.amount[one]))
                in_all += minor
                in_cell += minor if history.cell[one] == history.cell[row] else 0
        self._more[row] = (in_cell, in_all)
        earlier.append(row)

    def _cut(self, threshold: HandSetThreshold | RollingThreshold, row: int) -> float:
        if isinstance(threshold, HandSetThreshold):
            return np.nan
        return float(self._cuts(threshold.risk_limit)[row])

    def _usage(self, policy: CellPolicy, request: AuthorizationRequest) -> Usage:
        taken = [one.taken for one in takings(policy, request)]
        found = ((one, (one.budget, one.customer, one.window_start)) for one in taken)
        return Usage(spent={one.budget: self._used.get(key, Spent()) for one, key in found})

    def _act(self, row: int, policy: CellPolicy, request: AuthorizationRequest) -> None:
        assert request.at is not None
        self._ran_us[row] = as_us(request.at)
        for one in takings(policy, request):
            taken = one.taken
            key = (taken.budget, taken.customer, taken.window_start)
            was = self._used.get(key, Spent())
            self._used[key] = Spent(executions=was.executions + 1, amount=was.amount + taken.amount)

    def _note(self, row: int, request: AuthorizationRequest) -> None:
        """Which budgets, and nothing else, keep the row from running alone."""
        policy, unlimited = self._policy(row), self._unlimited[self._history.cell[row]]
        if authorize(request, unlimited, Usage()).kind not in _ALONE:
            return
        for limit, _, currency, _ in budgets_of(policy):
            if bounds.spent_budget(limit, currency)(request, Spent()):
                self._never_fit[limit.key] = self._never_fit.get(limit.key, 0) + 1
        if authorize(request, policy, Usage()).kind in _ALONE:
            self._note_spent(row, request)

    def _note_spent(self, row: int, request: AuthorizationRequest) -> None:
        policy = self._policy(row)
        usage = self._usage(policy, request)
        assert request.at is not None
        for limit, _, currency, _ in budgets_of(policy):
            if bounds.spent_budget(limit, currency)(request, usage.of(limit.key)):
                self._turned_away.setdefault(limit.key, []).append(as_us(request.at))


def _without_budgets(policy: CellPolicy) -> CellPolicy:
    envelope = policy.envelope
    if envelope is not None:
        limits = envelope.limits.model_copy(update={"budgets": ()})
        envelope = replace(envelope, limits=limits)
    rules = tuple(replace(rule, budgets=()) for rule in policy.hard_rules)
    return CellPolicy(envelope=envelope, hard_rules=rules)
