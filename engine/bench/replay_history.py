"""A made-up history of any length, and limits of every kind for it: what the bench replays.

Twenty cells over a year, with customers, money, facts that are stale or contradict each other, and
truths that become known days later. Nothing of it is evidence of anything.
"""

from __future__ import annotations

from datetime import UTC, datetime, time

import numpy as np

from engine.domain.budget import Period
from engine.domain.case import Origin
from engine.domain.phase import Cell, Phase
from engine.domain.precedent import PrecedentProcedure
from engine.govern.envelope import CellEntry, EnvelopeDocument
from engine.govern.hard_rules import GoalsDocument, GuardrailDocument, NamedRule, Otherwise
from engine.govern.history import Argument, DecisionHistory
from engine.govern.limits import (
    ArgumentRule,
    Budget,
    HandSetThreshold,
    Hours,
    Limits,
    RollingThreshold,
    Weekday,
    Wider,
)
from engine.govern.local_time import DAY_US, as_moment, as_us
from engine.govern.policy_set import PolicySet
from engine.testing.plain_history import plain_columns, truth_columns

DESK = "bench"
PROCEDURE = PrecedentProcedure(features=("x",), contexts=())
START = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = 365

_CASE_TYPES = ("late", "lost", "broken", "wrong", "refused")
_ACTIONS = ("refund", "resend", "credit", "close")
_CUSTOMERS = 5_000
_REGIONS = ("north", "south", "east", "west", "abroad")
_ZONE = "Europe/Vienna"
_CELLS = tuple(
    Cell(desk=DESK, case_type=case_type, action_type=action)
    for case_type in _CASE_TYPES
    for action in _ACTIONS
)


def made_up_history(decisions: int, *, seed: int = 1) -> DecisionHistory:
    """So many decisions, the same for the same seed.

    Args:
        decisions: How many, at least 1.
        seed: Of the generator.
    """
    rng, count = np.random.default_rng(seed), decisions
    first_us, end_us = as_us(START), as_us(START) + DAYS * DAY_US
    at_us = np.sort(rng.integers(first_us, end_us, size=count))
    score = rng.beta(5.0, 1.5, size=count)
    is_right = rng.random(count) < np.sqrt(score)
    known_us = at_us + (rng.exponential(3.0, size=count) * DAY_US).astype(np.int64)
    regions = rng.integers(0, len(_REGIONS), size=count, dtype=np.int32)
    columns = plain_columns(count) | {
        "effect": rng.choice([1, 1, 1, 2], size=count).astype(np.int8),
        "priority": rng.integers(1, 6, size=count, dtype=np.int16),
        **{name: _few(rng, count) for name in ("stale", "contradictory", "unseen")},
        "amount": rng.lognormal(8.0, 1.0, size=count).astype(np.int64),
        "currency": np.zeros(count, dtype=np.int16),
        "currencies": ("EUR",),
        "customer": rng.integers(0, _CUSTOMERS, size=count, dtype=np.int32),
        "customers": tuple(f"customer {number}" for number in range(_CUSTOMERS)),
        "arguments": {"region": Argument(codes=regions, values=_REGIONS)},
    }
    return DecisionHistory(
        desk=DESK,
        origin=Origin.SIMULATED,
        as_of=as_moment(end_us),
        cells=_CELLS,
        cell=rng.integers(0, len(_CELLS), size=count, dtype=np.int32),
        at_us=at_us,
        confidence=score,
        score=score,
        case_ids=[str(number) for number in range(count)],
        texts=[""] * count,
        **columns,
        **truth_columns(known_us, score, is_right, end_us=end_us),
    )


def _few(rng: np.random.Generator, count: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """One in fifty has one."""
    return (rng.random(count) < 0.02).astype(np.int32)


def made_up_policy(decisions: int, *, min_confidence: float = 0.7) -> PolicySet:
    """Limits of every kind; budgets so tight that they bind on busy days.

    Args:
        decisions: Of the history; budgets grow with it.
        min_confidence: Of the cells whose threshold is set by hand.
    """
    a_day = decisions // DAYS
    return PolicySet(
        envelope=_envelope(a_day, min_confidence),
        guardrails=GuardrailDocument(desk=DESK, zone=_ZONE, guardrails=tuple(_guardrails(a_day))),
        goals=GoalsDocument(
            desk=DESK,
            goal="Nobody waits for their money.",
            constraints=(
                NamedRule(name="one_each", why="fraud", budgets=(_EACH_CUSTOMER,)),
                NamedRule(name="no_doubts", why="facts first", max_contradictions=0),
            ),
        ),
    )


_EACH_CUSTOMER = Budget(per=Period.DAY, for_each="customer", executions=2, amount=20_000)


def _envelope(a_day: int, min_confidence: float) -> EnvelopeDocument:
    by_hand = HandSetThreshold(min_confidence=min_confidence)
    rolling = RollingThreshold(risk_limit=0.1)
    cells = [
        CellEntry(
            case_type=case_type,
            action=action,
            phase=Phase.ON_THE_LOOP if action == "refund" else Phase.BOUNDED,
            threshold=rolling if action in ("resend", "close") else by_hand,
            budgets=(Budget(per=Period.HOUR, executions=max(1, a_day // 300)),),
            on_the_loop=Wider(most_urgent_priority=1, amount_cap=50_000, veto_minutes=30),
        )
        for case_type in _CASE_TYPES
        for action in _ACTIONS
    ]
    return EnvelopeDocument(
        desk=DESK,
        zone=_ZONE,
        limits=Limits(
            most_urgent_priority=2,
            amount_cap=20_000,
            reversible_only=True,
            arguments={"region": ArgumentRule(none_of=("abroad",))},
            budgets=(Budget(per=Period.DAY, executions=max(1, a_day // 3), amount=a_day * 1_000),),
        ),
        case_types={
            case_type: Limits(budgets=(Budget(per=Period.DAY, executions=max(1, a_day // 12)),))
            for case_type in _CASE_TYPES
        },
        cells=tuple(cells),
    )


def _guardrails(a_day: int) -> list[NamedRule]:
    working = Hours(days=tuple(Weekday), opens=time(6), closes=time(22))
    return [
        NamedRule(name="at_night", why="nobody is there", hours=working, otherwise=_ASK),
        NamedRule(name="much_money", why="two people", amount_cap=100_000),
        NamedRule(name="urgent", why="people first", most_urgent_priority=1),
        NamedRule(
            name="a_day",
            why="what the account holds",
            budgets=(Budget(per=Period.DAY, amount=a_day * 2_000),),
            otherwise=_ASK,
        ),
        NamedRule(name="stale", why="look again", max_stale_facts=0, otherwise=_ASK),
    ]


_ASK = Otherwise.ESCALATE
