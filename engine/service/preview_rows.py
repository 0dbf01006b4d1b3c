"""Rows of a preview: what a person sees of a call before it is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.domain.difference import Difference
from engine.domain.ids import CaseId
from engine.domain.tool import EffectClass


@dataclass(frozen=True, kw_only=True, slots=True)
class AskPreview:
    """A question: what would this call change now?"""

    case_id: CaseId
    tool: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewRow:
    """What a call would change as things stand. Text in it comes from outside and is data."""

    tool: str
    words: str
    """The call in a few plain words."""
    view: tuple[tuple[str, str], ...]
    """Title and text of every argument."""
    effect_class: EffectClass
    difference: Difference | None = None
    """None: the target refuses it, or nothing can say what it would change."""
    refusal: str = ""
    """Why its target would refuse it now; empty: it would not, or nothing can say."""
    code: str = ""
    """The target's own code for that."""
    takes_two: bool = False
    """Whether one person's word is not enough for it."""
    is_left: bool = False
    """Of an undo: it has no way back and stays as it is."""
    after: int = 0
    """Of an undo: it can be said only after this row, from 1, is put back; 0: it can be said."""
