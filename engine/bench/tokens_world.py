"""The world of the tokens bench: simulated orders, which a workflow or an agent reasons about.

The real client asks a local Messages API with the scripted model behind it, so prompts are those of
the product; a person approves what waits, so that agents hear what came of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from engine.bootstrap.models import open_model
from engine.bootstrap.reasoners import open_reasoners
from engine.desks.orders.shop.operations import Shop
from engine.domain.actor import Role
from engine.domain.case import Origin
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.model_call import ModelAnswer, ModelIdentity, ModelRequest, TokenUsage
from engine.domain.run import Run, RunKind, RunStatus
from engine.errors import InvalidRequest
from engine.ports import Model, never
from engine.simulators.orders.driver import ShopInProcess, play
from engine.simulators.orders.events import Plan
from engine.simulators.orders.world import make_sample
from engine.testing.messages_server import MessagesServer
from engine.testing.messages_server.answering import ServerWays
from engine.testing.scripted_messages import scripted
from engine.testing.straight_shop import straight_orders
from engine.testing.world import World

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
SEED = 3
_WAYS = ServerWays(shortest_prefix=1_024)
"""What most models keep; shorter beginnings are paid for anew each time."""
_ROUNDS = 4
"""Approvals of one case: a script asks for no more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """What the reasoners of one kind asked for a number of cases."""

    kind: RunKind
    runs: tuple[Run, ...]
    requests: tuple[ModelRequest, ...]
    windows: tuple[int, ...]
    """Tokens of each request, as the local server counts them."""

    @property
    def usage(self) -> TokenUsage:
        """Of all calls."""
        return sum((run.usage for run in self.runs), TokenUsage())

    @property
    def ended(self) -> int:
        """Runs that came to their end."""
        return sum(run.status is RunStatus.ENDED for run in self.runs)


@dataclass
class _Remembering:
    """A model that keeps what it was asked."""

    model: Model
    requests: list[ModelRequest] = field(default_factory=list)
    windows: list[int] = field(default_factory=list)

    @property
    def identity(self) -> ModelIdentity:
        """See `engine.ports.Model.identity`."""
        return self.model.identity

    def count(self, request: ModelRequest) -> int:
        """See `engine.ports.Model.count`."""
        return self.model.count(request)

    def ask(
        self,
        request: ModelRequest,
        *,
        on_text: Callable[[str], None] | None = None,
        is_cancelled: Callable[[], bool] = never,
    ) -> ModelAnswer:
        """See `engine.ports.Model.ask`."""
        answer = self.model.ask(request, on_text=on_text, is_cancelled=is_cancelled)
        self.requests.append(request)
        self.windows.append(answer.usage.window)
        return answer


def ask_about(kind: RunKind, cases: int, folder: Path) -> Asking:
    """Let reasoners of one kind ask about a number of simulated cases, of every type.

    Args:
        kind: Workflow or agent.
        cases: At least three of each type.
        folder: Empty; takes the databases.

    Raises:
        ConfigError: There are too few cases for three of each type.
    """
    plan = make_sample(SEED, cases, START)
    sources = [episode.row.id for episode in plan.episodes]
    with straight_orders(folder) as (world, shop), MessagesServer(scripted, ways=_WAYS) as server:
        model = _connected(world, kind, server.url)
        _happen(world, shop, plan)
        _approve(world, sources)
        return Asking(
            kind=kind,
            runs=_runs(world, sources),
            requests=tuple(model.requests),
            windows=tuple(model.windows),
        )


def _happen(world: World, shop: Shop, plan: Plan) -> None:
    """Let the cases of a plan come in, each with its past, and be reasoned about."""
    send = ShopInProcess(shop=shop)
    play(send, plan.prologue, key="prologue")
    for episode in plan.episodes:
        world.clock.at = max(world.clock.at, episode.row.opened_at)
        play(send, episode.events, key=f"{episode.row.id}-events")
        world.submit([(2, dict(episode.row.columns()))], origin=Origin.SIMULATED)
        world.work()


def _connected(world: World, kind: RunKind, url: str) -> _Remembering:
    """Let a kind reason about new cases, without what was learned from earlier ones."""
    settings = replace(
        world.parts.settings,
        anthropic_api_key="local-server",
        anthropic_url=url,
        reasoner=kind.value,
        memory="off",
    )
    model = open_model(settings, world.clock)
    assert model
    remembering = _Remembering(model)
    made = open_reasoners(settings, world.parts.desks, world.clock, remembering)
    world.parts = replace(world.parts, settings=settings, reasoners=made)
    return remembering


def _approve(world: World, sources: Sequence[str]) -> None:
    person = world.person("ann", Role.OPERATOR, Role.SENIOR_OPERATOR)
    for _ in range(_ROUNDS):
        waiting = [
            case
            for case in map(world.case, sources)
            if case.status is CaseStatus.PENDING and case.run_id
        ]
        for case in waiting:
            with suppress(InvalidRequest):  # policy binds people too: it stays with them
                world.decide(case, person, DecisionKind.APPROVE)
        world.work()


def _runs(world: World, sources: Sequence[str]) -> tuple[Run, ...]:
    runs = world.parts.store.runs
    found = (run for one in sources for run in runs.runs_of(world.case(one).id))
    return tuple(run for run in found if run.model)
