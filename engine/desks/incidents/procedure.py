"""How the incidents desk learns: the facts it looks at and the combinations it counts.

Chosen on the earliest 70 % of the development file alone, never on the part that is judged.
"""

from __future__ import annotations

from engine.desks.incidents.perceive import FEATURES
from engine.domain.precedent import PrecedentProcedure

_DISPATCHER = "initial_assignment_group"

_CONTEXTS = (
    ("category",),
    ("subcategory",),
    ("u_symptom",),
    ("location",),
    ("opened_by",),
    ("caller_id",),
    ("category", "subcategory"),
    ("subcategory", "u_symptom"),
    ("location", "subcategory"),
    ("opened_by", "subcategory"),
    ("opened_by", "location"),
    ("caller_id", "subcategory"),
    ("location", "category"),
    ("category", "subcategory", "u_symptom"),
    ("opened_by", "category", "subcategory", "u_symptom"),
    ("location", "category", "subcategory", "u_symptom"),
    ("opened_by", "location", "subcategory", "u_symptom"),
    ("priority", "category"),
    ("contact_type", "impact", "urgency"),
)

_WITH_DISPATCHER = (
    (_DISPATCHER,),
    (_DISPATCHER, "subcategory"),
    (_DISPATCHER, "category", "subcategory", "u_symptom"),
    (_DISPATCHER, "opened_by"),
    (_DISPATCHER, "location"),
    (_DISPATCHER, "caller_id"),
    (_DISPATCHER, "opened_by", "location", "subcategory"),
)

PROCEDURE = PrecedentProcedure(features=FEATURES, contexts=_CONTEXTS + _WITH_DISPATCHER)
"""What the desk runs: intake facts and the dispatcher's first group."""

WITHOUT_DISPATCHER = PrecedentProcedure(
    features=tuple(name for name in FEATURES if name != _DISPATCHER), contexts=_CONTEXTS
)
"""The same without the dispatcher's first group, for the backtest."""
