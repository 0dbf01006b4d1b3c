"""Recall: how order cases are remembered, and what could be done in one by its own facts.

Cases are alike by the signs of the playbook. What is done again is the playbook's plan for this
case: its amounts, lines and addresses are those of this order.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.desks.orders.names import VALUES
from engine.desks.orders.playbook import MODELS
from engine.desks.orders.playbook.plans import Plan, plans
from engine.desks.orders.playbook.view import View
from engine.desks.orders.words import CaseType
from engine.domain.case import Case
from engine.domain.fact import FactSet
from engine.reason.memory_reasoner import Feature, Option, Recall

_TEXTS = ("customer_message", "carrier_notice", "detector_note")


def features(case: Case, facts: FactSet) -> Mapping[str, Feature]:
    """The signs of a case by name; none for a case type without tables."""
    view = View(facts=facts, today=case.as_of.date())
    found = {}
    for sign in MODELS[CaseType(case.case_type)].signs if case.case_type in set(MODELS) else ():
        seen = sign.look(view)
        found[sign.name] = Feature(
            value=seen.value, fact=seen.fact, text=sign.values.get(seen.value, "Nothing is said.")
        )
    return found


def options(case: Case, facts: FactSet) -> Mapping[str, Option]:
    """Every resolution that is possible now and offered for the case type."""
    view = View(facts=facts, today=case.as_of.date())
    if case.case_type not in set(MODELS) or not view.order_id:
        return {}
    case_type = CaseType(case.case_type)
    return {
        one.resolution.value: Option(proposals=one.proposals, summary=one.summary)
        for one in plans(case_type, view)
        if isinstance(one, Plan) and one.resolution in MODELS[case_type].offers
    }


def text(facts: FactSet) -> str:
    """What customer, carrier and detector wrote."""
    told = (one for one in facts.facts if one.entity == "text" and one.attribute in _TEXTS)
    return "\n".join(str(one.value) for one in told)


RECALL = Recall(features=features, text=text, options=options, labels=VALUES)
