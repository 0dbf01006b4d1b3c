"""First asks: which recommendation of a case the truth about it judges.

A run goes on after a person's answer, and a case is reasoned about anew with what a person told:
what is recommended then may hold that answer, and being right with it says nothing of the reasoner.
So the truth judges the first recommendation that was put to anybody, whatever became of it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, or_, select

from engine.domain.decision import DecisionKind
from engine.domain.fact import people_who_told
from engine.domain.verdict import VerdictKind
from engine.store import mapping, tables
from engine.store.reads import Reads

_made = tables.recommendations.c
_action = tables.actions.c
_decision = tables.decisions.c
_facts = tables.fact_sets.c

_SAY_NOTHING = (DecisionKind.APPROVE.value, DecisionKind.ESCALATE.value)
"""Answers from which, without a note, nobody learns what would have been right."""


def _asks() -> Select[Any]:
    """All recommendations of a case, oldest first: ids grow with time."""
    of_it = _action.recommendation_id == _made.id
    proposed = and_(of_it, _action.is_override.is_(False))
    denied = exists().where(proposed, _action.verdict == VerdictKind.DENY.value)
    says = or_(_decision.kind.not_in(_SAY_NOTHING), _decision.note != "")
    answers = and_(_decision.recommendation_id == _made.id, says)
    answered = exists().where(_decision.case_id == _made.case_id, answers)
    return (
        select(
            _made.id,
            _made.label,
            _made.raw_confidence,
            _made.reasoner,
            _made.reasoner_version,
            _made.facts_revision,
            denied.label("is_denied"),
            answered.label("is_answered"),
        )
        .where(_made.case_id == bindparam("case_id"))
        .order_by(_made.id)
    )


_ASKS = _asks()


class FirstAsks(Reads):
    """Reads of what a person's answer has not touched."""

    def first_ask(self, case_id: Any, standing: Any, *, is_told: bool) -> Any:
        """The recommendation of a case that its truth judges; None: there is none.

        One that resolves nothing is passed over, and so is one that policy forbade: its run was
        told so and went on, and nobody saw it, unless it is the one that stands.

        Args:
            case_id: The case.
            standing: The recommendation that stands, if any.
            is_told: Whether its latest facts hold what a person told.
        """
        told = self._told_at(case_id) if is_told else None
        for row in self._all(_ASKS, case_id=case_id):
            if told is not None and row.facts_revision >= told:
                return None
            is_put = not row.is_denied or row.id == standing
            if is_put and row.label:
                return row
            if row.is_answered:
                return None
        return None

    def _told_at(self, case_id: Any) -> int | None:
        """The first revision of its facts that holds what a person told."""
        query = select(tables.fact_sets).where(_facts.case_id == case_id)
        for row in self._all(query.order_by(_facts.revision)):
            if people_who_told(mapping.fact_set_of(row).facts):
                return int(row.revision)
        return None
