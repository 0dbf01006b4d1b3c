"""Goals and hard rules in force, with the measures as they are now."""

from __future__ import annotations

from statistics import median

from sqlalchemy import func, select

from engine.desk import Desk
from engine.domain.case import Origin
from engine.domain.grant import GrantBasis
from engine.domain.money import Money
from engine.domain.percent import percent
from engine.domain.policy import PolicyKind
from engine.errors import NotFound
from engine.govern.hard_rules import (
    GoalsDocument,
    GuardrailDocument,
    HardRule,
    Measure,
    MeasureKind,
    hard_rules,
)
from engine.govern.workload import FEWEST_MEASURED
from engine.runtime.policy import active_document
from engine.service.policy_rows import GoalsRow, MeasureRow, RuleRow
from engine.service.rows import CellScore
from engine.service.rule_changes import rule_words
from engine.store import tables
from engine.store.read_scores import Scores
from engine.store.read_source import ReadSource

_case = tables.cases.c
_grant = tables.grants.c
_decision = tables.decisions.c

TITLES = {
    MeasureKind.LATENCY_TO_DECISION: "Time from arrival to decision, median",
    MeasureKind.CORRECTNESS: "Recommendations that later truth confirmed",
    MeasureKind.COST_PER_DECISION: "People's work on one decision",
}
_ALONE = (GrantBasis.VERDICT.value, GrantBasis.VETO_LAPSE.value)


class Goals:
    """Reads of goals and hard rules."""

    def __init__(self, source: ReadSource, scores: Scores) -> None:
        """Read from this source; measures come from its scorecard."""
        self._source = source
        self._scores = scores

    def guardrails(self, desk: str) -> tuple[RuleRow, ...]:
        """The guardrails of a desk that are in force.

        Raises:
            NotFound: There is no such desk.
        """
        document = active_document(
            self._source.reader.control(), self._desk(desk), PolicyKind.GUARDRAILS
        )
        assert isinstance(document, GuardrailDocument)
        return tuple(_rule_row(rule) for rule in hard_rules(document))

    def goals(self, desk: str) -> GoalsRow:
        """The goals of a desk that are in force.

        Raises:
            NotFound: There is no such desk.
        """
        document = active_document(
            self._source.reader.control(), self._desk(desk), PolicyKind.GOALS
        )
        assert isinstance(document, GoalsDocument)
        return GoalsRow(
            desk=desk,
            goal=document.goal,
            measures=tuple(self._measure(desk, document, one) for one in document.measures),
            constraints=tuple(_rule_row(rule) for rule in hard_rules(document)),
        )

    def _desk(self, name: str) -> Desk:
        desk = self._source.desks.get(name)
        if desk is None:
            raise NotFound(f"There is no desk {name!r} here.")
        return desk

    def _measure(self, desk: str, document: GoalsDocument, measure: Measure) -> MeasureRow:
        scores = [one for one in self._scores.rows(desk) if one.origin is Origin.REAL]
        match measure.kind:
            case MeasureKind.CORRECTNESS:
                value, words = _correctness(scores, self._beside(desk))
                target = f"at least {percent(measure.target)}"
            case MeasureKind.LATENCY_TO_DECISION:
                value, words = self._latency(desk)
                target = f"at most {measure.target:g} minutes"
            case MeasureKind.COST_PER_DECISION:
                value, words = _cost(scores, document, self._beside(desk))
                cost = Money(minor=round(measure.target), currency=document.currency)
                target = f"at most {cost}"
        is_more_better = measure.kind is MeasureKind.CORRECTNESS
        is_met = None
        if value is not None:
            is_met = value >= measure.target if is_more_better else value <= measure.target
        return MeasureRow(
            kind=measure.kind,
            title=TITLES[measure.kind],
            target=measure.target,
            target_words=target,
            value=value,
            value_words=words,
            is_met=is_met,
        )

    def _beside(self, desk: str) -> str:
        """What the scorecard shows and no measure counts, in words; empty: there is nothing."""
        simulated = [one for one in self._scores.rows(desk) if one.origin is Origin.SIMULATED]
        return "; the simulated ones of the scorecard count for no measure" if simulated else ""

    def _latency(self, desk: str) -> tuple[float | None, str]:
        """Minutes from arrival to the decision, a person's or policy's, of real live cases."""
        if self._source.reader.desk_time(desk) is not None:
            return None, "not told: history is replayed faster than it happened"
        first = func.min(_decision.decided_at).label("at")
        by_people = (
            select(_case.received_at, first)
            .join(tables.decisions, _decision.case_id == _case.id)
            .where(_case.desk == desk, _case.origin == Origin.REAL.value)
            .where(_decision.taken_back_at.is_(None))
            .group_by(_case.id, _case.received_at)
        )
        alone = (
            select(_case.received_at, func.min(_grant.minted_at).label("at"))
            .join(tables.grants, _grant.case_id == _case.id)
            .where(_case.desk == desk, _case.origin == Origin.REAL.value)
            .where(_grant.basis.in_(_ALONE))
            .group_by(_case.id, _case.received_at)
        )
        rows = [*self._source.all(by_people), *self._source.all(alone)]
        minutes = [(row.at - row.received_at).total_seconds() / 60 for row in rows]
        if not minutes:
            return None, "no decision yet"
        value = median(minutes)
        return value, f"{value:,.1f} minutes, of {len(minutes):,} decisions"


def _correctness(scores: list[CellScore], beside: str) -> tuple[float | None, str]:
    k = sum(one.recommendation_correct.k for one in scores)
    n = sum(one.recommendation_correct.n for one in scores)
    if not n:
        return None, f"no real label that counts yet{beside}"
    return k / n, f"{percent(k / n, 1)}, {k:,} of {n:,} labels that count"


def _cost(
    scores: list[CellScore], document: GoalsDocument, beside: str
) -> tuple[float | None, str]:
    """What one decision costs in people's time; software's own decisions cost none of it."""
    if document.cost_per_hour is None:
        return None, "not told: the goals name no cost of an hour (cost_per_hour)"
    by_people = sum(one.agreement.n for one in scores)
    alone = sum(one.executed_alone for one in scores)
    times = [one.median_decide_ms for one in scores if one.median_decide_ms is not None]
    if not by_people + alone:
        return None, f"no real decision yet{beside}"
    if document.minutes_per_decision is not None:
        minutes, source = document.minutes_per_decision, "minutes as the goals name them"
    elif times and by_people >= FEWEST_MEASURED:
        minutes, source = median(times) / 60_000, "minutes as measured on the card"
    else:
        return None, (
            f"not told: {by_people} of the {FEWEST_MEASURED} answers that show how long one takes; "
            "the goals can name it (minutes_per_decision)"
        )
    value = document.cost_per_hour * minutes / 60 * by_people / (by_people + alone)
    said = Money(minor=round(value), currency=document.currency)
    return value, f"{said}, {source}, {alone:,} of {by_people + alone:,} without a person"


def _rule_row(hard: HardRule) -> RuleRow:
    rule = hard.rule
    case_type = "every case type" if rule.case_type is None else rule.case_type
    action = "every action" if rule.action is None else rule.action
    return RuleRow(
        title=hard.title,
        name=rule.name,
        words=rule_words(hard),
        where=f"{case_type} / {action}",
        otherwise=hard.kind,
        why=rule.why,
    )
