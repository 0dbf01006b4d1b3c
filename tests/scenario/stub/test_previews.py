"""Previews: what a call would change is seen before it runs, and holds where the grant holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.desk import Desk
from engine.domain.actor import Role
from engine.domain.canonical import Json
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.credential import Credential
from engine.domain.decision import DecisionKind
from engine.domain.difference import Difference, FieldChange
from engine.domain.plan import StepStatus
from engine.domain.preview import Preview
from engine.domain.tool import EffectClass, RetryPolicy
from engine.errors import Conflict, InvalidRequest, NotAllowed, ToolError, ToolUnavailable
from engine.ports import ReadTool
from engine.service.preview_rows import AskPreview
from engine.testing.stub_assign import ASSIGN, GET, AssignOwner, GetTicket
from engine.testing.stub_desk import DESK, stub_desk, ticket_rows
from engine.testing.ticket_book import TicketBook
from engine.testing.world import START, World, make_world
from tests.scenario.stub.test_money import LIMITS, credit

A = "T000000"
NOBODY: dict[str, Any] = {"number": A, "owner": ""}


class Asked(GetTicket):
    """Answers what a call would do."""

    contract = replace(GET, name="preview_assign", retry=RetryPolicy(attempts=1))

    def __init__(self, book: TicketBook) -> None:
        super().__init__(book)
        self.error: ToolError | None = None

    def call(
        self, arguments: Mapping[str, Any], *, key: str = "", credential: Credential | None = None
    ) -> Json:
        if self.error is not None:
            raise self.error
        return super().call(arguments)


class PreviewedAssign(AssignOwner):
    """Asks its system what it would change."""

    def __init__(self, book: TicketBook) -> None:
        super().__init__(book)
        self.contract = replace(ASSIGN, preview="preview_assign")

    def preview(self, arguments: Mapping[str, Any], read: ReadTool) -> Difference | None:
        seen = read("preview_assign", {"number": arguments["number"]})
        change = FieldChange(
            of=seen["number"], field="owner", before=seen["owner"], after=arguments["owner"]
        )
        return Difference(fields=(change,))


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    def desks(folder: Path, clock: object) -> dict[str, Desk]:
        path = folder / "tickets.db"
        book, desk = TicketBook(path), stub_desk(path)
        return {
            DESK: replace(desk, read_tools=(Asked(book),), effect_tools=(PreviewedAssign(book),))
        }

    made = make_world(tmp_path, desks, database_url=database_url)
    yield made
    made.close()


def refusing(world: World, error: ToolError | None) -> World:
    tool = world.desk.read_tool("preview_assign")
    assert isinstance(tool, Asked)
    tool.error = error
    return world


def recommended(world: World) -> World:
    world.submit(ticket_rows(1, opened_at=START))
    world.work()
    return world


def kept(world: World) -> Preview | None:
    made = world.parts.store.reader.recommendation(world.case(A))
    assert made
    return Preview.from_json(made.actions[0].preview)


def test_preview_is_kept_with_the_action(world: World) -> None:
    change = FieldChange(of=A, field="owner", before="", after="north")
    assert kept(recommended(world)) == Preview(difference=Difference(fields=(change,)))


def test_tool_without_a_preview_keeps_none(make_stub_world: Callable[..., World]) -> None:
    assert kept(recommended(make_stub_world())) is None


def test_refusing_target_is_recommended_with_words(world: World) -> None:
    recommended(refusing(world, ToolError("the ticket is locked", code="LOCKED")))
    assert kept(world) == Preview(refusal="the ticket is locked", code="LOCKED")
    assert world.case(A).status is CaseStatus.PENDING


def test_preview_nobody_may_read_is_no_refusal(world: World) -> None:
    recommended(refusing(world, ToolError("no", code="CREDENTIAL_SCOPE", status=403)))
    case = world.case(A)
    assert (case.status, case.recommendation_id) == (CaseStatus.PENDING, None)


def test_case_waits_for_its_preview(world: World) -> None:
    recommended(refusing(world, ToolUnavailable("away")))
    assert world.case(A).status is CaseStatus.RECEIVED


def test_moved_target_takes_the_preview_with_it(world: World) -> None:
    recommended(world)
    TicketBook(world.parts.settings.data_dir / "tickets.db").assign(A, "south", "elsewhere")
    world.decide(world.case(A), world.person("ada"), DecisionKind.APPROVE)
    world.work()
    assert world.case(A).attention is Attention.TARGET_CHANGED


def test_override_keeps_a_preview_of_its_own(world: World) -> None:
    recommended(world)
    case, ada = world.case(A), world.person("ada")
    choice = {"tool": ASSIGN.name, "arguments": NOBODY | {"owner": "south"}}
    world.decide(case, ada, DecisionKind.OVERRIDE, **choice)
    action = world.parts.store.reader.action(world.case(A))
    assert action
    preview = Preview.from_json(action.preview)
    assert preview
    assert preview.difference
    assert preview.difference.fields[0].after == "south"


@pytest.mark.parametrize("has_run", [False, True], ids=["before it runs", "done"])
def test_step_of_an_override_shows_its_own(world: World, has_run: bool) -> None:
    """Never what the recommendation would have changed."""
    recommended(world)
    choice = {"tool": ASSIGN.name, "arguments": NOBODY | {"owner": "south"}}
    world.decide(world.case(A), world.person("ada"), DecisionKind.OVERRIDE, **choice)
    if has_run:
        world.work()
    (step,) = world.engine.queries.card(world.case(A).id).steps
    assert step.status is (StepStatus.VERIFIED if has_run else StepStatus.WAITING)
    shown = Preview.from_json(step.preview)
    assert shown
    assert shown.difference
    assert shown.difference.fields[0].after == "south"


def test_person_sees_what_an_override_would_change(world: World) -> None:
    recommended(world)
    asked = AskPreview(case_id=world.case(A).id, tool=ASSIGN.name, arguments=NOBODY)
    row = world.engine.preview(asked, world.person("ada"))
    assert (row.words, row.effect_class) == (f"Assign {A} to nobody", EffectClass.REVERSIBLE)
    assert row.difference
    assert row.difference.fields[0].before == row.difference.fields[0].after == ""
    assert world.kinds(world.case(A).id)[-1] == "PREVIEW_READ"
    assert TicketBook(world.parts.settings.data_dir / "tickets.db").entries() == []


def test_refused_preview_is_told_in_words(world: World) -> None:
    recommended(world)
    refusing(world, ToolError("the ticket is locked", code="LOCKED"))
    asked = AskPreview(case_id=world.case(A).id, tool=ASSIGN.name, arguments=NOBODY)
    row = world.engine.preview(asked, world.person("ada"))
    assert (row.refusal, row.code, row.difference) == ("the ticket is locked", "LOCKED", None)


@pytest.mark.parametrize(
    ("fields", "error", "words"),
    [
        ({"tool": "launch"}, InvalidRequest, "no tool 'launch'"),
        ({"arguments": {"number": A}}, InvalidRequest, "owner: Field required"),
        ({"arguments": {"number": "T9", "owner": ""}}, InvalidRequest, "about T000000; T9"),
    ],
    ids=["unknown tool", "argument missing", "another target"],
)
def test_wrong_question_is_refused(
    world: World, fields: dict[str, Any], error: type[Exception], words: str
) -> None:
    recommended(world)
    asked = AskPreview(case_id=world.case(A).id, tool=ASSIGN.name, arguments=NOBODY)
    with pytest.raises(error, match=words):
        world.engine.preview(replace(asked, **fields), world.person("ada"))


def test_viewer_asks_no_previews(world: World) -> None:
    recommended(world)
    asked = AskPreview(case_id=world.case(A).id, tool=ASSIGN.name, arguments=NOBODY)
    with pytest.raises(NotAllowed):
        world.engine.preview(asked, world.person("vera", Role.VIEWER))
    assert world.kinds(world.case(A).id)[-1] == "ATTEMPT_REFUSED"


def test_preview_of_a_system_away_is_a_conflict(world: World) -> None:
    recommended(world)
    refusing(world, ToolUnavailable("away"))
    asked = AskPreview(case_id=world.case(A).id, tool=ASSIGN.name, arguments=NOBODY)
    with pytest.raises(Conflict, match="cannot be read: away"):
        world.engine.preview(asked, world.person("ada"))


def test_undo_says_what_it_puts_back(world: World) -> None:
    recommended(world)
    ada = world.person("ada")
    assert world.engine.preview_undo(world.case(A).id, ada) == ()
    world.decide(world.case(A), ada, DecisionKind.APPROVE)
    world.work()
    assert world.case(A).status is CaseStatus.DONE
    (row,) = world.engine.preview_undo(world.case(A).id, ada)
    assert row.difference
    assert row.difference.fields == (FieldChange(of=A, field="owner", before="north", after=""),)


def test_undo_that_takes_two_says_so(make_stub_world: Callable[..., World]) -> None:
    world = make_stub_world()
    world.set_envelope(LIMITS.format(limits="second_person_above: 1000"))
    world.decide(credit(world), world.person("ann"), DecisionKind.APPROVE)
    world.decide(world.case(A), world.person("ben"), DecisionKind.APPROVE)
    world.work()
    assert world.case(A).status is CaseStatus.DONE
    (row,) = world.engine.preview_undo(world.case(A).id, world.person("ann"))
    assert row.takes_two
