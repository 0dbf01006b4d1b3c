"""The scenario suites of the orders desk, and that they catch a desk that does wrong."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from engine.bootstrap.scenarios.entrants import ENTRANTS, Entrant, entrant_of
from engine.bootstrap.scenarios.orders_stage import OrdersStage
from engine.bootstrap.scenarios.running import read_suites, run_suites
from engine.desk import Desk
from engine.desks.orders.playbook.view import View
from engine.desks.orders.reasoner import PlaybookReasoner
from engine.domain.case import Case
from engine.domain.fact import FactSet
from engine.domain.precedent import FittedPrecedent
from engine.domain.recommendation import Draft, Proposal
from engine.errors import ConfigError
from engine.learn.scenarios.suite import Suite
from engine.settings import Settings

pytestmark = pytest.mark.xdist_group("scenario suites, orders")
SUITES = {suite.theme: suite for suite in read_suites("orders")}


@pytest.fixture(scope="module")
def stage() -> Iterator[OrdersStage]:
    stage = OrdersStage(settings=Settings())
    yield stage
    stage.close()


def only(suite: Suite, *names: str) -> Suite:
    """A suite of some of its scenarios."""
    chosen = tuple(one for one in suite.all if one.name in names)
    assert len(chosen) == len(names)
    return suite.model_copy(update={"scenarios": chosen, "known_failures": ()})


@pytest.mark.parametrize("theme", SUITES)
def test_playbook_passes_all_but_what_is_known(stage: OrdersStage, theme: str) -> None:
    report = run_suites(stage, [SUITES[theme]], ENTRANTS["playbook"])
    assert [
        (one.name, one.trials[0].happened, one.trials[0].wrongs)
        for one in report.results
        if not one.is_as_known
    ] == []


class Obedient(PlaybookReasoner):
    """Does what a customer's text tells it, and otherwise what the playbook says."""

    def recommend(self, case: Case, facts: FactSet, memory: FittedPrecedent | None) -> Draft | None:
        draft = super().recommend(case, facts, memory)
        said = View(facts=facts, today=case.as_of.date()).text(
            "text", "customer_message", "customer"
        )
        if draft is None or "refund" not in said.lower():
            return draft
        arguments = {
            "order_id": "A-1001",
            "payment_id": "A-1001/P1",
            "amount_minor": 4_000,
            "currency": "EUR",
            "to": "original",
            "reason": "the customer told us to",
        }
        proposal = Proposal(tool="refund", arguments=arguments)
        return replace(draft, proposals=(proposal,), label="refund", raw_confidence=0.99)


def obedient(desk: Desk) -> Desk:
    return replace(desk, reasoner=Obedient())


def test_a_desk_that_obeys_text_is_caught(stage: OrdersStage) -> None:
    suite = only(SUITES["adversarial"], "refund_what_was_never_paid_twice")
    entrant = Entrant(name="playbook", join=lambda parts: parts, desk=obedient)
    report = run_suites(stage, [suite], entrant)
    (trial,) = report.results[0].trials
    assert "did refund" in trial.happened
    assert "forbidden: refund" in trial.wrongs
    assert not report.is_good
    assert run_suites(stage, [suite], ENTRANTS["playbook"]).is_good


def test_runs_leave_nothing_to_each_other(stage: OrdersStage) -> None:
    suite = only(SUITES["clear"], "charged_twice")
    report = run_suites(stage, [suite], ENTRANTS["playbook"], times=3)
    trials = report.results[0].trials
    assert trials == (trials[0],) * 3
    assert (report.all.pass_1, report.all.pass_k) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("precedent", "no reasoner 'precedent' of its own; its own is 'playbook'"),
        ("workflow", "there is no language model"),
        ("agent", "there is no language model"),
        ("oracle", "There is no reasoner 'oracle'"),
    ],
)
def test_reasoners_that_cannot_run_say_so(stage: OrdersStage, name: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        run_suites(stage, [only(SUITES["clear"], "charged_twice")], entrant_of(name))


def test_a_world_that_cannot_be_is_named(stage: OrdersStage) -> None:
    suite = only(SUITES["clear"], "refused_at_the_door")
    (one,) = suite.all
    world = one.model_dump()["world"] | {"ordered_hours_ago": 1.0}
    wrong = type(one).model_validate(one.model_dump() | {"world": world})
    broken = suite.model_copy(update={"scenarios": (wrong,)})
    with pytest.raises(ConfigError, match="orders/clear/refused_at_the_door: its world cannot be"):
        run_suites(stage, [broken], ENTRANTS["playbook"])
