"""Made-up guardrails, goals and trials, the same on every call."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from engine.domain.policy import PolicyKind, VersionStatus
from engine.domain.verdict import RuleResult, Verdict, VerdictKind
from engine.service.policy_rows import GoalsRow, MeasureRow, RuleRow
from engine.service.rows import VersionRow
from engine.service.trials import Trial
from engine.testing.fake_rows_observe import NOW

AUTHOR = "olga"
"""Wrote the version that waits for a signature, and the draft."""


def guardrails() -> tuple[RuleRow, ...]:
    """One that forbids and one that asks for a person."""
    forbids = RuleRow(
        title="guardrail:people_for_outages",
        name="people_for_outages",
        words="priority 2 or less urgent",
        where="every case type / every action",
        otherwise=VerdictKind.DENY,
        why="an outage is never routed by software",
    )
    asks = RuleRow(
        title="guardrail:month_end",
        name="month_end",
        words="mon, tue, wed, thu, fri 06:00 to 22:00 Europe/Vienna",
        where="routing / assign_group",
        otherwise=VerdictKind.ESCALATE,
        why="at night nobody would see a wrong assignment",
    )
    return forbids, asks


def versions(kind: PolicyKind) -> tuple[VersionRow, ...]:
    """A proposed version, a draft and what was active before, over the active one."""
    document = f"desk: incidents\nnote: the {kind}\n"
    active = VersionRow(
        desk="incidents",
        kind=kind,
        version=2,
        status=VersionStatus.ACTIVE,
        note="As agreed in spring.",
        drafted_by="rosa",
        drafted_at=NOW - timedelta(days=9),
        signed_by="rhea",
        activated_at=NOW - timedelta(days=8),
        rolled_back_by="",
        document=document,
        simulation=None,
    )
    proposed = replace(
        active,
        version=4,
        status=VersionStatus.PROPOSED,
        note="Nights are for people.",
        drafted_by=AUTHOR,
        signed_by="",
        activated_at=None,
        document=document + "zone: Europe/Vienna\n",
    )
    draft = replace(proposed, version=3, status=VersionStatus.DRAFT, note="half an idea")
    before = replace(active, version=1, status=VersionStatus.SUPERSEDED, note="The first.")
    return proposed, draft, active, before


def goals(*, is_bare: bool = False) -> GoalsRow:
    """A goal with two measures and a constraint; a bare one has neither."""
    row = GoalsRow(
        desk="incidents",
        goal="Every incident is with the group that resolves it, before its due time.",
        measures=(
            MeasureRow(
                kind="correctness",
                title="Recommendations that later truth confirmed",
                target=0.9,
                target_words="at least 90\u202f%",
                value=0.912,
                value_words="91.2\u202f%, 1,098 of 1,204 labels that count",
                is_met=True,
            ),
            MeasureRow(
                kind="latency_to_decision",
                title="Time from arrival to decision, median",
                target=10.0,
                target_words="at most 10 minutes",
                value=None,
                value_words="not told: history is replayed faster than it happened",
                is_met=None,
            ),
        ),
        constraints=(
            replace(guardrails()[0], title="constraint:no_vip", name="no_vip", why="they call"),
        ),
    )
    return replace(row, measures=(), constraints=()) if is_bare else row


def tried(trial: Trial) -> Verdict:
    """A guardrail against the most urgent cases, and a kept threshold."""
    is_urgent = trial.priority <= 1
    rules = (
        RuleResult(
            rule="confidence_below_threshold",
            is_kept=True,
            otherwise=VerdictKind.ESCALATE,
            limit="at least 0.871, for at most 10% error",
            seen=f"{trial.confidence:.3f}",
        ),
        RuleResult(
            rule="guardrail:people_for_outages",
            is_kept=not is_urgent,
            otherwise=VerdictKind.DENY,
            limit="priority 2 or less urgent",
            seen="priority 1" if is_urgent else "kept",
            binds_people=True,
        ),
    )
    kind = VerdictKind.DENY if is_urgent else VerdictKind.EXECUTE
    return Verdict(kind=kind, would_have=kind, rules=rules, envelope_hash=b"")
