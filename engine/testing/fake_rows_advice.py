"""Invented recommendations and verdicts for `FakeEngine`, and the seed all its rows grow from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random
from uuid import UUID

from engine.domain.case import Attention, Origin
from engine.domain.ids import ActionId, CaseId, RecommendationId
from engine.domain.plan import StepStatus
from engine.domain.recommendation import (
    Action,
    Alternative,
    Draft,
    PrecedentCase,
    Proposal,
    Reason,
    Recommendation,
)
from engine.domain.verdict import RuleResult, Verdict, VerdictKind
from engine.service.rows import PlanStepRow

GROUPS = (
    "Network Core",
    "Identity and Access",
    "Workplace Devices",
    "Payments Platform",
    "Mail and Calendar",
    "Database Operations",
    "Field Support North",
    "ERP Finance",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Seed:
    """What one invented case is made of."""

    number: int
    desk_now: datetime
    wall_now: datetime
    attention: Attention
    desk: str = "incidents"
    origin: Origin = Origin.REAL

    @property
    def random(self) -> Random:
        """The same numbers for the same case."""
        return Random(self.number)

    @property
    def case_id(self) -> CaseId:
        """The case's identifier."""
        return CaseId(uuid_of("case", self.number))

    @property
    def source_id(self) -> str:
        """The case's identifier at its source."""
        return f"INC{self.number:07d}"


def uuid_of(kind: str, number: int) -> UUID:
    """A made-up identifier that stays the same."""
    return UUID(bytes=sha256(f"{kind}:{number}".encode()).digest()[:16], version=5)


def recommendation_of(seed: Seed) -> Recommendation:
    """Three groups with probabilities and what speaks for and against the first."""
    random = seed.random
    groups = random.sample(GROUPS, 4)
    confidence = round(random.uniform(0.34, 0.97), 3)
    rest = 1 - confidence
    shares = (confidence, round(rest * 0.55, 3), round(rest * 0.27, 3))
    draft = _draft(seed, groups, shares)
    verdict = verdict_of(seed, confidence)
    return Recommendation(
        id=RecommendationId(uuid_of("recommendation", seed.number)),
        case_id=seed.case_id,
        facts_revision=1,
        facts_digest=b"f" * 32,
        draft=draft,
        confidence=confidence,
        is_calibrated=True,
        calibration="isotonic, 4,000 labels",
        threshold=0.87,
        cut=0.9,
        as_of=seed.desk_now - timedelta(seconds=30),
        created_at=seed.wall_now,
        actions=(_action(seed, draft.proposals[0], verdict),),
    )


def _draft(seed: Seed, groups: list[str], shares: tuple[float, ...]) -> Draft:
    confidence = shares[0]
    return Draft(
        reasoner="precedent",
        reasoner_version="3",
        proposals=(_proposal(seed, groups[0]),),
        label=groups[0],
        summary=f"Assign to {groups[0]}",
        rationale=f"Of the 40 most similar cases, {int(confidence * 40)} ended with {groups[0]}.",
        raw_confidence=min(confidence + 0.04, 0.99),
        reasons=(
            Reason(fact="symptom@itsm", text="Symptom: no connection", weight=1.42),
            Reason(fact="location@itsm", text="Location: Harbour House", weight=0.61),
            Reason(fact="caller@itsm", text="Caller wrote about this twice", weight=0.28),
        ),
        counter_evidence=(
            Reason(
                fact="category@itsm",
                text=f"In category access, {groups[1]} resolves more than {groups[0]}",
                weight=-0.83,
            ),
            Reason(fact="location@badge system", text="Caller was not on site", weight=-0.2),
        ),
        missing=("configuration item", "software version"),
        alternatives=tuple(
            Alternative(proposal=_proposal(seed, group), label=group, probability=share)
            for group, share in zip(groups, shares, strict=False)
        ),
        precedents=_precedents(seed, groups),
    )


def _precedents(seed: Seed, groups: list[str]) -> tuple[PrecedentCase, ...]:
    return tuple(
        PrecedentCase(
            source_id=f"INC{seed.number - 7 * (place + 1):07d}",
            label=groups[0] if place != 2 else groups[1],
            similarity=round(0.94 - 0.06 * place, 2),
            resolved_at=seed.desk_now - timedelta(days=2 + 3 * place),
        )
        for place in range(5)
    )


def _proposal(seed: Seed, group: str) -> Proposal:
    return Proposal(tool="assign_group", arguments={"incident": seed.source_id, "group": group})


def _action(seed: Seed, proposal: Proposal, verdict: Verdict) -> Action:
    return Action(
        id=ActionId(uuid_of("action", seed.number)),
        ordinal=0,
        tool=proposal.tool,
        contract_digest=b"c" * 32,
        arguments=proposal.arguments,
        arguments_digest=b"a" * 32,
        target=seed.source_id,
        target_digest=b"t" * 32,
        target_state={"group": GROUPS[seed.number % len(GROUPS)]},
        verdict=verdict,
    )


def steps_of(seed: Seed, advice: Recommendation | None) -> tuple[PlanStepRow, ...]:
    """The one call that is recommended."""
    if advice is None:
        return ()
    action = advice.actions[0]
    return (
        PlanStepRow(
            ordinal=1,
            tool=action.tool,
            words=advice.draft.summary,
            arguments_view=(
                ("Incident", seed.source_id),
                ("Group", str(action.arguments["group"])),
            ),
            verdict=action.verdict.kind,
            status=StepStatus.WAITING,
            effect_status=None,
            is_verified=None,
            note="",
            key="",
            amount="",
            way_back="Assign group",
            target=action.target,
        ),
    )


def verdict_of(seed: Seed, confidence: float) -> Verdict:
    """A verdict with rules as `authorize` reports them."""
    rules = _rules(seed, confidence)
    broken = [rule.otherwise for rule in rules if not rule.is_kept]
    wider = [r.otherwise for r in rules if not r.is_kept and r.rule != "phase_is_copilot"]
    return Verdict(
        kind=max(broken, key=lambda k: k.strictness, default=VerdictKind.EXECUTE),
        would_have=max(wider, key=lambda k: k.strictness, default=VerdictKind.EXECUTE),
        rules=rules,
        envelope_hash=b"e" * 32,
    )


def _rules(seed: Seed, confidence: float) -> tuple[RuleResult, ...]:
    return (
        _rule("request_malformed", True, "the tool's schema", "kept", VerdictKind.DENY),
        _rule("paused", True, "no pause", "none"),
        _rule(
            "role_may_not_decide",
            seed.attention is not Attention.DENIED,
            "operator or senior_operator",
            "software",
            VerdictKind.DENY,
        ),
        _rule("case_type_unknown", True, "a case type of the desk", "routing"),
        _rule("action_not_listed", True, "assign_group", "assign_group"),
        _rule(
            "phase_is_copilot",
            seed.attention is not Attention.COPILOT,
            "BOUNDED or wider",
            "COPILOT" if seed.attention is Attention.COPILOT else "BOUNDED",
        ),
        _rule("effect_not_reversible", True, "reversible only", "reversible"),
        _rule("confidence_uncalibrated", True, "a calibrated confidence", "calibrated"),
        _rule(
            "confidence_below_threshold",
            confidence >= 0.87,
            "0.870 for 10% error",
            f"{confidence:.3f}",
        ),
        _rule("priority_too_urgent", True, "priority 3 or less urgent", "priority 3"),
        _rule(
            "rate_budget_spent",
            seed.attention is not Attention.BUDGET_SPENT,
            "60 an hour",
            "60 this hour" if seed.attention is Attention.BUDGET_SPENT else "17 this hour",
        ),
        _rule("fact_stale", seed.number % 2 == 1, "no stale fact", "open cases of the group"),
        _rule("audit_key_missing", True, "the key of the audit draw", "at hand"),
    )


def _rule(
    rule: str,
    is_kept: bool,
    limit: str,
    seen: str,
    otherwise: VerdictKind = VerdictKind.ESCALATE,
) -> RuleResult:
    return RuleResult(rule=rule, is_kept=is_kept, otherwise=otherwise, limit=limit, seen=seen)
