"""Previewing: what a call that a person is about to ask for would change; it only reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.desk import Desk
from engine.domain.actor import Person, as_actor
from engine.domain.canonical import Json, digest
from engine.domain.case import Case
from engine.domain.ids import CaseId
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.preview import Preview
from engine.domain.recommendation import Action
from engine.domain.span import Stage
from engine.domain.tool import EffectClass, ToolContract
from engine.errors import Conflict, InvalidRequest, ToolError
from engine.ports import Clock, EffectTool, Store
from engine.runtime.marks import Marks
from engine.runtime.previewing import preview_of
from engine.runtime.undoing import Undo, done_of, undos_of
from engine.service.binding import Binding, needs_second_person, require_role_of_case
from engine.service.preview_rows import AskPreview, PreviewRow
from engine.service.undo_amounts import is_much_together, takes_two


@dataclass(frozen=True, kw_only=True)
class Previewing:
    """Asks the target of a call what it would do with it."""

    store: Store
    clock: Clock
    desks: Mapping[str, Desk]
    binding: Binding

    def preview(self, asked: AskPreview, person: Person) -> PreviewRow:
        """What a call would change now.

        Raises:
            NotAllowed: The person may not decide this case, or this cell.
            InvalidRequest: The tool is unknown, an argument breaks its schema, or a rule that
                binds people forbids the call.
            Conflict: The target cannot be asked now.
        """
        case = self.store.reader.case(asked.case_id)
        tool = self.desks[case.desk].effect_tool(asked.tool)
        if tool is None:
            raise InvalidRequest(f"The desk has no tool {asked.tool!r}.")
        arguments = tool.contract.check_arguments(dict(asked.arguments))
        self._require_target(case, tool.contract, arguments)
        return self._row(case, tool, arguments, person)

    def preview_undo(self, case_id: CaseId, person: Person) -> tuple[PreviewRow, ...]:
        """What an undo of a case would change now, in the order in which it is done.

        Raises:
            NotAllowed: The person may not decide this case, or one of its cells.
            InvalidRequest: A rule that binds people forbids a call.
            Conflict: A target cannot be asked now.
        """
        case = self.store.reader.case(case_id)
        desk = self.desks[case.desk]
        ran = done_of(self.store.reader, case)
        found = [(ran.action(effect), undo) for effect, undo in undos_of(desk, ran)]
        back = [action for action, undo in found if undo is not None]
        is_much = is_much_together(self.binding, case, back)
        rows = [
            self._stays(desk, action)
            if undo is None
            else self._put_back(case, action, undo, person, is_much=is_much)
            for action, undo in found
        ]
        return tuple(_in_turn(row, rows[:place]) for place, row in enumerate(rows))

    def _put_back(
        self, case: Case, action: Action, undo: Undo, person: Person, *, is_much: bool
    ) -> PreviewRow:
        row = self._row(case, undo.tool, undo.call[1], person)
        is_two = is_much or takes_two(self.binding, case, action, undo)
        return replace(row, takes_two=row.takes_two or is_two)

    def _stays(self, desk: Desk, action: Action) -> PreviewRow:
        tool = desk.effect_tool(action.tool)
        return PreviewRow(
            tool=action.tool,
            words=tool.describe(action.arguments) if tool else action.tool.replace("_", " "),
            view=tool.contract.view(action.arguments) if tool else (),
            effect_class=tool.contract.effect_class if tool else EffectClass.IRREVERSIBLE,
            is_left=True,
        )

    def _row(
        self, case: Case, tool: EffectTool, arguments: Mapping[str, Any], person: Person
    ) -> PreviewRow:
        require_role_of_case(case, person)
        # A pause keeps nobody from looking, so it is asked as for an undo.
        verdict = self.binding.require_authority(
            case, tool.contract, arguments, person, is_undo=True
        )
        marks = Marks(self.clock)
        read = self.binding.reads.of(self.desks[case.desk], case.id, Stage.PERSON, marks)
        try:
            found = preview_of(tool, arguments, read) or Preview()
        except (ToolError, InvalidRequest) as error:
            raise Conflict(f"What it would change cannot be read: {error.message}") from None
        self._note(case, tool, arguments, person, marks)
        return PreviewRow(
            tool=tool.contract.name,
            words=tool.describe(arguments),
            view=tool.contract.view(arguments),
            effect_class=tool.contract.effect_class,
            difference=found.difference,
            refusal=found.refusal,
            code=found.code,
            takes_two=needs_second_person(verdict),
        )

    def _require_target(
        self, case: Case, contract: ToolContract, arguments: Mapping[str, Any]
    ) -> None:
        """Nobody looks at what this case is not about."""
        made = self.store.reader.recommendation(case)
        about = made.actions[0].target if made and made.actions else case.source_id
        aimed_at = str(arguments.get(contract.target_argument, about))
        if aimed_at != about:
            raise InvalidRequest(f"This case is about {about}; {aimed_at} is not looked at here.")

    def _note(
        self, case: Case, tool: EffectTool, arguments: Json, person: Person, marks: Marks
    ) -> None:
        """Who looked, and by which permits; nothing where the target did not have to be asked."""
        if not marks.spans:
            return
        said = {
            "tool": tool.contract.name,
            "arguments": digest(arguments),
            "reads": [{"tool": span.name, "permit": span.rule} for span in marks.spans],
        }
        entry = EntryDraft(
            kind=EventKind.PREVIEW_READ,
            actor=as_actor(person),
            at=self.clock.now(),
            payload=said,
        )
        with self.store.begin() as unit:
            unit.append(f"case:{case.id}", [entry])
            unit.commit()


def _in_turn(row: PreviewRow, before: Sequence[PreviewRow]) -> PreviewRow:
    """A row of an undo: a refusal of what comes later means nothing before the rows in front."""
    after = max((place for place, one in enumerate(before, 1) if not one.is_left), default=0)
    return replace(row, refusal="", code="", after=after) if row.refusal and after else row
