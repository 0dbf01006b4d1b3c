"""The life of a version: draft, simulated, proposed, signed, active, superseded, rolled back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from engine.domain.actor import Role
from engine.domain.ledger import EventKind
from engine.domain.phase import Phase
from engine.domain.policy import PolicyKind, VersionStatus
from engine.errors import Conflict, InvalidRequest, NotAllowed, NotFound
from engine.service import requests as r
from engine.testing.stub_desk import stub_envelope
from engine.testing.world import World

ENVELOPE, GUARDRAILS, GOALS = PolicyKind
RULES = "desk: stub\nguardrails:\n- {name: never_assign, why: a drill, never: true}\n"
GOAL = "desk: stub\ngoal: Every ticket has an owner by noon.\n"


def wide(phase: Phase = Phase.BOUNDED, min_confidence: float = 0.5) -> str:
    return stub_envelope(phase=phase, min_confidence=min_confidence).to_yaml()


@pytest.fixture
def world(stub_world: World) -> World:
    stub_world.person("olivia", Role.PRODUCT_OWNER)
    stub_world.person("rasmus", Role.RISK_OFFICER)
    stub_world.person("rhea", Role.RISK_OFFICER)
    stub_world.person("ann")
    return stub_world


def propose(world: World, by: str, document: str, kind: PolicyKind = ENVELOPE) -> int:
    request = r.ProposeVersion(
        kind=kind, desk="stub", document=document, note="because", over=active(world, kind)
    )
    return world.execute(request, world.people[by]).version or 0


def sign(world: World, by: str, version: int, kind: PolicyKind = ENVELOPE) -> None:
    request = r.SignVersion(kind=kind, desk="stub", version=version, over=active(world, kind))
    world.execute(request, world.people[by])


def roll_back(world: World, by: str, version: int, kind: PolicyKind = ENVELOPE) -> None:
    request = r.RollBack(
        kind=kind, desk="stub", version=version, reason="it went wrong", over=active(world, kind)
    )
    world.execute(request, world.people[by])


def active(world: World, kind: PolicyKind = ENVELOPE) -> int:
    return world.active_version(kind)


def statuses(world: World, kind: PolicyKind = ENVELOPE) -> list[tuple[int, str]]:
    return [(row.version, row.status) for row in world.engine.queries.versions("stub", kind)]


def phase(world: World) -> Phase:
    return world.engine.queries.cells("stub")[0].phase


def refusals(world: World) -> list[str]:
    page = world.engine.queries.ledger(kind=EventKind.ATTEMPT_REFUSED, limit=200)
    return [row.payload["request"] for row in reversed(page.rows)]


def test_a_draft_becomes_active_step_by_step(world: World) -> None:
    olivia = world.people["olivia"]
    draft = r.SaveDraft(kind=ENVELOPE, desk="stub", document=wide(), note="first thoughts")
    number = world.execute(draft, olivia).version or 0
    assert statuses(world) == [(1, "draft"), (0, "active")]
    world.execute(r.SimulateDraft(kind=ENVELOPE, desk="stub", version=number), olivia)
    assert statuses(world)[0] == (1, VersionStatus.SIMULATED)
    request = r.ProposeVersion(
        kind=ENVELOPE, desk="stub", document=wide(), note="ready", version=number, over=0
    )
    assert world.execute(request, olivia).version == number
    sign(world, "rasmus", number)
    assert (statuses(world), phase(world)) == ([(1, "active"), (0, "superseded")], Phase.BOUNDED)
    kinds = [row.kind for row in world.engine.queries.ledger(stream="desk:stub").rows]
    assert kinds[:4] == [
        "VERSION_ACTIVATED",
        "VERSION_PROPOSED",
        "VERSION_SIMULATED",
        "VERSION_DRAFTED",
    ]


def test_nobody_changes_the_draft_of_another(world: World) -> None:
    draft = r.SaveDraft(kind=ENVELOPE, desk="stub", document=wide())
    number = world.execute(draft, world.people["olivia"]).version or 0
    other = world.people["rasmus"]
    for request in (
        r.SaveDraft(kind=ENVELOPE, desk="stub", document=wide(), version=number),
        r.ProposeVersion(
            kind=ENVELOPE, desk="stub", document=wide(), note="mine", version=number, over=0
        ),
        r.WithdrawVersion(kind=ENVELOPE, desk="stub", version=number),
    ):
        with pytest.raises(NotAllowed, match="olivia's"):
            world.execute(request, other)
    assert statuses(world)[0] == (1, "draft")


def test_a_withdrawn_version_is_never_signed(world: World) -> None:
    number = propose(world, "olivia", wide())
    withdraw = r.WithdrawVersion(kind=ENVELOPE, desk="stub", version=number)
    world.execute(withdraw, world.people["olivia"])
    with pytest.raises(Conflict, match="withdrawn"):
        sign(world, "rasmus", number)
    with pytest.raises(Conflict, match="withdrawn"):
        roll_back(world, "rasmus", number)
    assert phase(world) is Phase.COPILOT


@pytest.mark.parametrize(
    ("kind", "document", "author", "signer"),
    [
        (ENVELOPE, wide(), "olivia", "rasmus"),
        (GUARDRAILS, RULES, "rhea", "rasmus"),
        (GOALS, GOAL, "olivia", "rasmus"),
    ],
    ids=list(PolicyKind),
)
def test_every_kind_takes_two_names(
    world: World, kind: PolicyKind, document: str, author: str, signer: str
) -> None:
    number = propose(world, author, document, kind)
    with pytest.raises(NotAllowed):
        sign(world, author, number, kind)
    with pytest.raises(NotAllowed):
        sign(world, "ann", number, kind)
    sign(world, signer, number, kind)
    assert statuses(world, kind) == [(1, "active"), (0, "superseded")]
    assert refusals(world) == ["SignVersion", "SignVersion"]
    with pytest.raises(Conflict):
        sign(world, signer, number, kind)


@pytest.mark.parametrize(
    ("who", "kind", "document"),
    [
        ("ann", ENVELOPE, wide()),
        ("ann", GUARDRAILS, RULES),
        ("olivia", GUARDRAILS, RULES),
        ("rasmus", GOALS, GOAL),
    ],
    ids=["operator", "operator's rule", "owner's rule", "risk's goal"],
)
def test_others_may_not_write_it(world: World, who: str, kind: PolicyKind, document: str) -> None:
    for request in (
        r.SaveDraft(kind=kind, desk="stub", document=document),
        r.ProposeVersion(kind=kind, desk="stub", document=document, note="mine", over=0),
    ):
        with pytest.raises(NotAllowed):
            world.execute(request, world.people[who])
    assert refusals(world) == ["SaveDraft", "ProposeVersion"]
    assert statuses(world, kind) == [(0, "active")]


def test_rollback_is_one_click_with_a_name(world: World) -> None:
    sign(world, "rasmus", propose(world, "olivia", wide()))
    sign(world, "rasmus", propose(world, "olivia", wide(Phase.ON_THE_LOOP)))
    roll_back(world, "rhea", 1)
    assert statuses(world) == [(2, "superseded"), (1, "active"), (0, "superseded")]
    row = world.engine.queries.versions("stub", ENVELOPE)[1]
    assert (row.signed_by, row.rolled_back_by) == ("rasmus", "rhea")
    newest = world.engine.queries.ledger(stream="desk:stub").rows[0]
    assert newest.kind == EventKind.VERSION_ROLLED_BACK
    assert newest.payload["reason"] == "it went wrong"


def test_going_back_to_the_shipped_says_why(world: World) -> None:
    sign(world, "rasmus", propose(world, "olivia", wide()))
    roll_back(world, "rhea", 0)
    row = world.engine.queries.versions("stub", ENVELOPE)[0]
    assert (row.version, row.drafted_by, row.rolled_back_by) == (2, "", "rhea")
    assert row.note == "What the desk shipped with. Gone back to because: it went wrong"


def test_nobody_widens_by_going_back_to_their_own(world: World) -> None:
    sign(world, "rasmus", propose(world, "olivia", wide()))
    sign(world, "rasmus", propose(world, "olivia", wide(min_confidence=0.9)))
    with pytest.raises(NotAllowed, match="somebody else"):
        roll_back(world, "olivia", 1)
    roll_back(world, "rasmus", 1)
    roll_back(world, "olivia", 2)
    assert statuses(world)[0] == (2, "active")


def test_one_can_go_back_to_what_was_shipped(world: World) -> None:
    with pytest.raises(Conflict, match="active already"):
        roll_back(world, "rasmus", 0)
    sign(world, "rasmus", propose(world, "olivia", wide()))
    roll_back(world, "olivia", 0)
    assert phase(world) is Phase.COPILOT
    assert statuses(world) == [(2, "active"), (1, "superseded"), (0, "superseded")]
    with pytest.raises(NotFound):
        roll_back(world, "rasmus", 9)


def test_the_next_case_follows_the_signature(make_stub_world: Callable[..., World]) -> None:
    from tests.scenario.stub.test_bounded import book, calibrated, submit

    world = calibrated(make_stub_world())
    submit(world, prefix="A")
    assert book(world) == []
    world.set_envelope(wide())
    submit(world, prefix="B")
    assert book(world) == [("B000000", "north")]
    world.set_guardrails(RULES)
    submit(world, prefix="C")
    assert book(world) == [("B000000", "north")]


def test_what_changes_is_said_in_sentences(world: World) -> None:
    sign(world, "rasmus", propose(world, "olivia", wide(min_confidence=0.9)))
    changes = world.engine.queries.changes("stub", ENVELOPE, wide(min_confidence=0.81))
    assert [(one.sentences, one.widens) for one in changes] == [
        (("assign_owner may run alone from 0.81, set by hand, was 0.90, set by hand.",), True)
    ]
    assert world.engine.queries.changes("stub", ENVELOPE, wide(min_confidence=0.9)) == ()
    (tighter,) = world.engine.queries.changes("stub", ENVELOPE, wide(min_confidence=0.95))
    assert not tighter.widens


# --- brakes ------------------------------------------------------------------------------


def test_resuming_everything_takes_two(world: World) -> None:
    world.execute(r.PauseScope(scope="all", reason="fire"), world.people["ann"])
    resume = r.ResumeScope(scope="all", reason="it is out")
    assert "second person" in world.execute(resume, world.people["rasmus"]).message
    with pytest.raises(NotAllowed, match="somebody else"):
        world.execute(resume, world.people["rasmus"])
    assert world.engine.queries.health().pauses == ("all",)
    world.execute(resume, world.people["olivia"])
    assert world.engine.queries.health().pauses == ()
    kinds = [row.kind for row in world.engine.queries.ledger(stream="global").rows]
    assert kinds[:4] == ["RESUMED", "ATTEMPT_REFUSED", "RESUME_ASKED", "PAUSED"]


def test_resuming_a_desk_needs_a_reason(world: World) -> None:
    world.execute(r.PauseScope(scope="desk:stub", reason="drill"), world.people["ann"])
    with pytest.raises(InvalidRequest, match="Say why"):
        world.execute(r.ResumeScope(scope="desk:stub", reason=" "), world.people["rasmus"])
    with pytest.raises(NotAllowed):
        world.execute(r.ResumeScope(scope="desk:stub", reason="over"), world.people["ann"])
    world.execute(r.ResumeScope(scope="desk:stub", reason="over"), world.people["rasmus"])
    assert world.engine.queries.health().pauses == ()


# --- somebody else meanwhile -------------------------------------------------------------


def test_signature_stands_over_what_was_seen(world: World) -> None:
    first = propose(world, "olivia", wide())
    second = propose(world, "olivia", wide(min_confidence=0.9))
    sign(world, "rasmus", first)
    late = r.SignVersion(kind=ENVELOPE, desk="stub", version=second, over=0)
    with pytest.raises(Conflict, match="Version 1 is active, no longer what the desk shipped"):
        world.execute(late, world.people["rhea"])
    assert statuses(world) == [(2, "proposed"), (1, "active"), (0, "superseded")]
    sign(world, "rhea", second)
    assert active(world) == second


def test_two_signers_at_once_never_stack(world: World) -> None:
    numbers = [propose(world, "olivia", wide(min_confidence=value)) for value in (0.6, 0.7, 0.8)]
    start = Barrier(len(numbers))

    def sign_at_once(number: int) -> bool:
        request = r.SignVersion(kind=ENVELOPE, desk="stub", version=number, over=0)
        start.wait()
        try:
            world.execute(request, world.people["rasmus"])
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(len(numbers)) as signers:
        signed = dict(zip(numbers, signers.map(sign_at_once, numbers), strict=True))
    assert [number for number, is_signed in signed.items() if is_signed] == [active(world)]
    left = [status for number, status in statuses(world) if number not in (0, active(world))]
    assert left == ["proposed", "proposed"]


def test_going_back_stands_over_what_was_seen(world: World) -> None:
    sign(world, "rasmus", propose(world, "olivia", wide()))
    sign(world, "rasmus", propose(world, "olivia", wide(min_confidence=0.9)))
    late = r.RollBack(kind=ENVELOPE, desk="stub", version=0, reason="too wide", over=1)
    with pytest.raises(Conflict, match="Version 2 is active, no longer version 1"):
        world.execute(late, world.people["rhea"])
    assert active(world) == 2


def test_proposal_over_an_older_version_is_refused(world: World) -> None:
    sign(world, "rasmus", propose(world, "olivia", wide()))
    late = r.ProposeVersion(
        kind=ENVELOPE, desk="stub", document=wide(min_confidence=0.9), note="late", over=0
    )
    with pytest.raises(Conflict, match="which you saw"):
        world.execute(late, world.people["olivia"])
    assert statuses(world) == [(1, "active"), (0, "superseded")]


def test_simulation_never_writes_over_newer_text(world: World) -> None:
    olivia = world.people["olivia"]
    number = world.execute(r.SaveDraft(kind=ENVELOPE, desk="stub", document=wide()), olivia).version
    newer = wide(min_confidence=0.9)

    def save_meanwhile(*_: object) -> None:
        save = r.SaveDraft(kind=ENVELOPE, desk="stub", document=newer, version=number)
        world.execute(save, olivia)

    slow = replace(world.engine.versioning, simulation_of=save_meanwhile)
    with pytest.raises(Conflict, match="changed meanwhile"):
        slow.simulate(r.SimulateDraft(kind=ENVELOPE, desk="stub", version=number or 0), olivia)
    assert world.engine.queries.versions("stub", ENVELOPE)[0].document == newer


def test_account_closed_during_simulation_proposes_nothing(world: World) -> None:
    olivia, boss = world.people["olivia"], world.person("boss", Role.ADMINISTRATOR)

    def close_meanwhile(*_: object) -> None:
        close = r.ChangePerson(name="olivia", roles=frozenset({Role.VIEWER}), is_active=False)
        world.execute(close, boss)

    slow = replace(world.engine.versioning, simulation_of=close_meanwhile)
    request = r.ProposeVersion(kind=ENVELOPE, desk="stub", document=wide(), note="mine", over=0)
    with pytest.raises(NotAllowed, match="closed"):
        slow.propose(request, olivia)
    assert statuses(world) == [(0, "active")]


@pytest.mark.parametrize("is_active", [True, False], ids=["another role", "closed"])
def test_proposal_of_who_left_stays_unsigned(world: World, is_active: bool) -> None:
    number = propose(world, "olivia", wide())
    leave = r.ChangePerson(name="olivia", roles=frozenset({Role.VIEWER}), is_active=is_active)
    world.execute(leave, world.person("boss", Role.ADMINISTRATOR))
    with pytest.raises(NotAllowed, match="olivia"):
        sign(world, "rasmus", number)
    assert statuses(world) == [(1, "proposed"), (0, "active")]
    assert refusals(world) == ["SignVersion"]
