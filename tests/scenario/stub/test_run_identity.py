"""A record is one version's: a changed prompt or model begins anew, and acts alone no more."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from engine.cli.document_versions import readable_changes, versions_of
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.identity import version_of
from engine.domain.model_call import ModelIdentity
from engine.domain.phase import Phase
from engine.domain.policy import PolicyKind
from engine.domain.run import RunKind
from engine.domain.verdict import VerdictKind
from engine.errors import Conflict, InvalidRequest, NotAllowed
from engine.runtime.policy import earned_by
from engine.runtime.runs.reasoners import NO_MODEL
from engine.service.attention_words import note_words
from engine.service.identity_changes import record_words, unearned_words
from engine.service.requests import ProposeVersion, RollBack, SignVersion
from engine.service.rows import CellRow
from engine.store.read_history import HistoryReads
from engine.testing.run_scripts import FunctionModel, FunctionProcedure
from engine.testing.stub_desk import DESK, stub_envelope
from engine.testing.world import World
from tests.scenario.stub.running import book, journals, reasoners, with_reasoners
from tests.scenario.stub.test_bounded import calibrated
from tests.scenario.stub.test_run_earned import asks_at_once, broken, came_in, named

LABELS = 31
"""One more than a calibration takes."""
ANY = ModelIdentity(name="any", is_scripted=False)


def asked_by(world: World, *, model: str = "model-1", prompt: str = "prompt-1") -> str:
    """From now on an agent of this model and prompt reasons; gives its version."""
    made = reasoners(FunctionModel(identity=replace(ANY, name=model)))
    agent = FunctionProcedure(function=asks_at_once, version=prompt)
    with_reasoners(world, replace(made, procedures={(DESK, RunKind.AGENT): agent}))
    world._engine = None  # a process that was started anew
    world.clock.move(seconds=1)
    return version_of(model, prompt)


def labelled(world: World, prefix: str) -> None:
    """So many right answers that a confidence means what it says."""
    came_in(world, prefix, LABELS, truth="north")
    world.clock.move(minutes=1)
    world.work()


def cell(world: World) -> CellRow:
    return next(row for row in world.engine.queries.cells("stub") if row.action == "assign_owner")


def changes_of_the_same(world: World) -> list[tuple[str, bool]]:
    """What would change if the envelope in force were put into force anew."""
    document = world.engine.queries.versions("stub", PolicyKind.ENVELOPE)[0].document
    said = world.engine.queries.changes("stub", PolicyKind.ENVELOPE, document)
    return [(one.subject, one.widens) for one in said]


def in_history(world: World) -> set[tuple[str, str]]:
    """Who recommended, and which of them do so no more."""
    reads = HistoryReads(
        world.parts.database,
        clock=world.clock,
        desk_time=lambda desk: None,
        versions_of=world.engine.signing.versions_of,
    )
    history = reads.read(world.desk)
    return set(zip(history.reasoners, history.unearned, strict=True))


def why(world: World, case: Case) -> tuple[Attention | None, str]:
    """Why a case waits for a person."""
    row = world.engine.queries.card(case.id).row
    return row.attention, note_words(row, {})


def would_have(world: World, case: Case) -> VerdictKind:
    made = world.parts.store.reader.recommendation(case)
    assert made
    return made.actions[0].verdict.would_have


def test_another_version_earns_its_own_autonomy(make_stub_world: Callable[..., World]) -> None:
    world = calibrated(make_stub_world(phase=Phase.COPILOT))
    first = asked_by(world)
    named(world, "own", "agent")
    labelled(world, "B")
    assert came_in(world, "C", truth="north").status is CaseStatus.DONE
    world.clock.move(minutes=1)
    world.work()
    run = journals(world, "C000000")[0].run
    assert str(run.by) == f"agent@{first}"
    before = book(world)

    # Another prompt: without a record, and the phase is not its own.
    second = asked_by(world, prompt="prompt-2")
    case = came_in(world, "D")
    assert broken(world, case) == ["phase_is_copilot", "confidence_uncalibrated"]
    assert why(world, case) == (
        Attention.OUTSIDE_ENVELOPE,
        f"The confidence is not calibrated yet: agent@{second} has not earned Bounded",
    )
    seen = cell(world)
    assert unearned_words(seen).startswith("Another version earned this phase: what agent@")
    assert [record_words(one) for one in seen.records] == [
        "stub@1: 0 labels",
        f"agent@{second}: new version, 0 labels yet; before it 1 that do not count",
    ]

    # With a record of its own it would act, and waits for two people to say so.
    labelled(world, "E")
    case = came_in(world, "F")
    assert why(world, case) == (Attention.COPILOT, f"agent@{second} has not earned Bounded")
    assert (broken(world, case), would_have(world, case)) == (
        ["phase_is_copilot"],
        VerdictKind.EXECUTE,
    )
    assert book(world) == before
    assert changes_of_the_same(world) == [("reasoners", True)]
    named(world, "own", "agent")  # the same document, for the version that recommends now
    assert unearned_words(cell(world)) == ""
    assert came_in(world, "G").status is CaseStatus.DONE

    # Another model is another version too; the desk's own has its record as before.
    third = asked_by(world, model="model-2", prompt="prompt-2")
    assert came_in(world, "K").attention is Attention.OUTSIDE_ENVELOPE
    assert cell(world).unearned == (f"agent@{third}",)
    asked_by(world, prompt="prompt-2")
    assert came_in(world, "L").status is CaseStatus.DONE
    with_reasoners(world, NO_MODEL)
    assert came_in(world, "M").status is CaseStatus.DONE

    # Going back to the first envelope does not take the second version there.
    asked_by(world, prompt="prompt-2")
    back = RollBack(kind=PolicyKind.ENVELOPE, desk=DESK, version=1, reason="too soon", over=2)
    world.execute(back, world.person("rasmus"))
    assert came_in(world, "N").attention is Attention.COPILOT

    # A replay takes only what recommends now to act alone.
    assert in_history(world) == {
        ("own", ""),
        ("agent", f"agent@{first}"),
        ("agent", ""),
        ("agent", f"agent@{third}"),
    }
    nobody_hands_phases_on_alone(world, first=first, second=second)


def test_shipped_phases_are_signed_for_somebody(make_stub_world: Callable[..., World]) -> None:
    world = make_stub_world(phase=Phase.BOUNDED)
    kind, reader = PolicyKind.ENVELOPE, world.parts.store.reader
    document = world.engine.queries.versions(DESK, kind)[0].document
    world.set_envelope(document)
    assert earned_by(reader.control(), DESK) == {"stub": "1"}
    with pytest.raises(InvalidRequest, match="This changes nothing"):
        world.set_envelope(document)

    # While people decide everything no phase is anybody's, and one name makes it nobody's.
    world.set_envelope(stub_envelope(phase=Phase.COPILOT).to_yaml())
    back = RollBack(kind=kind, desk=DESK, version=0, reason="as it was", over=2)
    world.execute(back, world.person("olivia"))
    assert earned_by(reader.control(), DESK) == {}
    world.set_envelope(document)
    assert earned_by(reader.control(), DESK) == {"stub": "1"}


def nobody_hands_phases_on_alone(world: World, *, first: str, second: str) -> None:
    """Version 1 is in force, for the first; 2 says the same for the second, who is here."""
    kind, olivia, rasmus = PolicyKind.ENVELOPE, world.person("olivia"), world.person("rasmus")
    document = world.engine.queries.versions(DESK, kind)[0].document

    # Whoever goes back reads whose the phases become, and their author cannot do it alone.
    versions = versions_of(world.engine, DESK, kind)
    for changes in (
        readable_changes(world.engine, versions, document),
        readable_changes(world.engine, versions, document, back_to=2),
        world.engine.queries.changes(DESK, kind, document, back_to=2),
    ):
        assert [one.sentences for one in changes] == [
            (f"The phases become those of agent@{second}; they are those of agent@{first} now.",)
        ]
    assert readable_changes(world.engine, versions, document, back_to=1) == ()
    assert world.engine.queries.changes(DESK, kind, document, before=2) == ()
    back = RollBack(kind=kind, desk=DESK, version=2, reason="again", over=1)
    with pytest.raises(NotAllowed, match="or another version of a reasoner"):
        world.execute(back, olivia)

    # What was proposed for one version is signed for no other.
    anew = ProposeVersion(kind=kind, desk=DESK, document=document, note="the second", over=1)
    proposed = world.execute(anew, olivia).version
    assert proposed == 3
    fourth = asked_by(world, model="model-4")
    sign = SignVersion(kind=kind, desk=DESK, version=proposed, over=1)
    was = f"while agent@{second} recommended, and agent@{fourth} does now. Propose it anew"
    with pytest.raises(Conflict, match=was):
        world.execute(sign, rasmus)
    assert world.execute(replace(anew, note="the fourth"), olivia).version == 4
    with pytest.raises(InvalidRequest, match="version 4 says the same"):
        world.execute(anew, olivia)
    asked_by(world, prompt="prompt-2")
    world.execute(sign, rasmus)
    assert came_in(world, "P").status is CaseStatus.DONE

    # What the desk shipped with was signed for nobody: its phases stay whose they are.
    earned = earned_by(world.parts.store.reader.control(), DESK)
    assert earned == {"stub": "1", "agent": second}
    world.execute(RollBack(kind=kind, desk=DESK, version=0, reason="calm", over=3), olivia)
    assert world.active_version() == 5
    assert earned_by(world.parts.store.reader.control(), DESK) == earned
