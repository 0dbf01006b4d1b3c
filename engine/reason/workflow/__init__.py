"""Workflow: a declared path for each case type, in whose steps a model does the language work.

`path` is how a path is declared, `walking` how it is taken, `asking` what the model sees, `outputs`
how it answers, `output_checks` what code makes of that, `procedure` the next move of a run.
"""

from __future__ import annotations

from engine.reason.workflow.path import Scope, Workflow, tools_of
from engine.reason.workflow.procedure import WorkflowProcedure

__all__ = ["Scope", "Workflow", "WorkflowProcedure", "tools_of"]
