"""The bench of `authorize` measures what it says: every limit in use, and every one kept."""

from engine.bench.authorize_bench import CELLS, GUARDRAILS, bench_authorize, made_world, refused
from engine.domain.verdict import VerdictKind
from engine.govern.authorize import authorize
from engine.govern.request import Usage


def test_requests_keep_or_break_what_they_should() -> None:
    world = made_world()
    assert len(world) == CELLS
    for request, policy in world:
        assert len(policy.hard_rules) == GUARDRAILS
        assert authorize(request, policy, Usage()).kind is VerdictKind.EXECUTE
    for request, policy in refused(world):
        verdict = authorize(request, policy, Usage())
        assert verdict.kind is VerdictKind.DENY
        assert sum(":" in rule.rule for rule in verdict.broken) == 8


def test_report_is_read_by_people_and_programs() -> None:
    report = bench_authorize(calls=200, repeats=2)
    assert len(report.runs) == 2
    _, policy = made_world()[0]
    assert report.rules == len(policy.own_checks) + GUARDRAILS
    assert f"{CELLS} cells" in report.words()
    told = report.to_json()
    assert told["p99_us"]["median"] >= told["p50_us"]["median"] > 0
    assert told["refused_p99_us"]["median"] >= told["refused_p50_us"]["median"] > 0
