"""`authorize`: may this action run, and who says so. Pure, total and deterministic.

Every rule is evaluated and reported. No matching rule means ESCALATE, a malformed request means
DENY, and DENY beats everything. Rules that limit *autonomy* bind software only; those marked
`binds_people` hold for approvals, overrides and undos too.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.domain.phase import Phase
from engine.domain.tool import EffectClass
from engine.domain.verdict import RuleResult, Verdict, VerdictKind
from engine.govern.envelope import CellEnvelope, CellLimits, HandSetThreshold
from engine.govern.request import AuthorizationRequest, Usage

_ESCALATE = VerdictKind.ESCALATE
_DENY = VerdictKind.DENY


def authorize(
    request: AuthorizationRequest, envelope: CellEnvelope | None, usage: Usage
) -> Verdict:
    """Judge one action.

    Args:
        request: The action and the state of the world it meets.
        envelope: The resolved limits of its cell; None where the desk has none.
        usage: What of the budgets is used at this moment.

    Returns:
        The verdict with every rule, kept or broken.
    """
    rules: tuple[RuleResult, ...]
    if envelope is None:
        rules = (_well_formed(request), _not_paused(request), _NO_ENVELOPE)
    else:
        rules = tuple(rule(request, envelope.limits, usage) for rule in RULES)
    acts_as_person = request.person_roles is not None
    return Verdict(
        kind=_strictest(rules, people_only=acts_as_person),
        would_have=_strictest(
            tuple(rule for rule in rules if rule.rule != "phase_is_copilot"),
            people_only=acts_as_person,
        ),
        rules=rules,
        envelope_hash=envelope.hash if envelope else b"",
    )


def _strictest(rules: tuple[RuleResult, ...], *, people_only: bool) -> VerdictKind:
    broken = [
        rule.otherwise
        for rule in rules
        if not rule.is_kept and (rule.binds_people or not people_only)
    ]
    return max(broken, key=lambda kind: kind.strictness, default=VerdictKind.EXECUTE)


_NO_ENVELOPE = RuleResult(
    rule="no_envelope",
    is_kept=False,
    otherwise=_ESCALATE,
    limit="an envelope for the cell",
    seen="none",
)


def _well_formed(request: AuthorizationRequest) -> RuleResult:
    return RuleResult(
        rule="request_malformed",
        is_kept=not request.problem,
        otherwise=_DENY,
        limit="the tool's schema",
        seen=request.problem or "kept",
        binds_people=True,
    )


def _not_paused(request: AuthorizationRequest) -> RuleResult:
    return RuleResult(
        rule="paused",
        is_kept=not request.paused,
        otherwise=_ESCALATE,
        limit="no pause",
        seen=request.paused or "none",
        binds_people=True,
    )


def _malformed(request: AuthorizationRequest, limits: CellLimits, usage: Usage) -> RuleResult:
    return _well_formed(request)


def _paused(request: AuthorizationRequest, limits: CellLimits, usage: Usage) -> RuleResult:
    return _not_paused(request)


def _role_may_not_decide(
    request: AuthorizationRequest, limits: CellLimits, usage: Usage
) -> RuleResult:
    roles = request.person_roles
    return RuleResult(
        rule="role_may_not_decide",
        is_kept=roles is None or bool(roles & frozenset(limits.roles)),
        otherwise=_DENY,
        limit=" or ".join(limits.roles),
        seen="software" if roles is None else ", ".join(sorted(roles)) or "no role",
        binds_people=True,
    )


def _case_type_unknown(
    request: AuthorizationRequest, limits: CellLimits, usage: Usage
) -> RuleResult:
    return RuleResult(
        rule="case_type_unknown",
        is_kept=request.is_known_case_type,
        otherwise=_ESCALATE,
        limit="a case type of the desk",
        seen=request.cell.case_type,
    )


def _action_not_listed(
    request: AuthorizationRequest, limits: CellLimits, usage: Usage
) -> RuleResult:
    return RuleResult(
        rule="action_not_listed",
        is_kept=request.cell.action_type == limits.action,
        otherwise=_ESCALATE,
        limit=limits.action,
        seen=request.cell.action_type,
    )


def _phase_is_copilot(
    request: AuthorizationRequest, limits: CellLimits, usage: Usage
) -> RuleResult:
    return RuleResult(
        rule="phase_is_copilot",
        is_kept=limits.phase is not Phase.COPILOT,
        otherwise=_ESCALATE,
        limit="BOUNDED or wider",
        seen=limits.phase,
    )


def _effect_not_reversible(
    request: AuthorizationRequest, limits: CellLimits, usage: Usage
) -> RuleResult:
    return RuleResult(
        rule="effect_not_reversible",
        is_kept=not limits.reversible_only
        or request.effect_class in (EffectClass.READ, EffectClass.REVERSIBLE),
        otherwise=_ESCALATE,
        limit="reversible only" if limits.reversible_only else "any effect",
        seen=request.effect_class,
    )


def _confidence_uncalibrated(
    request: AuthorizationRequest, limits: CellLimits, usage: Usage
) -> RuleResult:
    return RuleResult(
        rule="confidence_uncalibrated",
        is_kept=request.is_calibrated and request.confidence is not None,
        otherwise=_ESCALATE,
        limit="a calibrated confidence",
        seen="calibrated" if request.is_calibrated else "uncalibrated",
    )


def _confidence_below_threshold(
    request: AuthorizationRequest, limits: CellLimits, usage: Usage
) -> RuleResult:
    confidence = request.confidence
    if isinstance(limits.threshold, HandSetThreshold):
        cut = limits.threshold.min_confidence
        is_kept = confidence is not None and confidence >= cut
        limit = f"at least {cut:.3f}, set by hand"
    else:
        is_kept = _reaches(request.score, request.rolling_cut)
        limit = _rolling_words(request.rolling_threshold, limits.threshold.risk_limit)
    return RuleResult(
        rule="confidence_below_threshold",
        is_kept=is_kept,
        otherwise=_ESCALATE,
        limit=limit,
        seen="none" if confidence is None else f"{confidence:.3f}",
    )


def _reaches(score: float | None, cut: float | None) -> bool:
    return score is not None and cut is not None and score >= cut


def _rolling_words(threshold: float | None, risk_limit: float) -> str:
    if threshold is None:
        return f"no threshold holds {risk_limit:.0%} error yet"
    return f"at least {threshold:.3f}, for at most {risk_limit:.0%} error"


def _priority_too_urgent(
    request: AuthorizationRequest, limits: CellLimits, usage: Usage
) -> RuleResult:
    return RuleResult(
        rule="priority_too_urgent",
        is_kept=request.priority >= limits.most_urgent_priority,
        otherwise=_ESCALATE,
        limit=f"priority {limits.most_urgent_priority} or less urgent",
        seen=f"priority {request.priority}",
    )


def _rate_budget_spent(
    request: AuthorizationRequest, limits: CellLimits, usage: Usage
) -> RuleResult:
    return RuleResult(
        rule="rate_budget_spent",
        is_kept=usage.executions_this_hour < limits.executions_per_hour,
        otherwise=_ESCALATE,
        limit=f"{limits.executions_per_hour} an hour",
        seen=f"{usage.executions_this_hour} this hour",
    )


def _fact_stale(request: AuthorizationRequest, limits: CellLimits, usage: Usage) -> RuleResult:
    return RuleResult(
        rule="fact_stale",
        is_kept=not request.stale,
        otherwise=_ESCALATE,
        limit="no stale fact",
        seen=", ".join(request.stale) or "none",
    )


def _facts_contradictory(
    request: AuthorizationRequest, limits: CellLimits, usage: Usage
) -> RuleResult:
    return RuleResult(
        rule="facts_contradictory",
        is_kept=not request.contradictory,
        otherwise=_ESCALATE,
        limit="no contradiction",
        seen=", ".join(request.contradictory) or "none",
    )


def _audit_key_missing(
    request: AuthorizationRequest, limits: CellLimits, usage: Usage
) -> RuleResult:
    return RuleResult(
        rule="audit_key_missing",
        is_kept=request.can_audit,
        otherwise=_ESCALATE,
        limit="the key of the audit draw",
        seen="at hand" if request.can_audit else "missing",
    )


Rule = Callable[[AuthorizationRequest, CellLimits, Usage], RuleResult]

RULES: tuple[Rule, ...] = (
    _malformed,
    _paused,
    _role_may_not_decide,
    _case_type_unknown,
    _action_not_listed,
    _phase_is_copilot,
    _effect_not_reversible,
    _confidence_uncalibrated,
    _confidence_below_threshold,
    _priority_too_urgent,
    _rate_budget_spent,
    _fact_stale,
    _facts_contradictory,
    _audit_key_missing,
)
"""All rules, in the order in which they are shown."""
