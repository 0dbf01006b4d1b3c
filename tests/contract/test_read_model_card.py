"""The card of the read model, on both databases: what it says about deciding."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from engine.domain.actor import Role
from engine.domain.case_status import CaseStatus
from engine.domain.fact import Fact
from engine.domain.ids import CaseId
from engine.domain.phase import Phase
from engine.domain.verdict import VerdictKind
from engine.errors import NotFound, ToolUnavailable
from engine.service.deciding import DECIDABLE
from engine.service.requests import PauseScope, ProvideFact
from engine.service.rows import CaseCard, ClaimRow, ToolChoice
from engine.store.read_card import fact_rows
from engine.testing.stub_desk import AssignArguments, stub_envelope
from engine.testing.world import START, World
from tests.contract.read_model_world import MINUTE, claim, put, queries_of, stub_world, submit

A = "T000000"
Maker = Callable[..., World]


@pytest.fixture
def make(tmp_path: Path, database_url: str) -> Iterator[Maker]:
    made: list[World] = []

    def new(**options: Any) -> World:
        made.append(stub_world(tmp_path, database_url, **options))
        return made[-1]

    yield new
    for world in made:
        world.close()


def card_of(world: World, source_id: str = A) -> CaseCard:
    return queries_of(world).card(world.case(source_id).id)


# --- approving ---------------------------------------------------------------------------


def test_card_says_what_approving_does(make: Maker) -> None:
    world = make()
    submit(world)
    card = card_of(world)
    assert card.words.approving == (
        "Runs “Assign a ticket” on T000000: Assign to north. It starts after 8 s. Until then you "
        "can take it back; afterwards it can be undone. In this cell nothing runs without a person."
    )
    assert card.words.undo == "An undo would: Assign T000000 to nobody."
    assert (card.words.can_approve, card.words.why_not, card.words.take_back_s) == (True, "", 8.0)
    assert (card.phase, card.is_evidenced, card.can_undo) == (Phase.COPILOT, False, False)
    assert (card.verdict, card.would_have) == (VerdictKind.ESCALATE, VerdictKind.ESCALATE)


def test_words_follow_phase_and_take_back(make: Maker) -> None:
    world = make(phase=Phase.BOUNDED, take_back_s=0.0)
    submit(world)
    assert card_of(world).words.approving == (
        "Runs “Assign a ticket” on T000000 now: Assign to north. Afterwards it can be undone. "
        "In this cell software acts alone only inside the envelope."
    )


def test_approving_is_closed_with_its_reason(make: Maker) -> None:
    world = make(roles=(Role.SENIOR_OPERATOR,))
    submit(world, owner="none")
    nothing = card_of(world)
    assert (nothing.words.can_approve, nothing.recommendation) == (False, None)
    assert nothing.words.why_not == "Nothing is recommended: choose an action, or reject."
    assert (nothing.words.approving, nothing.words.undo, nothing.verdict) == ("", "", None)
    done = card_of_status(world, CaseStatus.DONE)
    assert done.words.why_not == "This case is done; there is nothing to approve now."


def card_of_status(world: World, status: CaseStatus) -> CaseCard:
    return queries_of(world).card(put(world, status.value, status=status))


def test_only_cases_that_wait_can_be_approved(make: Maker) -> None:
    world = make()
    for status in set(CaseStatus) - set(DECIDABLE):
        words = card_of_status(world, status).words
        assert not words.can_approve
        assert words.why_not.endswith("there is nothing to approve now.")


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ("all", "everything"),
        ("desk:stub", "the desk Stub tickets"),
        ("cell:stub/ticket/assign_owner", "the cell Assign a ticket · Stub tickets / ticket"),
    ],
    ids=["all", "desk", "cell"],
)
def test_pause_closes_approving_by_name(make: Maker, scope: str, words: str) -> None:
    world = make()
    submit(world)
    world.execute(PauseScope(scope=scope, reason="month end"), world.person("anna"))
    card = card_of(world)
    assert not card.words.can_approve
    assert card.words.why_not == f"Actions are paused: {words}: month end, says anna."


def test_passed_deadline_closes_approving_until_handled(make: Maker) -> None:
    world = make(review_minutes=30)
    submit(world)
    world.clock.move(minutes=30)
    before = card_of(world).words
    assert (before.can_approve, before.why_not[:31]) == (False, "Its time for review is over and")
    world.work()
    assert card_of(world).words.can_approve


def test_unknown_case_is_not_found(make: Maker) -> None:
    with pytest.raises(NotFound):
        queries_of(make()).card(CaseId(UUID(int=5)))


# --- choosing otherwise ------------------------------------------------------------------


def test_tools_offer_choices_and_fix_target(make: Maker) -> None:
    world = make()
    submit(world)
    (assign,) = card_of(world).tools  # a credit has no cell: nobody may choose it
    assert assign == ToolChoice(
        tool="assign_owner",
        title="Assign a ticket",
        effect_class="reversible",
        schema=AssignArguments.model_json_schema(),
        options={"owner": ("", "north", "south")},
        fixed={"number": A},
        deciders=(Role.OPERATOR, Role.SENIOR_OPERATOR),
    )


def test_tool_that_is_down_leaves_the_card(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make()
    submit(world)

    def is_down(*arguments: Any) -> Any:
        raise ToolUnavailable

    for name in ("options", "undo"):
        monkeypatch.setattr(type(world.desk.effect_tools[0]), name, is_down)
    card = card_of(world)
    assert [(tool.tool, tool.options, tool.fixed) for tool in card.tools] == [
        ("assign_owner", {}, {"number": A}),
    ]
    assert (card.words.can_approve, card.words.undo) == (True, "Nothing undoes it.")
    assert "afterwards nothing undoes it" in card.words.approving


# --- facts and claims --------------------------------------------------------------------


def _fact(attribute: str, value: str, source: str, minutes: int, ttl_s: int | None = None) -> Fact:
    observed_at = START + minutes * MINUTE
    return Fact(
        entity="ticket",
        attribute=attribute,
        value=value,
        source=source,
        observed_at=observed_at,
        ttl_s=ttl_s,
    )


def test_facts_are_judged_at_the_desks_moment() -> None:
    facts = (
        _fact("owner", "north", "intake", 0),
        _fact("owner", "south", "book", 1, ttl_s=600),
        _fact("site", "Leeds", "intake", 0),
        _fact("site", "Leeds", "book", 0),
    )
    marks = {
        minutes: [
            (fact.is_stale, fact.is_contradicted)
            for fact in fact_rows(facts, START + minutes * MINUTE)
        ]
        for minutes in (5, 12)
    }
    fine, doubted = (False, False), (False, True)
    assert marks[5] == [doubted, doubted, fine, fine]
    assert marks[12] == [fine, (True, False), fine, fine]
    for fact in fact_rows(facts, START + 12 * MINUTE):
        is_past = fact.stale_from is not None and fact.stale_from < START + 12 * MINUTE
        assert fact.is_stale == is_past


def test_facts_of_card_are_those_of_its_version(make: Maker) -> None:
    world = make()
    submit(world)
    case, anna = world.case(A), world.person("anna")
    request = ProvideFact(case_id=case.id, version=case.version, attribute="site", value="Leeds")
    world.execute(request, anna)
    assert [(f.attribute, f.value, f.source) for f in card_of(world).facts] == [
        ("owner", "north", "intake"),
        ("confidence", 0.9, "intake"),
        ("site", "Leeds", "person:anna"),
    ]


def test_card_shows_a_claim_while_it_holds(make: Maker) -> None:
    world = make()
    case_id = put(world, A)
    claim(world, case_id, "anna")
    assert card_of(world).claim == ClaimRow(
        person="anna",
        claimed_at=START,
        expires_at=START + 5 * MINUTE,
        draft="half a note",
    )
    world.clock.move(minutes=5)
    assert (card_of(world).claim, card_of(world).row.claimed_by) == (None, "")


# --- who decides -------------------------------------------------------------------------


def test_card_names_the_roles_of_its_cell(make: Maker) -> None:
    world = make()
    submit(world)
    assert card_of(world).deciders == (Role.OPERATOR, Role.SENIOR_OPERATOR)
    world.set_envelope(stub_envelope(roles=(Role.SENIOR_OPERATOR,)).to_yaml(), "seniors")
    card = card_of(world)
    assert card.deciders == card.tools[0].deciders == (Role.SENIOR_OPERATOR,)


def test_tools_of_a_trial_are_about_no_case(make: Maker) -> None:
    queries = queries_of(make())
    assign, credit = queries.tools("stub")
    assert (assign.fixed, assign.options) == ({"number": "any"}, {"owner": ("", "north", "south")})
    assert (credit.tool, credit.deciders) == ("grant_credit", ())
    with pytest.raises(NotFound):
        queries.tools("nowhere")
