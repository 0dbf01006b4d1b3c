"""Trial: asks a perceiver and a reasoner about every case of a world that was played into a shop.

No queue, no policy and no act: what the reasoner would put first, and nothing else. It sees a row
without its label, and what the shop answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from engine.desks.orders.intake import OrderIntake
from engine.desks.orders.shop.operations import Shop
from engine.desks.orders.shop.refusals import Refused
from engine.desks.orders.shop.toolbox import READS
from engine.desks.orders.words import DESK, Resolution
from engine.domain.canonical import Json, digest
from engine.domain.case import Case, Origin, Signal
from engine.domain.case_status import CaseStatus
from engine.domain.fact import fact_set
from engine.domain.ids import CaseId
from engine.errors import ToolError
from engine.ports import Perceiver, ReadTool, Reasoner
from engine.simulators.orders.driver import Player, ShopInProcess
from engine.simulators.orders.events import Episode, IntakeRow, Outcome, Plan
from engine.simulators.orders.report import Gap, gap


@dataclass(frozen=True, kw_only=True, slots=True)
class ShopReads:
    """The read tools of a shop of this process, by name."""

    shop: Shop

    def __call__(self, name: str, arguments: Mapping[str, Any]) -> Json:
        """Read.

        Raises:
            ToolError: What is asked for is not there.
        """
        tool = READS[name]
        try:
            return self.shop.read(tool, tool.arguments.model_validate(dict(arguments)))
        except Refused as refused:
            raise ToolError(refused.detail, code=refused.code) from refused


class NoSink:
    """Takes cases and labels, and does nothing with them."""

    def take_case(self, row: IntakeRow) -> None:
        """Nobody waits for it."""

    def take_label(self, outcome: Outcome) -> None:
        """Nobody waits for it."""


def judged(
    plans: Iterable[Plan], perceive: Perceiver, reasoner: Reasoner, shop: Shop
) -> tuple[Gap, ...]:
    """Play worlds into a shop, ask about every case, and compare with the ceiling.

    Args:
        plans: Of held-out seeds; worlds of different seeds do not meet in one shop.
        perceive: The desk's.
        reasoner: The one to be judged; it gets no memory.
        shop: Prepared, with a clock that has come to the last case.

    Raises:
        AboveCeiling: It is significantly better than what it may see allows.
        ToolError: The shop refuses what the world does, or could not be read.
        InvalidRequest: There are no cases.
    """
    found: dict[str, Resolution | None] = {}
    episodes: list[Episode] = []
    for plan in plans:
        player = Player(
            seed=plan.seed,
            send=ShopInProcess(shop=shop),
            sink=NoSink(),
            episodes=iter(plan.episodes),
        )
        player.prepare(plan.prologue)
        player.advance(plan.episodes[-1].row.opened_at)
        found |= answers(plan.episodes, perceive, reasoner, ShopReads(shop=shop))
        episodes += plan.episodes
    return gap(found, episodes)


def answers(
    episodes: Iterable[Episode], perceive: Perceiver, reasoner: Reasoner, read: ReadTool
) -> Mapping[str, Resolution | None]:
    """What a reasoner would put first in each case, by case id; None where it says nothing.

    Raises:
        ToolError: The shop could not be read.
    """
    return {one.row.id: _answer(one.row, perceive, reasoner, read) for one in episodes}


def _answer(
    row: IntakeRow, perceive: Perceiver, reasoner: Reasoner, read: ReadTool
) -> Resolution | None:
    signal = OrderIntake().read(row.columns()).signal
    case = case_of(signal)
    facts = fact_set(case.id, 1, tuple(perceive(signal, read, row.opened_at)))
    draft = reasoner.recommend(case, facts, None)
    return Resolution(draft.label) if draft is not None and draft.label else None


def case_of(signal: Signal) -> Case:
    """The case of a signal, as it is when its facts are known."""
    content = digest(signal.payload)
    return Case(
        id=CaseId(UUID(bytes=digest(signal.source_id)[:16])),
        desk=DESK,
        case_type=signal.case_type,
        source=signal.source,
        source_id=signal.source_id,
        title=signal.title,
        origin=Origin.SIMULATED,
        status=CaseStatus.PERCEIVED,
        version=1,
        as_of=signal.as_of,
        received_at=signal.as_of,
        priority=signal.priority,
        due_at=signal.due_at,
        payload_digest=content,
        wake_at=None,
    )
