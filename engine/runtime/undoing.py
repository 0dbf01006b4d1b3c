"""Undoing: a person's request to put back what an effect changed, with the grant for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from engine.act.grants import Basis, mint
from engine.desk import Desk
from engine.domain.actor import Actor, DecidedBy, Person
from engine.domain.canonical import digest
from engine.domain.case import Case
from engine.domain.case_status import CaseStatus
from engine.domain.effect import Effect, EffectStatus
from engine.domain.grant import Grant, GrantBasis
from engine.domain.ids import ActionId
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.recommendation import Action
from engine.domain.span import Choice, ChoiceKind
from engine.domain.transition import OverrideAction, Transition
from engine.domain.verdict import Verdict
from engine.ports import Clock, EffectTool, Ids

UNDO_MINUTES = 15
"""How long the grant for an undo may wait for its execution."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Undo:
    """What would put an effect back."""

    tool: EffectTool
    arguments: dict[str, object]
    words: str


def last_effect(effects: tuple[Effect, ...]) -> Effect | None:
    """The newest effect that stands: done, and not undone since."""
    undone = {effect.undoes for effect in effects if effect.status is EffectStatus.SUCCEEDED}
    standing = [
        effect
        for effect in effects
        if effect.status is EffectStatus.SUCCEEDED
        and effect.undoes is None
        and effect.id not in undone
    ]
    return standing[-1] if standing else None


def undo_of(desk: Desk, action: Action, effect: Effect) -> Undo | None:
    """The declared way back of an effect; None where there is none."""
    tool = desk.effect_tool(effect.tool)
    if tool is None:
        return None
    back = tool.undo(action.arguments, effect.before)
    if back is None:
        return None
    name, arguments = back
    way = desk.effect_tool(name)
    if way is None:
        return None
    return Undo(tool=way, arguments=dict(arguments), words=way.describe(arguments))


def request_undo(
    case: Case,
    undo: Undo,
    effect: Effect,
    person: Person,
    reason: str,
    *,
    verdict: Verdict,
    clock: Clock,
    ids: Ids,
) -> Transition:
    """A done case that is to be put back, with the one grant for it; `verdict` allows it.

    Raises:
        Conflict: The case is not done.
        ToolError: The target cannot be read.
    """
    action = _action(undo, ids, verdict)
    now = clock.now()
    after = case.moved(
        CaseStatus.COMPENSATING,
        wake_at=now,
        action_id=action.id,
        attention=None,
        attention_note="",
    )
    grant = mint(
        grant_id=ids.new(),
        case=after,
        action=action,
        basis=Basis(kind=GrantBasis.UNDO, id=effect.id, actor=person.name),
        envelope_hash=verdict.envelope_hash,
        now=now,
        lifetime=timedelta(minutes=UNDO_MINUTES),
    )
    return _requested(case, after, undo, action, grant, reason)


def _requested(
    case: Case, after: Case, undo: Undo, action: Action, grant: Grant, reason: str
) -> Transition:
    actor = Actor(decided_by=DecidedBy.PERSON, name=grant.actor)
    asked = {"effect": grant.basis_id, "reason": reason, "undo": undo.words}
    minted = {"grant": grant.id, "basis": grant.basis}
    override = OverrideAction(
        case_id=case.id, action=action, recommendation_id=grant.recommendation_id
    )
    choice = Choice(
        kind=ChoiceKind.UNDO,
        at=grant.minted_at,
        decided_by=actor.decided_by,
        decider=actor.name,
        chosen=undo.words,
        grounds=reason,
    )
    return Transition(
        before=case,
        after=after,
        entries=tuple(
            EntryDraft(kind=kind, actor=actor, at=grant.minted_at, payload=payload)
            for kind, payload in (
                (EventKind.UNDO_REQUESTED, asked),
                (EventKind.GRANT_MINTED, minted),
            )
        ),
        records=(override, grant),
        choices=(choice,),
    )


def _action(undo: Undo, ids: Ids, verdict: Verdict) -> Action:
    contract = undo.tool.contract
    arguments = contract.check_arguments(undo.arguments)
    state = undo.tool.target_state(arguments)
    return Action(
        id=ActionId(ids.new()),
        ordinal=1,
        tool=contract.name,
        contract_digest=contract.digest,
        arguments=arguments,
        arguments_digest=digest(arguments),
        target=str(arguments.get(contract.target_argument, "")),
        target_digest=digest(state),
        target_state=state,
        verdict=verdict,
    )
