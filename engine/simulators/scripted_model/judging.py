"""Judging: what a script takes for a case, whichever desk it is of."""

from __future__ import annotations

from collections.abc import Sequence

from engine.simulators.scripted_model import incidents
from engine.simulators.scripted_model.leaning import Leaning, leaning
from engine.simulators.scripted_model.orders import OVER, RULES
from engine.simulators.scripted_model.sight import Sight

_OF_ORDER = ("order.status@shop", "order.total_minor@shop")
_CUSTOMER_SAYS = ("text.customer_message@customer",)


def judged(case_type: str, sight: Sight, candidates: Sequence[str] = ()) -> Leaning:
    """What a script takes for the case.

    Args:
        case_type: Of the case; of an unknown one everything is unclear.
        sight: The facts.
        candidates: What it may be, where that is listed.
    """
    if case_type == incidents.CASE_TYPE:
        return incidents.routing(sight, candidates)
    rules = (OVER, *RULES[case_type]) if case_type in RULES else ()
    return leaning(sight, rules, looks_at=_OF_ORDER, misses=_CUSTOMER_SAYS)
