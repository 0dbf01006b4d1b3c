"""Rules about how sure the reasoner is. Pure."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from engine.domain.verdict import RuleResult
from engine.govern.envelope import CellLimits
from engine.govern.limits import HandSetThreshold, RollingThreshold
from engine.govern.look import Check, Look
from engine.govern.request import AuthorizationRequest
from engine.govern.rule import Rule, wide


def earned_by_another_reasoner(limits: CellLimits) -> Check:
    """Whoever recommends has earned it that software acts alone: nobody does on another's merit."""
    rule, limit = Rule(name="earned_by_another_reasoner"), ", ".join(limits.earned_by)
    kept = {name: rule.kept(limit, name) for name in limits.earned_by}

    def check(look: Look) -> RuleResult:
        name = look.request.reasoner
        return kept.get(name) or rule.broken(limit, name)

    return check


def confidence_uncalibrated(limits: CellLimits) -> Check:
    """The confidence means what it says."""
    rule, limit = Rule(name="confidence_uncalibrated"), "a calibrated confidence"
    kept, broken = rule.kept(limit, "calibrated"), rule.broken(limit, "uncalibrated")

    def check(look: Look) -> RuleResult:
        is_there = look.request.confidence is not None
        return kept if look.request.is_calibrated and is_there else broken

    return check


def confidence_below_threshold(limits: CellLimits) -> Check:
    """The confidence is high enough."""
    rule, wider, threshold = Rule(name="confidence_below_threshold"), limits.wider, limits.threshold
    limit_words = _threshold_words(threshold)
    beyond_words = _threshold_words(wider.threshold) if wider else limit_words

    def check(look: Look) -> RuleResult:
        request = look.request
        seen = "none" if request.confidence is None else f"{request.confidence:.3f}"
        limit = limit_words(request.rolling_threshold)
        if _passes(request, threshold, request.rolling_cut):
            return rule.kept(limit, seen)
        if wider is None or not _passes(request, wider.threshold, request.wider_cut):
            return rule.broken(limit, seen)
        beyond = beyond_words(request.wider_threshold)
        return wide(rule, limits, request, limit, beyond, seen)

    return check


def _passes(
    request: AuthorizationRequest,
    threshold: HandSetThreshold | RollingThreshold,
    cut: float | None,
) -> bool:
    if isinstance(threshold, HandSetThreshold):
        return request.confidence is not None and request.confidence >= threshold.min_confidence
    return request.score is not None and cut is not None and request.score >= cut


def _threshold_words(
    threshold: HandSetThreshold | RollingThreshold,
) -> Callable[[float | None], str]:
    """What writes a threshold, from the calibrated confidence that a rolling one has now."""
    if isinstance(threshold, HandSetThreshold):
        by_hand = f"at least {threshold.min_confidence:.3f}, set by hand"
        return lambda calibrated: by_hand
    error = f"{threshold.risk_limit * 100:g}% error"

    @lru_cache(maxsize=8)  # it changes only when truths become known
    def words(calibrated: float | None) -> str:
        if calibrated is None:
            return f"no threshold holds {error} yet"
        return f"at least {calibrated:.3f}, for at most {error}"

    return words
