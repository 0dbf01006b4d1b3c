"""`countersign pause` and `resume`: the brakes."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.opening import AsName, execute_as
from engine.cli.output import say

Scope = Annotated[
    str,
    typer.Argument(help="`all`, `desk:NAME` or `cell:DESK/CASE_TYPE/ACTION`."),
]
Reason = Annotated[str, typer.Option("--reason", "-r", "-m", help="Why; it goes into the ledger.")]


def pause(reason: Reason, as_name: AsName, scope: Scope = "all") -> None:
    """Stop new actions at once; what is in flight finishes and is recorded."""
    from engine.service.requests import PauseScope

    say(execute_as(as_name, PauseScope(scope=scope, reason=reason)))


def resume(reason: Reason, as_name: AsName, scope: Scope = "all") -> None:
    """Let actions run again."""
    from engine.service.requests import ResumeScope

    say(execute_as(as_name, ResumeScope(scope=scope, reason=reason)))
