"""Invented plans for `FakeEngine`: one in every state that a card can show, and their previews.

They stand in no queue until `stage_plans` puts them there, so that counts stay what they were.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from engine.domain.case import Attention, Origin
from engine.domain.case_status import CaseStatus
from engine.domain.decision import Decision, DecisionKind, ReasonCode
from engine.domain.effect import EffectStatus
from engine.domain.ids import ActionId, CaseId, DecisionId, PersonId
from engine.domain.naming import NOTHING, names_in
from engine.domain.plan import StepStatus
from engine.domain.preview import Preview
from engine.domain.recommendation import Action, Recommendation
from engine.domain.verdict import VerdictKind
from engine.service.rows import CaseCard, FactRow, PlanStepRow, QuoteRow, ToolChoice
from engine.testing.fake_plan_calls import CANCEL, HOLD, MESSAGE, ORDER, REFUND, Asked
from engine.testing.fake_rows import card_of
from engine.testing.fake_rows_advice import Seed, uuid_of

TEXT = "my new address is 12 Mill Lane, 4020 Linz, Austria"
_S, _E = StepStatus, EffectStatus


def plan_cards(desk_now: datetime, wall_now: datetime) -> tuple[CaseCard, ...]:
    """Seven cards, by their numbers: ORD0002001 to ORD0002007."""
    return (
        _waiting(_base(2001, desk_now, wall_now, Attention.COPILOT)),
        _refused(_base(2002, desk_now, wall_now, Attention.OUTSIDE_ENVELOPE)),
        _put_back(_base(2003, desk_now, wall_now, Attention.TOOL_FAILED)),
        _broken(_base(2004, desk_now, wall_now, Attention.UNDO_FAILED)),
        _second(_base(2005, desk_now, wall_now, Attention.UNDO_SECOND_PERSON)),
        _finished(_base(2006, desk_now, wall_now, Attention.COPILOT)),
        _running(_base(2007, desk_now, wall_now, Attention.COPILOT)),
    )


def _base(number: int, desk_now: datetime, wall_now: datetime, attention: Attention) -> CaseCard:
    seed = Seed(
        number=number,
        desk_now=wall_now,
        wall_now=wall_now,
        attention=attention,
        desk="refunds",
        origin=Origin.SIMULATED,
    )
    card = card_of(seed)
    row = replace(
        card.row,
        source_id=f"ORD{number:07d}",
        title=f"Order {ORDER} cannot be delivered",
        proposal=CANCEL.words,
        status=CaseStatus.PENDING,
        attention_note="",
        due_at=wall_now + timedelta(hours=3),
    )
    facts = (_quoted(wall_now), *card.facts)
    return replace(card, row=row, facts=facts, failure=None)


def _quoted(now: datetime) -> FactRow:
    return FactRow(
        entity=ORDER,
        attribute="corrected_address",
        value="12 Mill Lane, 4020 Linz, Austria",
        source="customer_message",
        observed_at=now - timedelta(minutes=9),
        is_stale=False,
        is_contradicted=False,
        quote=QuoteRow(
            field="customer_message",
            before="Hello, I <i>moved</i> last week and ",
            words=TEXT,
            after=", please send it there :smile:.",
        ),
    )


def _planned(card: CaseCard, *calls: Asked, refusal: str = "") -> CaseCard:
    made = card.recommendation
    assert made is not None
    actions = tuple(_action(made, call, place, refusal) for place, call in enumerate(calls, 1))
    draft = replace(made.draft, summary=calls[0].words, rationale="Nothing is left in stock.")
    tools = tuple(_choice(call) for call in calls)
    steps = tuple(
        replace(step(call, place, _S.WAITING), preview=action.preview)
        for place, (call, action) in enumerate(zip(calls, actions, strict=True), 1)
    )
    return replace(
        card,
        recommendation=replace(made, draft=draft, actions=actions),
        tools=(*tools, *card.tools),
        steps=steps,
    )


def _action(made: Recommendation, call: Asked, place: int, refusal: str) -> Action:
    preview = Preview(difference=call.difference)
    if refusal:
        preview = Preview(refusal=refusal, code="REFUND_SETTLED")
    return replace(
        made.actions[0],
        id=ActionId(uuid_of("plan", made.case_id.int % 100_003 + place)),
        ordinal=place,
        tool=call.tool,
        arguments=call.arguments,
        target=ORDER,
        preview=preview.to_json(),
    )


def _choice(call: Asked) -> ToolChoice:
    return ToolChoice(
        tool=call.tool,
        title=call.tool.replace("_", " ").capitalize(),
        effect_class=call.effect_class,
        schema={"type": "object", "required": [], "properties": {}},
        options={},
        fixed=dict(call.arguments),
    )


def step(call: Asked, place: int, status: StepStatus, note: str = "") -> PlanStepRow:
    """One step of an invented plan."""
    effect = {_S.WAITING: None, _S.LEFT: None, _S.FAILED: _E.FAILED, _S.RUNNING: _E.INTENDED}
    return PlanStepRow(
        ordinal=place,
        tool=call.tool,
        words=call.words,
        arguments_view=call.view,
        verdict=VerdictKind.ESCALATE,
        status=status,
        effect_status=effect.get(status, _E.SUCCEEDED),
        is_verified=True if status in (_S.VERIFIED, _S.UNDONE) else None,
        note=note,
        key="" if status in (_S.WAITING, _S.LEFT) else f"019a-{place}-{call.tool}",
        amount=call.amount,
        way_back=call.way_back,
        target=ORDER,
        marked=tuple(
            (title, one.start, one.end)
            for title, text in call.view
            for one in names_in(text, NOTHING)
        ),
        preview=Preview(difference=call.difference).to_json(),
    )


def _waiting(card: CaseCard) -> CaseCard:
    return _planned(card, HOLD, REFUND, MESSAGE)


def _refused(card: CaseCard) -> CaseCard:
    said = "The refund was <b>settled</b> at the provider on 2 March."
    return _planned(card, REFUND, refusal=said)


def _put_back(card: CaseCard) -> CaseCard:
    card = _planned(card, HOLD, REFUND, CANCEL)
    steps = (
        step(HOLD, 1, _S.UNDONE),
        step(REFUND, 2, _S.UNDONE),
        step(CANCEL, 3, _S.FAILED, "The carrier has the parcel already."),
    )
    left = (
        f"Put back: step 1 ({HOLD.words}); step 2 ({REFUND.words}). "
        f"Not done: step 3 ({CANCEL.words}). Nothing of it stands."
    )
    row = replace(card.row, attention_note="The carrier has the parcel already.")
    return replace(card, row=row, steps=steps, left=left)


def _broken(card: CaseCard) -> CaseCard:
    card = _planned(card, HOLD, REFUND, CANCEL)
    steps = (
        step(HOLD, 1, _S.VERIFIED, f"It stands; to put it back: {HOLD.way_back}."),
        step(REFUND, 2, _S.UNKNOWN, f"Look {ORDER} up by the key 019a-2-refund: did it happen?"),
        step(CANCEL, 3, _S.LEFT),
    )
    left = (
        f"Nobody can say whether it stands: step 2 ({REFUND.words}). "
        f"Still done: step 1 ({HOLD.words}). Not begun: step 3 ({CANCEL.words}). Look at each of "
        "these in the system of record, put right what is wrong there, then say what you found."
    )
    row = replace(card.row, status=CaseStatus.NEEDS_REPAIR, attention_note="no answer in time")
    return replace(card, row=row, steps=steps, left=left)


def _done_steps(card: CaseCard) -> CaseCard:
    card = _planned(card, REFUND, MESSAGE)
    steps = (step(REFUND, 1, _S.VERIFIED), step(MESSAGE, 2, _S.VERIFIED))
    words = replace(card.words, undo="An undo would: call the refund of 48.90 EUR back.")
    return replace(card, steps=steps, words=words, settled_at=card.row.as_of)


def _second(card: CaseCard) -> CaseCard:
    card = _done_steps(card)
    row = replace(
        card.row,
        status=CaseStatus.SECOND_PENDING,
        attention_note="ben: the customer wants the goods after all",
    )
    return replace(card, row=row, decision=_asked_by_ben(card))


def _asked_by_ben(card: CaseCard) -> Decision:
    return Decision(
        id=DecisionId(uuid_of("undo asked", 1)),
        case_id=card.row.case_id,
        recommendation_id=None,
        action_id=None,
        case_version=card.row.version,
        person_id=PersonId(uuid_of("person", sum(b"ben"))),
        person="ben",
        kind=DecisionKind.UNDO,
        reason_code=ReasonCode.OTHER,
        note="the customer wants the goods after all",
        tool="",
        arguments={},
        has_seen_recommendation=True,
        time_to_decide_ms=None,
        decided_at=card.row.as_of,
        release_at=card.row.as_of,
        origin=card.row.origin,
        first_by="",
        client_key="undo asked",
    )


def _finished(card: CaseCard) -> CaseCard:
    card = _done_steps(card)
    row = replace(card.row, status=CaseStatus.DONE, attention=None)
    return replace(card, row=row, can_undo=True)


def _running(card: CaseCard) -> CaseCard:
    card = _planned(card, HOLD, REFUND, MESSAGE)
    steps = (step(HOLD, 1, _S.VERIFIED), step(REFUND, 2, _S.RUNNING), step(MESSAGE, 3, _S.WAITING))
    row = replace(card.row, status=CaseStatus.EXECUTING, attention=None)
    return replace(card, row=row, steps=steps)


def by_id(cards: tuple[CaseCard, ...]) -> dict[CaseId, CaseCard]:
    """Cards by their cases."""
    return {card.row.case_id: card for card in cards}
