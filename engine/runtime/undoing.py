"""Undoing: a person's request to put back what an effect changed, with the grant for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from engine.act.grants import Basis, mint, require_compensable
from engine.desk import Desk
from engine.domain.actor import Actor, DecidedBy, Person
from engine.domain.canonical import digest
from engine.domain.case import Case
from engine.domain.case_status import CaseStatus
from engine.domain.effect import Effect, EffectStatus
from engine.domain.grant import Grant, GrantBasis
from engine.domain.ids import ActionId
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.plan import is_undone, newest_plan, standing, whole_run
from engine.domain.recommendation import Action
from engine.domain.span import Choice, ChoiceKind
from engine.domain.transition import OverrideAction, Transition
from engine.domain.verdict import Verdict
from engine.errors import EngineError
from engine.ports import Clock, EffectTool, Ids, Reader, ReadTool

UNDO_MINUTES = 15
"""How long the grant for an undo may wait for its execution."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Undo:
    """What would put an effect back."""

    tool: EffectTool
    arguments: dict[str, object]
    words: str

    @property
    def call(self) -> tuple[str, dict[str, object]]:
        """The tool's name and its canonical arguments.

        Raises:
            InvalidRequest: They do not keep the contract.
        """
        return self.tool.contract.name, self.tool.contract.check_arguments(self.arguments)


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """The calls of a case that belong together, and what of them stands."""

    effects: tuple[Effect, ...]
    """All effects of the case, oldest first."""
    actions: Mapping[ActionId, Action]
    """What each call of the case asked for."""
    plan: tuple[Effect, ...]
    """The calls of the plan that ran last."""
    run: tuple[Effect, ...]
    """The same, behind what stood when that plan began; of one that the engine puts back by itself
    the plan alone: what a run had done before it stays."""
    standing: tuple[Effect, ...]
    """Of the run, done and not undone, oldest first."""

    def action(self, effect: Effect) -> Action:
        """What a call of the run asked for."""
        return self.actions[effect.action_id]

    @property
    def has_undone(self) -> bool:
        """Whether anything of the run was put back."""
        return any(is_undone(effect, self.effects) for effect in self.run)


def done_of(reader: Reader, case: Case, changed: Effect | None = None) -> Done:
    """What a case has done, as far as it is put back as one.

    Args:
        reader: Reads of the store.
        case: The case.
        changed: An effect as it is about to be written.
    """
    known = reader.effects(case.id)
    effects = tuple(changed if changed and one.id == changed.id else one for one in known)
    actions = reader.actions([one.action_id for one in effects if one.undoes is None])
    plan = newest_plan(effects, {id_: action.ordinal for id_, action in actions.items()})
    is_own = case.status is CaseStatus.COMPENSATING and case.attention is not None
    run = plan if is_own else whole_run(effects, plan)
    return Done(
        effects=effects, actions=actions, plan=plan, run=run, standing=standing(run, effects)
    )


def plan_of(planned: Sequence[Action], done: Done) -> tuple[Action, ...]:
    """All that belongs to a run, numbered in its order: also steps that were never called.

    Args:
        planned: What was recommended; in its place may have run what a person chose.
        done: What ran.
    """
    earlier = [done.action(effect) for effect in done.run if effect not in done.plan]
    ran = planned if is_of(done, planned) else [done.action(effect) for effect in done.plan]
    if not earlier:
        return tuple(ran)
    return tuple(replace(one, ordinal=place) for place, one in enumerate((*earlier, *ran), 1))


def is_of(done: Done, planned: Sequence[Action]) -> bool:
    """Whether what ran last is what was recommended."""
    return bool(done.plan) and done.plan[0].action_id in {action.id for action in planned}


def undos_of(desk: Desk, done: Done) -> list[tuple[Effect, Undo | None]]:
    """What stands, newest first, each with its way back; None: it has none."""
    return [
        (effect, undo_of(desk, done.action(effect), effect)) for effect in reversed(done.standing)
    ]


def grant_to_undo(reader: Reader, effect: Effect, done: Done) -> Grant:
    """The used grant of an effect that may be put back, whoever asks for it.

    Raises:
        GrantRefused: It is not known to have been done, had no grant, or is being put back already.
    """
    grants = reader.grants(effect.case_id)
    grant = next((grant for grant in grants if grant.id == effect.grant_id), None)
    return require_compensable(effect, grant, done.effects)


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
    try:
        back = tool.undo(action.arguments, effect.before, effect.result)
    except EngineError:
        return None
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
    action: Action,
    clock: Clock,
    ids: Ids,
) -> Transition:
    """A done case that is to be put back, with the one grant for it.

    Args:
        case: A case that is done.
        undo: What puts the effect back.
        effect: What is put back.
        person: Who asks for it.
        reason: Why.
        action: Of `undo_action`; its verdict allows it.
        clock: The present.
        ids: New identifiers.

    Raises:
        Conflict: The case is not done.
    """
    now = clock.now()
    changes = {"action_id": action.id, "attention": None, "attention_note": ""}
    after = case.moved(CaseStatus.COMPENSATING, wake_at=now, **changes)
    grant = mint(
        grant_id=ids.new(),
        case=after,
        action=action,
        basis=Basis(kind=GrantBasis.UNDO, id=effect.id, actor=person.name),
        envelope_hash=action.verdict.envelope_hash,
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


def undo_action(undo: Undo, ids: Ids, verdict: Verdict, read: ReadTool) -> Action:
    """The action of an undo, bound to its target as it is now; `verdict` allows it.

    Raises:
        ToolError: The target cannot be read.
    """
    contract = undo.tool.contract
    arguments = contract.check_arguments(undo.arguments)
    state = undo.tool.target_state(arguments, read)
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
