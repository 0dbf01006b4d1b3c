"""The campaign of wrong values: the same cases twice, once told the truth and once lied to.

What becomes of a case that is lied to is compared with what becomes of it otherwise, and with what
would have been right: the plan that its label asks for, made from what the shop really holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from random import Random

from engine.desk import Desk
from engine.desks.orders.playbook.plans import Plan as Resolved
from engine.desks.orders.playbook.plans import plans
from engine.desks.orders.playbook.view import View
from engine.desks.orders.words import CaseType
from engine.domain.canonical import Json
from engine.domain.case import Attention
from engine.domain.case_status import FOR_PEOPLE, OPEN, CaseStatus
from engine.domain.fact import FactSet, fact_set
from engine.domain.phase import Phase
from engine.domain.tool import RetryPolicy
from engine.govern.envelope import EnvelopeDocument
from engine.govern.limits import HandSetThreshold, Wider
from engine.simulators.orders.events import Episode, Plan
from engine.simulators.orders.world import make_plan, make_sample
from engine.testing.world import START
from tests.scenario.orders.living import OrdersWorld, envelope, open_orders
from tests.scenario.orders.lying import Assigning, LyingTransport, Told

HISTORY_SEED, CASES_SEED = 11, 12
HISTORY = 60
MIN_CONFIDENCE, WIDE_CONFIDENCE = 0.7, 0.6
WINDOW_MINUTES = 1
ON_THE_LOOP = (
    CaseType.PAYMENT_MISMATCH,
    CaseType.DUPLICATE_ORDER,
    CaseType.DELIVERED_NOT_RECEIVED,
)
"""Case types of which software does more alone: these wait out a window first."""
CAP_MINOR = 4_000
"""Of refunds: lower than the shipped caps, so that many of the simulated sums are above it."""
WORLDS_REASON = "Paid back by the shop"
"""Of the refunds that were there before."""
_SETTLES = 14
"""Looks, half a minute apart, within which every case has come to an end or to a person."""

_CAUGHT = frozenset(
    {
        Attention.SOURCE_REFUSED,
        Attention.SOURCE_UNAVAILABLE,
        Attention.NO_RECOMMENDATION,
        Attention.FACTS_CHANGED,
        Attention.TARGET_CHANGED,
        Attention.TOOL_FAILED,
        Attention.NOT_VERIFIED,
        Attention.OUTCOME_UNKNOWN,
        Attention.UNDO_FAILED,
    }
)
_CAUGHT_BY_RULE = ("facts_contradictory", "fact_stale", "values_unseen")


class Became(StrEnum):
    """What a wrong value led to."""

    CAUGHT = "caught"
    """Refused by schema, consistency, drift, verification or the shop."""
    ESCALATED = "escalated"
    """A person decides, and nothing has noticed that a value is wrong."""
    UNHARMED = "unharmed"
    """As without it, also in what people see; or right nonetheless."""
    WRONG = "completed but wrong"
    """Software acted alone, not as it would have, and not as was right."""
    DROPPED = "closed but open"
    """Nobody acted: the case was taken for resolved."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What became of a case."""

    status: CaseStatus
    attention: Attention | None
    note: str
    facts: FactSet
    recommended: tuple[tuple[str, Json], ...]
    refunded_minor: int
    """What of its money went back and stayed back, by the shop's books."""
    largest_minor: int
    """The largest refund among them."""

    @property
    def known(self) -> Set[tuple[str, str, str, object]]:
        """What people see of the facts, whenever it was read."""
        return {(one.entity, one.attribute, one.source, one.value) for one in self.facts.facts}

    @property
    def ran_alone(self) -> bool:
        """Whether the plan was carried out; nobody is there to approve one."""
        return self.status is CaseStatus.DONE

    @property
    def is_caught(self) -> bool:
        """Whether something noticed that a value is wrong."""
        if self.status is CaseStatus.NEEDS_REPAIR or self.attention in _CAUGHT:
            return True
        return self.note.startswith(_CAUGHT_BY_RULE)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One case of the report."""

    source_id: str
    case_type: CaseType
    told: Told
    truth: Ended
    lied: Ended
    right: tuple[tuple[str, Json], ...]
    """What the label asks for, from what the shop holds; none where it cannot be had."""

    @property
    def wanted_minor(self) -> int:
        """What the label would refund."""
        amounts = [arguments["amount_minor"] for tool, arguments in self.right if tool == "refund"]
        return sum(amounts)

    @property
    def became(self) -> Became:
        """What the wrong value led to."""
        truth, lied = self.truth, self.lied
        is_same = (lied.status, lied.recommended) == (truth.status, truth.recommended)
        if lied.is_caught and not is_same:
            return Became.CAUGHT
        if lied.ran_alone:
            is_right = lied.recommended == self.right
            return Became.UNHARMED if is_same or is_right else Became.WRONG
        if lied.status is CaseStatus.WITHDRAWN:
            return Became.UNHARMED if is_same else Became.DROPPED
        if is_same and lied.known == truth.known:
            return Became.UNHARMED
        return Became.CAUGHT if lied.is_caught else Became.ESCALATED


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """How many cases are lied to, from which dice."""

    seed: int = 1
    cases: int = 200

    def run(self, folder: Path) -> tuple[Verdict, ...]:
        """Let the same cases happen with and without lies."""
        history = make_plan(HISTORY_SEED, START, cases=HISTORY, days=4)
        opened = START + timedelta(days=30)
        plan = make_sample(CASES_SEED, self.cases, opened, hours=1)
        truth = _lived(folder / "truth", history, plan, {})
        alone = {name for name, end in truth.items() if end.ran_alone}
        told: dict[str, Told] = {}

        def lie(orders: OrdersWorld) -> None:
            told.update(Assigning(orders, plan.episodes, Random(self.seed)).told(alone))

        lied = _lived(folder / "lies", history, plan, told, lie)
        return tuple(
            Verdict(
                source_id=one.row.id,
                case_type=one.row.case_type,
                told=told[one.row.order_id],
                truth=truth[one.row.id],
                lied=lied[one.row.id],
                right=_right(one, truth[one.row.id].facts),
            )
            for one in plan.episodes
            if one.row.order_id in told
        )


def autonomy() -> EnvelopeDocument:
    """The shipped limits with software acting alone, lower caps, and no budgets to run out of."""
    document = envelope(
        Phase.BOUNDED,
        threshold=HandSetThreshold(min_confidence=MIN_CONFIDENCE),
        most_urgent_priority=1,
        budgets=(),
        on_the_loop=Wider(
            threshold=HandSetThreshold(min_confidence=WIDE_CONFIDENCE),
            veto_minutes=WINDOW_MINUTES,
        ),
    )
    cells = [
        cell.model_copy(
            update={
                "budgets": (),
                "phase": Phase.ON_THE_LOOP if cell.case_type in ON_THE_LOOP else None,
                "amount_cap": cell.amount_cap and min(cell.amount_cap, CAP_MINOR),
            }
        )
        for cell in document.cells
    ]
    return document.model_copy(update={"cells": tuple(cells)})


def caps() -> Mapping[str, int]:
    """The most that a refund may move without a person, by case type."""
    return {
        cell.case_type: cell.amount_cap or 0
        for cell in autonomy().cells
        if cell.action == "refund" and cell.case_type
    }


def _prepared(desk: Desk) -> Desk:
    """Without waits between tries: whatever is asked again is asked at once."""
    retry = RetryPolicy(attempts=3, first_delay_s=0.0)
    for tool in desk.read_tools:
        tool.contract = replace(tool.contract, retry=retry)  # type: ignore[misc]  # settable here
    return replace(desk, envelope=autonomy())


def _lived(
    folder: Path,
    history: Plan,
    plan: Plan,
    told: Mapping[str, Told],
    lie: Callable[[OrdersWorld], None] = lambda orders: None,
) -> dict[str, Ended]:
    """Let history and cases happen; `lie` comes before anybody has looked at a case."""
    with open_orders(
        folder,
        f"sqlite:///{folder / 'engine.db'}",
        over_http=False,
        between=lambda transport: LyingTransport(transport, told),
        change=_prepared,
    ) as orders:
        orders.live(history)
        orders.work()
        orders.tell_labels(history.episodes)
        orders.move_to(plan)
        orders.world.clock.move(minutes=5)
        orders.live(plan)
        lie(orders)
        _settle(orders)
        return {one.row.id: _ended(orders, one) for one in plan.episodes}


def _settle(orders: OrdersWorld) -> None:
    """Work until every case is at its end or with a person; workers give signs of life."""
    for _ in range(_SETTLES):
        orders.work()
        waiting = {one for one, count in orders.world.statuses().items() if count}
        if not waiting & (OPEN - FOR_PEOPLE):
            return
        for _ in range(3):
            orders.world.clock.move(seconds=10)
            with orders.world.parts.store.begin() as unit:
                unit.housekeeping.heartbeat("worker-1", START, orders.world.clock.now())
                unit.commit()


def _right(one: Episode, facts: FactSet) -> tuple[tuple[str, Json], ...]:
    """The plan that the label asks for, from what is true; none where it cannot be had."""
    view = View(facts=facts, today=one.row.opened_at.date())
    for answer in plans(one.row.case_type, view):
        if answer.resolution == one.outcome.y_resolution and isinstance(answer, Resolved):
            return tuple((call.tool, dict(call.arguments)) for call in answer.proposals)
    return ()


def _ended(orders: OrdersWorld, one: Episode) -> Ended:
    case = orders.case(one.row.id)
    reader = orders.world.parts.store.reader
    made = reader.recommendation(case)
    refunds = [
        refund["amount_minor"]
        for refund in orders.shop.payments(one.row.order_id)["refunds"]
        if refund["state"] != "CANCELLED" and refund["reason"] != WORLDS_REASON
    ]
    return Ended(
        status=case.status,
        attention=case.attention,
        note=case.attention_note,
        facts=reader.fact_sets([case.id]).get(case.id, fact_set(case.id, 1, ())),
        recommended=tuple((a.tool, dict(a.arguments)) for a in made.actions) if made else (),
        refunded_minor=sum(refunds),
        largest_minor=max(refunds, default=0),
    )
