"""The workflow of the incidents desk: `path` shows it; the prompts lie in `prompts`."""

from __future__ import annotations

from pathlib import Path

from engine.desks.incidents.workflow.path import ROUTING
from engine.reason.workflow import Workflow

_CODE = 1
"""Goes up with every change of what the steps call."""
_PROMPTS = Path(__file__).parent / "prompts"

WORKFLOW = Workflow(
    paths={ROUTING.case_type: ROUTING},
    prompts={one.stem: one.read_text(encoding="utf-8") for one in sorted(_PROMPTS.glob("*.v*.md"))},
    revision=str(_CODE),
)
