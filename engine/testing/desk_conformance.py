"""What every desk must keep, as checks that a test runs on a fresh desk each.

A check raises `AssertionError` with what is wrong. The suite knows no desk: a `DeskUnderTest`
brings sample calls and a way to see everything its system of record holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.desk import Desk
from engine.domain.canonical import Json, canonical_text
from engine.domain.fact import facts_to_json
from engine.domain.tool import Delivery, EffectClass
from engine.errors import InvalidRequest, ToolError
from engine.ports import EffectTool, Tool


@dataclass(frozen=True, kw_only=True, slots=True)
class SampleCalls:
    """Calls of one tool to try, all of them well-formed."""

    good: Mapping[str, Any]
    """A call that works and, for a tool with an effect, changes something."""
    other: Mapping[str, Any]
    """Another call that would work, with another effect."""
    refused: tuple[Mapping[str, Any], ...] = ()
    """Calls that the system of record refuses."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskUnderTest:
    """A fresh desk whose system of record is prepared and holds what the samples need."""

    desk: Desk
    snapshot: Callable[[], Json]
    """Everything the system of record holds."""
    samples: Mapping[str, SampleCalls]
    """By tool."""
    row: Mapping[str, str]
    """An intake row that is not in the system of record yet, with its label."""


def descriptor_is_whole(under: DeskUnderTest) -> None:
    """Names are unique, every tool has samples, and the envelope speaks of this desk alone."""
    desk = under.desk
    names = [tool.contract.name for tool in _tools(desk)]
    _require(len(set(names)) == len(names), f"tool names are not unique: {names}")
    _require(set(under.samples) == set(names), f"samples for {sorted(under.samples)}, not {names}")
    _require(desk.envelope.desk == desk.name, f"the envelope is of {desk.envelope.desk}")
    for cell in desk.envelope.cells:
        _require(cell.case_type in desk.case_types, f"no case type {cell.case_type}")
        _require(desk.effect_tool(cell.action) is not None, f"no effect tool {cell.action}")
    _require(bool(desk.case_types), "there is no case type")
    _require(set(desk.intake.required) <= set(desk.intake.columns), "a required column is unknown")
    texts = (desk.title, desk.goal, desk.measure, desk.reasoner.name, desk.reasoner.version)
    _require(all(texts), "a text of the descriptor is empty")


def effect_classes_are_true(under: DeskUnderTest) -> None:
    """Read tools read; what can be undone names its compensation, what cannot names none."""
    for tool in under.desk.read_tools:
        _require(tool.contract.effect_class is EffectClass.READ, f"{_name(tool)} is no read tool")
    for tool in under.desk.effect_tools:
        contract = tool.contract
        _require(contract.effect_class is not EffectClass.READ, f"{_name(tool)} is a read tool")
        can_undo = contract.effect_class in (EffectClass.REVERSIBLE, EffectClass.COMPENSABLE)
        _require(bool(contract.compensation) is can_undo, f"{_name(tool)}: wrong compensation")
        if contract.compensation:
            undoing = under.desk.effect_tool(contract.compensation)
            _require(undoing is not None, f"{_name(tool)}: no tool {contract.compensation}")


def schemas_round_trip(under: DeskUnderTest) -> None:
    """Schemas are closed, arguments are canonical after one check, the digest stays the same."""
    for tool in _tools(under.desk):
        contract, sample = tool.contract, under.samples[_name(tool)]
        for schema in (contract.arguments, contract.result):
            is_closed = schema.model_json_schema().get("additionalProperties") is False
            _require(is_closed, f"{schema.__name__} takes unknown fields")
        once = contract.check_arguments(dict(sample.good))
        again = contract.check_arguments(once)
        _require(canonical_text(once) == canonical_text(again), f"{_name(tool)}: not canonical")
        _require(contract.digest == contract.digest, f"{_name(tool)}: the digest changes")
        named = contract.target_argument in contract.arguments.model_fields
        _require(named, f"{_name(tool)}: no argument {contract.target_argument}")


def reads_change_nothing(under: DeskUnderTest) -> None:
    """Read tools, and all an effect tool does besides being called, leave everything as it is."""
    before = under.snapshot()
    for tool in under.desk.read_tools:
        result = tool.call(_good(under, tool), key="")
        tool.contract.check_result(result)
        _require(tool.call(_good(under, tool), key="") == result, f"{_name(tool)}: two answers")
    for effect_tool in under.desk.effect_tools:
        arguments = _good(under, effect_tool)
        state = effect_tool.target_state(arguments)
        _require(effect_tool.describe(arguments) != "", f"{_name(effect_tool)}: no description")
        effect_tool.is_settled(state)
        effect_tool.undo(arguments, state)
        for name in arguments:
            effect_tool.options(name)
    _require(under.snapshot() == before, "reading changed something")


def bad_arguments_are_refused(under: DeskUnderTest) -> None:
    """Missing, unknown and mistyped arguments are refused before anything is called."""
    before = under.snapshot()
    for tool in _tools(under.desk):
        good = _good(under, tool)
        bad: list[dict[str, Any]] = [{**good, "surplus": 1}]
        for name, field in tool.contract.arguments.model_fields.items():
            bad.append({**good, name: {"not": "a value"}})
            if field.is_required():
                bad.append({key: value for key, value in good.items() if key != name})
        for arguments in bad:
            _require_refusal(tool, arguments)
    _require(under.snapshot() == before, "checking arguments changed something")


def refusals_change_nothing(under: DeskUnderTest) -> None:
    """What the system of record refuses raises `ToolError` and leaves no trace."""
    before = under.snapshot()
    for tool in under.desk.effect_tools:
        for number, arguments in enumerate(under.samples[_name(tool)].refused):
            checked = tool.contract.check_arguments(dict(arguments))
            try:
                tool.call(checked, key=f"refused-{_name(tool)}-{number}")
            except ToolError:
                continue
            raise AssertionError(f"{_name(tool)} took {arguments}")
    _require(under.snapshot() == before, "a refused call changed something")


def same_key_acts_once(under: DeskUnderTest) -> None:
    """A tool that dedupes acts once for a key, and refuses the key for another call."""
    for tool in under.desk.effect_tools:
        if tool.contract.delivery is not Delivery.DEDUPES:
            continue
        key = f"once-{_name(tool)}"
        before = under.snapshot()
        result = tool.call(_good(under, tool), key=key)
        tool.contract.check_result(result)
        after = under.snapshot()
        _require(after != before, f"{_name(tool)}: the sample call changed nothing")
        _require(tool.call(_good(under, tool), key=key) == result, f"{_name(tool)}: two results")
        _require(under.snapshot() == after, f"{_name(tool)} acted twice for one key")
        try:
            tool.call(_other(under, tool), key=key)
        except ToolError:
            _require(under.snapshot() == after, f"{_name(tool)}: a refused key changed something")
        else:
            raise AssertionError(f"{_name(tool)} took a used key for another call")


def verification_sees_the_truth(under: DeskUnderTest) -> None:
    """Reading back confirms what was done, and nothing else."""
    for tool in under.desk.effect_tools:
        good, other = _good(under, tool), _other(under, tool)
        before = tool.target_state(good)
        result = tool.call(good, key=f"verified-{_name(tool)}")
        seen = tool.verify(good, before, result)
        _require(seen.is_correct, f"{_name(tool)}: a good call is not confirmed: {seen.note}")
        seen = tool.verify(other, before, result)
        _require(not seen.is_correct, f"{_name(tool)}: what was not done is confirmed")
        _require(seen.note != "", f"{_name(tool)}: no word on what is wrong")


def undo_restores(under: DeskUnderTest) -> None:
    """The declared undo puts the target back; a tool without one says so."""
    for tool in under.desk.effect_tools:
        arguments = _good(under, tool)
        before = tool.target_state(arguments)
        tool.call(arguments, key=f"undone-{_name(tool)}")
        undo = tool.undo(arguments, before)
        if not tool.contract.compensation:
            _require(undo is None, f"{_name(tool)} undoes what it declares irreversible")
            continue
        if undo is None:
            raise AssertionError(f"{_name(tool)} does not undo what it declares reversible")
        name, back = undo
        _require(name == tool.contract.compensation, f"{_name(tool)}: undone by {name}")
        undoing = under.desk.effect_tool(name)
        if undoing is None:
            raise AssertionError(f"there is no tool {name}")
        undoing.call(undoing.contract.check_arguments(back), key=f"undoing-{_name(tool)}")
        _require(tool.target_state(arguments) == before, f"{_name(tool)}: not put back")


def feeding_twice_changes_nothing(under: DeskUnderTest) -> None:
    """Preparing, receiving and settling again leave everything as it is."""
    system, incoming = under.desk.system, under.desk.intake.read(under.row)
    labels = [] if incoming.label is None else [incoming.label]
    system.prepare()
    system.receive([incoming])
    received = under.snapshot()
    system.receive([incoming])
    _require(under.snapshot() == received, "receiving again changed something")
    system.settle(labels)
    settled = under.snapshot()
    system.settle(labels)
    system.receive([incoming])
    system.prepare()
    _require(under.snapshot() == settled, "settling or receiving again changed something")


def perceiving_is_repeatable(under: DeskUnderTest) -> None:
    """The same signal gives the same facts, and no fact knows the label."""
    desk, incoming = under.desk, under.desk.intake.read(under.row)
    desk.system.receive([incoming])

    def read(name: str, arguments: Mapping[str, Any]) -> Json:
        tool = desk.read_tool(name)
        if tool is None:
            raise AssertionError(f"perceiving asks for a read tool {name} that is not there")
        return tool.contract.check_result(
            tool.call(tool.contract.check_arguments(dict(arguments)), key="")
        )

    before, at = under.snapshot(), incoming.signal.as_of
    first = facts_to_json(desk.perceive(incoming.signal, read, at))
    again = facts_to_json(desk.perceive(incoming.signal, read, at))
    _require(first == again, "the same signal gave other facts")
    _require(bool(first), "a signal gave no facts")
    _require(under.snapshot() == before, "perceiving changed something")
    if incoming.label is not None:
        told = canonical_text([first, incoming.signal.payload, incoming.signal.title])
        _require(incoming.label.value not in told, "a fact or the signal gives the label away")


DESK_CHECKS: tuple[Callable[[DeskUnderTest], None], ...] = (
    descriptor_is_whole,
    effect_classes_are_true,
    schemas_round_trip,
    reads_change_nothing,
    bad_arguments_are_refused,
    refusals_change_nothing,
    same_key_acts_once,
    verification_sees_the_truth,
    undo_restores,
    feeding_twice_changes_nothing,
    perceiving_is_repeatable,
)
"""All checks; each wants a desk of its own."""


def _tools(desk: Desk) -> tuple[Tool, ...]:
    return (*desk.read_tools, *desk.effect_tools)


def _name(tool: Tool) -> str:
    return tool.contract.name


def _good(under: DeskUnderTest, tool: Tool) -> dict[str, Any]:
    return tool.contract.check_arguments(dict(under.samples[_name(tool)].good))


def _other(under: DeskUnderTest, tool: EffectTool) -> dict[str, Any]:
    return tool.contract.check_arguments(dict(under.samples[_name(tool)].other))


def _require_refusal(tool: Tool, arguments: dict[str, Any]) -> None:
    try:
        tool.contract.check_arguments(arguments)
    except InvalidRequest:
        return
    raise AssertionError(f"{_name(tool)} would take {arguments}")


def _require(condition: bool, problem: str) -> None:
    if not condition:
        raise AssertionError(problem)
