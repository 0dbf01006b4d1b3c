"""Roles in words: what each lets a person do, as the engine's own table of rights says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from console.components import text_table
from console.components.text_table import Cell, Column
from engine.domain.actor import Role
from engine.domain.policy import PolicyKind
from engine.service import requests as ask
from engine.service import words as codes
from engine.service.authority import MAY, SIGNERS, WRITERS

_ANSWER = "answer recommendations"
_ACCOUNTS = (
    "make, change and close accounts; set passwords; end sessions and tokens: on the command line, "
    "with countersign user"
)
_PHRASES: dict[type, str] = {
    ask.ClaimCase: _ANSWER,
    ask.ReleaseClaim: _ANSWER,
    ask.DecideCase: _ANSWER,
    ask.TakeBackDecision: _ANSWER,
    ask.UndoEffect: "undo effects",
    ask.ProvideFact: "give facts that were asked for",
    ask.SettleRepair: "settle repairs",
    ask.HoldAction: "hold actions before they run",
    ask.ExtendWindow: "give veto windows more time",
    ask.AnswerAudit: "answer the audit sample",
    ask.PauseScope: "pull the brakes",
    ask.ResumeScope: "let go of the brakes",
    ask.AddPerson: _ACCOUNTS,
    ask.ChangePerson: _ACCOUNTS,
    ask.ResetPassword: _ACCOUNTS,
}
"""A request that is missing here is called by its own name."""

_DOCUMENTS = {
    PolicyKind.ENVELOPE: "envelopes",
    PolicyKind.GUARDRAILS: "guardrails",
    PolicyKind.GOALS: "goals",
}

_PARTS = re.compile(r"[A-Z][a-z0-9]*")
_COLUMNS = (Column(label="Role", width="28%"), Column(label="Lets you"))


def meaning(role: Role) -> str:
    """What a role lets a person do beyond what everybody may, as one sentence."""
    own = [phrase_of(kind) for kind, roles in MAY.items() if role in roles and roles != set(Role)]
    own += [
        f"{verb} {_listed([_DOCUMENTS[kind] for kind, roles in table.items() if role in roles])}"
        for verb, table in (("propose", WRITERS), ("sign somebody else's", SIGNERS))
        if any(role in roles for roles in table.values())
    ]
    said = "; ".join(dict.fromkeys(own)) or "look on, change nothing"
    return f"{said[0].upper()}{said[1:]}."


def phrase_of(kind: type) -> str:
    """What a request does, as the end of a sentence that begins with "you may"."""
    return _PHRASES.get(kind) or " ".join(_PARTS.findall(kind.__name__)).lower()


def draw(roles: Iterable[Role]) -> None:
    """Draw the roles in the order in which they are declared."""
    held = frozenset(roles)
    text_table.draw(
        _COLUMNS,
        [
            (Cell(text=codes.ROLE[role].capitalize(), tone="strong"), meaning(role))
            for role in Role
            if role in held
        ],
        key="account_roles",
        label="Your roles",
    )


def _listed(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))
