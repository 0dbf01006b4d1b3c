"""Grants: every way in which one no longer fits is refused, with its code, before anything runs."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from engine.act.grants import Basis, mint, require_compensable
from engine.domain.canonical import digest
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.effect import EffectStatus
from engine.domain.grant import GrantBasis, GrantStatus
from engine.domain.ledger import EventKind
from engine.domain.transition import GrantClosed, Transition
from engine.errors import Conflict, GrantRefused
from engine.store import tables
from tests.scenario.stub.planned import DONE, NOTHING, A, Planned, refusal


@pytest.fixture
def granted(plans: Planned) -> Planned:
    """A plan whose first step holds a grant: its target was out of reach when it was minted."""
    plans.submit()
    plans.decide()
    plans.outage()
    plans.world.work()
    plans.reach()
    assert plans.case.status is CaseStatus.GRANTED
    assert [grant.status for grant in plans.grants] == [GrantStatus.MINTED]
    return plans


def change_grant(plans: Planned, **values: object) -> None:
    table = tables.grants
    with plans.world.parts.database.writer.begin() as connection:
        connection.execute(update(table).where(table.c.id == plans.grants[-1].id).values(**values))


def change_action(plans: Planned, **values: object) -> None:
    table = tables.actions
    with plans.world.parts.database.writer.begin() as connection:
        connection.execute(
            update(table).where(table.c.id == plans.grants[-1].action_id).values(**values)
        )


def change_case(plans: Planned, **values: object) -> None:
    table = tables.cases
    with plans.world.parts.database.writer.begin() as connection:
        connection.execute(update(table).where(table.c.id == plans.case.id).values(**values))


def other_arguments(plans: Planned) -> None:
    change_action(plans, arguments={"number": A, "owner": "south"})


def other_tool(plans: Planned) -> None:
    change_action(plans, tool="add_note", arguments={"number": A, "text": "hello"})


def other_contract(plans: Planned) -> None:
    tool = plans.world.desk.effect_tool("assign_owner")
    assert tool is not None
    tool.contract = replace(tool.contract, version=2)  # type: ignore[misc]


REASONS: dict[str, tuple[Callable[[Planned], object], Attention]] = {
    "expired": (lambda plans: plans.world.clock.move(minutes=16), Attention.GRANT_EXPIRED),
    "revoked": (
        lambda plans: change_grant(plans, status=GrantStatus.REVOKED.value),
        Attention.AUTHORITY_LOST,
    ),
    "used before": (
        lambda plans: change_grant(plans, status=GrantStatus.USED.value),
        Attention.AUTHORITY_LOST,
    ),
    "other arguments": (other_arguments, Attention.AUTHORITY_LOST),
    "other tool": (other_tool, Attention.CONTRACT_CHANGED),
    "other contract": (other_contract, Attention.CONTRACT_CHANGED),
    "drifted target": (
        lambda plans: plans.tickets.assign(A, "south", "elsewhere"),
        Attention.TARGET_CHANGED,
    ),
    "drifted facts": (
        lambda plans: change_case(plans, facts_digest=digest(["other"])),
        Attention.FACTS_CHANGED,
    ),
    "other recommendation": (
        lambda plans: change_grant(plans, recommendation_id=plans.case.id),
        Attention.FACTS_CHANGED,
    ),
    "other action": (
        lambda plans: change_grant(plans, action_id=plans.case.id),
        Attention.AUTHORITY_LOST,
    ),
}


@pytest.mark.parametrize("reason", REASONS)
def test_a_grant_that_misfits_is_refused(granted: Planned, reason: str) -> None:
    change, code = REASONS[reason]
    change(granted)
    granted.resume()
    case = granted.case
    assert (case.status, case.attention) == (CaseStatus.PENDING, code)
    assert granted.calls == []
    assert EventKind.GRANT_REFUSED in granted.world.kinds(case.id)


def test_a_grant_that_still_fits_runs(granted: Planned) -> None:
    granted.resume()
    assert granted.case.status is CaseStatus.DONE


def test_a_used_grant_cannot_be_used_again(plans: Planned) -> None:
    case = plans.approved()
    store, at = plans.world.parts.store, plans.world.clock.now()
    closed = GrantClosed(grant_id=plans.grants[0].id, status=GrantStatus.USED, at=at)
    again = Transition(before=case, after=case.noted(), entries=(), records=(closed,))
    with pytest.raises(Conflict, match="used up, expired or revoked"), store.begin() as unit:
        unit.apply([again])


def test_an_action_without_a_grant_never_runs(granted: Planned) -> None:
    """What a reasoner proposes is no permit: without one the executor's side says no."""
    with granted.world.parts.database.writer.begin() as connection:
        connection.execute(tables.grants.delete())
    granted.resume()
    assert granted.case.attention is Attention.CONTRACT_CHANGED
    assert granted.calls == []


def test_a_case_without_advice_gets_no_grant(plans: Planned) -> None:
    case = plans.submit()
    made = plans.world.parts.store.reader.recommendation(case)
    assert made is not None
    with pytest.raises(GrantRefused):
        mint(
            grant_id=plans.world.parts.ids.new(),
            case=replace(case, recommendation_id=None),
            action=made.actions[0],
            basis=Basis(kind=GrantBasis.VERDICT, id=made.actions[0].id, actor="envelope"),
            envelope_hash=b"",
            now=plans.world.clock.now(),
            lifetime=timedelta(minutes=1),
        )


# --- in the middle of a plan -------------------------------------------------------------


def test_a_target_that_drifts_between_steps_stops(plans: Planned) -> None:
    """The third look at it is the last one before the call; the grant binds the second."""
    looks = iter(["recommended", "granted", "about to run"])

    def look() -> None:
        if next(looks, "") == "about to run":
            plans.tickets.write(A, "note", "mine", "elsewhere")

    plans.looks["add_note"] = look
    case = plans.approved()
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.TARGET_CHANGED)
    assert case.attention_note.startswith("the target changed since the step before was verified")
    assert plans.outside == {**NOTHING, "note": "mine"}


def test_a_vanished_grant_puts_the_rest_back(plans: Planned) -> None:
    def vanish() -> None:
        with plans.world.parts.database.writer.begin() as connection:
            connection.execute(delete(tables.grants).where(tables.grants.c.status == "MINTED"))

    looks = iter([None, None, vanish])
    plans.looks["add_note"] = lambda: (next(looks, None) or int)()
    plans.approved()
    plans.resume()
    case = plans.case
    assert case.attention is Attention.AUTHORITY_LOST
    assert (case.status, plans.outside) == (CaseStatus.PENDING, NOTHING)


def test_a_next_step_out_of_reach_is_waited_for(plans: Planned) -> None:
    plans.looks["add_note"] = lambda: plans.outage("add_note") if plans.calls[1:] else None
    plans.approved()
    assert (plans.case.status, plans.written) == (CaseStatus.EXECUTING, 2)
    plans.looks.clear()
    plans.reach()
    plans.resume()
    assert (plans.case.status, plans.outside) == (CaseStatus.DONE, DONE)


def test_a_next_step_never_reached_is_put_back(plans: Planned) -> None:
    plans.looks["add_note"] = lambda: plans.outage("add_note") if plans.calls[1:] else None
    plans.approved()
    worker = plans.world.open_worker()
    for _ in range(60):
        plans.world.clock.move(minutes=2)
        while worker.worker.run_once():
            pass
    worker.stop()
    case = plans.case
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.SOURCE_UNAVAILABLE)
    assert plans.outside == NOTHING


# --- compensation ------------------------------------------------------------------------


def test_only_what_had_a_used_grant_is_compensated(plans: Planned) -> None:
    plans.approved()
    effect, grant = plans.effects[0], plans.grants[0]
    require_compensable(effect, grant, plans.effects)
    for case in (
        (effect, None, ()),
        (effect, replace(grant, status=GrantStatus.MINTED), ()),
        (effect, plans.grants[1], ()),
        (replace(effect, status=EffectStatus.UNKNOWN), grant, ()),
        (replace(effect, undoes=effect.id), grant, ()),
        (effect, grant, (replace(plans.effects[1], undoes=effect.id),)),
    ):
        with pytest.raises(GrantRefused):
            require_compensable(*case)


def compensating(plans: Planned) -> Planned:
    """A plan whose first undo holds its grant: its target was out of reach when it was minted."""
    plans.fail("add_note", refusal())

    def away(tool: str, arguments: object, act: Callable[[], None]) -> None:
        plans.outage()
        raise refusal()

    plans.faults[("add_note", False)] = away
    plans.approved()
    plans.reach()
    assert plans.case.status is CaseStatus.COMPENSATING
    return plans


def test_a_compensation_waits_for_its_target(plans: Planned) -> None:
    compensating(plans).resume()
    assert (plans.case.status, plans.outside) == (CaseStatus.PENDING, NOTHING)
    bases = [grant.basis for grant in plans.grants]
    assert bases.count(GrantBasis.COMPENSATION) == 2


def test_unreachable_for_good_is_left_to_a_person(plans: Planned) -> None:
    compensating(plans)
    plans.outage()
    worker = plans.world.open_worker()
    for _ in range(60):
        plans.world.clock.move(minutes=2)
        while worker.worker.run_once():
            pass
    worker.stop()
    case = plans.case
    assert (case.status, case.attention) == (CaseStatus.NEEDS_REPAIR, Attention.UNDO_FAILED)
    assert "Still done: step 1" in case.attention_note


def change_both(plans: Planned) -> None:
    """Another amount, with the digests that fit it."""
    arguments = {"number": A, "amount": 9, "currency": "EUR"}
    change_action(plans, arguments=arguments, arguments_digest=digest(arguments))
    change_grant(plans, arguments_digest=digest(arguments))


ALTERED: dict[str, Callable[[Planned], object]] = {
    "arguments": lambda plans: change_action(plans, arguments={"number": A, "owner": "south"}),
    "both digests": change_both,
    "another effect": lambda plans: change_grant(plans, basis_id=plans.case.id),
    "a second time": lambda plans: change_grant(plans, basis_id=plans.effects[-1].id),
    "revoked": lambda plans: change_grant(plans, status=GrantStatus.REVOKED.value),
    "expired": lambda plans: plans.world.clock.move(minutes=16),
}


@pytest.mark.parametrize("how", ALTERED)
def test_an_altered_compensation_is_refused(plans: Planned, how: str) -> None:
    """What is put back is what was done, by its declared way back, or nothing is."""
    plans.fail("add_note", refusal())
    plans.looks["pay_credit"] = lambda: plans.outage() if ("add_note", False) in plans.calls else 0
    plans.approved()
    assert plans.case.status is CaseStatus.COMPENSATING
    plans.looks.clear()
    plans.reach()
    minted_first(plans)
    ALTERED[how](plans)
    plans.resume()
    case = plans.case
    assert (case.status, case.attention) == (CaseStatus.NEEDS_REPAIR, Attention.UNDO_FAILED)
    assert plans.outside == {**NOTHING, "owner": "north", "credit": "4000 EUR"}
    assert not any(back for _, back in plans.calls)


def minted_first(plans: Planned) -> None:
    """The undo's grant is written, and its target goes out of reach before it is used."""
    looks = iter([False, True])
    plans.looks["pay_credit"] = lambda: plans.outage() if next(looks, False) else None
    plans.resume()
    plans.looks.clear()
    plans.reach()
    assert plans.grants[-1].basis is GrantBasis.COMPENSATION
    assert plans.grants[-1].status is GrantStatus.MINTED
