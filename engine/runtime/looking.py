"""Looking at a target: a state that would end a case unseen is not believed at first sight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.domain.canonical import Json
from engine.errors import ToolUnavailable
from engine.ports import EffectTool, ReadTool


def look_at(tool: EffectTool, arguments: Mapping[str, Any], read: ReadTool) -> Json:
    """The target's state; one that says nothing is left to do is read twice.

    A case whose target is settled is withdrawn and no person sees it, so one wrong answer of a
    source must not be enough.

    Raises:
        ToolUnavailable: It cannot be read now, or two reads say different things; try again later.
        ToolError: There is no such target.
    """
    state = tool.target_state(arguments, read)
    if tool.is_settled(state) and tool.target_state(arguments, read) != state:
        raise ToolUnavailable(f"{tool.contract.name}: the target was read twice and differs.")
    return state
