"""`countersign envelope`, `guardrails` and `goals`."""

from __future__ import annotations

from engine.cli.documents import documents_app
from engine.cli.simulating import add_simulate
from engine.domain.policy import PolicyKind

app = documents_app(PolicyKind.ENVELOPE, "The limits inside which software may act alone.")
guardrails = documents_app(PolicyKind.GUARDRAILS, "Risk's hard rules, which no envelope widens.")
goals = documents_app(PolicyKind.GOALS, "What a desk is for, its measures and constraints.")

for _app, _kind in (
    (app, PolicyKind.ENVELOPE),
    (guardrails, PolicyKind.GUARDRAILS),
    (goals, PolicyKind.GOALS),
):
    add_simulate(_app, _kind)
