"""Invented previews for `FakeEngine`: of an override, and of what an undo would put back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from engine.domain.actor import Person
from engine.domain.difference import Difference, FieldChange
from engine.domain.ids import CaseId
from engine.domain.tool import EffectClass
from engine.errors import EngineError, NotAllowed
from engine.service.authority import DECIDERS
from engine.service.preview_rows import AskPreview, PreviewRow
from engine.service.rows import CaseCard, PlanStepRow
from engine.testing.fake_plans import by_id, plan_cards

CLOSED = "ERP Finance"
"""A group that takes no incidents: an override to it would be refused."""


class FakePreviews:
    """The part of `FakeEngine` that tells beforehand.

    Attributes:
        previewed: Every preview that was asked for, in order.
        preview_failure: Raised by every preview while it is set.
    """

    now: Callable[[], datetime]
    desk_now: datetime
    cards: dict[CaseId, CaseCard]

    def __init__(self) -> None:
        """Begin with nothing asked."""
        self.previewed: list[AskPreview] = []
        self.preview_failure: EngineError | None = None

    def stage_plans(self) -> None:
        """Put the invented plans into the queue."""
        self.cards |= by_id(plan_cards(self.desk_now, self.now()))

    def preview(self, asked: AskPreview, person: Person) -> PreviewRow:
        """The group before and after; a group that is closed refuses, a note cannot be told."""
        self._check(asked, person)
        choice = next(one for one in self.cards[asked.case_id].tools if one.tool == asked.tool)
        group = str(asked.arguments.get("group", ""))
        row = PreviewRow(
            tool=asked.tool,
            words=f"{choice.title} {group}".strip(),
            view=tuple((name, str(value)) for name, value in asked.arguments.items()),
            effect_class=EffectClass(choice.effect_class),
            difference=_group_change(str(asked.arguments.get("incident")), group),
        )
        if group == CLOSED:
            return _refused(row)
        return row if group else _untold(row)

    def preview_undo(self, case_id: CaseId, person: Person) -> tuple[PreviewRow, ...]:
        """Every step of a plan in reverse; of a routed incident its group before."""
        self._check(AskPreview(case_id=case_id), person)
        card = self.cards[case_id]
        if card.row.source_id.startswith("ORD"):
            return tuple(_undone(step) for step in reversed(card.steps))
        return (
            PreviewRow(
                tool="assign_group",
                words="Assign group Field Support North",
                view=(),
                effect_class=EffectClass.REVERSIBLE,
                difference=_group_change(card.row.source_id, "Field Support North"),
            ),
        )

    def _check(self, asked: AskPreview, person: Person) -> None:
        self.previewed.append(asked)
        if not person.has_any(DECIDERS):
            raise NotAllowed("Only those who decide cases look at what a call would change.")
        if self.preview_failure:
            raise self.preview_failure


def _group_change(of: str, group: str) -> Difference:
    change = FieldChange(of=of, field="group", before="Network Core", after=group)
    return Difference(fields=(change,))


def _refused(row: PreviewRow) -> PreviewRow:
    return PreviewRow(
        tool=row.tool,
        words=row.words,
        view=row.view,
        effect_class=row.effect_class,
        refusal="The group takes no incidents <i>now</i>.",
        code="GROUP_CLOSED",
    )


def _untold(row: PreviewRow) -> PreviewRow:
    return PreviewRow(tool=row.tool, words=row.words, view=row.view, effect_class=row.effect_class)


def _undone(step: PlanStepRow) -> PreviewRow:
    if not step.way_back:
        return PreviewRow(
            tool=step.tool,
            words=step.words,
            view=step.arguments_view,
            effect_class=EffectClass.IRREVERSIBLE,
            is_left=True,
        )
    return PreviewRow(
        tool=step.tool,
        words=step.way_back,
        view=(),
        effect_class=EffectClass.COMPENSABLE,
        takes_two=True,
        difference=Difference(
            fields=(FieldChange(of="payment P-88", field="refundable_minor", before=0, after=4890),)
        ),
    )
