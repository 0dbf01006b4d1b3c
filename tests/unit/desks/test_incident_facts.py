"""Facts of an incident, and what the reasoner gets of them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from engine.desks.incidents.intake import IncidentIntake
from engine.desks.incidents.perceive import FRESH_FOR_S, features, perceive
from engine.domain.fact import Fact, fact_set, stale_facts
from engine.domain.ids import CaseId

ANY = CaseId(UUID(int=1))
OPENED = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
ROW = {
    "case_id": "INC1",
    "opened_at": "2026-03-02T09:15",
    "priority": "3 - Moderate",
    "category": "Email",
}


def assigned(name: str, arguments: Mapping[str, Any]) -> dict[str, str]:
    return {"state": "assigned", "assignment_group": f"{name} {arguments['number']}"}


def facts(at: datetime | None = None) -> tuple[Fact, ...]:
    return perceive(IncidentIntake().read(ROW).signal, assigned, at)


def said_by(person: str, attribute: str, value: str, minutes: int) -> Fact:
    return Fact(
        entity="incident",
        attribute=attribute,
        value=value,
        source=person,
        observed_at=OPENED + timedelta(minutes=minutes),
    )


def test_facts_have_names_to_be_cited_by():
    assert [fact.id for fact in facts()] == [
        "incident.opened_at@intake",
        "incident.category@intake",
        "incident.priority@intake",
        "incident.state@itsm",
        "incident.assignment_group@itsm",
    ]


def test_incident_system_is_read_by_number():
    assert facts()[-1].value == "get_incident INC1"


def test_replayed_facts_do_not_depend_on_the_present():
    assert {fact.observed_at for fact in facts()} == {OPENED}


def test_live_look_is_dated_by_the_desks_clock():
    later = OPENED + timedelta(hours=5)
    assert [fact.observed_at for fact in facts(later)] == [OPENED] * 3 + [later] * 2


def test_state_and_group_go_stale():
    limit = OPENED + timedelta(seconds=FRESH_FOR_S)
    assert stale_facts(facts(), limit) == ()
    stale = stale_facts(facts(), limit + timedelta(seconds=1))
    assert [fact.attribute for fact in stale] == ["state", "assignment_group"]


def test_features_are_the_told_facts_alone():
    assert features(fact_set(ANY, 1, facts())) == {"category": "Email", "priority": "3 - Moderate"}


def test_later_fact_of_a_person_counts():
    newer = (*facts(), said_by("ana", "category", "Network", 5))
    assert features(fact_set(ANY, 1, newer))["category"] == "Network"


def test_earlier_fact_does_not_replace_a_later_one():
    older = (*facts(), said_by("ana", "category", "Network", -5))
    assert features(fact_set(ANY, 1, older))["category"] == "Email"
