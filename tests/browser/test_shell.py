"""The shell around the pages: menu, header line, signing in, and words for every code."""

import importlib
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from console import navigation, session
from engine.domain.actor import DecidedBy, Person, Role
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind, ReasonCode
from engine.domain.grant import GrantBasis
from engine.domain.ledger import EventKind
from engine.domain.outcome import LabelSource
from engine.domain.phase import Cell, Phase
from engine.domain.span import ChoiceKind
from engine.domain.verdict import RuleResult, VerdictKind
from engine.errors import StoreUnavailable
from engine.govern.authorize import CellPolicy, authorize
from engine.govern.envelope import CellEnvelope, CellLimits
from engine.govern.limits import HandSetThreshold
from engine.govern.request import AuthorizationRequest, Usage
from engine.service import words
from engine.testing.fake_engine import PEOPLE, FakeEngine
from tests.browser.conftest import SignedIn, data_of, open_app, open_page


def header(app: AppTest) -> list[str]:
    return [piece["text"] for piece in data_of(app, "status_line")["lines"][0]]


# ---------------------------------------------------------------------------- pages


@pytest.mark.parametrize("page", navigation.PAGES, ids=lambda page: page.slug)
def test_page_can_be_imported_and_rendered(page: navigation.PageSpec) -> None:
    module = importlib.import_module(f"console.app_pages.{page.slug}")
    assert callable(module.render)
    assert navigation.path_of(page).is_file()


def test_every_page_file_is_in_the_menu() -> None:
    files = {path.stem for path in navigation.path_of(navigation.PAGES[0]).parent.glob("*.py")}
    assert files - {"__init__"} == {page.slug for page in navigation.PAGES}


def test_page_with_roles_is_hidden_from_others(monkeypatch: pytest.MonkeyPatch) -> None:
    risk = navigation.PageSpec(
        slug="risk",
        title="Risk",
        icon="",
        section="Govern",
        roles=frozenset({Role.RISK_OFFICER}),
    )
    monkeypatch.setattr(navigation, "PAGES", (risk,))

    def seen_by(person: Person) -> tuple[str, ...]:
        return tuple(page.slug for page in navigation.pages_for(person))

    by_name = {person.name: seen_by(person) for person in PEOPLE}
    assert by_name["rhea"] == ("risk",)
    assert by_name["vera"] == ()


# ---------------------------------------------------------------------------- header


def test_header_tells_clock_worker_and_person(fake: FakeEngine) -> None:
    assert header(open_app()) == [
        "Incidents",
        "replaying history: 2016-04-12 09:30",
        "Refunds",
        "live",
        "SAMPLE DATA",
        "worker alive",
        "Ada Moreno",
    ]


def test_header_tells_pauses_and_silent_worker(fake: FakeEngine) -> None:
    fake.queries.pauses = ("all",)
    fake.queries.worker_is_alive = False
    told = header(open_app())
    assert "paused: everything" in told
    assert "worker silent, last seen 1 h ago" in told


def test_header_survives_a_failing_store(fake: FakeEngine) -> None:
    fake.queries.failure = StoreUnavailable()
    app = open_app()
    assert "out of reach" in app.caption[0].value
    assert "nothing was changed" in app.error[0].value
    assert not app.exception


# ---------------------------------------------------------------------------- signing in


@pytest.mark.parametrize("slug", ["case_queue", "case_card"])
def test_page_without_a_session_shows_the_way_in(
    fake: FakeEngine, signed_in: SignedIn, slug: str
) -> None:
    signed_in.name = ""
    app = open_page(slug)
    assert [one.value for one in app.subheader] == ["Sign in to go on"]
    assert not app.button


def test_app_without_a_session_has_no_menu(fake: FakeEngine, signed_in: SignedIn) -> None:
    signed_in.name = "nobody"
    app = open_app()
    assert [one.value for one in app.subheader] == ["Sign in to go on"]
    assert not app.sidebar


def test_signing_out_ends_the_session(fake: FakeEngine) -> None:
    app = open_app()
    app.button(key="shell:sign_out").click().run()
    assert [one.value for one in app.subheader] == ["Sign in to go on"]


def test_engine_is_opened_once(make_fake: Callable[..., FakeEngine]) -> None:
    fake = make_fake()
    opened: list[int] = []

    def open_it() -> FakeEngine:
        opened.append(1)
        return fake

    wiring = session.current_wiring()
    session.wire(session.Wiring(open_engine=open_it, read_token=wiring.read_token, now=wiring.now))
    open_page("case_queue").run()
    assert opened == [1]


# ---------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (words.ATTENTION, Attention),
        (words.STATUS, CaseStatus),
        (words.REASON, ReasonCode),
        (words.DECISION, DecisionKind),
        (words.VERDICT, VerdictKind),
        (words.VERDICT_MARK, VerdictKind),
        (words.PHASE, Phase),
        (words.PHASE_MEANS, Phase),
        (words.ROLE, Role),
        (words.DECIDER, DecidedBy),
        (words.CHOICE, ChoiceKind),
        (words.EVENT, EventKind),
        (words.PERMIT, GrantBasis),
        (words.LABEL, LabelSource),
    ],
    ids=[
        *("attention", "status", "reason", "decision", "verdict", "verdict-mark"),
        *("phase", "phase-means", "role", "decider", "choice", "event", "permit", "label"),
    ],
)
def test_every_code_has_words(table: dict[Any, str], codes: type[StrEnum]) -> None:
    assert set(table) == set(codes)


def test_every_rule_of_policy_has_words() -> None:
    cell = Cell(desk="incidents", case_type="routing", action_type="assign_group")
    limits = CellLimits(
        case_type="routing", action="assign_group", threshold=HandSetThreshold(min_confidence=0.9)
    )
    envelope = CellEnvelope(cell=cell, limits=limits, hash=b"")
    request = AuthorizationRequest(cell=cell)

    def unsaid(rule: RuleResult) -> bool:
        return rule.rule not in words.RULE or rule.rule not in words.BROKEN

    policies = [CellPolicy(envelope=chosen) for chosen in (envelope, None)]
    verdicts = [authorize(request, policy, Usage()) for policy in policies]
    assert [rule.rule for one in verdicts for rule in one.rules if unsaid(rule)] == []
    assert set(words.RULE) == set(words.BROKEN)
