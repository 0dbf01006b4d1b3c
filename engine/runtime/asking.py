"""Asking policy: the request made of a case, its facts and its action, and the budgets it meets.

One way to make a request, for reasoning, for the moment before a call, and for the replay of
history: what is judged is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.desk import Desk
from engine.domain.actor import Role
from engine.domain.case import Case
from engine.domain.fact import (
    Fact,
    FactSet,
    contradictions,
    people_who_told,
    stale_facts,
    told_of,
)
from engine.domain.naming import named_in_call
from engine.domain.recommendation import Recommendation
from engine.domain.tool import ToolContract
from engine.govern.authorize import CellPolicy
from engine.govern.authorize_plan import PlanStep
from engine.govern.cell_limits import CellLimits
from engine.govern.limits import OWN, HandSetThreshold, RollingThreshold
from engine.govern.request import AuthorizationRequest, Usage
from engine.govern.taking import takings as takings
from engine.ports import Reader
from engine.runtime.declared_path import REASONER as DECLARED
from engine.runtime.policy import cell_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Sureness:
    """How sure the reasoner was, and the cuts in force when it said so."""

    reasoner: str = ""
    """Who said so; empty: the desk's own reasoner."""
    unearned: str = ""
    """See `engine.runtime.policy.Policy.unearned`."""
    confidence: float | None = None
    is_calibrated: bool = False
    score: float | None = None
    cut: float | None = None
    threshold: float | None = None
    wider_cut: float | None = None
    wider_threshold: float | None = None
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Who acts where software does not."""

    roles: frozenset[Role]
    approvals: int = 1
    """How many different people have approved the action, this one included."""


UNSURE = Sureness()


def risk_limit_of(threshold: HandSetThreshold | RollingThreshold | None) -> float | None:
    """The risk limit that a threshold is chosen for; None: it is none, or set by hand."""
    return threshold.risk_limit if isinstance(threshold, RollingThreshold) else None


def is_for(risk_limit: float | None, chosen_for: float | None) -> bool:
    """Whether a threshold chosen for one risk limit holds another: no looser one may."""
    return risk_limit is not None and chosen_for is not None and chosen_for <= risk_limit


def sureness_of(made: Recommendation, limits: CellLimits | None, unearned: str) -> Sureness:
    """How sure a stored recommendation was, against the cuts of its moment.

    Args:
        made: The recommendation.
        unearned: Who made it, where the phase is another version's.
        limits: Those in force; a cut that was chosen for a looser risk limit holds none of theirs.
    """
    wider = limits.wider if limits is not None else None
    usual_holds = is_for(risk_limit_of(limits.threshold if limits else None), made.risk_limit)
    wider_holds = is_for(risk_limit_of(wider.threshold if wider else None), made.wider_risk_limit)
    return Sureness(
        reasoner=made.draft.reasoner,
        unearned=unearned,
        confidence=made.confidence,
        is_calibrated=made.is_calibrated,
        score=made.draft.raw_confidence,
        cut=made.cut if usual_holds else None,
        threshold=made.threshold if usual_holds else None,
        wider_cut=made.wider_cut if wider_holds else None,
        wider_threshold=made.wider_threshold if wider_holds else None,
        unseen=made.draft.unseen,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """What is to be called, and how."""

    contract: ToolContract
    arguments: Mapping[str, Any]
    problem: str = ""
    """Why the arguments break the contract; empty: they keep it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """The state of the world when the question is asked."""

    at: datetime
    """The desk's present."""
    facts: FactSet | None
    paused: str = ""
    """Scope of the brake that holds."""
    can_audit: bool = True

    @property
    def known(self) -> tuple[Fact, ...]:
        """The facts; none where none are."""
        return self.facts.facts if self.facts is not None else ()


def ask(
    case: Case,
    desk: Desk,
    call: Call,
    moment: Moment,
    *,
    sureness: Sureness = UNSURE,
    person: Person | None = None,
) -> AuthorizationRequest:
    """Make the request for one action; without a person, software is the one who acts."""
    return AuthorizationRequest(
        cell=cell_of(case, call.contract.name),
        problem=call.problem,
        at=moment.at,
        is_known_case_type=case.case_type in desk.case_types,
        effect_class=call.contract.effect_class,
        arguments=call.arguments,
        told=told_of(call.arguments, [one for one in moment.known if not one.is_stale(moment.at)]),
        amount=call.contract.amount_of(call.arguments),
        customer=desk.customer_of(moment.facts) if moment.facts is not None else "",
        reasoner=reasoner_of(sureness.reasoner, desk),
        unearned=sureness.unearned,
        confidence=sureness.confidence,
        is_calibrated=sureness.is_calibrated,
        score=sureness.score,
        rolling_cut=sureness.cut,
        rolling_threshold=sureness.threshold,
        wider_cut=sureness.wider_cut,
        wider_threshold=sureness.wider_threshold,
        priority=case.priority,
        stale=tuple(fact.id for fact in stale_facts(moment.known, moment.at)),
        contradictory=tuple(one.id for one, _ in contradictions(moment.known, moment.at)),
        unseen=sureness.unseen,
        named=_named(desk, call, moment.known),
        in_hand=_in_hand(case, moment.known),
        paused=moment.paused,
        can_audit=moment.can_audit,
        person_roles=None if person is None else person.roles,
        approvals=0 if person is None else person.approvals,
    )


def reasoner_of(name: str, desk: Desk) -> str:
    """A reasoner as envelopes name it; the path that a desk declares is its own too."""
    return OWN if name in ("", desk.reasoner.name, DECLARED) else name


def _named(desk: Desk, call: Call, known: Sequence[Fact]) -> tuple[str, ...]:
    """What the texts of a call name that its case does not speak of."""
    found = named_in_call(call.contract, call.arguments, desk.identifiers, known)
    return tuple(dict.fromkeys(f"{argument}: {one.words}" for argument, one in found))


def _in_hand(case: Case, known: Sequence[Fact]) -> str:
    """Why a case is in people's hands; on what they told or passed on software never acts alone."""
    told = people_who_told(known)
    waits = [f"waits for the role {case.role.replace('_', ' ')}"] if case.role else []
    return "; ".join([*waits, f"a fact told by {', '.join(told)}"] if told else waits)


def usage_of_plan(reader: Reader, steps: Sequence[PlanStep]) -> Usage:
    """How much of the budgets of all these actions is used at this moment."""
    found = {
        (one.taken.budget, one.taken.customer): one
        for step in steps
        for one in takings(step.policy, step.request)
    }
    return Usage(spent=reader.spent(tuple(found.values()))) if found else Usage()


def usage_now(reader: Reader, policy: CellPolicy, request: AuthorizationRequest) -> Usage:
    """How much of those budgets is used at this moment."""
    found = takings(policy, request)
    return Usage(spent=reader.spent(found)) if found else Usage()
