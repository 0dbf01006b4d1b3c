"""All scripts, mixed."""

from __future__ import annotations

from tests.failures import (
    clean_answers,
    clean_runs,
    scripts_contradicting,
    scripts_defying,
    scripts_drifting,
    scripts_inventing,
    scripts_malformed,
    scripts_obeying,
    scripts_repeating,
    scripts_spending,
    scripts_stopping,
    scripts_workflow,
)
from tests.failures.script import Script

_FILES = (
    scripts_repeating,
    scripts_drifting,
    scripts_inventing,
    scripts_contradicting,
    scripts_obeying,
    scripts_stopping,
    scripts_malformed,
    scripts_defying,
    scripts_spending,
    clean_runs,
    clean_answers,
)


def all_scripts() -> list[Script]:
    """Every script of every file."""
    found = [script for one in _FILES for script in one.SCRIPTS.all]
    return [*found, *scripts_workflow.all_scripts()]
