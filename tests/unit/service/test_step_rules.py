"""Rules of a trace's steps: what a call's credential was good for, or that nothing narrowed it."""

import pytest

from engine.runtime.reads import called_rule
from engine.service.phrases import step_rule


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (called_rule("019a24c1-77", ("orders:refund",)), "one-time key 019a24c1: orders:refund"),
        (called_rule("019a24c1-77", ()), "one-time key 019a24c1, not narrowed"),
        ("read permit 019a24c1-77aa: orders:read", "read permit 019a24c1-77aa: orders:read"),
        ("read permit 019a24c1-77aa: not narrowed", "read permit 019a24c1-77aa: not narrowed"),
    ],
)
def test_scopes_of_a_call_are_told(rule: str, said: str) -> None:
    assert step_rule("act", rule) == said
