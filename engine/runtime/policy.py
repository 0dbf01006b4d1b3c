"""Policy in force: active documents and pauses, as `authorize` needs them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from engine.desk import Desk
from engine.domain.actor import Person
from engine.domain.case import Case
from engine.domain.identity import ReasonerId
from engine.domain.phase import Cell, Phase
from engine.domain.policy import PolicyKind
from engine.domain.recommendation import Action
from engine.domain.verdict import RuleResult
from engine.errors import ConfigError, Conflict
from engine.govern.authorize import CellPolicy, policy_for
from engine.govern.documents import PolicyDocument, read_document
from engine.govern.envelope import CellEnvelope, EnvelopeDocument, resolve
from engine.govern.hard_rules import GoalsDocument, GuardrailDocument, HardRule, hard_rules
from engine.govern.limits import OWN
from engine.govern.unreadable import UNREADABLE, nothing_allowed, rules_of_envelope
from engine.ports import Control, Pause, PolicyVersion, Reader
from engine.runtime.declared_path import REASONER as DECLARED

log = logging.getLogger("countersign.policy")

DOCUMENTS: Mapping[PolicyKind, type[PolicyDocument]] = {
    PolicyKind.ENVELOPE: EnvelopeDocument,
    PolicyKind.GUARDRAILS: GuardrailDocument,
    PolicyKind.GOALS: GoalsDocument,
}
"""What each kind of document is."""


class Policy:
    """A snapshot of control, with documents resolved; made anew when the epoch moves."""

    def __init__(
        self,
        control: Control,
        desks: Mapping[str, Desk],
        person: Callable[[str], Person | None],
    ) -> None:
        """Resolve the active documents of every desk.

        Args:
            control: Pauses and active versions.
            desks: By name.
            person: Reads a person; asked once a name, for every change of rights raises the epoch.
        """
        self._person = person
        self._people: dict[str, Person | None] = {}
        self.epoch = control.epoch
        self._pauses = {pause.scope: pause for pause in control.pauses}
        self._envelopes: dict[Cell, CellEnvelope] = {}
        self._earned: dict[str, Mapping[str, str]] = {}
        self._rules: dict[str, tuple[HardRule, ...]] = {}
        self._cells: dict[Cell, CellPolicy] = {}
        for desk in desks.values():
            self._envelopes |= resolve(active_envelope(control, desk))
            earned = earned_by(control, desk.name)
            if earned is not None:
                self._earned[desk.name] = earned
            self._rules[desk.name] = active_rules(control, desk)
            for hard in self._rules[desk.name]:
                if hard.rule.name in UNREADABLE:
                    log.error("nobody may act on %s: %s", desk.name, hard.rule.why)

    def person(self, name: str) -> Person | None:
        """The person with that sign-in name, with the rights they have in this epoch."""
        if name not in self._people:
            self._people[name] = self._person(name)
        return self._people[name]

    def envelope(self, cell: Cell) -> CellEnvelope | None:
        """The limits of a cell; None where the active envelope names none."""
        return self._envelopes.get(cell)

    def unearned(self, desk: str, by: ReasonerId) -> str:
        """Who recommends, where the phases of a desk are not that version's; empty: they are.

        They are the versions' that were there when two people put the envelope into force. What a
        desk ships with was put into force by nobody, so there the name alone counts; and the
        declared path, which is never sure, needs no phase.
        """
        earned = self._earned.get(desk)
        return "" if earned is None else unearned(by, earned)

    def of(self, cell: Cell) -> CellPolicy:
        """All that policy says about a cell."""
        known = self._cells.get(cell)
        if known is None:
            rules = self._rules.get(cell.desk, ())
            known = self._cells[cell] = policy_for(cell, self.envelope(cell), rules)
        return known

    def envelope_of(self, case: Case, action: Action | None) -> CellEnvelope | None:
        """The limits of the cell a case is in."""
        if action is None:
            return None
        return self.envelope(cell_of(case, action.tool))

    def may_decide(self, cell: Cell, person: Person | None) -> bool:
        """Whether somebody may answer for a cell now: the account is open, a role is the cell's."""
        if person is None or not person.is_active:
            return False
        envelope = self.envelope(cell)
        return envelope is None or person.has_any(frozenset(envelope.limits.roles))

    def pause(self, cell: Cell) -> Pause | None:
        """The widest brake that holds a cell."""
        for scope in ("all", f"desk:{cell.desk}", f"cell:{cell}"):
            if scope in self._pauses:
                return self._pauses[scope]
        return None

    def paused(self, cell: Cell) -> str:
        """The scope of the brake that holds a cell; empty: none does."""
        pause = self.pause(cell)
        return pause.scope if pause else ""


class PolicyView:
    """The policy in force, read again only when the control epoch has moved."""

    def __init__(self, reader: Reader, desks: Mapping[str, Desk]) -> None:
        """Read nothing yet."""
        self._reader = reader
        self._desks = desks
        self._policy: Policy | None = None

    def current(self) -> Policy:
        """The policy as of now."""
        if self._policy is None or self._policy.epoch != self._reader.control_epoch():
            self._policy = Policy(self._reader.control(), self._desks, self._reader.person)
        return self._policy


def why_of(rule: RuleResult, policy: CellPolicy) -> str:
    """The reason that a hard rule gives for itself; empty for a limit of the envelope."""
    return next((hard.rule.why for hard in policy.hard_rules if hard.title == rule.rule), "")


def cell_of(case: Case, tool: str) -> Cell:
    """The cell a call of a tool for a case belongs to."""
    return Cell(desk=case.desk, case_type=case.case_type, action_type=tool)


def active_document(control: Control, desk: Desk, kind: PolicyKind) -> PolicyDocument:
    """The active document of a desk; the one it ships with until somebody signs another.

    For one that cannot be read stands one that allows nothing: other desks have to go on.
    """
    version = control.active.get((desk.name, kind))
    if version is None:
        return desk.shipped(kind)
    source = f"{kind} {version.version} of {desk.name}"
    try:
        return _stored(DOCUMENTS[kind], version.document, source)
    except ConfigError:
        return nothing_allowed(DOCUMENTS[kind], desk.name)


@lru_cache(maxsize=32)
def _stored(kind: type[PolicyDocument], text: str, source: str) -> PolicyDocument:
    """A stored version, read once: its text never changes, and reading takes a while."""
    return read_document(kind, text, source)


def problem_of(version: PolicyVersion) -> str:
    """Why a stored version cannot be read; empty: it can."""
    try:
        read_document(DOCUMENTS[version.kind], version.document, f"version {version.version}")
    except ConfigError as error:
        return error.message
    return ""


def reasoners_of(document: PolicyDocument, desk: Desk) -> tuple[str, ...]:
    """Names of those whose recommendations software may act on alone somewhere."""
    if not isinstance(document, EnvelopeDocument):
        return ()
    cells = (one.limits for one in resolve(document).values())
    acting = (limits.earned_by for limits in cells if limits.phase is not Phase.COPILOT)
    named = (name for names in acting for name in names)
    return tuple(dict.fromkeys(desk.reasoner.name if name == OWN else name for name in named))


def newly_earned(
    names: Sequence[str], now: Mapping[str, str] | None, after: Mapping[str, str] | None
) -> tuple[str, ...]:
    """Which of these reasoners act by what `after` says in a version that may not act now.

    None is wider than everything: names alone count.
    """
    if now is None or after is None:
        return () if now is None else tuple(names)
    return tuple(name for name in names if after.get(name, "") not in ("", now.get(name)))


def unearned(by: ReasonerId, versions: Mapping[str, str]) -> str:
    """Who recommends in full, where it is none of these versions, by name; empty: it is."""
    is_free = by.name in ("", DECLARED)
    return "" if is_free or versions.get(by.name) == by.version else str(by)


def earned_by(control: Control, desk: str) -> Mapping[str, str] | None:
    """By name, the versions whose the phases of a desk's envelope are; None: names alone count."""
    version = control.active.get((desk, PolicyKind.ENVELOPE))
    return version.earned if version is not None else None


def kept_by(control: Control, desk: Desk) -> Mapping[str, str] | None:
    """Whose phases stay where a desk goes back to what it ships with: whoever acts alone now."""
    earned = earned_by(control, desk.name)
    if earned is None:
        return None
    acting = reasoners_of(active_envelope(control, desk), desk)
    return {name: earned[name] for name in acting if name in earned}


def active_number(control: Control, desk: str, kind: PolicyKind) -> int:
    """Number of the active version; 0: what the desk shipped with."""
    version = control.active.get((desk, kind))
    return 0 if version is None else version.version


def require_active(active: int, over: int) -> None:
    """Refuse what was made over a version that is active no longer.

    Args:
        active: Number of the active version.
        over: Number of the one that was active on the person's screen.

    Raises:
        Conflict: They differ.
    """
    if active != over:
        before = f"version {over}" if over else "what the desk shipped with"
        now = f"Version {active}" if active else "What the desk shipped with"
        raise Conflict(
            f"{now} is active, no longer {before}, which you saw. Look at what would change now, "
            "and do it again."
        )


def active_envelope(control: Control, desk: Desk) -> EnvelopeDocument:
    """The active envelope of a desk."""
    document = active_document(control, desk, PolicyKind.ENVELOPE)
    assert isinstance(document, EnvelopeDocument)
    return document


def cell_policy(cell: Cell, documents: Mapping[PolicyKind, PolicyDocument]) -> CellPolicy:
    """What these documents say about a cell."""
    envelope = documents[PolicyKind.ENVELOPE]
    assert isinstance(envelope, EnvelopeDocument)
    rules = [*rules_of_envelope(envelope)]
    for kind in (PolicyKind.GUARDRAILS, PolicyKind.GOALS):
        document = documents[kind]
        assert isinstance(document, GuardrailDocument | GoalsDocument)
        rules += hard_rules(document)
    return policy_for(cell, resolve(envelope).get(cell), rules)


def active_rules(control: Control, desk: Desk) -> tuple[HardRule, ...]:
    """The hard rules of a desk: risk's guardrails first, then the constraints of its goals."""
    found = [*rules_of_envelope(active_envelope(control, desk))]
    for kind in (PolicyKind.GUARDRAILS, PolicyKind.GOALS):
        document = active_document(control, desk, kind)
        assert isinstance(document, GuardrailDocument | GoalsDocument)
        found += hard_rules(document)
    return tuple(found)
