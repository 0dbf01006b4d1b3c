"""Weighing: what code makes of facts and of a model's assessment.

The model says how probable each cause is. What each resolution then costs in expectation, which are
possible, and every argument of their calls, code computes; costs and calls are the playbook's.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from engine.desks.orders import sources
from engine.desks.orders.playbook import MODELS
from engine.desks.orders.playbook.beliefs import Beliefs
from engine.desks.orders.playbook.choosing import choose
from engine.desks.orders.playbook.explaining import doubts
from engine.desks.orders.playbook.model import CaseModel
from engine.desks.orders.playbook.money import excess_minor, refundable_minor, shown
from engine.desks.orders.playbook.plans import Impossible, Plan, plans
from engine.desks.orders.playbook.view import View
from engine.desks.orders.words import CaseType, Resolution
from engine.domain.fact import contradictions, fact_set
from engine.domain.recommendation import Proposal
from engine.reason.checks import Cited, Grounds, PutForward
from engine.reason.workflow.known import Candidate, Finding, Known, Offer, Option

_SYSTEMS = frozenset({sources.SHOP, sources.PAYMENTS, sources.CUSTOMER_FILE})
"""What these tell of an order has to agree; counts of stock and what people say need not."""
_CLEAR = 0.4
"""Share of the probability that one resolution needs to have, to be recommended."""
_CAREFUL = (Resolution.HOLD, Resolution.ASK_CUSTOMER)
"""What does no harm where nobody knows."""


class Standing(StrEnum):
    """How the order of a case stands."""

    OPEN = "open"
    OVER = "over"
    """Cancelled, and nothing of it is captured and not refunded."""
    DOUBTFUL = "doubtful"
    """Systems tell different things of it."""
    UNKNOWN = "unknown"


class Clarity(StrEnum):
    """Whether an assessment is clear enough to act on."""

    CLEAR = "clear"
    UNCLEAR = "unclear"


def standing(known: Known) -> Finding:
    """Look how the order stands, before anybody weighs anything."""
    view = view_of(known)
    if not view.order_id:
        return Finding(branch=Standing.UNKNOWN)
    if not view.is_open and refundable_minor(view) == 0:
        return Finding(branch=Standing.OVER)
    apart = [
        one
        for one, other in contradictions(known.facts, known.at)
        if {one.source, other.source} <= _SYSTEMS
    ]
    if apart:
        names = ", ".join(dict.fromkeys(f"{one.entity}.{one.attribute}" for one in apart))
        note = f"The systems do not agree on {names}."
        return Finding(branch=Standing.DOUBTFUL, notes=(note,))
    return Finding(branch=Standing.OPEN, notes=_sums(view))


def causes(known: Known) -> Sequence[Candidate]:
    """What may be behind a case, in the playbook's words."""
    return tuple(Candidate(name=one.name, title=one.title) for one in _model(known).causes)


def clarity(known: Known) -> str:
    """Whether one resolution has enough of the probability."""
    shares: dict[Resolution, float] = {}
    beliefs = _beliefs(known)
    for cause, probability in beliefs.by_probability():
        shares[cause.resolution] = shares.get(cause.resolution, 0.0) + probability
    return Clarity.CLEAR if max(shares.values()) >= _CLEAR else Clarity.UNCLEAR


def offer(known: Known) -> Offer:
    """Every resolution that is possible now, the one of least expected cost first."""
    view, beliefs = view_of(known), _beliefs(known)
    choice = choose(beliefs, plans(_case_type(known), view), view.amount_minor)
    return Offer(
        options=tuple(
            _option(
                one.plan,
                probability=round(one.probability, 4),
                note=f"expected cost {shown(view, round(one.expected_cost))}",
            )
            for one in choice.options
        ),
        notes=_impossible(choice.impossible),
        doubts=doubts(view),
    )


def careful_offer(known: Known) -> Offer:
    """What does no harm: hold it, or ask."""
    view = view_of(known)
    answers = [one for one in plans(_case_type(known), view) if one.resolution in _CAREFUL]
    return Offer(
        options=tuple(_option(one) for one in answers if isinstance(one, Plan)),
        notes=_impossible([one for one in answers if isinstance(one, Impossible)]),
        doubts=doubts(view),
    )


def nothing_left(known: Known) -> PutForward:
    """For an order that is over: its target shows that nothing is left to do."""
    arguments = {"order_id": known.brief.target, "reason": "resolved elsewhere"}
    status = f"order.status@{sources.SHOP}"
    return PutForward(
        proposals=(Proposal(tool="cancel_order", arguments=arguments),),
        label=Resolution.CANCEL.value,
        summary="Nothing is left to do",
        grounds=Grounds(
            because="The order is cancelled, and nothing of it is captured and not refunded.",
            cites=[Cited(fact=status, why="The order is cancelled.", strength="strong")],
            against=[],
            missing=[],
            confidence=1.0,
        ),
    )


def view_of(known: Known) -> View:
    """The facts as the playbook looks at them."""
    return View(facts=fact_set(known.brief.case_id, 0, known.facts), today=known.at.date())


def _case_type(known: Known) -> CaseType:
    return CaseType(known.brief.case_type)


def _model(known: Known) -> CaseModel:
    return MODELS[_case_type(known)]


def _beliefs(known: Known) -> Beliefs:
    """The model's assessment as beliefs; what it left out shares what is left."""
    model, told = _model(known), _told(known)
    rest = [one for one in model.causes if one.name not in told]
    left = max(1.0 - sum(told.values()), 0.0)
    shares = sum(one.share for one in rest) or 1.0
    weights = told | {one.name: left * one.share / shares for one in rest}
    whole = sum(weights.values())
    return Beliefs(
        model=model, seen={}, posterior={name: one / whole for name, one in weights.items()}
    )


def _told(known: Known) -> dict[str, float]:
    if known.assessment is None:
        return {}
    return {one.name: one.probability for one in known.assessment.weighed}


def _sums(view: View) -> tuple[str, ...]:
    left, excess = refundable_minor(view), excess_minor(view)
    word = "more" if excess > 0 else "less"
    apart = "" if excess == 0 else f", {shown(view, abs(excess))} {word} than the order costs"
    return (f"Captured and not refunded is {shown(view, left)}{apart}.",)


def _option(plan: Plan, *, probability: float | None = None, note: str = "") -> Option:
    return Option(
        name=plan.resolution.value,
        summary=plan.summary,
        proposals=plan.proposals,
        probability=probability,
        note=note,
    )


def _impossible(answers: Sequence[Impossible]) -> tuple[str, ...]:
    return tuple(f"Not possible now: {one.resolution.value} ({one.why})." for one in answers)
