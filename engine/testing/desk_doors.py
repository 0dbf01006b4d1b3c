"""Checks of who gets to a desk's tools: credentials, denials, and calls that do not come back.

They run through the product's own parts: credentials are issued and judged as in a run, the call
goes through the executor's way out, and a denial is one of the engine's.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from time import perf_counter
from typing import Any

from engine.act.calls import Calls
from engine.domain.case import Case
from engine.domain.credential import CallPermit, PermitKind
from engine.domain.decision import DecisionKind
from engine.domain.fact import FactSet
from engine.domain.precedent import FittedPrecedent
from engine.domain.recommendation import Draft, Proposal
from engine.domain.tool import BreakerPolicy
from engine.domain.verdict import VerdictKind
from engine.errors import Conflict, InvalidRequest, ToolError, ToolOutcomeUnknown
from engine.govern.hard_rules import GuardrailDocument, NamedRule
from engine.ports import EffectTool
from engine.testing.desk_under_test import DeskUnderTest, all_tools, name_of, require
from engine.testing.world import World, make_world
from engine.testing.wrapped_tool import HangingTool, WatchedTool

MANY = 10**6
TIMEOUT_S, SOON_S, HELD_S = 0.05, 1.0, 2.0
"""A call is given up after the first, seen to be within the second, and would take the third."""


def credentials_are_narrow(under: DeskUnderTest) -> None:
    """What may read may not write, and a grant for one call is good for no other.

    A desk whose system takes no credential says so by naming none.
    """
    if not under.desk.takes_credentials:
        return
    for tool in under.desk.effect_tools:
        good, before = under.good(tool), under.snapshot()
        grant = PermitKind.GRANT
        other = next(one for one in under.desk.effect_tools if one is not tool)
        reading = next(one for one in under.desk.read_tools)
        shown = {
            "none": None,
            "one to read": under.credential(tool, good, PermitKind.READ),
            "one of a tool that reads": under.credential(reading, good, PermitKind.READ),
            "one for other arguments": under.credential(tool, under.other(tool), grant),
            "one of another tool": under.credential(other, good, grant),
        }
        for words, credential in shown.items():
            try:
                tool.call(good, key=f"narrow-{name_of(tool)}-{words[:8]}", credential=credential)
            except ToolError:
                require(under.snapshot() == before, f"{name_of(tool)}: {words} changed something")
                continue
            raise AssertionError(f"{name_of(tool)} acts on a credential that is {words}")


def timeouts_cut(under: DeskUnderTest, calls: Calls) -> None:
    """A call of any tool that does not come back is given up at its contract's timeout.

    Args:
        under: The desk.
        calls: The executor's way out, as a worker opens it.
    """
    held = Event()
    try:
        for tool in all_tools(under.desk):
            hanging = HangingTool(tool, lambda: _wait(held))
            hanging.contract = replace(
                tool.contract, timeout_s=TIMEOUT_S, breaker=BreakerPolicy(failures=MANY)
            )
            permit = CallPermit(kind=PermitKind.GRANT, id="permit", case_id="case")
            began = perf_counter()
            try:
                calls.run(hanging, under.good(tool), key="hangs", permit=permit)
            except ToolOutcomeUnknown:
                took_s = perf_counter() - began
                require(took_s < SOON_S, f"{name_of(tool)} was given up after {took_s:.1f} s")
            else:
                raise AssertionError(f"{name_of(tool)} came back from nowhere")
    finally:
        held.set()


def _wait(held: Event) -> None:
    held.wait(HELD_S)


def denied_is_not_called(under: DeskUnderTest, folder: Path) -> None:
    """Where a guardrail forbids it, no worker and no person gets a call through to the tool."""
    tried: set[str] = set()
    for tool in under.desk.effect_tools:
        kind = tool.contract.effect_class
        if kind not in tried:
            tried.add(kind)
            _deny(under, tool, folder / kind.lower())


def _deny(under: DeskUnderTest, tool: EffectTool, folder: Path) -> None:
    called: list[str] = []
    watched = tuple(WatchedTool(one, called.append) for one in under.desk.effect_tools)
    arguments = under.good(tool)
    desk = replace(
        under.desk,
        effect_tools=watched,
        reasoner=_Proposing(tool=name_of(tool), arguments=arguments),
        guardrails=_nothing_at_all(under.desk.name),
    )
    _put_key(folder, under)
    under.desk.system.receive([under.desk.intake.read(under.row)])
    before = under.snapshot()
    world = make_world(folder, lambda place, clock: {desk.name: desk})
    try:
        case = _denied_case(world, under, tool)
        for form in ({}, {"tool": name_of(tool), "arguments": arguments}):
            _try_anyway(world, case, form)
        require(not called, f"{name_of(tool)} is denied and {', '.join(called)} was called")
        require(under.snapshot() == before, f"{name_of(tool)} is denied and something changed")
    finally:
        world.close()


def _denied_case(world: World, under: DeskUnderTest, tool: EffectTool) -> Case:
    world.submit([(2, dict(under.row))])
    world.work()
    signal = under.desk.intake.read(under.row).signal
    case = world.case(signal.source_id)
    verdict = world.engine.queries.card(case.id).verdict
    require(verdict is VerdictKind.DENY, f"{name_of(tool)}: {verdict}, {case.attention_note}")
    return case


def _try_anyway(world: World, case: Case, form: Mapping[str, Any]) -> None:
    kind = DecisionKind.OVERRIDE if form else DecisionKind.APPROVE
    try:
        world.decide(world.case(case.source_id), world.person("ann"), kind, **form)
    except (InvalidRequest, Conflict):
        pass
    else:
        raise AssertionError(f"a person may {kind} what is denied")
    world.work()


def _nothing_at_all(desk: str) -> GuardrailDocument:
    rule = NamedRule(name="nothing_at_all", why="a check", never=True)
    return GuardrailDocument(desk=desk, guardrails=(rule,))


def _put_key(folder: Path, under: DeskUnderTest) -> None:
    """The key that the system of record knows, where the engine would make its own."""
    folder.mkdir(parents=True)
    if not under.desk.takes_credentials:
        return
    keys = folder / "keys"
    keys.mkdir()
    file = keys / f"{under.desk.takes_credentials}.key"
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as handle:
        handle.write(under.key)


@dataclass(frozen=True, kw_only=True)
class _Proposing:
    """Recommends one call, whatever the case."""

    tool: str
    arguments: Mapping[str, Any]
    name: str = "check"
    version: str = "1"
    label: str = field(default="")

    def recommend(self, case: Case, facts: FactSet, memory: FittedPrecedent | None) -> Draft | None:
        """That call."""
        return Draft(
            reasoner=self.name,
            reasoner_version=self.version,
            proposals=(Proposal(tool=self.tool, arguments=dict(self.arguments)),),
            label=self.label,
            summary="A check",
            rationale="It is to be denied.",
            raw_confidence=1.0,
            reasons=(),
            alternatives=(),
        )
