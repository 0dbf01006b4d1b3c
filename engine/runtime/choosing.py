"""Choosing: which calls a person could choose for a case; a run may ask for no others.

Policy answers for what such a call may do; here it is only whether it can be put before anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.domain.case import Case
from engine.domain.tool import ToolContract
from engine.ports import EffectTool
from engine.runtime.policy import Policy, cell_of

_SHOWN = 80
"""Characters of a wrong value that are repeated; it may be somebody's, or a model's, text."""


def unnamed(policy: Policy, case: Case, contract: ToolContract) -> str:
    """Why a tool cannot be chosen for a case at all; empty: a cell of the envelope names it."""
    if policy.envelope(cell_of(case, contract.name)) is not None:
        return ""
    return (
        f"No cell of the envelope names “{contract.title}” for such cases, so nobody may choose it."
    )


def wrong_choice(tool: EffectTool, arguments: Mapping[str, Any], target: str) -> str:
    """Why a call cannot be chosen with these arguments; empty: it can.

    Args:
        tool: The tool.
        arguments: They keep its contract.
        target: What the case is about; nothing else may be acted on.

    Raises:
        ToolError: The values that may be chosen cannot be read.
    """
    aimed_at = str(arguments.get(tool.contract.target_argument, target))
    if aimed_at != target:
        return f"This case is about {target}; {aimed_at[:_SHOWN]} cannot be acted on here."
    return unknown_value(tool, arguments)


def unknown_value(tool: EffectTool, arguments: Mapping[str, Any]) -> str:
    """Which argument has none of the values that may be chosen for it; empty: none.

    Raises:
        ToolError: The values that may be chosen cannot be read.
    """
    for name, value in arguments.items():
        options = tool.options(name)
        if options and value not in options:
            return f"{repr(value)[:_SHOWN]} is not one of the known {name}s."
    return ""
