"""Plans on the card: what would change before approval, what became of each step, what is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from console.components import previews
from console.components.case_verdict import rules_of
from engine.domain.case import Attention
from engine.domain.decision import DecisionKind
from engine.domain.difference import Difference, FieldChange
from engine.domain.ids import CaseId
from engine.domain.preview import Preview
from engine.domain.tool import EffectClass
from engine.domain.verdict import RuleResult, VerdictKind
from engine.errors import Conflict
from engine.service.preview_rows import PreviewRow
from engine.service.requests import DecideCase, SettleRepair, TakeBackDecision, UndoEffect
from engine.service.rows import QueueRow
from engine.testing.fake_engine import FakeEngine
from engine.testing.fake_previews import CLOSED
from tests.browser.conftest import SignedIn, data_of, open_page
from tests.browser.working import field, first_of, labels, open_case, press, sent


@pytest.fixture
def plans(fake: FakeEngine) -> FakeEngine:
    fake.stage_plans()
    return fake


def opened(number: int) -> AppTest:
    app = open_page("case_card")
    app.query_params["case"] = f"ORD{number:07d}"
    return app.run()


def calls(app: AppTest, key: str = "plan") -> list[dict[str, Any]]:
    drawn: list[dict[str, Any]] = data_of(app, key)["calls"]
    return drawn


def chips(call: dict[str, Any]) -> list[str]:
    return [piece["text"] for piece in call["pieces"]]


def lines(call: dict[str, Any]) -> list[str]:
    return [" ".join(piece["text"] for piece in line) for line in call["lines"]]


# ---------------------------------------------------------------------------- before approval


def test_plan_shows_every_step_in_order(plans: FakeEngine) -> None:
    first, second, third = calls(opened(2001))
    assert [one["title"] for one in (first, second, third)] == [
        "Hold order O-20417",
        "Refund 48.90 EUR of payment P-88",
        "Write to the customer",
    ]
    assert chips(first) == ["can be put back as it was"]
    assert chips(second) == ["can be made good, not unmade"]
    assert chips(third) == ["cannot be put back"]
    assert lines(second) == ["Way back: Call refund back"]
    assert lines(third) == ["Way back: none"]


def test_preview_shows_fields_and_money_moved(plans: FakeEngine) -> None:
    _, refund, _ = calls(opened(2001))
    assert refund["changed"] == "What it would change"
    money, counted = refund["changes"]
    assert (money["what"], money["before"], money["after"]) == ("48.90 EUR", "shop", "customer C-7")
    assert (counted["of"], counted["what"]) == ("Payment P-88", "Refundable")
    assert (counted["before"], counted["after"]) == ("48.90 EUR", "0.00 EUR")
    assert refund["view"] == [["Order", "O-20417"], ["Payment", "P-88"], ["Amount", "48.90 EUR"]]


def test_words_nobody_told_are_marked_apart(plans: FakeEngine) -> None:
    _, _, letter = calls(opened(2001))
    (title, before, marked, after) = letter["view"][1]
    assert (title, marked) == ("Text", "https://example.org")
    assert before.endswith("we are sorry: [see](")
    assert after == ") :red[here]."


def test_refusal_of_the_target_is_never_hidden(plans: FakeEngine) -> None:
    (refund,) = calls(opened(2002))
    assert lines(refund)[0] == (
        "As things stand its system would refuse it: "
        "The refund was <b>settled</b> at the provider on 2 March. REFUND_SETTLED"
    )
    assert refund["changes"] is None


def test_single_call_shows_its_arguments(fake: FakeEngine) -> None:
    row = first_of(fake, Attention.COPILOT)
    (call,) = calls(open_case(row))
    assert call["view"][0] == ["Incident", row.source_id]
    assert call["changes"] is None


def test_card_without_recommendation_has_no_plan(fake: FakeEngine) -> None:
    app = open_case(first_of(fake, Attention.NO_RECOMMENDATION))
    with pytest.raises(AssertionError, match="no component"):
        data_of(app, "plan")
    assert not app.exception


def test_quoted_words_stand_in_their_sentence(plans: FakeEngine) -> None:
    (quote,) = data_of(opened(2001), "quotes")["quotes"]
    assert quote["words"] == "my new address is 12 Mill Lane, 4020 Linz, Austria"
    assert quote["before"] == "Hello, I <i>moved</i> last week and "
    assert (quote["fact"], quote["field"]) == ("Corrected address", "Customer message")


# ---------------------------------------------------------------------------- during and after


def test_running_plan_says_where_it_is(plans: FakeEngine) -> None:
    first, second, third = calls(opened(2007))
    assert chips(first)[0] == "done and verified"
    assert chips(second)[0] == "running"
    assert chips(third) == ["cannot be put back"]
    assert [one["changed"] for one in (first, second, third)] == [
        "What it changed",
        "What it is to change",
        "What it would change",
    ]


def test_plan_put_back_says_what_is_left(plans: FakeEngine) -> None:
    app = opened(2003)
    said = data_of(app, "plan_left")["lines"][0][0]["text"]
    assert said.startswith("Put back: step 1 (Hold order O-20417)")
    assert [chips(call)[0] for call in calls(app)] == [
        "done, then undone",
        "done, then undone",
        "not done",
    ]
    assert "The carrier has the parcel already." in lines(calls(app)[2])


def test_repair_gives_everything_as_a_text(plans: FakeEngine) -> None:
    app = opened(2004)
    (text,) = [one.value for one in app.code]
    for told in (
        "Case ORD0002004",
        "The undo did not work",
        "Step 2: Refund 48.90 EUR of payment P-88",
        "Target: O-20417",
        "Amount: 48.90 EUR",
        "Key: 019a-2-refund",
        "Check: Look O-20417 up by the key 019a-2-refund: did it happen?",
        "State: nobody knows whether it was done",
    ):
        assert told in text
    field(app, "What you found").set_value("it stands").run()
    press(app, "It still stands")
    assert [one.is_done for one in sent(plans, SettleRepair)] == [True]


# ---------------------------------------------------------------------------- undo


def test_undo_shows_what_it_puts_back(plans: FakeEngine) -> None:
    app = press(opened(2006), "Undo…")
    stays, back = calls(app, "undo_calls")
    assert chips(stays) == ["cannot be taken back; it stays"]
    assert (back["title"], back["changes"][0]["after"]) == ("Call refund back", "48.90")
    assert chips(back)[1] == "takes two people"
    said = data_of(app, "undo_preview")["lines"][1][0]["text"]
    assert said.startswith("So much is put back by two people: yours is the first name")
    field(app, "Why undo it").set_value("wrong customer").run()
    press(app, "Undo it now")
    assert [one.reason for one in sent(plans, UndoEffect)] == ["wrong customer"]


def test_undo_that_cannot_be_previewed_says_why(plans: FakeEngine) -> None:
    plans.preview_failure = Conflict("The shop is away.")
    app = press(opened(2006), "Undo…")
    said = data_of(app, "undo_preview")["lines"]
    assert said[1][0]["text"] == "What it would put back cannot be shown: The shop is away."
    assert "Undo it now" in labels(app)


def test_step_shows_its_own_preview(plans: FakeEngine) -> None:
    """Of an override: never what the recommendation would have changed."""
    card = next(one for one in plans.cards.values() if one.row.source_id == "ORD0002006")
    (refund, message) = card.steps
    small = Difference(fields=(FieldChange(of="payment P-88", field="held", before=2, after=1),))
    own = replace(refund, preview=Preview(difference=small).to_json())
    plans.cards[card.row.case_id] = replace(card, steps=(own, replace(message, preview=None)))
    first, second = calls(opened(2006), "plan")
    assert [(one["before"], one["after"]) for one in first["changes"]] == [("2", "1")]
    assert second["changes"] is None


def test_later_undo_raises_no_false_alarm(plans: FakeEngine) -> None:
    row = PreviewRow(
        tool="reinstate_order",
        words="Let it stand again",
        view=(),
        effect_class=EffectClass.REVERSIBLE,
        after=2,
    )
    call = previews.call_of(row, "refunds")
    assert [piece.text for line in call.lines for piece in line] == [
        "What it would change can be said only after step 2 is put back."
    ]


def test_later_step_that_cannot_be_told_says_so(plans: FakeEngine) -> None:
    card = next(one for one in plans.cards.values() if one.row.source_id == "ORD0002001")
    first, second, third = card.steps
    second = replace(second, preview=Preview().to_json())
    plans.cards[card.row.case_id] = replace(card, steps=(first, second, third))
    said = [one["text"] for line in calls(opened(2001), "plan")[1]["lines"] for one in line]
    assert "What it would change can be said only after step 1 is done." in said


def test_second_person_sees_who_asked_first(plans: FakeEngine) -> None:
    app = opened(2005)
    said = data_of(app, "undo_asked")["lines"][0][0]["text"]
    assert said == (
        "One person asked to undo it, it takes two. ben: the customer wants the goods after all"
    )
    assert "Approve" not in labels(app)
    field(app, "Why").set_value("agreed on the phone").run()
    press(app, "Undo it as well")
    assert [one.reason for one in sent(plans, UndoEffect)] == ["agreed on the phone"]


def test_second_person_may_let_it_stand(plans: FakeEngine) -> None:
    app = opened(2005)
    press(app, "Let it stand")
    assert sent(plans, DecideCase) == []
    field(app, "Why").set_value("the goods are gone").run()
    press(app, "Let it stand")
    (request,) = sent(plans, DecideCase)
    assert (request.kind, request.note) == (DecisionKind.REJECT, "the goods are gone")


def test_first_person_may_only_take_back(plans: FakeEngine, signed_in: SignedIn) -> None:
    signed_in.name = "ben"
    app = opened(2005)
    assert "Undo it as well" not in labels(app)
    press(app, "Take back")
    assert len(sent(plans, TakeBackDecision)) == 1


# ---------------------------------------------------------------------------- override


@pytest.fixture
def row(fake: FakeEngine) -> QueueRow:
    return first_of(fake, Attention.COPILOT)


def overriding(row: QueueRow, group: str) -> AppTest:
    app = press(open_case(row), "Override")
    field(app, "Group").set_value(group).run()
    return app


def test_override_shows_its_preview_before_sending(fake: FakeEngine, row: QueueRow) -> None:
    app = overriding(row, "Mail and Calendar")
    (call,) = calls(app, "override_preview")
    assert (call["changes"][0]["before"], call["changes"][0]["after"]) == (
        "Network Core",
        "Mail and Calendar",
    )
    assert sent(fake, DecideCase) == []


def test_same_choice_is_asked_about_once(fake: FakeEngine, row: QueueRow) -> None:
    app = overriding(row, "Mail and Calendar")
    app.run()
    app.run()
    assert [one.arguments["group"] for one in fake.previewed] == ["Mail and Calendar"]


def test_override_that_would_be_refused_says_so(fake: FakeEngine, row: QueueRow) -> None:
    (call,) = calls(overriding(row, CLOSED), "override_preview")
    assert "The group takes no incidents <i>now</i>. GROUP_CLOSED" in lines(call)[0]


def test_tool_that_cannot_tell_says_so(fake: FakeEngine, row: QueueRow) -> None:
    app = press(open_case(row), "Override")
    field(app, "Do this instead").set_value("add_work_note").run()
    note = next(one for one in app.text_area if one.label == "Note")
    note.set_value("called them").run()
    (call,) = calls(app, "override_preview")
    assert lines(call) == ["Its system cannot say beforehand what it would change."]


def test_preview_that_fails_keeps_the_form(fake: FakeEngine, row: QueueRow) -> None:
    fake.preview_failure = Conflict("What it would change cannot be read: away")
    app = overriding(row, "Mail and Calendar")
    said = data_of(app, "override_preview")["lines"][0][0]["text"]
    assert said == "No preview: What it would change cannot be read: away"
    assert "Override now" in labels(app)


def test_unfilled_form_asks_for_no_preview(fake: FakeEngine, row: QueueRow) -> None:
    press(open_case(row), "Override")
    assert fake.previewed == []


def test_empty_product_draws_no_plan(make_fake: Callable[..., FakeEngine]) -> None:
    make_fake(0)
    app = open_page("case_card")
    assert not app.exception


# ---------------------------------------------------------------------------- rules of a plan


def result(rule: str, *, is_kept: bool, seen: str = "x") -> RuleResult:
    return RuleResult(
        rule=rule, is_kept=is_kept, otherwise=VerdictKind.ESCALATE, limit="", seen=seen
    )


def test_every_rule_of_a_plan_names_its_steps(plans: FakeEngine) -> None:
    advice = plans.cards[case_of(plans)].recommendation
    assert advice
    one, two, three = advice.actions
    common = result("paused", is_kept=True)
    capped = (
        *(result("amount_over_cap", is_kept=True, seen=seen) for seen in ("a", "b")),
        result("amount_over_cap", is_kept=False),
    )
    actions = [
        replace(action, verdict=replace(action.verdict, rules=(cap, common)))
        for action, cap in zip((one, two, three), (capped[0], capped[2], capped[1]), strict=True)
    ]
    assert [(rule.rule, rule.seen, steps) for rule, steps in rules_of(actions)] == [
        ("amount_over_cap", "x", "step 2"),
        ("amount_over_cap", "a", "step 1"),
        ("amount_over_cap", "b", "step 3"),
        ("paused", "x", "every step"),
    ]
    same = [replace(actions[0], ordinal=n) for n in (1, 2)]
    assert [steps for _, steps in rules_of([*same, actions[1]])][1:2] == ["steps 1 and 2"]
    assert {steps for _, steps in rules_of(actions[:1])} == {""}


def case_of(plans: FakeEngine) -> CaseId:
    """The plan of three steps that waits."""
    return next(key for key, card in plans.cards.items() if card.row.source_id == "ORD0002001")
