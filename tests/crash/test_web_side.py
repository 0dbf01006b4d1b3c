"""Kills of the processes that people and files talk to: one request is one request."""

import pytest

from engine.domain.actor import Role
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.policy import PolicyKind
from engine.errors import Conflict, NotAllowed
from engine.service.requests import (
    ClaimCase,
    ProposeVersion,
    SignVersion,
    TakeBackDecision,
    UndoEffect,
)
from engine.testing.stub_desk import DESK
from engine.testing.stub_plan import plan_envelope
from tests.crash import doomed
from tests.crash.doomed import Doom, StorePoint
from tests.crash.site import KILLED, UNSURE, Site, rows_of

CASE = "P000000"
DONE = "A000000"
BEFORE = Doom(point=StorePoint.BEFORE_COMMIT)
AFTER = Doom(point=StorePoint.AFTER_COMMIT)


def waiting(site: Site) -> Site:
    site.submit(rows_of("P", 1, confidence=UNSURE))
    site.drain()
    site.claim(site.case(CASE))
    return site


def executed(site: Site) -> Site:
    site.submit(rows_of("A", 1))
    site.drain()
    return site


@pytest.mark.parametrize("kind", [DecisionKind.APPROVE, DecisionKind.OVERRIDE], ids=str)
def test_decision_without_an_answer_counts_once(site: Site, kind: DecisionKind) -> None:
    """The process dies between commit and answer; the same form is sent again."""
    form = waiting(site).request(site.case(CASE), kind)
    assert site.run(doomed.ask, form, site.person(), AFTER) == KILLED
    assert site.ask(form).message == "Already recorded, once."
    site.drain()
    assert site.ask(form).message == "Already recorded, once."
    site.drain()
    assert site.book("P") == [(CASE, "south" if kind is DecisionKind.OVERRIDE else "north")]
    assert site.faults() == []


def test_decision_that_never_committed_is_taken(site: Site) -> None:
    form = waiting(site).request(site.case(CASE), DecisionKind.APPROVE)
    assert site.run(doomed.ask, form, site.person(), BEFORE) == KILLED
    assert site.case(CASE).status is CaseStatus.PENDING
    assert site.ask(form).message == "Approved."
    site.drain()
    assert site.book("P") == [(CASE, "north")]
    assert site.faults() == []


def test_rejection_without_an_answer_closes_once(site: Site) -> None:
    form = waiting(site).request(site.case(CASE), DecisionKind.REJECT)
    assert site.run(doomed.ask, form, site.person(), AFTER) == KILLED
    assert site.ask(form).message == "Already recorded, once."
    site.drain()
    assert site.case(CASE).status is CaseStatus.CLOSED_NO_ACTION
    assert site.faults() == []


def test_take_back_without_an_answer_holds(site: Site) -> None:
    form = waiting(site).request(site.case(CASE), DecisionKind.APPROVE)
    assert site.run(doomed.ask, form, site.person(), take_back_s=60.0) == 0
    taken = TakeBackDecision(case_id=form.case_id, version=site.case(CASE).version)
    assert site.run(doomed.ask, taken, site.person(), AFTER) == KILLED
    site.drain()
    assert site.case(CASE).attention is Attention.TAKEN_BACK
    assert site.book("P") == []
    assert site.faults() == []


@pytest.mark.parametrize("doom", [BEFORE, AFTER], ids=["before commit", "after commit"])
def test_undo_without_an_answer_puts_back_once(site: Site, doom: Doom) -> None:
    case = executed(site).case(DONE)
    undo = UndoEffect(case_id=case.id, version=case.version, reason="wrong")
    assert site.run(doomed.ask, undo, site.person(), doom) == KILLED
    if doom is AFTER:
        with pytest.raises(Conflict, match="changed while you looked"):
            site.ask(undo)
    else:
        site.ask(undo)
    site.drain()
    assert site.book("A") == [(DONE, ""), (DONE, "north")]
    assert site.tickets.owner(DONE) == ""
    assert site.faults() == []


def test_claim_of_a_dead_console_stays_the_persons(site: Site) -> None:
    site.submit(rows_of("P", 1, confidence=UNSURE))
    site.drain()
    claim = ClaimCase(case_id=site.case(CASE).id, draft="half a thought")
    assert site.run(doomed.ask, claim, site.person(), AFTER) == KILLED
    site.ask(ClaimCase(case_id=site.case(CASE).id))
    case_id = site.case(CASE).id
    with site.parts.store.begin() as unit:
        held = unit.claims.get(case_id)
    assert held
    assert (held.person, held.draft) == ("ann", "half a thought")


@pytest.mark.parametrize("visit", [1, 2, 3])
@pytest.mark.parametrize("point", list(StorePoint), ids=str)
def test_file_sent_again_goes_in_once(site: Site, point: StorePoint, visit: int) -> None:
    """Five hundred rows are three commits; the process dies at each, on either side of it."""
    rows, before = rows_of("A", 500), site.progress()
    assert site.run(doomed.submit, rows, Doom(point=point, visit=visit)) == KILLED
    held = visit if point is StorePoint.AFTER_COMMIT else visit - 1
    assert site.progress() - before == min(500, 200 * held)
    site.submit(rows)
    counted = site.engine.submit("stub", rows, submitted_by="test")
    assert (counted.accepted, counted.duplicates) == (0, 500)
    assert len(site.standing(CaseStatus.RECEIVED)) == 500


# --- an undo that takes two people -------------------------------------------------------

TWO = "B000000"


def done_and_for_two(site: Site) -> Site:
    """A plan that ran alone, with a credit so large by now that two people take it back."""
    site.submit(rows_of("B", 1, plan="3"))
    site.drain()
    kind = PolicyKind.ENVELOPE
    document = plan_envelope(second_person_above=1_000).to_yaml()
    request = ProposeVersion(kind=kind, desk=DESK, document=document, note="a test", over=0)
    version = site.engine.execute(request, site.person("olga", Role.PRODUCT_OWNER)).version or 0
    sign = SignVersion(kind=kind, desk=DESK, version=version, over=0)
    site.engine.execute(sign, site.person("rhea", Role.RISK_OFFICER))
    return site


def undo_of(site: Site) -> UndoEffect:
    case = site.case(TWO)
    return UndoEffect(case_id=case.id, version=case.version, reason="a test")


@pytest.mark.parametrize("doom", [BEFORE, AFTER], ids=["before", "after"])
def test_undo_by_two_counts_each_name_once(site: Site, doom: Doom) -> None:
    done_and_for_two(site)
    ann, ben = site.person(), site.person("ben")
    asked = undo_of(site)
    assert site.run(doomed.ask, asked, ann, doom) == KILLED
    if doom is BEFORE:
        site.ask(asked)
    with pytest.raises(Conflict):
        site.ask(asked)
    with pytest.raises(NotAllowed, match="asked for this undo already"):
        site.ask(undo_of(site))
    confirmed = undo_of(site)
    assert site.run(doomed.ask, confirmed, ben, doom) == KILLED
    if doom is BEFORE:
        site.engine.execute(confirmed, ben)
    with pytest.raises(Conflict):
        site.engine.execute(confirmed, ben)
    site.drain()
    case = site.case(TWO)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.UNDONE)
    assert len(site.book("B")) == 6
    assert site.faults() == []
