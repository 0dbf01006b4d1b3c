"""The card: everything about one case that a person needs to decide, read as of one version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from engine.domain.canonical import Json
from engine.domain.case import Attention, Case
from engine.domain.case_status import FOR_PEOPLE, CaseStatus
from engine.domain.decision import Decision
from engine.domain.effect import Effect, EffectStatus
from engine.domain.fact import Fact, contradictions
from engine.domain.ids import CaseId
from engine.domain.phase import Phase
from engine.domain.recommendation import Action, Recommendation
from engine.domain.verdict import Verdict
from engine.errors import NotFound
from engine.govern.authorize_plan import strictest
from engine.govern.envelope import CellEnvelope
from engine.runtime.declared_path import first_look
from engine.runtime.policy import cell_of
from engine.runtime.undoing import last_effect
from engine.service.putting_back import waits_for_undo
from engine.service.rows import CaseCard, ClaimRow, FactRow
from engine.store import mapping, tables
from engine.store.outcome_words import outcome_words
from engine.store.read_chosen import chosen_instead
from engine.store.read_deciding import Deciding, can_undo, tools_of, words_of
from engine.store.read_denied import denied_of
from engine.store.read_evidence import EvidenceBook
from engine.store.read_failures import Failures
from engine.store.read_ledger import LedgerPages
from engine.store.read_plan import Plans
from engine.store.read_queue import Queue
from engine.store.read_quotes import quote_row
from engine.store.read_settled import settled_at
from engine.store.read_source import ReadSource

_ATTEMPTS = 3
"""How often a card is read again where the case moved meanwhile."""

_claim = tables.claims.c
_outcome = tables.outcomes.c


class Cards:
    """Reads of one case."""

    def __init__(
        self,
        source: ReadSource,
        *,
        queue: Queue,
        ledger: LedgerPages,
        evidence: EvidenceBook,
        take_back_s: float,
    ) -> None:
        """Read from this source."""
        self._source = source
        self._queue = queue
        self._ledger = ledger
        self._evidence = evidence
        self._take_back_s = take_back_s
        self._failures = Failures(source)
        self._plans = Plans(source)

    def card(self, case_id: CaseId) -> CaseCard:
        """The card of a case; read again where the case moved while it was read.

        Raises:
            NotFound: There is none with that id.
        """
        for _ in range(_ATTEMPTS):
            case = self._source.reader.case(case_id)
            card = self._card(case)
            if self._source.reader.case(case_id).version == case.version:
                break
        return replace(
            card,
            retired=self._retired(case, card.recommendation),
            chosen=chosen_instead(self._source, case, card.decision),
        )

    def _card(self, case: Case) -> CaseCard:
        reader = self._source.reader
        row = self._queue.row(case.id)
        if row is None:
            raise NotFound(f"There is no case {case.id}.")
        made = reader.recommendation(case)
        envelope = self._source.policy.current().envelope_of(case, _first_of(made))
        decision = reader.decision(case.id)
        effects = reader.effects(case.id)
        phase = envelope.limits.phase if envelope else None
        deciding = self._deciding(case, made, phase, effects)
        grant = reader.grant(case)
        judged = _judged(made)
        steps, left = self._plans.steps(case, made)
        return CaseCard(
            row=row,
            facts=self._facts(case, self._seen_at(case, made)),
            recommendation=made,
            verdict=judged.kind if judged else None,
            would_have=judged.would_have if judged else None,
            phase=phase,
            is_evidenced=self._is_evidenced(envelope),
            deciders=deciding.deciders(*(action.tool for action in deciding.plan)),
            words=words_of(deciding),
            tools=tools_of(deciding),
            claim=self._held(case.id),
            decision=decision,
            releases_at=_releases_at(case, decision),
            grant=grant,
            effects=effects,
            can_undo=can_undo(deciding),
            settled_at=settled_at(self._source, case, decision, grant),
            outcome=self._outcome(case, effects),
            timeline=self._ledger.timeline(case.id),
            failure=self._failures.of_case(case),
            judged_at=self._judged_at(case, made),
            steps=steps,
            left=left,
            first_look=first_look(deciding.desk, case),
        )

    def _retired(self, case: Case, made: Recommendation | None) -> Mapping[str, str]:
        """Precedents that were followed and have turned since, with why."""
        named = [one.source_id for one in made.draft.precedents if one.done] if made else []
        if not named:
            return {}
        truths = self._source.reader.truths(case.desk, self._source.clock.now(), named)
        return {one.source_id: one.why_turned for one in truths if one.why_turned}

    def _deciding(
        self,
        case: Case,
        made: Recommendation | None,
        phase: Phase | None,
        effects: tuple[Effect, ...],
    ) -> Deciding:
        desk_now = self._source.desk_now(case.desk)
        chosen = self._chosen(case, made)
        action = chosen or _first_of(made)
        last, policy = last_effect(effects), self._source.policy.current()
        plan = (chosen,) if chosen else made.actions if made else ()
        pauses = [policy.pause(cell_of(case, one.tool)) for one in plan]
        return Deciding(
            case=case,
            desk=self._source.desks.get(case.desk),
            made=made,
            phase=phase,
            pause=next((pause for pause in pauses if pause is not None), None),
            last=last,
            ran=self._action(last) if last else None,
            desk_now=desk_now,
            take_back_s=self._take_back_s,
            chosen=chosen,
            denied=_outdated(case, made, effects)
            or denied_of(self._source, case, action, desk_now),
            policy=policy,
            undo=self._plans.undo_words(case) if last else "",
        )

    def _chosen(self, case: Case, made: Recommendation | None) -> Action | None:
        """What the first of two people let run, where it is one action."""
        if case.status is not CaseStatus.SECOND_PENDING or waits_for_undo(case):
            return None
        plan = self._source.reader.plan(case)
        return plan[0] if len(plan) == 1 else None

    def _action(self, effect: Effect) -> Action | None:
        table = tables.actions
        row = self._source.first(select(table).where(table.c.id == effect.action_id))
        return None if row is None else mapping.action_of(row)

    def _is_evidenced(self, envelope: CellEnvelope | None) -> bool:
        if envelope is None:
            return False
        return self._evidence.of_cell(envelope.cell, envelope.limits).is_evidenced

    def _seen_at(self, case: Case, made: Recommendation | None) -> datetime:
        """The moment at which facts are stale: now where a person answers, else when judged.

        What is decided does not grow old any more: its facts are as they were for the decision.
        """
        is_open = case.status in (*FOR_PEOPLE, CaseStatus.WAITING_FACT)
        judged_at = None if is_open else self._judged_at(case, made)
        return judged_at or self._source.desk_now(case.desk)

    def _judged_at(self, case: Case, made: Recommendation | None) -> datetime | None:
        """When policy judged, on the desk's clock: a replay's is the case's own moment."""
        if made is None:
            return None
        is_replaying = self._source.reader.desk_time(case.desk) is not None
        return made.as_of if is_replaying else made.created_at

    def _facts(self, case: Case, at: datetime) -> tuple[FactRow, ...]:
        c = tables.fact_sets.c
        query = select(tables.fact_sets).where(
            c.case_id == case.id, c.revision == case.facts_revision
        )
        row = self._source.first(query)
        if row is None:
            return ()
        facts = mapping.fact_set_of(row).facts
        is_quoted = any(fact.quote for fact in facts)
        signals = self._source.reader.signals([case.id]) if is_quoted else {}
        payload = signals[case.id].payload if case.id in signals else None
        return fact_rows(facts, at, payload)

    def _held(self, case_id: CaseId) -> ClaimRow | None:
        now = self._source.clock.now()
        query = select(tables.claims).where(_claim.case_id == case_id, _claim.expires_at > now)
        row = self._source.first(query)
        if row is None:
            return None
        return ClaimRow(
            person=row.person,
            claimed_at=row.claimed_at,
            expires_at=row.expires_at,
            draft=row.draft,
        )

    def _outcome(self, case: Case, effects: Sequence[Effect]) -> str:
        query = select(tables.outcomes).where(_outcome.case_id == case.id)
        rows = self._source.all(query.order_by(_outcome.recorded_at, _outcome.id))
        has_acted = any(effect.status is EffectStatus.SUCCEEDED for effect in effects)
        desk = self._source.desks.get(case.desk)
        values = desk.values if desk is not None else {}
        return "; ".join(outcome_words(row, has_acted=has_acted, values=values) for row in rows)


def _first_of(made: Recommendation | None) -> Action | None:
    return made.actions[0] if made and made.actions else None


_OUTDATED = (
    "What this acts on has changed since it was recommended, so it cannot run any more. "
    "Have it looked at again, or choose something else."
)


def _outdated(case: Case, made: Recommendation | None, effects: Sequence[Effect]) -> str:
    """Why a recommendation cannot run whose target changed, with nothing done; else empty.

    Its first step binds the target as it was, so no approval of it can run. A plan that was begun
    and put back may have put that back too.
    """
    if case.attention is not Attention.TARGET_CHANGED or made is None:
        return ""
    planned = {action.id for action in made.actions}
    return "" if any(effect.action_id in planned for effect in effects) else _OUTDATED


def _judged(made: Recommendation | None) -> Verdict | None:
    """The verdict of a plan: the strictest of its actions."""
    verdicts = [one.verdict for one in made.actions] if made else []
    return verdicts[strictest(verdicts)] if verdicts else None


def _releases_at(case: Case, decision: Decision | None) -> datetime | None:
    is_releasing = case.status is CaseStatus.RELEASING
    return decision.release_at if decision and is_releasing else None


def fact_rows(facts: Sequence[Fact], at: datetime, payload: Json = None) -> tuple[FactRow, ...]:
    """Facts with what is wrong with them at a moment of the desk's clock.

    Args:
        facts: Of one case.
        at: That moment.
        payload: The case's signal, for the words that facts were taken from.
    """
    doubted = {id(fact) for pair in contradictions(facts, at) for fact in pair}
    return tuple(
        FactRow(
            entity=fact.entity,
            attribute=fact.attribute,
            value=fact.value,
            source=fact.source,
            observed_at=fact.observed_at,
            is_stale=fact.is_stale(at),
            is_contradicted=id(fact) in doubted,
            stale_from=_stale_from(fact),
            quote=quote_row(fact.quote, payload),
        )
        for fact in facts
    )


def _stale_from(fact: Fact) -> datetime | None:
    if fact.ttl_s is None:
        return None
    return fact.observed_at + timedelta(seconds=fact.ttl_s)
