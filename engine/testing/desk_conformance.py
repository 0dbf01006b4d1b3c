"""What every desk must keep, as checks that a test runs on a fresh desk each.

A check raises `AssertionError` with what is wrong. The suite knows no desk: a `DeskUnderTest`
brings sample calls, a way to see everything its system of record holds, and credentials for it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine.act.calls import Calls
from engine.domain.canonical import canonical_text
from engine.domain.fact import facts_to_json
from engine.testing.desk_doors import credentials_are_narrow, denied_is_not_called, timeouts_cut
from engine.testing.desk_effects import (
    asking_finds_what_was_done,
    preview_equals_effect,
    reads_change_nothing,
    refusals_change_nothing,
    refused_calls_are_refused_beforehand,
    same_key_acts_once,
    undo_restores,
    verification_catches_an_old_answer,
    verification_sees_the_truth,
)
from engine.testing.desk_promises import (
    bad_arguments_are_refused,
    descriptor_is_whole,
    effect_classes_are_true,
    exported_schemas_hold,
    hints_agree,
    reads_keep_to_their_case,
    schemas_round_trip,
    tools_name_their_limits,
)
from engine.testing.desk_under_test import DeskUnderTest, require


def feeding_twice_changes_nothing(under: DeskUnderTest) -> None:
    """Preparing, receiving and settling again leave everything as it is."""
    system, incoming = under.desk.system, under.desk.intake.read(under.row)
    labels = [] if incoming.label is None else [incoming.label]
    system.prepare()
    system.receive([incoming])
    received = under.snapshot()
    system.receive([incoming])
    require(under.snapshot() == received, "receiving again changed something")
    system.settle(labels)
    settled = under.snapshot()
    system.settle(labels)
    system.receive([incoming])
    system.prepare()
    require(under.snapshot() == settled, "settling or receiving again changed something")


def perceiving_is_repeatable(under: DeskUnderTest) -> None:
    """The same signal gives the same facts, and no fact knows the label."""
    desk, incoming = under.desk, under.desk.intake.read(under.row)
    desk.system.receive([incoming])

    before, at = under.snapshot(), incoming.signal.as_of
    first = facts_to_json(desk.perceive(incoming.signal, under.read, at))
    again = facts_to_json(desk.perceive(incoming.signal, under.read, at))
    require(first == again, "the same signal gave other facts")
    require(bool(first), "a signal gave no facts")
    require(under.snapshot() == before, "perceiving changed something")
    if incoming.label is not None:
        told = canonical_text([first, incoming.signal.payload, incoming.signal.title])
        require(incoming.label.value not in told, "a fact or the signal gives the label away")


PROMISE_CHECKS: tuple[Callable[[DeskUnderTest], None], ...] = (
    descriptor_is_whole,
    effect_classes_are_true,
    tools_name_their_limits,
    reads_keep_to_their_case,
    schemas_round_trip,
    exported_schemas_hold,
    hints_agree,
    bad_arguments_are_refused,
)
"""Checks of what a desk declares; they change nothing, so that one desk serves them all."""

EFFECT_CHECKS: tuple[Callable[[DeskUnderTest], None], ...] = (
    reads_change_nothing,
    preview_equals_effect,
    refused_calls_are_refused_beforehand,
    refusals_change_nothing,
    same_key_acts_once,
    asking_finds_what_was_done,
    verification_sees_the_truth,
    verification_catches_an_old_answer,
    undo_restores,
    credentials_are_narrow,
    feeding_twice_changes_nothing,
    perceiving_is_repeatable,
)
"""Checks of what a desk does; each wants one of its own."""

DESK_CHECKS = (*PROMISE_CHECKS, *EFFECT_CHECKS)
"""Checks of the desk alone."""

CALL_CHECKS: tuple[Callable[[DeskUnderTest, Calls], None], ...] = (timeouts_cut,)
"""Checks that call through the executor's way out."""

ENGINE_CHECKS: tuple[Callable[[DeskUnderTest, Path], None], ...] = (denied_is_not_called,)
"""Checks that run a whole engine over the desk, in an empty folder."""
