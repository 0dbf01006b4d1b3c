"""Refusing: a grant that no longer fits sends its case back with a code, never through."""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.actor import ENGINE, DecidedBy
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.grant import Grant, GrantStatus
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.span import Choice, ChoiceKind
from engine.domain.transition import GrantClosed, Record, Transition
from engine.ports import Clock
from engine.runtime.attempt import Refusal


@dataclass(frozen=True, kw_only=True)
class Refusing:
    """Makes the transition that follows a refused grant."""

    clock: Clock

    def refused(self, case: Case, grant: Grant | None, refusal: Refusal) -> Transition:
        """The grant may not be used: back to the queue with a code, or withdrawn."""
        now = self.clock.now()
        records: tuple[Record, ...] = ()
        if grant is not None and grant.status is GrantStatus.MINTED:
            expired = refusal.attention is Attention.GRANT_EXPIRED
            status = GrantStatus.EXPIRED if expired else GrantStatus.REVOKED
            records = (GrantClosed(grant_id=grant.id, status=status, at=now),)
        return Transition(
            before=case,
            after=self._after_refusal(case, refusal),
            entries=(
                EntryDraft(
                    kind=EventKind.GRANT_REFUSED,
                    actor=ENGINE,
                    at=now,
                    payload={
                        "grant": grant.id if grant else None,
                        "code": refusal.attention,
                        "why": refusal.note,
                    },
                ),
            ),
            records=records,
            choices=(
                Choice(
                    kind=ChoiceKind.REFUSE,
                    at=now,
                    decided_by=DecidedBy.POLICY,
                    decider="executor",
                    chosen=refusal.attention,
                    grounds=refusal.note,
                ),
            ),
            lease_epoch=case.lease_epoch,
        )

    def _after_refusal(self, case: Case, refusal: Refusal) -> Case:
        if refusal.is_settled:
            return case.moved(
                CaseStatus.WITHDRAWN, wake_at=None, attention=None, attention_note=refusal.note
            )
        if case.status is CaseStatus.COMPENSATING:
            return case.moved(
                CaseStatus.DONE,
                wake_at=None,
                attention=None,
                attention_note=f"not undone: {refusal.attention} {refusal.note}".strip(),
            )
        return case.moved(
            CaseStatus.PENDING,
            wake_at=None,
            attention=refusal.attention,
            attention_note=refusal.note,
        )
