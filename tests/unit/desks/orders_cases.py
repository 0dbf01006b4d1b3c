"""Order cases on a shop without HTTP: perceived and reasoned about as the engine does it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from engine.desks.orders.contracts import READ_CONTRACTS, WRITE_CONTRACTS
from engine.desks.orders.intake import OrderIntake
from engine.desks.orders.perceive import perceive
from engine.desks.orders.reasoner import PlaybookReasoner
from engine.desks.orders.shop.refusals import Refused
from engine.domain.canonical import Json
from engine.domain.case import Case, Origin, Signal
from engine.domain.case_status import CaseStatus
from engine.domain.fact import Fact, FactSet, fact_set
from engine.domain.ids import CaseId
from engine.domain.recommendation import Draft
from engine.errors import ToolError
from tests.unit.desks.shop_world import ADDRESS, ShopWorld, new_order, open_world

CASE_ID = CaseId(UUID(int=7))


@dataclass
class Cases:
    """A shop, and cases about its orders."""

    world: ShopWorld
    asked: list[str] = field(default_factory=list)
    """Names of the reads that were made."""

    def read(self, name: str, arguments: Mapping[str, Any]) -> Json:
        self.asked.append(name)
        contract = READ_CONTRACTS[name]
        try:
            found = self.world.read(name, **contract.check_arguments(dict(arguments)))
        except Refused as refused:
            raise ToolError(refused.detail, code=refused.code.value) from None
        return contract.check_result(found)

    def signal(self, case_type: str, **row: str) -> Signal:
        given = {
            "source": "shop",
            "id": "C1",
            "case_type": case_type,
            "order_id": "A1",
            "opened_at": self.world.clock.now().isoformat(timespec="minutes"),
            **row,
        }
        return OrderIntake().read(given).signal

    def facts(self, case_type: str, **row: str) -> FactSet:
        told = perceive(self.signal(case_type, **row), self.read, self.world.clock.now())
        return fact_set(CASE_ID, 1, told)

    def draft(self, case_type: str, **row: str) -> Draft:
        facts = self.facts(case_type, **row)
        found = PlaybookReasoner().recommend(self.case(case_type), facts, None)
        assert found
        for one in found.proposals:
            checked = WRITE_CONTRACTS[one.tool].check_arguments(one.arguments)
            assert checked == one.arguments
        return found

    def play(self, draft: Draft) -> None:
        """Do the whole plan, straight in the shop."""
        for one in draft.proposals:
            self.world.do(one.tool, **one.arguments)

    def case(self, case_type: str) -> Case:
        now = self.world.clock.now()
        return Case(
            id=CASE_ID,
            desk="orders",
            case_type=case_type,
            source="shop",
            source_id="C1",
            title="A case",
            origin=Origin.SIMULATED,
            status=CaseStatus.REASONING,
            version=1,
            as_of=now,
            received_at=now,
            priority=3,
            due_at=None,
            payload_digest=b"",
            wake_at=None,
        )


def open_cases(url: str) -> Cases:
    world = open_world(url)
    world.fill()
    return Cases(world=world)


def place(cases: Cases, order_id: str, customer: str = "ada", **changes: Any) -> None:
    """An order of a customer, whose address or lines may be others."""
    name = customer.title()
    who = {"id": customer, "name": name, "email": f"{customer}@example.org", "since": "2020-01-01"}
    cases.world.world("place_order", **new_order(order_id, **{"customer": who, **changes}))


def deliver(cases: Cases, order_id: str = "A1", notice: str = "", where: str = "Berlin") -> None:
    """Ship an order and let the carrier report its delivery."""
    cases.world.world("ship_order", order_id=order_id, carrier="swift")
    cases.world.scan("ACCEPTED", order_id)
    cases.world.world(
        "carrier_scan",
        order_id=order_id,
        shipment_id=f"{order_id}/S1",
        kind="DELIVERED",
        place=where,
        notice=notice,
    )


def fail_delivery(cases: Cases, order_id: str = "A1") -> None:
    """Ship an order and let its delivery fail."""
    cases.world.world("ship_order", order_id=order_id, carrier="swift")
    cases.world.scan("ACCEPTED", order_id)
    cases.world.scan("DELIVERY_FAILED", order_id)


def capture(cases: Cases, payment: int = 1, amount_minor: int = 2_500) -> None:
    name = f"A1/P{payment}"
    cases.world.world("capture", order_id="A1", payment_id=name, amount_minor=amount_minor)


def values(facts: FactSet, entity: str) -> dict[tuple[str, str], Any]:
    """Values of an entity by (attribute, source)."""
    return {(one.attribute, one.source): one.value for one in facts.facts if one.entity == entity}


def quoted(facts: FactSet, attribute: str) -> Fact:
    """The fact of that name that was taken from a text."""
    return next(one for one in facts.facts if one.attribute == attribute and one.quote)


OTHER = {**ADDRESS, "street": "Elm Walk 17", "postal_code": "31005", "city": "Mittelstadt"}
