"""Previewing: what a call would change, asked of its target before anybody decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.domain.canonical import Json
from engine.domain.preview import LONGEST_REFUSAL, Preview
from engine.errors import ToolError, ToolUnavailable
from engine.ports import EffectTool, ReadTool

_OF_ACCESS = frozenset({401, 403})
"""HTTP statuses that are about who asks, not about what is asked."""


def preview_of(tool: EffectTool, arguments: Mapping[str, Any], read: ReadTool) -> Preview | None:
    """What a call would change now, or why its target would refuse it; None: it cannot say.

    Read the target's state before: what moves in between then differs from the state that a grant
    binds, so a grant that still fits stands for this very preview.

    Args:
        tool: The tool.
        arguments: Arguments that keep its contract.
        read: Calls a read tool of the desk.

    Raises:
        ToolUnavailable: The target cannot be asked now.
        ToolError: It may not be asked, or its answer broke the contract; that is no refusal of
            the call.
    """
    try:
        difference = tool.preview(arguments, read)
    except ToolUnavailable:
        raise
    except ToolError as error:
        code = str(error.facts.get("code", ""))
        if error.facts.get("broke_contract") or error.facts.get("status") in _OF_ACCESS:
            raise
        return Preview(refusal=error.message[:LONGEST_REFUSAL], code=code)
    return None if difference is None else Preview(difference=difference)


def previewed(tool: EffectTool, arguments: Mapping[str, Any], read: ReadTool) -> Json:
    """What is kept of a preview with its action: nothing where nobody has to be asked for it.

    What a tool without a preview of its own would do follows from its arguments and the state of
    its target, which are kept anyway.

    Raises:
        ToolUnavailable: The target cannot be asked now.
        ToolError: Its answer broke the contract.
    """
    if not tool.contract.preview:
        return None
    found = preview_of(tool, arguments, read)
    return None if found is None else found.to_json()
