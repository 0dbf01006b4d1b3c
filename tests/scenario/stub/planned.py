"""A world of plans: rows in, failures at chosen calls, and the outside book as the truth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.domain.case import Case
from engine.domain.decision import DecisionKind
from engine.domain.effect import Effect
from engine.domain.grant import Grant
from engine.domain.plan import StepStatus
from engine.errors import ToolError, ToolUnavailable
from engine.service.engine import Done
from engine.service.requests import UndoEffect
from engine.service.rows import PlanStepRow
from engine.testing.stub_desk import ticket_rows
from engine.testing.stub_plan_tools import TOOLS, Act, do_it
from engine.testing.ticket_book import TicketBook
from engine.testing.world import World
from tests.scenario.stub.test_bounded import calibrated

A = "T000000"
NOTHING = {"owner": "", "credit": "", "note": "", "message": ""}
DONE = {"owner": "north", "credit": "4000 EUR", "note": "looked at", "message": ""}


@dataclass
class Planned:
    """A world whose calls can be made to fail."""

    calls: list[tuple[str, bool]] = field(default_factory=list)
    """Every call that reached the target's door: the tool, and whether it takes something away."""
    faults: dict[tuple[str, bool], Any] = field(default_factory=dict)
    """What a call does in the place of acting: of a tool, in its first use or as an undo."""
    away: set[str] = field(default_factory=set)
    """Tools whose target cannot be read."""
    looks: dict[str, Any] = field(default_factory=dict)
    """What else happens before a tool looks at its target."""
    world: World = field(init=False)

    def around(self, tool: str, arguments: Mapping[str, Any], act: Act) -> None:
        kind = (tool, is_back(arguments))
        self.calls.append(kind)
        self.faults.get(kind, do_it)(tool, arguments, act)

    def look(self, tool: str) -> None:
        self.looks.get(tool, int)()
        if tool in self.away:
            raise ToolUnavailable("no connection")

    def outage(self, *tools: str) -> None:
        """Nothing can be read of the targets of these tools; of none: of all."""
        self.away |= set(tools or TOOLS)

    def reach(self) -> None:
        """Everything can be read again."""
        self.away.clear()

    def resume(self) -> None:
        """Let the leases end, and workers go on."""
        self.world.clock.move(minutes=3)
        self.world.work()

    def fail(self, tool: str, error: Exception, *, back: bool = False, acts: bool = False) -> None:
        """Let every such call raise; before it acts, or after."""

        def raising(tool: str, arguments: Mapping[str, Any], act: Act) -> None:
            if acts:
                act()
            raise error

        self.faults[(tool, back)] = raising

    def ignore(self, tool: str, *, back: bool = False) -> None:
        """Let every such call say that it acted, and do nothing."""
        self.faults[(tool, back)] = lambda tool, arguments, act: None

    # --- what people and the desk do

    def submit(self, plan: str = "3", **fields: str) -> Case:
        """A case with a plan, reasoned about."""
        rows = ticket_rows(1, opened_at=self.world.clock.now(), plan=plan, **fields)
        self.world.submit(rows)
        self.world.work()
        return self.case

    def approved(self, plan: str = "3", by: str = "ann", **fields: str) -> Case:
        """A case whose plan a person has approved, and workers have had their time."""
        self.submit(plan, **fields)
        self.decide(by)
        self.world.work()
        return self.case

    def decide(self, by: str = "ann", kind: DecisionKind = DecisionKind.APPROVE) -> Done:
        return self.world.decide(self.case, self.world.person(by), kind)

    def undo(self, by: str = "ann", reason: str = "wrong") -> Done:
        case = self.case
        request = UndoEffect(case_id=case.id, version=case.version, reason=reason)
        return self.world.execute(request, self.world.person(by))

    def calibrated(self) -> "Planned":
        calibrated(self.world)
        self.calls.clear()
        return self

    # --- what can be seen

    @property
    def case(self) -> Case:
        return self.world.case(A)

    @property
    def tickets(self) -> TicketBook:
        return TicketBook(self.world.parts.settings.data_dir / "tickets.db")

    @property
    def outside(self) -> dict[str, str]:
        return self.tickets.ticket(A)

    @property
    def written(self) -> int:
        """How many effects the outside book holds of the case."""
        return sum(number == A for _, number, _, _ in self.tickets.lines())

    @property
    def rows(self) -> Sequence[PlanStepRow]:
        return self.world.engine.queries.card(self.case.id).steps

    @property
    def statuses(self) -> list[StepStatus]:
        return [row.status for row in self.rows]

    @property
    def grants(self) -> Sequence[Grant]:
        return self.world.parts.store.reader.grants(self.case.id)

    @property
    def effects(self) -> Sequence[Effect]:
        return self.world.parts.store.reader.effects(self.case.id)


def is_back(arguments: Mapping[str, Any]) -> bool:
    """Whether a call puts something back: it sets nothing."""
    said = [arguments.get(name) for name in ("owner", "amount", "text") if name in arguments]
    return not any(said)


def refusal(words: str = "not today") -> ToolError:
    return ToolError(words)
