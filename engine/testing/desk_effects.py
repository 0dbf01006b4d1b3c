"""Checks of what a desk's tools do: what they change, once, as previewed, and back again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from engine.domain.canonical import Json, canonical_text
from engine.domain.difference import Difference, MoneyMove, PieceMove
from engine.domain.tool import Delivery, EffectClass
from engine.errors import ToolError
from engine.ports import EffectTool
from engine.testing.desk_under_test import (
    CallMade,
    DeskUnderTest,
    is_refused,
    name_of,
    require,
)


def reads_change_nothing(under: DeskUnderTest) -> None:
    """Read tools, and all an effect tool does besides being called, leave everything as it is."""
    before = under.snapshot()
    for tool in under.desk.read_tools:
        result = under.call(tool, under.good(tool))
        tool.contract.check_result(result)
        require(under.call(tool, under.good(tool)) == result, f"{name_of(tool)}: two answers")
    for effect_tool in under.desk.effect_tools:
        arguments = under.good(effect_tool)
        state = effect_tool.target_state(arguments, under.read)
        require(effect_tool.describe(arguments) != "", f"{name_of(effect_tool)}: no description")
        require(not effect_tool.is_settled(state), f"{name_of(effect_tool)}: its target is closed")
        effect_tool.preview(arguments, under.read)
        effect_tool.undo(arguments, state, None)
        effect_tool.ask("a key nobody used", under.read)
        for name in arguments:
            effect_tool.options(name)
    require(under.snapshot() == before, "reading changed something")


def preview_equals_effect(under: DeskUnderTest) -> None:
    """What a preview shows is what then happens, by the system's own records, for undos too."""
    for tool in under.desk.effect_tools:
        shown, made, arguments, before = _previewed_call(under, tool, under.good(tool), "shown")
        _require_same(tool, shown, under.changed(made))
        undo = tool.undo(arguments, before, made.result)
        if undo is None:
            continue
        undoing = _undoing(under, undo[0])
        back, undone, _, _ = _previewed_call(under, undoing, undo[1], f"shown-back-{name_of(tool)}")
        _require_same(undoing, back, under.changed(undone))


def refused_calls_are_refused_beforehand(under: DeskUnderTest) -> None:
    """Where a tool previews, it says of a call that its target would refuse it."""
    for tool in under.desk.effect_tools:
        if not tool.contract.preview:
            continue
        for arguments in under.sample(tool).refused:
            try:
                tool.preview(tool.contract.check_arguments(dict(arguments)), under.read)
            except ToolError:
                continue
            raise AssertionError(f"{name_of(tool)} previews {arguments}, which is refused")


def refusals_change_nothing(under: DeskUnderTest) -> None:
    """What the system of record refuses raises `ToolError` and leaves no trace."""
    before = under.snapshot()
    for tool in under.desk.effect_tools:
        for number, arguments in enumerate(under.sample(tool).refused):
            checked = tool.contract.check_arguments(dict(arguments))
            try:
                under.call(tool, checked, f"refused-{name_of(tool)}-{number}")
            except ToolError:
                continue
            raise AssertionError(f"{name_of(tool)} took {arguments}")
    require(under.snapshot() == before, "a refused call changed something")


def same_key_acts_once(under: DeskUnderTest) -> None:
    """A tool that dedupes acts once for a key, and refuses the key for another call."""
    for tool in under.desk.effect_tools:
        if tool.contract.delivery is not Delivery.DEDUPES:
            continue
        key = f"once-{name_of(tool)}"
        before = under.snapshot()
        result = under.call(tool, under.good(tool), key)
        tool.contract.check_result(result)
        after = under.snapshot()
        require(after != before, f"{name_of(tool)}: the sample call changed nothing")
        require(under.call(tool, under.good(tool), key) == result, f"{name_of(tool)}: two results")
        require(under.snapshot() == after, f"{name_of(tool)} acted twice for one key")
        try:
            under.call(tool, under.other(tool), key)
        except ToolError:
            require(under.snapshot() == after, f"{name_of(tool)}: a refused key changed something")
        else:
            raise AssertionError(f"{name_of(tool)} took a used key for another call")


def asking_finds_what_was_done(under: DeskUnderTest) -> None:
    """A tool that can be asked knows the keys it acted for, with their result, and no others."""
    for tool in under.desk.effect_tools:
        if tool.contract.delivery is not Delivery.QUERYABLE:
            continue
        key = f"asked-{name_of(tool)}"
        require(tool.ask(key, under.read) is None, f"{name_of(tool)} knows a key nobody used")
        result = under.call(tool, under.good(tool), key)
        require(tool.ask(key, under.read) == result, f"{name_of(tool)}: another result")


def verification_sees_the_truth(under: DeskUnderTest) -> None:
    """Reading back confirms what was done, and nothing else."""
    for tool in under.desk.effect_tools:
        good, other = under.good(tool), under.other(tool)
        before = tool.target_state(good, under.read)
        result = under.call(tool, good, f"verified-{name_of(tool)}")
        seen = tool.verify(good, before, result, under.read)
        require(seen.is_correct, f"{name_of(tool)}: a good call is not confirmed: {seen.note}")
        seen = tool.verify(other, before, result, under.read)
        require(not seen.is_correct, f"{name_of(tool)}: what was not done is confirmed")
        require(seen.note != "", f"{name_of(tool)}: no word on what is wrong")


def verification_catches_an_old_answer(under: DeskUnderTest) -> None:
    """Reads that show the target as it was before the call confirm nothing.

    Tools that look into a system of the same process read nothing that could be old.
    """
    for tool in under.desk.effect_tools:
        good = under.good(tool)
        before = tool.target_state(good, under.read)
        old = OldReads(under, good)
        result = under.call(tool, good, f"old-{name_of(tool)}")
        seen = tool.verify(good, before, result, old.read)
        told = ", ".join(sorted(old.told))
        require(
            not (told and seen.is_correct),
            f"{name_of(tool)} is confirmed by what {told} said before the call",
        )


def undo_restores(under: DeskUnderTest) -> None:
    """The declared undo puts the target back and is verified; a tool without one says so."""
    for tool in under.desk.effect_tools:
        arguments, name = under.good(tool), name_of(tool)
        before = tool.target_state(arguments, under.read)
        made = _call(under, tool, arguments, f"undone-{name}")
        undo = tool.undo(arguments, before, made.result)
        if not tool.contract.compensation:
            require(undo is None, f"{name} undoes what it declares irreversible")
            continue
        if undo is None:
            raise AssertionError(f"{name} does not undo what it declares reversible")
        require(undo[0] == tool.contract.compensation, f"{name}: undone by {undo[0]}")
        undoing = _undoing(under, undo[0])
        back = undoing.contract.check_arguments(undo[1])
        done = undoing.target_state(back, under.read)
        undone = _call(under, undoing, back, f"undoing-{name}")
        seen = undoing.verify(back, done, undone.result, under.read)
        require(seen.is_correct, f"{name}: its undo is not confirmed: {seen.note}")
        is_back = tool.target_state(arguments, under.read) == before
        is_even = _is_even(under.changed(made), under.changed(undone))
        is_compensable = tool.contract.effect_class is EffectClass.COMPENSABLE
        require(is_back or (is_compensable and is_even), f"{name}: not put back")


def _is_even(made: Difference, undone: Difference) -> bool:
    """Whether all that moved one way moved back: what compensating means where a trace remains."""
    sums: Counter[tuple[str, str]] = Counter()
    moves: list[MoneyMove | PieceMove] = [*made.money, *undone.money]
    moves += [*made.pieces, *undone.pieces]
    for one in moves:
        if isinstance(one, MoneyMove):
            unit, amount = one.money.currency, one.money.minor
        else:
            unit, amount = one.variant_id, one.quantity
        sums[one.source, unit] -= amount
        sums[one.target, unit] += amount
    return bool(moves) and not any(sums.values())


def _call(
    under: DeskUnderTest, tool: EffectTool, arguments: Mapping[str, Any], key: str
) -> CallMade:
    before = under.snapshot()
    result = under.call(tool, arguments, key)
    return CallMade(tool=tool, before=before, after=under.snapshot(), result=result)


def _previewed_call(
    under: DeskUnderTest, tool: EffectTool, given: Mapping[str, Any], key: str
) -> tuple[Difference | None, CallMade, dict[str, Any], Json]:
    """Preview a call, then make it."""
    arguments = tool.contract.check_arguments(dict(given))
    state = tool.target_state(arguments, under.read)
    before = under.snapshot()
    shown = tool.preview(arguments, under.read)
    require(under.snapshot() == before, f"{name_of(tool)}: its preview changed something")
    made = _call(under, tool, arguments, f"{key}-{name_of(tool)}")
    return shown, made, arguments, state


def _require_same(tool: EffectTool, shown: Difference | None, made: Difference) -> None:
    if shown is None:
        require(not tool.contract.preview, f"{name_of(tool)} declares a preview and shows none")
        return
    is_same = _sorted(shown) == _sorted(made)
    require(is_same, f"{name_of(tool)} showed {shown} and made {made}")


def _sorted(difference: Difference) -> tuple[list[str], ...]:
    """In whatever order it was told."""
    parts = (difference.fields, difference.money, difference.pieces)
    return tuple(sorted(repr(one) for one in part) for part in parts)


class OldReads:
    """The desk's reads of one target as they were; other reads are as they are."""

    def __init__(self, under: DeskUnderTest, target: Mapping[str, Any]) -> None:
        """Read all that can be read of a target by the arguments of a call."""
        self.told: set[str] = set()
        self._under = under
        self._answers = dict(_answers(under, target))

    def read(self, name: str, arguments: Mapping[str, Any]) -> Json:
        """The old answer where there is one."""
        known = _question(name, arguments)
        if known in self._answers:
            self.told.add(name)
            return self._answers[known]
        return self._under.read(name, arguments)


def _answers(under: DeskUnderTest, target: Mapping[str, Any]) -> Iterator[tuple[str, Json]]:
    for tool in under.desk.read_tools:
        fields = tool.contract.arguments.model_fields
        asked = {name: target[name] for name in fields if name in target}
        if is_refused(tool, asked):
            continue
        try:
            yield _question(name_of(tool), asked), under.read(name_of(tool), asked)
        except ToolError:  # a preview of another effect on this target
            continue


def _question(name: str, arguments: Mapping[str, Any]) -> str:
    return f"{name} {canonical_text(dict(arguments))}"


def _undoing(under: DeskUnderTest, name: str) -> EffectTool:
    found = under.desk.effect_tool(name)
    if found is None:
        raise AssertionError(f"there is no tool {name}")
    return found
