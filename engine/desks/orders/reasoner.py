"""The playbook reasoner: declared tables, put into a recommendation that explains itself."""

from __future__ import annotations

from engine.desks.orders.playbook import MODELS, identity
from engine.desks.orders.playbook.beliefs import believe
from engine.desks.orders.playbook.choosing import Choice, choose
from engine.desks.orders.playbook.explaining import doubts, missing, rationale, reasons
from engine.desks.orders.playbook.money import refundable_minor
from engine.desks.orders.playbook.plans import plans
from engine.desks.orders.playbook.view import View
from engine.desks.orders.words import CaseType, Resolution
from engine.domain.case import Case
from engine.domain.fact import FactSet
from engine.domain.precedent import FittedPrecedent
from engine.domain.recommendation import Alternative, Draft, Proposal

_MOST_ALTERNATIVES = 4


class PlaybookReasoner:
    """Recommends what costs least in expectation, by what is believed of the case's cause."""

    name = "playbook"

    def __init__(self) -> None:
        """Take the tables as they are declared."""
        self.version = identity()
        """Identity of the tables and of how they are read."""

    def recommend(self, case: Case, facts: FactSet, memory: FittedPrecedent | None) -> Draft | None:
        """Give a draft; None for a case type without tables, or facts without an order.

        Args:
            case: The case.
            facts: Its facts.
            memory: Not used: the playbook learns nothing.
        """
        view = View(facts=facts, today=case.as_of.date())
        if case.case_type not in set(MODELS) or not view.order_id:
            return None
        case_type = CaseType(case.case_type)
        if not view.is_open and refundable_minor(view) == 0:
            return self._over(view)
        beliefs = believe(MODELS[case_type], view)
        choice = choose(beliefs, plans(case_type, view), view.amount_minor)
        pro, con = reasons(beliefs, choice)
        first = choice.first
        return Draft(
            reasoner=self.name,
            reasoner_version=self.version,
            proposals=first.plan.proposals,
            label=first.plan.resolution.value,
            summary=first.plan.summary,
            rationale=rationale(beliefs, choice, view),
            raw_confidence=round(first.probability, 6),
            reasons=pro,
            counter_evidence=(*con, *doubts(view)),
            missing=missing(beliefs, choice),
            alternatives=_alternatives(choice),
        )

    def _over(self, view: View) -> Draft:
        """For an order that is cancelled and paid back: its target shows that nothing is left."""
        arguments = {"order_id": view.order_id, "reason": "resolved elsewhere"}
        return Draft(
            reasoner=self.name,
            reasoner_version=self.version,
            proposals=(Proposal(tool="cancel_order", arguments=arguments),),
            label=Resolution.CANCEL.value,
            summary="Nothing is left to do",
            rationale="The order is cancelled, and nothing of it is captured and not refunded.",
            raw_confidence=1.0,
        )


def _alternatives(choice: Choice) -> tuple[Alternative, ...]:
    """The first choice and the likeliest others, each by its first call."""
    others = sorted(choice.options[1:], key=lambda one: -one.probability)
    return tuple(
        Alternative(
            proposal=one.plan.proposals[0],
            label=one.plan.resolution.value,
            probability=round(one.probability, 4),
        )
        for one in (choice.first, *others)[:_MOST_ALTERNATIVES]
    )
