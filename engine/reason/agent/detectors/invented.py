"""Invented facts: grounds that nobody gave.

What code can tell: a cited id that was in no fact of the run when the model was asked. It is told
once in a run, however much lies between.

What it cannot see: a wrong reading of a fact that was given, and claims in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.domain.fact import Fact
from engine.domain.model_call import ToolUse


def invented(use: ToolUse, facts: Iterable[Fact]) -> tuple[str, ...]:
    """Ids that a call cites and nobody gave.

    Args:
        use: The call, as the model wrote it.
        facts: The facts of the run when it was asked.
    """
    known = {fact.id for fact in facts}
    return tuple(name for name in cited(use.arguments) if name not in known)


def cited(arguments: Mapping[str, Any]) -> tuple[str, ...]:
    """All fact ids that grounds name for or against, as far as they can be read."""
    lists = [arguments.get(name) for name in ("cites", "against")]
    rows = [row for one in lists if isinstance(one, list) for row in one if isinstance(row, dict)]
    names = [row.get("fact") for row in rows]
    return tuple(name for name in names if isinstance(name, str))
