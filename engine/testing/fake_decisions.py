"""How a card of `FakeEngine` changes by a decision, a take-back, a release and an undo."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from engine.domain.actor import DecidedBy, Person, Role
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.decision import Decision, DecisionKind
from engine.domain.effect import Effect, EffectStatus
from engine.domain.ids import ActionId, DecisionId, EffectId, GrantId
from engine.errors import Conflict, InvalidRequest, NotAllowed
from engine.service.engine import Done
from engine.service.requests import DecideCase
from engine.service.rows import CaseCard
from engine.testing.fake_rows_advice import uuid_of

if TYPE_CHECKING:
    from engine.testing.fake_engine import FakeEngine

_MAY_DECIDE = frozenset({Role.OPERATOR, Role.SENIOR_OPERATOR})
_KEPT = {
    DecisionKind.APPROVE: "Approved",
    DecisionKind.OVERRIDE: "Overridden",
    DecisionKind.REJECT: "Rejected",
}


def decided(
    engine: FakeEngine, card: CaseCard, request: DecideCase, person: Person
) -> tuple[Done, CaseCard]:
    """The card after a decision."""
    if not person.has_any(_MAY_DECIDE):
        raise NotAllowed("Only operators decide here.")
    if request.kind is DecisionKind.APPROVE and not card.words.can_approve:
        raise InvalidRequest(card.words.why_not)
    if request.kind is DecisionKind.ESCALATE:
        return _escalated(engine, card, request, person)
    if request.kind is DecisionKind.ASK:
        return _asked(engine, card, request, person)
    return _releasing(engine, card, request, person)


def _releasing(
    engine: FakeEngine, card: CaseCard, request: DecideCase, person: Person
) -> tuple[Done, CaseCard]:
    release_at = engine.now() + timedelta(seconds=card.words.take_back_s)
    row = replace(
        card.row,
        status=CaseStatus.RELEASING,
        version=card.row.version + 1,
        claimed_by="",
        claimed_until=None,
    )
    text = _KEPT[request.kind] + _arguments(request.arguments)
    later = replace(
        card,
        row=row,
        claim=None,
        decision=_decision(engine, card, request, person),
        releases_at=release_at,
        settled_at=engine.desk_now if row.desk == "incidents" else engine.now(),
        timeline=(*card.timeline, engine.line(text, person.name)),
    )
    done = Done(
        message=f"{_KEPT[request.kind]}: {row.source_id}.",
        case_id=row.case_id,
        version=row.version,
        take_back_until=release_at,
    )
    return done, later


def _decision(engine: FakeEngine, card: CaseCard, request: DecideCase, person: Person) -> Decision:
    advice = card.recommendation
    action = advice.actions[0] if advice else None
    is_own = request.kind is DecisionKind.OVERRIDE
    return Decision(
        id=DecisionId(uuid_of("decision", card.row.case_id.int % 100_003 + card.row.version)),
        case_id=card.row.case_id,
        recommendation_id=advice.id if advice else None,
        action_id=action.id if action else None,
        case_version=request.version,
        person_id=person.id,
        person=person.name,
        kind=request.kind,
        reason_code=request.reason_code,
        note=request.note,
        tool=request.tool if is_own or action is None else action.tool,
        arguments=dict(request.arguments) if is_own or action is None else action.arguments,
        has_seen_recommendation=request.has_seen_recommendation,
        time_to_decide_ms=request.time_to_decide_ms,
        decided_at=engine.now(),
        release_at=engine.now() + timedelta(seconds=card.words.take_back_s),
        origin=card.row.origin,
        first_by="",
        client_key=request.client_key,
    )


def _escalated(
    engine: FakeEngine, card: CaseCard, request: DecideCase, person: Person
) -> tuple[Done, CaseCard]:
    role = request.role.value if request.role else Role.SENIOR_OPERATOR.value
    later = _moved(card, CaseStatus.PENDING, attention=Attention.ESCALATED, role=role)
    later = replace(
        later,
        timeline=(*card.timeline, engine.line(f"Escalated to {role}", person.name)),
    )
    return _done(later, f"Escalated to {role}: {card.row.source_id}."), later


def _asked(
    engine: FakeEngine, card: CaseCard, request: DecideCase, person: Person
) -> tuple[Done, CaseCard]:
    if not request.question.strip():
        raise InvalidRequest("Say what has to be known.")
    later = _moved(card, CaseStatus.WAITING_FACT, attention_note=request.question.strip())
    later = replace(
        later, timeline=(*card.timeline, engine.line(f"Asked: {request.question}", person.name))
    )
    return _done(later, f"Asked: {card.row.source_id} waits for an answer."), later


def taken_back(engine: FakeEngine, card: CaseCard, person: Person) -> tuple[Done, CaseCard]:
    """The card after its decision was taken back."""
    if card.row.status is not CaseStatus.RELEASING:
        raise Conflict("The time to take it back is over.")
    if card.decision is None or card.decision.person != person.name:
        raise NotAllowed("Only the person who decided may take it back.")
    later = replace(
        _moved(card, CaseStatus.PENDING, attention=Attention.TAKEN_BACK),
        decision=None,
        releases_at=None,
        settled_at=None,
        timeline=(*card.timeline, engine.line("Taken back", person.name)),
    )
    return _done(later, f"Taken back: {card.row.source_id}."), later


def undone(engine: FakeEngine, card: CaseCard, person: Person) -> tuple[Done, CaseCard]:
    """The card after an undo was asked for."""
    if not card.can_undo:
        raise InvalidRequest("There is nothing to undo.")
    later = replace(
        _moved(card, CaseStatus.COMPENSATING),
        can_undo=False,
        timeline=(*card.timeline, engine.line("Undo asked for", person.name)),
    )
    return _done(later, f"Being undone: {card.row.source_id}."), later


def released(engine: FakeEngine, card: CaseCard) -> CaseCard:
    """The card once the worker has done what was decided."""
    if card.decision is not None and card.decision.kind is DecisionKind.REJECT:
        return replace(_moved(card, CaseStatus.CLOSED_NO_ACTION), releases_at=None)
    told = (
        engine.line("Permit minted for this one action", "engine", DecidedBy.CODE, "act"),
        engine.line("Ran once, answer came in 31 ms", "engine", DecidedBy.CODE, "act"),
        engine.line("Read back: as asked for", "engine", DecidedBy.CODE, "act"),
    )
    return replace(
        _moved(card, CaseStatus.DONE),
        releases_at=None,
        effects=(*card.effects, _effect(engine, card)),
        can_undo=True,
        timeline=(*card.timeline, *told),
    )


def compensated(engine: FakeEngine, card: CaseCard) -> CaseCard:
    """The card once the undo is done and verified."""
    first = card.effects[-1]
    again = replace(
        _effect(engine, card),
        id=EffectId(uuid_of("undo", card.row.case_id.int % 100_003)),
        undoes=first.id,
        note="previous group put back",
    )
    return replace(
        _moved(card, CaseStatus.PENDING, attention=Attention.UNDONE),
        decision=None,
        settled_at=None,
        effects=(*card.effects, again),
        timeline=(
            *card.timeline,
            engine.line("Undone and verified", "engine", DecidedBy.CODE, "act"),
        ),
    )


def _effect(engine: FakeEngine, card: CaseCard) -> Effect:
    number = card.row.case_id.int % 100_003
    advice = card.recommendation
    action = advice.actions[0] if advice else None
    return Effect(
        id=EffectId(uuid_of("effect", number)),
        case_id=card.row.case_id,
        case_version=card.row.version,
        action_id=action.id if action else ActionId(uuid_of("action", number)),
        grant_id=GrantId(uuid_of("grant", number)),
        tool=card.decision.tool if card.decision else "assign_group",
        key=f"effect-{number}",
        call_deadline=engine.now() + timedelta(seconds=10),
        intended_at=engine.now(),
        status=EffectStatus.SUCCEEDED,
        before={"group": "Field Support North"},
        result=dict(card.decision.arguments) if card.decision else {},
        is_completed=True,
        is_correct=True,
        verified_at=engine.now(),
    )


def _moved(card: CaseCard, to: CaseStatus, **changes: Any) -> CaseCard:
    row = replace(
        card.row,
        status=to,
        version=card.row.version + 1,
        claimed_by="",
        claimed_until=None,
        **changes,
    )
    return replace(card, row=row, claim=None)


def _done(card: CaseCard, message: str) -> Done:
    return Done(message=message, case_id=card.row.case_id, version=card.row.version)


def _arguments(arguments: Any) -> str:
    return "".join(f", {name} {value}" for name, value in arguments.items())


def looked_at(card: CaseCard) -> CaseCard:
    """A card whose facts were read anew."""
    return replace(card, facts=tuple(replace(one, is_stale=False) for one in card.facts))
