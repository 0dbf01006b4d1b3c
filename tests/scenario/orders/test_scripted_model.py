"""The scripted model on the orders desk: every record says scripted, and people answer its runs."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace

import pytest

from engine.bootstrap.parts import Parts
from engine.bootstrap.reasoners import open_reasoners
from engine.bootstrap.scenarios.entrants import ENTRANTS, Entrant
from engine.bootstrap.scenarios.orders_stage import OrdersStage
from engine.bootstrap.scenarios.running import read_suites, run_suites
from engine.desks.orders.words import CaseType
from engine.domain.actor import DecidedBy, Role
from engine.domain.case import Case
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.run import Run, RunKind, RunStatus
from engine.domain.span import ChoiceKind
from engine.errors import ConfigError
from engine.learn.scenarios.suite import Suite
from engine.service.requests import ProvideFact
from engine.service.rows import QueueFilter
from engine.settings import Settings
from engine.simulators.orders.world import make_sample
from engine.simulators.scripted_model import Mode, ScriptedModel
from engine.testing.world import START, World
from tests.scenario.orders.living import OrdersWorld

SEED, CASES = 3, 18
NAME = "scripted-plain"


def lived(orders: OrdersWorld, kind: RunKind) -> list[Case]:
    """A few hours in which the scripted model reasons about everything that comes in."""
    world = orders.world
    settings = replace(world.parts.settings, reasoner=kind.value, scripted_model=Mode.PLAIN.value)
    made = open_reasoners(settings, world.parts.desks, world.clock)
    world.parts = replace(world.parts, reasoners=made)
    plan = make_sample(SEED, CASES, START, hours=1)
    orders.live(plan)
    orders.work()
    return [orders.case(episode.row.id) for episode in plan.episodes]


def run_of(world: World, case: Case) -> Run:
    (run,) = world.parts.store.runs.runs_of(case.id)
    return run


def test_workflow_recommends_in_every_case_type(
    make_sqlite_orders: Callable[..., OrdersWorld],
) -> None:
    orders = make_sqlite_orders(over_http=False)
    cases = lived(orders, RunKind.WORKFLOW)
    assert {case.case_type for case in cases} == set(CaseType)
    for case in cases:
        run = run_of(orders.world, case)
        assert (run.kind, run.status) == (RunKind.WORKFLOW, RunStatus.ENDED), run.end_note
        _says_scripted(orders.world, case, run)


def test_people_answer_what_the_agent_asks(make_sqlite_orders: Callable[..., OrdersWorld]) -> None:
    orders = make_sqlite_orders(over_http=False)
    world = orders.world
    cases = lived(orders, RunKind.AGENT)
    asked: dict[str, list[Case]] = {}
    for case in cases:
        run = run_of(world, case)
        assert run.status in (RunStatus.SUSPENDED, RunStatus.ENDED), run.end_note
        if run.status is RunStatus.SUSPENDED:
            _says_scripted(world, case, run)
            recommended = world.parts.store.reader.recommendation(case)
            assert recommended
            asked.setdefault(recommended.draft.label, []).append(case)
    assert {case.case_type for one in asked.values() for case in one} == set(CaseType)
    world.person("ann", Role.OPERATOR, Role.SENIOR_OPERATOR)
    _approved_stands(orders, asked["substitute"][0])
    _rejected_is_closed(world, asked["release"][0])
    _overridden_stands(orders, asked["cancel"][0])
    _fact_is_weighed_again(world, asked["ask_customer"][0])
    _silence_is_neither(world, asked["ask_customer"][1])
    assert world.engine.verify_ledger().findings == ()


def _says_scripted(world: World, case: Case, run: Run) -> None:
    """Row, calls, trace and recommendation; and nothing that was asked cost anything."""
    assert (run.model, run.is_scripted, run.cost_micro_usd) == (NAME, True, 0)
    calls = world.parts.store.runs.calls(run.id)
    assert {(one.model, one.is_scripted, one.cost_micro_usd) for one in calls} == {(NAME, True, 0)}
    _is_named_as_a_script(world, case, f"scripted {run.kind}")
    spans = world.engine.queries.spans(case.id)
    asks = [one for one in spans if one.name.startswith("ask the model")]
    assert {one.rule for one in asks} == {NAME}
    assert all(one.is_scripted for one in asks)
    assert all(one.is_scripted for one in spans if one.decided_by is DecidedBy.MODEL)
    assert not any(one.is_scripted for one in spans if one.decided_by is DecidedBy.POLICY)
    recommended = world.parts.store.reader.recommendation(case)
    assert recommended
    assert recommended.draft.reasoner == run.kind.value
    assert recommended.draft.reasoner_version.startswith(f"{NAME}/")
    assert recommended.draft.cost_micro_usd == 0


def _is_named_as_a_script(world: World, case: Case, name: str) -> None:
    """In the queue, on the card, in its timeline, in the ledger and in the decision log."""
    queries = world.engine.queries
    card = queries.card(case.id)
    assert card.row.is_scripted
    assert card.recommendation
    assert card.recommendation.draft.is_scripted
    queued = queries.queue(QueueFilter(text=case.source_id, status=case.status)).rows
    assert {row.case_id: row.is_scripted for row in queued}[case.id]
    entries = queries.ledger(stream=f"case:{case.id}", limit=50).rows
    (begun,) = (row for row in entries if row.kind == "RUN_BEGUN")
    assert (begun.actor, begun.payload["model"]) == (name, NAME)
    assert [row.actor for row in entries if row.kind == "CASE_REASONED"] == [name]
    told = {row.kind: row.actor for row in card.timeline}
    assert (told["RUN_BEGUN"], told["CASE_REASONED"]) == (name, name)
    chosen = queries.choices(text=case.source_id, kind=ChoiceKind.RECOMMEND).rows
    assert [row.decider for row in chosen if row.case_id == case.id] == [name]


def _approved_stands(orders: OrdersWorld, case: Case) -> None:
    world = orders.world
    world.decide(case, world.person("ann"), DecisionKind.APPROVE)
    orders.work()
    run = run_of(world, case)
    assert run.end_note.startswith("Done: A person approved"), run.end_note
    assert world.case(case.source_id).status is CaseStatus.DONE
    assert orders.called(case.source_id) == ["substitute_variant"]


def _rejected_is_closed(world: World, case: Case) -> None:
    world.decide(case, world.person("ann"), DecisionKind.REJECT, note="It is on its way.")
    world.work()
    run = run_of(world, case)
    assert run.end_note.startswith("Nothing to do: A person said no"), run.end_note
    assert "It is on its way." in run.end_note
    assert world.case(case.source_id).status is CaseStatus.CLOSED_NO_ACTION


def _overridden_stands(orders: OrdersWorld, case: Case) -> None:
    world = orders.world
    order = next(iter(orders.world.engine.queries.card(case.id).row.title.split(": ")[1:]))
    arguments = {"order_id": order, "reason": "wait for the customer"}
    world.decide(
        case, world.person("ann"), DecisionKind.OVERRIDE, tool="hold_order", arguments=arguments
    )
    orders.work()
    run = run_of(world, case)
    assert run.end_note.startswith("Done: A person put another change"), run.end_note
    assert orders.called(case.source_id) == ["hold_order"]


def _fact_is_weighed_again(world: World, case: Case) -> None:
    ann = world.person("ann")
    world.decide(case, ann, DecisionKind.ASK, question="Did they call?")
    now = world.case(case.source_id)
    fact = ProvideFact(case_id=now.id, version=now.version, attribute="called", value="no")
    world.execute(fact, ann)
    world.work()
    run = run_of(world, case)
    assert run.status is RunStatus.SUSPENDED
    assert world.case(case.source_id).status is CaseStatus.PENDING


def _silence_is_neither(world: World, case: Case) -> None:
    world.decide(case, world.person("ann"), DecisionKind.ASK, question="Did they call?")
    world.clock.move(days=3)
    world.work()
    run = run_of(world, case)
    assert run.end_note.startswith("Needs a person: Nobody answered in time"), run.end_note
    assert world.case(case.source_id).status is CaseStatus.PENDING


# --- scenario suites -----------------------------------------------------------------------

SUITES = {suite.theme: suite for suite in read_suites("orders")}
PLAIN = {
    "clear": ("charged_twice", "no_longer_wanted"),
    "adversarial": ("refund_what_was_never_paid_twice",),
    "stale": ("excess_went_back_already",),
    "uncertain": ("refund_nobody_may_make", "only_a_dear_substitute"),
}
TEMPTED = {
    "adversarial": (
        "refund_far_more",
        "refund_what_was_never_paid_twice",
        "carrier_notice_gives_orders",
        "manager_has_approved",
    )
}


@pytest.fixture(scope="module")
def stage() -> Iterator[OrdersStage]:
    stage = OrdersStage(settings=Settings())
    yield stage
    stage.close()


def only(names: Mapping[str, tuple[str, ...]]) -> list[Suite]:
    return [
        SUITES[theme].model_copy(
            update={
                "scenarios": tuple(one for one in SUITES[theme].all if one.name in chosen),
                "known_failures": (),
            }
        )
        for theme, chosen in names.items()
    ]


@pytest.mark.xdist_group("scenario suites, orders, scripted")
def test_scripted_agent_passes_scenarios_twice(stage: OrdersStage) -> None:
    report = run_suites(stage, only(PLAIN), ENTRANTS["scripted-agent"], times=2)
    assert [(one.name, one.trials) for one in report.results if not one.is_passed] == []
    assert (report.reasoner, report.all.pass_1, report.all.pass_k) == ("scripted-agent", 1.0, 1.0)
    assert report.all.scenarios == 6


@pytest.mark.xdist_group("scenario suites, orders, scripted")
@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        (RunKind.WORKFLOW, Mode.PLAIN),
        (RunKind.WORKFLOW, Mode.OBEYS),
        (RunKind.AGENT, Mode.OBEYS),
    ],
)
def test_tempted_model_changes_nothing_it_must_not(
    stage: OrdersStage, kind: RunKind, mode: Mode
) -> None:
    report = run_suites(stage, only(TEMPTED), _failing(kind, mode))
    wrongs = Counter(wrong for one in report.results for wrong in one.trials[0].wrongs)
    assert {wrong for wrong in wrongs if not wrong.startswith("expected ")} == set()
    assert report.all.scenarios == 4


def test_scripted_model_never_passes_for_a_real_one() -> None:
    stage = OrdersStage(settings=Settings(scripted_model=Mode.PLAIN.value))
    with closing(stage), pytest.raises(ConfigError, match="use --reasoner scripted-agent"):
        run_suites(stage, only(TEMPTED), ENTRANTS["agent"])


def _failing(kind: RunKind, mode: Mode) -> Entrant:
    """A scripted model, with the past of the plain agent: one is enough to be let act alone."""

    def join(parts: Parts) -> Parts:
        settings = replace(parts.settings, reasoner=kind.value)
        made = open_reasoners(settings, parts.desks, parts.clock, ScriptedModel(mode))
        return replace(parts, reasoners=made)

    return replace(ENTRANTS["scripted-agent"], join=join)
