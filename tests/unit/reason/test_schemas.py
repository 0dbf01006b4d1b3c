"""What a model is shown of tools and answers: all it has to know, once, and nothing twice."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import pytest

from engine.desks.incidents import contracts as incidents
from engine.desks.orders.contracts import PREVIEW_CONTRACTS, READ_CONTRACTS, WRITE_CONTRACTS
from engine.domain.model_call import ModelTool
from engine.domain.tool import ToolContract
from engine.reason.agent.prompt import read_prompt
from engine.reason.agent.tools import GROUND_NAMES, OtherCall, offers
from engine.reason.checks import Cited
from engine.reason.schemas import told_schema
from engine.reason.workflow.outputs import Assessment, Choice, Reading

Validator: Any = import_module("jsonschema").Draft202012Validator  # it ships no types
ORDERS = (
    (*READ_CONTRACTS.values(), *PREVIEW_CONTRACTS.values()),
    tuple(WRITE_CONTRACTS.values()),
)
INCIDENTS = (
    (incidents.GET_INCIDENT, incidents.GROUP_WORKLOAD),
    (incidents.ASSIGN_GROUP, incidents.ADD_WORK_NOTE),
)
DESKS = pytest.mark.parametrize(("reads", "writes"), [ORDERS, INCIDENTS], ids=["orders", "itsm"])
Contracts = tuple[ToolContract, ...]


def own_form(tool: ModelTool) -> Mapping[str, Any]:
    """Properties of a tool that are not grounds."""
    return {name: of for name, of in tool.schema["properties"].items() if name not in GROUND_NAMES}


@DESKS
def test_every_argument_is_told_as_declared(reads: Contracts, writes: Contracts) -> None:
    tools = {one.name: one for one in offers(reads, writes)}
    for contract in (*reads, *writes):
        tool, whole = tools[contract.name], contract.arguments.model_json_schema()
        Validator.check_schema(dict(tool.schema))
        assert list(own_form(tool)) == list(whole["properties"])
        required = [name for name in tool.schema.get("required", []) if name not in GROUND_NAMES]
        assert required == whole.get("required", [])
        for name, told in own_form(tool).items():
            declared = whole["properties"][name]
            kind = "object" if "$ref" in declared else declared["type"]
            assert "$ref" in told or told["type"] == kind
            for word in ("enum", "minimum", "maximum", "default", "minItems"):
                is_preview = contract in PREVIEW_CONTRACTS.values()
                assert is_preview or told.get(word) == declared.get(word)


@DESKS
def test_every_tool_says_what_it_is_for(reads: Contracts, writes: Contracts) -> None:
    tools = {one.name: one.description for one in offers(reads, writes)}
    previewed = {one.preview: one.name for one in writes if one.preview}
    for contract in reads:
        told = tools[contract.name]
        assert told.startswith(f"{contract.title}.")
        assert told.endswith("Reads only.") or previewed[contract.name] in told
    for contract in writes:
        words = " ".join((contract.arguments.__doc__ or "").split())
        assert f"{contract.title}. {words} A change. It can" in tools[contract.name]
    assert len(set(tools.values())) == len(tools)


def test_forms_that_must_be_known_stay() -> None:
    tools = {one.name: own_form(one) for one in offers(*ORDERS)}
    assert tools["refund"]["currency"]["pattern"] == "^[A-Z]{3}$"
    assert tools["backorder"]["expected_on"]["pattern"].startswith("^[0-9]{4}-")
    assert "pattern" not in tools["refund"]["payment_id"]
    assert tools["refund"]["to"]["enum"] == ["original", "credit"]
    reship = next(one.schema for one in offers(*ORDERS) if one.name == "reship")
    assert set(reship["$defs"]["ReshipLine"]["properties"]) == {"line", "quantity"}


def test_form_of_grounds_stands_once() -> None:
    rules = read_prompt().text
    said = (*Cited.model_fields, *OtherCall.model_fields, *GROUND_NAMES, "strong", "some", "slight")
    assert [name for name in said if f'"{name}"' not in rules and f"`{name}`" not in rules] == []
    for tool in offers(*ORDERS):
        assert "strength" not in str(tool.schema)


@pytest.mark.parametrize("answer", [Reading, Assessment, Choice])
def test_answers_keep_their_whole_form(answer: Any) -> None:
    told, whole = told_schema(answer), answer.model_json_schema()
    Validator.check_schema(dict(told))
    assert told["required"] == whole["required"]
    assert list(told["properties"]) == list(whole["properties"])
    assert "'title'" not in str(told)
    for name, of in whole["properties"].items():
        assert told["properties"][name].get("description") == of.get("description")
