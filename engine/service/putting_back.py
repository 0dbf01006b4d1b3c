"""Putting back: a person undoes what a case has done, the whole plan in reverse.

What has no way back is said and left; it keeps the rest from being put back only where it is all
there is. Above the amount at which two people approve, two people undo: the first one's request
waits in the queue, the second one makes the same request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.desk import Desk
from engine.domain.actor import Person, as_actor
from engine.domain.canonical import Json
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.decision import Decision, DecisionKind, ReasonCode
from engine.domain.effect import Effect
from engine.domain.ids import DecisionId
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.recommendation import Action
from engine.domain.span import Choice, ChoiceKind, Stage
from engine.domain.transition import ClaimEnded, DecisionTakenBack, Transition
from engine.domain.verdict import Verdict
from engine.errors import Conflict, GrantRefused, InvalidRequest, NotAllowed, ToolError
from engine.ports import Clock, Store
from engine.runtime.policy import cell_of
from engine.runtime.undoing import Done as Ran
from engine.runtime.undoing import (
    Undo,
    done_of,
    grant_to_undo,
    request_undo,
    undo_action,
    undos_of,
)
from engine.service.binding import Binding, needs_second_person
from engine.service.engine import Done
from engine.service.requests import UndoEffect
from engine.service.undo_amounts import is_much_together, takes_two

Ways = Sequence[tuple[Effect, Undo]]
"""What is to be put back, newest first, each with its way back."""


def waits_for_undo(case: Case) -> bool:
    """Whether a case waits for the second of two people who undo."""
    return (
        case.status is CaseStatus.SECOND_PENDING and case.attention is Attention.UNDO_SECOND_PERSON
    )


@dataclass(frozen=True, kw_only=True)
class PuttingBack:
    """The use case of undoing."""

    store: Store
    binding: Binding

    @property
    def clock(self) -> Clock:
        """The present."""
        return self.binding.clock

    @property
    def desks(self) -> Mapping[str, Desk]:
        """By name."""
        return self.binding.desks

    def undo(self, case: Case, request: UndoEffect, person: Person) -> Transition:
        """Put back what stands, or note the first of two names under it.

        Args:
            case: As the person saw it.
            request: With the reason.
            person: Who asks.

        Raises:
            Conflict: Nothing stands, or the target cannot be read.
            InvalidRequest: Nothing of it has a way back, or policy forbids it to this person.
            NotAllowed: The cell is decided by others, or the person asked for it before.
        """
        if case.status is not CaseStatus.DONE and not waits_for_undo(case):
            raise Conflict("There is no effect to undo.")
        ran = done_of(self.store.reader, case)
        ways = self._ways(case, ran)
        first_by = self._first_by(case, ways, person)
        verdict = self._require(case, ran, ways, person, approvals=2 if first_by else 1)
        if verdict is None:
            return self._asked(case, request, ways, person)
        effect, undo = ways[0]
        step = request_undo(
            case,
            replace(undo, words=words_of(ways)),
            effect,
            person,
            request.reason.strip(),
            action=self._action(case, ran, ways[0], verdict),
            clock=self.clock,
            ids=self.binding.ids,
        )
        if not first_by:
            return step
        decision = replace(self._decision(case, request, person), first_by=first_by)
        return replace(step, records=(decision, *step.records))

    def done(self, case: Case, step: Transition) -> Done:
        """What is said of it: what is put back, and what cannot be."""
        ran = done_of(self.store.reader, case)
        desk = self.desks[case.desk]
        ways = self._ways(case, ran)
        if step.after.status is CaseStatus.SECOND_PENDING:
            message = "Asked for; it takes a second person to put so much back."
        else:
            message = f"Undoing: {words_of(ways)}."
        left = [
            describe(desk, ran.action(effect))
            for effect, undo in undos_of(desk, ran)
            if undo is None
        ]
        if left:
            message = f"{message} It cannot be taken back: {'; '.join(left)}."
        return Done(message=message, case_id=case.id, version=step.after.version)

    def rejected(self, case: Case, note: str, person: Person) -> Transition:
        """The second of two people does not want it undone: what was done stands.

        Raises:
            Conflict: The request was taken back meanwhile.
            NotAllowed: The cell is decided by others.
        """
        asked = self._asked_by(case)
        self.binding.require_role(case, self.store.reader.recommendation(case), person)
        words = "reject the undo"
        return step_to_done(case, asked, person, at=self.clock, grounds=note, words=words)

    # --- what is to be put back ----------------------------------------------------------

    def _ways(self, case: Case, ran: Ran) -> Ways:
        found = undos_of(self.desks[case.desk], ran)
        if not found:
            raise Conflict("There is no effect to undo.")
        ways = [(effect, undo) for effect, undo in found if undo is not None]
        if not ways:
            raise InvalidRequest("This effect has no declared way back.")
        return ways

    def _action(self, case: Case, ran: Ran, way: tuple[Effect, Undo], verdict: Verdict) -> Action:
        read = self.binding.reads.of(self.desks[case.desk], case.id, Stage.ACT)
        try:
            grant_to_undo(self.store.reader, way[0], ran)
            return undo_action(way[1], self.binding.ids, verdict, read)
        except GrantRefused as error:
            raise Conflict(f"Look at the target itself: {error.message}.") from None
        except ToolError as error:
            raise Conflict(f"The target cannot be read: {error.message}") from None

    # --- who may -------------------------------------------------------------------------

    def _require(
        self, case: Case, ran: Ran, ways: Ways, person: Person, *, approvals: int
    ) -> Verdict | None:
        """The verdict on the first undo; None where all that is missing is a second person.

        Tools that only take others back may have no cell: who puts back what was done decides it.
        """
        done = [ran.action(effect).tool for effect, _ in ways]
        self.binding.require_cells(case, done, person)
        verdicts = [
            self.binding.require_authority(
                case, undo.tool.contract, undo.arguments, person, approvals=approvals, is_undo=True
            )
            for _, undo in ways
        ]
        is_much = approvals < 2 and (
            any(needs_second_person(verdict) for verdict in verdicts)
            or any(takes_two(self.binding, case, ran.action(effect), undo) for effect, undo in ways)
            or is_much_together(self.binding, case, [ran.action(effect) for effect, _ in ways])
        )
        return None if is_much else verdicts[0]

    def _first_by(self, case: Case, ways: Ways, person: Person) -> str:
        """Who asked for it before; empty where nobody did, or they may no longer."""
        if not waits_for_undo(case):
            return ""
        asked = self._asked_by(case)
        if asked.person_id == person.id:
            raise NotAllowed("You asked for this undo already; somebody else has to confirm it.")
        policy = self.binding.policy.current()
        author = policy.person(asked.person)
        tools = {name for effect, undo in ways for name in (effect.tool, undo.tool.contract.name)}
        cells = [cell_of(case, tool) for tool in tools]
        return asked.person if all(policy.may_decide(cell, author) for cell in cells) else ""

    def _asked_by(self, case: Case) -> Decision:
        asked = self.store.reader.decision(case.id)
        if asked is None or asked.kind is not DecisionKind.UNDO:
            raise Conflict("The request to undo was taken back; look again.")
        return asked

    # --- the first of two ----------------------------------------------------------------

    def _asked(self, case: Case, request: UndoEffect, ways: Ways, person: Person) -> Transition:
        decision, said = self._decision(case, request, person), words_of(ways)
        reason = request.reason.strip()
        after = case.moved(
            CaseStatus.SECOND_PENDING,
            wake_at=None,
            attention=Attention.UNDO_SECOND_PERSON,
            attention_note=f"{person.name}: {reason}",
        )
        payload: Json = {"decision": decision.id, "reason": reason, "undo": said, "people": 1}
        at, actor = decision.decided_at, as_actor(person)
        entry = EntryDraft(kind=EventKind.UNDO_REQUESTED, actor=actor, at=at, payload=payload)
        choice = Choice(
            kind=ChoiceKind.UNDO,
            at=at,
            decided_by=actor.decided_by,
            decider=actor.name,
            chosen=said,
            grounds=reason,
        )
        return Transition(
            before=case,
            after=after,
            entries=(entry,),
            records=(decision,),
            choices=(choice,),
        )

    def _decision(self, case: Case, request: UndoEffect, person: Person) -> Decision:
        now = self.clock.now()
        return Decision(
            id=DecisionId(self.binding.ids.new()),
            case_id=case.id,
            recommendation_id=case.recommendation_id,
            action_id=case.action_id,
            case_version=case.version,
            person_id=person.id,
            person=person.name,
            kind=DecisionKind.UNDO,
            reason_code=ReasonCode.OTHER,
            note=request.reason.strip(),
            tool="",
            arguments={},
            has_seen_recommendation=True,
            time_to_decide_ms=None,
            decided_at=now,
            release_at=now,
            origin=case.origin,
            first_by="",
            client_key=f"undo {self.binding.ids.new()}",
        )


def words_of(ways: Ways) -> str:
    """What is put back, in the order in which it is."""
    said = [undo.words for _, undo in ways]
    return "; then ".join([*said[:1], *(one[:1].lower() + one[1:] for one in said[1:])])


def describe(desk: Desk, action: Action) -> str:
    """A call in words."""
    tool = desk.effect_tool(action.tool)
    return tool.describe(action.arguments) if tool else action.tool.replace("_", " ")


def step_to_done(
    case: Case, asked: Decision, person: Person, *, at: Clock, grounds: str, words: str
) -> Transition:
    """An undo that is not to be after all: the case is done as it was before it was asked for."""
    now = at.now()
    entry = EntryDraft(
        kind=EventKind.DECISION_TAKEN_BACK,
        actor=as_actor(person),
        at=now,
        payload={"decision": asked.id, "undo": False, "note": grounds},
    )
    choice = Choice(
        kind=ChoiceKind.TAKE_BACK,
        at=now,
        decided_by=as_actor(person).decided_by,
        decider=person.name,
        chosen=words,
        grounds=grounds,
    )
    return Transition(
        before=case,
        after=case.moved(CaseStatus.DONE, wake_at=None, attention=None, attention_note=""),
        entries=(entry,),
        records=(
            DecisionTakenBack(decision_id=asked.id, at=now),
            ClaimEnded(case_id=case.id),
        ),
        choices=(choice,),
    )
