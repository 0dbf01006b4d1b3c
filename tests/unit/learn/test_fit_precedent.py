"""Fitting precedents: what goes in, what comes out, and that it is always the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from engine.domain.precedent import FittedPrecedent, LabelledCase, context_keys
from engine.errors import ModelError
from engine.learn.fit_precedent import fit_precedent
from tests.unit.learn.made_cases import PROCEDURE, START, made_cases

CASES = made_cases(600)
AS_OF = START + timedelta(days=15)


def _fit(cases: tuple[LabelledCase, ...] = CASES) -> FittedPrecedent:
    fitted = fit_precedent(cases, PROCEDURE, AS_OF)
    assert fitted
    return fitted


def test_same_cases_give_the_same_bytes() -> None:
    assert _fit().to_bytes() == _fit().to_bytes()


def test_order_of_cases_changes_nothing() -> None:
    assert _fit(tuple(reversed(CASES))).digest == _fit().digest


def test_labels_known_later_are_left_out() -> None:
    known = tuple(case for case in CASES if case.label_known_at < AS_OF)
    assert _fit().digest == _fit(known).digest
    assert _fit().rows == len(known)


def test_label_known_at_the_moment_is_left_out() -> None:
    first, *rest = CASES
    at_the_moment = replace(first, label_known_at=AS_OF)
    assert _fit((at_the_moment, *rest)).rows == _fit().rows - 1


def test_unset_labels_are_left_out() -> None:
    first, *rest = CASES
    assert _fit((replace(first, label=""), *rest)).rows == _fit().rows - 1


def test_too_few_cases_give_no_fit() -> None:
    assert fit_precedent(CASES, PROCEDURE, START + timedelta(days=1)) is None
    assert fit_precedent((), PROCEDURE, AS_OF) is None


def test_old_cases_are_forgotten() -> None:
    short = replace(PROCEDURE, window_days=5)
    fitted = fit_precedent(CASES, short, AS_OF)
    assert fitted
    assert fitted.window_start >= AS_OF - timedelta(days=5)


def test_fit_survives_bytes_exactly() -> None:
    fitted = _fit()
    again = FittedPrecedent.from_bytes(fitted.to_bytes())
    assert again.to_bytes() == fitted.to_bytes()
    assert again.procedure == PROCEDURE
    assert again.as_of == AS_OF
    assert np.array_equal(again.keys, fitted.keys)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda content: b"", id="empty"),
        pytest.param(lambda content: content[:-9], id="cut"),
        pytest.param(lambda content: b"\x80\x04K\x01.", id="a pickle"),
        pytest.param(lambda content: content[:40] + b"\x00" + content[41:], id="one byte"),
    ],
)
def test_damaged_bytes_are_refused_plainly(damage) -> None:
    with pytest.raises(ModelError, match="stored fit"):
        FittedPrecedent.from_bytes(damage(_fit().to_bytes()))


def test_one_group_alone_can_be_fitted() -> None:
    fitted = _fit(tuple(replace(case, label="only") for case in CASES))
    assert fitted.groups == ("only",)


def test_two_groups_can_be_fitted() -> None:
    cases = tuple(
        replace(case, label="one" if case.features["kind"] < "kind 2" else "two") for case in CASES
    )
    assert _fit(cases).groups == ("one", "two")


def test_identity_follows_the_procedure_alone() -> None:
    assert PROCEDURE.identity == replace(PROCEDURE).identity
    assert PROCEDURE.identity != replace(PROCEDURE, refit_hours=12).identity


def test_context_keys_tell_combinations_apart() -> None:
    codes = np.array([[a, b] for a in range(60) for b in range(60)], dtype=np.int64)
    keys = context_keys(codes, [[0], [1], [0, 1]])
    assert np.unique(keys[:, 2]).size == 3600
    assert np.unique(keys).size == 3600 + 120
