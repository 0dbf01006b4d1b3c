"""What a model says is seen while it says it, and only then."""

from collections.abc import Callable
from dataclasses import dataclass, field

from engine.domain.model_call import ModelAnswer, ModelRequest
from engine.domain.run import RunStatus
from engine.ports import never
from engine.runtime.runs.listening import MOST, Listener
from engine.testing.run_scripts import FunctionModel
from engine.testing.world import World
from tests.scenario.stub.running import A, reasoners, submitted, with_reasoners


@dataclass(kw_only=True)
class SlowSpeaker(FunctionModel):
    """Says its answer in pieces, and looks after each at what others see of it."""

    pieces: tuple[str, ...]
    look: Callable[[], str]
    seen: list[str] = field(default_factory=list)

    def ask(
        self,
        request: ModelRequest,
        *,
        on_text: Callable[[str], None] | None = None,
        is_cancelled: Callable[[], bool] = never,
    ) -> ModelAnswer:
        assert on_text
        for piece in self.pieces:
            on_text(piece)
            self.seen.append(self.look())
        return super().ask(request)


def test_answer_is_seen_as_it_comes(stub_world: World) -> None:
    runs = stub_world.parts.store.runs

    def look() -> str:
        return runs.said(runs.runs_of(stub_world.case(A).id)[0].id)

    model = SlowSpeaker(pieces=("north ", "is right"), look=look)
    world = submitted(with_reasoners(stub_world, reasoners(model)), 1)
    (run,) = runs.runs_of(world.case(A).id)
    assert model.seen == ["north ", "north "]  # the second came within the same half second
    assert (run.status, runs.said(run.id)) == (RunStatus.SUSPENDED, "")


def test_long_answer_shows_its_end(stub_world: World) -> None:
    runs = stub_world.parts.store.runs
    listeners: list[Listener] = []

    def listened(request: ModelRequest, cancelled: Callable[[], bool]) -> str:
        (run,) = runs.runs_of(stub_world.case(A).id)
        (call,) = runs.calls(run.id)
        listener = Listener(stub_world.parts.store, call.id, every_us=0)
        for piece in ("a" * MOST, "b", "c"):
            listener(piece)
        listeners.append(listener)
        assert runs.said(run.id) == "a" * (MOST - 2) + "bc"
        return "well"

    submitted(with_reasoners(stub_world, reasoners(FunctionModel(function=listened))), 1)
    assert len(listeners) == 1
    (run,) = runs.runs_of(stub_world.case(A).id)
    listeners[0]("d")
    assert runs.said(run.id) == ""  # the call has been answered: nothing is heard any more
