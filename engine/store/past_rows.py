"""Past rows: recommendations of a history as they are read, each as policy was asked about it.

Reading them in their order, and what became of them, is `read_history`'s and `read_past`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, select
from sqlalchemy import case as sql_case

from engine.desk import Desk
from engine.domain.case import Case
from engine.domain.verdict import RuleResult, VerdictKind
from engine.errors import InvalidRequest
from engine.govern.past_decisions import PastDecision
from engine.govern.request import AuthorizationRequest
from engine.govern.rules import MALFORMED
from engine.ports import EffectTool
from engine.runtime.asking import Call, Moment, Sureness, ask
from engine.store import case_rows, mapping, tables
from engine.store.read_labels import IS_RECOMMENDED
from engine.store.read_past import Past

_case = tables.cases.c
_made = tables.recommendations.c
_action = tables.actions.c
_fact = tables.fact_sets.c


def recommended(made_ids: Sequence[UUID]) -> Select[Any]:
    """Recommendations with their cases, first actions, and the facts they were made from."""
    return (
        select(
            *(column for column in tables.cases.c if column.name != "payload"),
            _made.id.label("made_id"),
            _made.created_at.label("made_at"),
            _made.reasoner,
            _made.reasoner_version,
            _made.raw_confidence,
            _made.confidence.label("calibrated"),
            _made.is_calibrated,
            _made.draft,
            _action.id.label("action"),
            _action.tool,
            _action.arguments,
            sql_case((_action.verdict == VerdictKind.DENY.value, _action.rules)).label("denied"),
            _fact.case_id,
            _fact.revision,
            _fact.digest,
            _fact.facts,
        )
        .select_from(tables.recommendations)
        .join(tables.cases, _case.id == _made.case_id)
        .join(tables.actions, and_(_action.recommendation_id == _made.id, IS_RECOMMENDED))
        .join(
            tables.fact_sets,
            and_(_fact.case_id == _made.case_id, _fact.revision == _made.facts_revision),
        )
        .where(_made.id.in_(made_ids))
    )


def as_it_was(row: Any, passed_on_at: datetime | None) -> Case:
    """The case with the role it waited for when it was judged: the row tells today's."""
    was_passed_on = passed_on_at is not None and passed_on_at < row.made_at
    return replace(case_rows.case_of(row), role=(row.role or "another") if was_passed_on else "")


def request_of(
    desk: Desk, case: Case, row: Any, at: datetime, unearned: str
) -> AuthorizationRequest | None:
    """The request as the runtime made it; None where the desk has that tool no longer."""
    tool = desk.effect_tool(row.tool)
    if tool is None:
        return None
    return ask(
        case,
        desk,
        Call(contract=tool.contract, arguments=row.arguments, problem=_problem(tool, row)),
        Moment(at=at, facts=mapping.fact_set_of(row)),
        sureness=Sureness(
            reasoner=row.reasoner,
            unearned=unearned,
            confidence=row.calibrated,
            is_calibrated=row.is_calibrated,
            score=row.raw_confidence,
            unseen=tuple(row.draft["unseen"]),
        ),
    )


def _problem(tool: EffectTool, row: Any) -> str:
    """What was wrong with a call: by its contract, or as it was found when it was judged."""
    try:
        tool.contract.check_arguments(row.arguments)
    except InvalidRequest as error:
        return error.message
    found = map(RuleResult.from_json, row.denied or ())
    return next((one.seen for one in found if one.rule == MALFORMED and not one.is_kept), "")


def past_of(request: AuthorizationRequest, row: Any, became: Past) -> PastDecision:
    """A recommendation with what came of it."""
    return PastDecision(
        request=request,
        case_id=str(row.id),
        text=f"{row.source_id}: {row.title}",
        happened=became.happened,
        truth=became.truth,
        label_probability=became.label_probability,
        known_at=became.known_at,
        decide_ms=became.decide_ms,
    )
