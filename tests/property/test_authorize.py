"""`authorize` is total, deterministic, monotone and explains itself (invariants 5, 6, 13)."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.actor import Role
from engine.domain.phase import Cell, Phase
from engine.domain.tool import EffectClass
from engine.domain.verdict import VerdictKind
from engine.govern.authorize import RULES, authorize
from engine.govern.envelope import (
    CellEnvelope,
    CellLimits,
    EnvelopeDocument,
    HandSetThreshold,
    RollingThreshold,
    resolve,
)
from engine.govern.request import AuthorizationRequest, Usage

CELL = Cell(desk="d", case_type="t", action_type="a")

share = st.floats(min_value=0, max_value=1)
maybe_share = st.none() | share
names = st.lists(st.sampled_from(["x", "y"]), max_size=2).map(tuple)

thresholds = st.one_of(
    st.builds(HandSetThreshold, min_confidence=share),
    st.builds(RollingThreshold, risk_limit=st.floats(min_value=0.01, max_value=0.5)),
)
limits = st.builds(
    CellLimits,
    case_type=st.just("t"),
    action=st.just("a"),
    phase=st.sampled_from(list(Phase)),
    threshold=thresholds,
    most_urgent_priority=st.integers(1, 9),
    executions_per_hour=st.integers(0, 5),
    reversible_only=st.booleans(),
    audit_rate=st.floats(min_value=0.05, max_value=1),
    roles=st.lists(st.sampled_from(list(Role)), max_size=3, unique=True).map(tuple),
)
requests = st.builds(
    AuthorizationRequest,
    cell=st.sampled_from([CELL, Cell(desk="d", case_type="t", action_type="other")]),
    problem=st.sampled_from(["", "", "bad argument"]),
    is_known_case_type=st.booleans(),
    effect_class=st.sampled_from(list(EffectClass)),
    confidence=maybe_share,
    is_calibrated=st.booleans(),
    score=maybe_share,
    rolling_cut=maybe_share,
    rolling_threshold=maybe_share,
    priority=st.integers(1, 9),
    stale=names,
    contradictory=names,
    paused=st.sampled_from(["", "", "all"]),
    can_audit=st.booleans(),
    person_roles=st.none() | st.frozensets(st.sampled_from(list(Role)), max_size=3),
)
usages = st.builds(Usage, executions_this_hour=st.integers(0, 6))

EASY = AuthorizationRequest(
    cell=CELL, confidence=0.9, is_calibrated=True, score=0.9, rolling_cut=0.8, priority=5
)


def envelope(of: CellLimits) -> CellEnvelope:
    return resolve(EnvelopeDocument(desk="d", cells=(of,)))[
        Cell(desk="d", case_type="t", action_type="a")
    ]


@given(requests, limits, usages)
def test_every_request_gets_one_verdict(
    request: AuthorizationRequest, of: CellLimits, usage: Usage
) -> None:
    first = authorize(request, envelope(of), usage)
    assert first == authorize(request, envelope(of), usage)
    assert len(first.rules) == len(RULES)
    assert len({rule.rule for rule in first.rules}) == len(RULES)


@given(requests, usages)
def test_without_envelope_software_never_executes(
    request: AuthorizationRequest, usage: Usage
) -> None:
    verdict = authorize(replace(request, person_roles=None), None, usage)
    expected = VerdictKind.DENY if request.problem else VerdictKind.ESCALATE
    assert verdict.kind is expected


@given(requests, limits, usages)
def test_malformed_requests_are_denied(
    request: AuthorizationRequest, of: CellLimits, usage: Usage
) -> None:
    verdict = authorize(replace(request, problem="no such argument"), envelope(of), usage)
    assert verdict.kind is VerdictKind.DENY


@given(requests, limits, usages)
def test_verdict_is_the_strictest_broken_rule(
    request: AuthorizationRequest, of: CellLimits, usage: Usage
) -> None:
    verdict = authorize(request, envelope(of), usage)
    is_person = request.person_roles is not None
    binding = [r.otherwise for r in verdict.broken if r.binds_people or not is_person]
    expected = max((kind.strictness for kind in binding), default=0)
    assert verdict.kind.strictness == expected


TIGHTENINGS = {
    "copilot": lambda of: of.model_copy(update={"phase": Phase.COPILOT}),
    "reversible only": lambda of: of.model_copy(update={"reversible_only": True}),
    "fewer an hour": lambda of: of.model_copy(
        update={"executions_per_hour": max(0, of.executions_per_hour - 1)}
    ),
    "less urgent only": lambda of: of.model_copy(
        update={"most_urgent_priority": min(9, of.most_urgent_priority + 1)}
    ),
    "fewer roles": lambda of: of.model_copy(update={"roles": of.roles[1:]}),
    "higher hand-set threshold": lambda of: of.model_copy(
        update={
            "threshold": HandSetThreshold(min_confidence=(1 + of.threshold.min_confidence) / 2)
            if isinstance(of.threshold, HandSetThreshold)
            else of.threshold
        }
    ),
}


@given(requests, limits, usages, st.sampled_from(sorted(TIGHTENINGS)))
def test_tightening_never_frees_a_verdict(
    request: AuthorizationRequest, of: CellLimits, usage: Usage, how: str
) -> None:
    before = authorize(request, envelope(of), usage)
    after = authorize(request, envelope(TIGHTENINGS[how](of)), usage)
    assert after.kind.strictness >= before.kind.strictness


@given(requests, limits, usages)
def test_a_pause_never_frees_a_verdict(
    request: AuthorizationRequest, of: CellLimits, usage: Usage
) -> None:
    before = authorize(replace(request, paused=""), envelope(of), usage)
    after = authorize(replace(request, paused="all"), envelope(of), usage)
    assert after.kind is not VerdictKind.EXECUTE
    assert after.kind.strictness >= before.kind.strictness


@given(requests, limits, usages)
def test_copilot_says_what_bounded_would_do(
    request: AuthorizationRequest, of: CellLimits, usage: Usage
) -> None:
    copilot = of.model_copy(update={"phase": Phase.COPILOT})
    bounded = of.model_copy(update={"phase": Phase.BOUNDED})
    software = replace(request, person_roles=None)
    would = authorize(software, envelope(copilot), usage).would_have
    assert would is authorize(software, envelope(bounded), usage).kind


def test_bounded_cell_executes_inside_its_limits() -> None:
    of = CellLimits(
        case_type="t", action="a", phase=Phase.BOUNDED, threshold=RollingThreshold(risk_limit=0.1)
    )
    verdict = authorize(EASY, envelope(of), Usage())
    assert (verdict.kind, verdict.broken) == (VerdictKind.EXECUTE, ())
