"""Checks of what a desk declares: descriptor, effect classes, schemas as they are and exported."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from engine.domain.canonical import Json, canonical_text, parse
from engine.domain.tool import CASE_TARGET, Delivery, EffectClass, ToolContract
from engine.testing.desk_under_test import DeskUnderTest, all_tools, is_refused, name_of, require

LONGEST_TIMEOUT_S = 60.0


def descriptor_is_whole(under: DeskUnderTest) -> None:
    """Names are unique, every tool has samples, and the envelope speaks of this desk alone."""
    desk = under.desk
    names = [name_of(tool) for tool in all_tools(desk)]
    previews = {tool.contract.preview for tool in desk.effect_tools}
    require(len(set(names)) == len(names), f"tool names are not unique: {names}")
    require(set(under.samples) <= set(names), f"samples of no tool: {sorted(under.samples)}")
    missing = set(names) - set(under.samples) - previews
    require(not missing, f"no samples for {sorted(missing)}")
    require(desk.envelope.desk == desk.name, f"the envelope is of {desk.envelope.desk}")
    for cell in desk.envelope.cells:
        require(cell.case_type in desk.case_types, f"no case type {cell.case_type}")
        require(desk.effect_tool(cell.action) is not None, f"no effect tool {cell.action}")
    require(bool(desk.case_types), "there is no case type")
    require(set(desk.intake.required) <= set(desk.intake.columns), "a required column is unknown")
    texts = (desk.title, desk.goal, desk.measure, desk.reasoner.name, desk.reasoner.version)
    require(all(texts), "a text of the descriptor is empty")


def effect_classes_are_true(under: DeskUnderTest) -> None:
    """Read tools read; what can be undone names its compensation, what cannot names none."""
    for tool in under.desk.read_tools:
        require(tool.contract.is_read, f"{name_of(tool)} is no read tool")
    for tool in under.desk.effect_tools:
        contract = tool.contract
        require(not contract.is_read, f"{name_of(tool)} is a read tool")
        can_undo = contract.effect_class in (EffectClass.REVERSIBLE, EffectClass.COMPENSABLE)
        require(bool(contract.compensation) is can_undo, f"{name_of(tool)}: wrong compensation")
        if contract.compensation:
            undoing = under.desk.effect_tool(contract.compensation)
            require(undoing is not None, f"{name_of(tool)}: no tool {contract.compensation}")


def tools_name_their_limits(under: DeskUnderTest) -> None:
    """Timeouts people can wait for, the system a credential is for, and a preview that is there."""
    desk = under.desk
    for tool in all_tools(desk):
        contract, name = tool.contract, name_of(tool)
        require(0 < contract.timeout_s <= LONGEST_TIMEOUT_S, f"{name}: {contract.timeout_s} s")
        if desk.takes_credentials:
            is_same = contract.system == desk.takes_credentials
            require(is_same and bool(contract.scopes), f"{name}: no scope of {contract.system!r}")
        if contract.preview:
            preview = desk.read_tool(contract.preview)
            require(preview is not None, f"{name}: no read tool {contract.preview}")
            titles = [title for title, _ in contract.view(under.good(tool))]
            require(len(set(titles)) == len(titles), f"{name}: a person reads {titles}")


def reads_keep_to_their_case(under: DeskUnderTest) -> None:
    """Whoever's record a read names is told to a run; what calls act on is nowhere free to read."""
    acted_on = {tool.contract.target_argument for tool in under.desk.effect_tools}
    for tool in under.desk.read_tools:
        contract, name = tool.contract, name_of(tool)
        takes, told = set(contract.arguments.model_fields), contract.identified
        free = takes & acted_on - set(told)
        require(not free, f"{name}: a run may read anybody's {sorted(free)}")
        require(set(told) <= takes, f"{name} takes no argument {sorted(set(told) - takes)}")
        for argument, tellers in told.items():
            known = bool(tellers) and all(one == CASE_TARGET or "@" in one for one in tellers)
            require(known, f"{name}: nothing tells {argument}: {tellers}")


def schemas_round_trip(under: DeskUnderTest) -> None:
    """Schemas are closed, arguments are canonical after one check, the digest stays the same."""
    for tool in all_tools(under.desk):
        contract = tool.contract
        for schema in (contract.arguments, contract.result):
            is_closed = schema.model_json_schema().get("additionalProperties") is False
            require(is_closed, f"{schema.__name__} takes unknown fields")
        once = under.good(tool)
        again = contract.check_arguments(once)
        require(canonical_text(once) == canonical_text(again), f"{name_of(tool)}: not canonical")
        require(contract.digest == contract.digest, f"{name_of(tool)}: the digest changes")
        named = contract.target_argument in contract.arguments.model_fields
        require(named, f"{name_of(tool)}: no argument {contract.target_argument}")


def exported_schemas_hold(under: DeskUnderTest) -> None:
    """What is exported takes the samples and real answers, and refuses anything beside them."""
    for tool in all_tools(under.desk):
        name, told = name_of(tool), tool.contract.exported()
        require(told["name"] == name, f"{name} is exported as {told['name']}")
        canonical_text(told)
        sample = under.sample(tool)
        for arguments in (sample.good, sample.other, *sample.refused):
            checked = tool.contract.check_arguments(dict(arguments))
            _require_valid(told["inputSchema"], checked, f"{name}: its own sample")
        _require_closed(told["inputSchema"], under.good(tool), f"arguments of {name}")
    for tool in under.desk.read_tools:
        result = under.call(tool, under.good(tool))
        told = tool.contract.exported()["outputSchema"]
        _require_valid(told, result, f"{name_of(tool)}: its own answer")
        _require_closed(told, result, f"the answer of {name_of(tool)}")


def hints_agree(under: DeskUnderTest) -> None:
    """The hints say no more and no less than effect class and delivery."""
    for tool in all_tools(under.desk):
        contract = tool.contract
        hints, wanted = contract.exported()["annotations"], _wanted_hints(contract)
        require(hints == wanted, f"{name_of(tool)}: hints {hints}, its contract says {wanted}")


def bad_arguments_are_refused(under: DeskUnderTest) -> None:
    """Missing, unknown and mistyped arguments are refused before anything is called."""
    before = under.snapshot()
    for tool in all_tools(under.desk):
        good = under.good(tool)
        bad: list[dict[str, Any]] = [{**good, "surplus": 1}]
        for name, field in tool.contract.arguments.model_fields.items():
            bad.append({**good, name: {"not": "a value"}})
            if field.is_required():
                bad.append({key: value for key, value in good.items() if key != name})
        for arguments in bad:
            require(is_refused(tool, arguments), f"{name_of(tool)} would take {arguments}")
    require(under.snapshot() == before, "checking arguments changed something")


def _wanted_hints(contract: ToolContract) -> Json:
    is_read = contract.effect_class is EffectClass.READ
    return {
        "readOnlyHint": is_read,
        "destructiveHint": contract.effect_class is EffectClass.IRREVERSIBLE,
        "idempotentHint": is_read or contract.delivery is Delivery.DEDUPES,
        "openWorldHint": bool(contract.system),
    }


def _is_valid(schema: Json, value: Json) -> bool:
    return bool(_judge(canonical_text(schema)).is_valid(value))


@cache
def _judge(schema: str) -> Any:
    """A reader of JSON Schema, not the models it was made from; itself judged once."""
    validator: Any = import_module("jsonschema").Draft202012Validator
    validator.check_schema(parse(schema))
    return validator(parse(schema))


def _require_valid(schema: Json, value: Json, what: str) -> None:
    require(_is_valid(schema, value), f"the exported schema refuses {what}: {value}")


def _require_closed(schema: Json, good: Mapping[str, Json], what: str) -> None:
    require(
        not _is_valid(schema, {**good, "surplus": 1}),
        f"the exported schema takes surplus in {what}",
    )
    for name in schema.get("required", ()):
        less = {key: value for key, value in good.items() if key != name}
        require(not _is_valid(schema, less), f"the exported schema takes {what} without {name}")
