"""The workflow of the orders desk: `paths` shows the declared path of each case type.

`reads` is what code reads, `listening` what may be heard in texts, `weighing` what code makes of
facts and assessments; the prompts lie in `prompts`, a file a version.
"""

from __future__ import annotations

from pathlib import Path

from engine.desks.orders.playbook import identity
from engine.desks.orders.workflow.paths import PATHS
from engine.reason.workflow import Workflow

_CODE = 1
"""Goes up with every change of what the steps call."""
_PROMPTS = Path(__file__).parent / "prompts"

WORKFLOW = Workflow(
    paths=PATHS,
    prompts={one.stem: one.read_text(encoding="utf-8") for one in sorted(_PROMPTS.glob("*.v*.md"))},
    revision=f"{_CODE} {identity()}",
)
