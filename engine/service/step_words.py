"""Words for the steps of a plan: what kind of effect a call has, and what became of it."""

from __future__ import annotations

from engine.domain.plan import StepStatus
from engine.domain.tool import EffectClass

EFFECT_CLASS: dict[str, str] = {
    EffectClass.READ: "reads only",
    EffectClass.REVERSIBLE: "can be put back as it was",
    EffectClass.COMPENSABLE: "can be made good, not unmade",
    EffectClass.IRREVERSIBLE: "cannot be put back",
}

STEP_STATUS: dict[StepStatus, str] = {
    StepStatus.WAITING: "not begun",
    StepStatus.RUNNING: "running",
    StepStatus.DONE: "done, not verified",
    StepStatus.VERIFIED: "done and verified",
    StepStatus.UNDOING: "being undone",
    StepStatus.UNDONE: "done, then undone",
    StepStatus.FAILED: "not done",
    StepStatus.UNKNOWN: "nobody knows whether it was done",
    StepStatus.LEFT: "not begun, and will not be",
}
"""What became of one step of a plan."""
