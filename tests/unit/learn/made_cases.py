"""Labelled cases of our own making: three facts, a rule with noise, labels that come late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from engine.domain.precedent import LabelledCase, PrecedentProcedure

START = datetime(2024, 3, 4, tzinfo=UTC)

PROCEDURE = PrecedentProcedure(
    features=("kind", "place", "asker"),
    contexts=(("kind",), ("place",), ("kind", "place"), ("asker",)),
    minimum_rows=40,
    linear_steps=30,
    exemplars=200,
    calibration_window=300,
    threshold_window=400,
)

_GROUPS = ("alpha", "beta", "gamma", "delta")


def made_cases(count: int, *, seed: int = 7, per_day: int = 30) -> tuple[LabelledCase, ...]:
    """Give cases by opening time; the group follows from kind and place in nine of ten."""
    generator = np.random.default_rng(seed)
    cases = []
    for number in range(count):
        kind, place = int(generator.integers(5)), int(generator.integers(4))
        right = (kind + 2 * place) % 4
        if generator.random() < 0.1:
            right = int(generator.integers(4))
        opened = START + timedelta(minutes=int(number * 1440 / per_day))
        cases.append(
            LabelledCase(
                case_id=f"C{number:05d}",
                observed_at=opened,
                label_known_at=opened + timedelta(minutes=int(generator.exponential(1200))),
                features={
                    "kind": f"kind {kind}",
                    "place": f"place {place}" if generator.random() < 0.95 else "",
                    "asker": f"asker {int(generator.integers(60))}",
                },
                label=_GROUPS[right],
                cell="made/routing/assign",
            )
        )
    return tuple(cases)
