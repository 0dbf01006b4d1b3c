"""The audit rate and the keyed draw."""

from __future__ import annotations

import hashlib
import hmac
import math

import pytest

from engine.errors import ConfigError, InvalidRequest
from engine.govern.audit_sample import (
    AuditDraw,
    AuditStream,
    audit_rate,
    draw_audit,
    required_labels,
)

KEY = bytes(range(32))


def drawn_share(stream: AuditStream, case_id: str, action_id: str, key: bytes = KEY) -> float:
    """Find by bisection on the probability where the draw flips."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        draw = draw_audit(
            key, case_id=case_id, action_id=action_id, stream=stream, probability=middle
        )
        low, high = (low, middle) if draw.selected else (middle, high)
    return high


@pytest.mark.parametrize(
    ("limit", "labels"),
    [(0.02, (149, 386, 845)), (0.05, (59, 153, 311)), (0.10, (29, 76, 154))],
    ids=["2 %", "5 %", "10 %"],
)
def test_required_labels_match_check_values(limit: float, labels: tuple[int, int, int]) -> None:
    shares = (0.0, 0.2, 0.4)
    assert tuple(required_labels(limit, limit * share) for share in shares) == labels


def test_hopeless_limits_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="must be under the limit"):
        required_labels(0.05, 0.05)
    with pytest.raises(InvalidRequest, match="must be under the limit"):
        required_labels(0.05, math.nan)
    with pytest.raises(InvalidRequest, match="limit"):
        required_labels(0.0, 0.0)


@pytest.mark.parametrize(
    ("executed", "days", "is_amber", "expected"),
    [
        (1000.0, None, False, 0.153),
        (100_000.0, None, False, 0.05),
        (153.0, None, False, 1.0),
        (100.0, None, False, 1.0),
        (0.0, None, False, 1.0),
        (1000.0, 0, False, 0.25),
        (1000.0, 9, False, 0.25),
        (1000.0, 10, False, 0.153),
        (300.0, 3, False, 0.51),
        (100_000.0, None, True, 1.0),
    ],
    ids=[
        "share of the load",
        "floor of 5 %",
        "exactly enough cases",
        "too few cases",
        "no cases",
        "day of promotion",
        "tenth day",
        "eleventh day",
        "already above a quarter",
        "amber",
    ],
)
def test_audit_rate_follows_its_rule(
    executed: float, days: int | None, is_amber: bool, expected: float
) -> None:
    rate = audit_rate(
        labels_needed=153,
        executed_per_30_days=executed,
        working_days_since_promotion=days,
        is_amber=is_amber,
    )
    assert rate == pytest.approx(expected)


@pytest.mark.parametrize(
    ("needed", "executed"), [(-1, 10.0), (1, -1.0), (1, math.nan), (1, math.inf)]
)
def test_loads_that_cannot_be_are_refused(needed: int, executed: float) -> None:
    with pytest.raises(InvalidRequest, match="0 or more"):
        audit_rate(labels_needed=needed, executed_per_30_days=executed)


def test_draw_is_the_documented_hash() -> None:
    message = b"".join(
        len(part).to_bytes(8, "big") + part for part in (b"case-7", b"action-1", b"UNIFORM")
    )
    number = int.from_bytes(hmac.new(KEY, message, hashlib.sha256).digest(), "big")
    share = drawn_share(AuditStream.UNIFORM, "case-7", "action-1")
    assert share == pytest.approx(number / 2**256, abs=1e-12)


def test_draw_is_same_every_time() -> None:
    draws = {
        draw_audit(KEY, case_id="c", action_id="a", stream=AuditStream.UNIFORM, probability=0.5)
        for _ in range(3)
    }
    assert len(draws) == 1


def test_certain_probability_always_selects() -> None:
    for number in range(200):
        draw = draw_audit(
            KEY, case_id=f"c{number}", action_id="a", stream=AuditStream.UNIFORM, probability=1.0
        )
        assert draw == AuditDraw(stream=AuditStream.UNIFORM, probability=1.0, selected=True)


def test_selected_share_matches_its_probability() -> None:
    selected = sum(
        draw_audit(
            KEY, case_id=f"c{number}", action_id="a", stream=AuditStream.UNIFORM, probability=0.05
        ).selected
        for number in range(10_000)
    )
    assert selected / 10_000 == pytest.approx(0.05, abs=0.009)  # four standard errors


def test_streams_keys_and_actions_draw_apart() -> None:
    base = drawn_share(AuditStream.UNIFORM, "c", "a")
    others = {
        drawn_share(AuditStream.WEIGHTED, "c", "a"),
        drawn_share(AuditStream.UNIFORM, "c", "b"),
        drawn_share(AuditStream.UNIFORM, "d", "a"),
        drawn_share(AuditStream.UNIFORM, "c", "a", key=b"another key"),
    }
    assert len(others) == 4
    assert base not in others


def test_lengths_keep_parts_apart() -> None:
    assert drawn_share(AuditStream.UNIFORM, "ab", "c") != drawn_share(
        AuditStream.UNIFORM, "a", "bc"
    )


def test_empty_key_is_a_config_error() -> None:
    with pytest.raises(ConfigError, match="audit key is empty"):
        draw_audit(b"", case_id="c", action_id="a", stream=AuditStream.UNIFORM, probability=0.5)


@pytest.mark.parametrize("probability", [0.0, -0.1, 1.0001, math.nan])
def test_probabilities_that_cannot_be_are_refused(probability: float) -> None:
    with pytest.raises(InvalidRequest, match="audit probability"):
        draw_audit(
            KEY, case_id="c", action_id="a", stream=AuditStream.UNIFORM, probability=probability
        )
