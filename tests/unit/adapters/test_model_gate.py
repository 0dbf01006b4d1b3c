"""The gate before a model: places, pauses that a server asks for, and failures in a row."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Condition, Event, Thread

import pytest

from engine.adapters.model_gate import GateLimits, ModelGate
from engine.domain.model_call import (
    ModelAnswer,
    ModelIdentity,
    ModelRequest,
    StopReason,
    TextBlock,
    TokenUsage,
)
from engine.errors import ModelCancelled, ModelError, ModelRefused, ModelUnavailable
from engine.ports import Model, never

REQUEST = ModelRequest(system=(), messages=(), max_tokens=1)
ANSWER = ModelAnswer(
    stop=StopReason.END, blocks=(TextBlock(text="Yes."),), usage=TokenUsage(), model="m"
)


@dataclass
class Time:
    """Goes forward when somebody waits."""

    at: float = 1_000.0

    def now(self) -> float:
        return self.at

    def wait(self, change: Condition, seconds: float) -> None:
        assert 0 < seconds <= 0.2
        self.at += seconds


@dataclass
class FakeModel:
    """Does what comes next; counts how many calls run."""

    next: list[ModelError | None] = field(default_factory=list)
    asked: int = 0

    @property
    def identity(self) -> ModelIdentity:
        return ModelIdentity(name="m", is_scripted=True)

    def count(self, request: ModelRequest) -> int:
        self._fail()
        return 7

    def ask(
        self,
        request: ModelRequest,
        *,
        on_text: Callable[[str], None] | None = None,
        is_cancelled: Callable[[], bool] = never,
    ) -> ModelAnswer:
        self._fail()
        if on_text:
            on_text("Yes.")
        return ANSWER

    def _fail(self) -> None:
        self.asked += 1
        error = self.next.pop(0) if self.next else None
        if error:
            raise error


class Desk:
    """A model behind a gate, and its time."""

    def __init__(
        self,
        *said: ModelError | None,
        chance: float = 0.0,
        model: FakeModel | None = None,
        **limits: float,
    ) -> None:
        self.model = model or FakeModel(list(said))
        self.time = Time()
        self.gate: Model = ModelGate(
            self.model,
            GateLimits(**limits),  # type: ignore[arg-type]  # limits of tests' choice
            chance=lambda: chance,
            time=self.time,
        )

    def fail(self, times: int = 1) -> None:
        for _ in range(times):
            with pytest.raises(ModelError):
                self.gate.ask(REQUEST)

    def waited_s(self) -> float:
        """How long the next answer is waited for."""
        began = self.time.at
        assert self.gate.ask(REQUEST) is ANSWER
        return self.time.at - began


def busy(retry_after_s: float | None = None, status: int = 429) -> ModelUnavailable:
    return ModelUnavailable("busy", status=status, retry_after_s=retry_after_s)


def away() -> ModelUnavailable:
    return ModelUnavailable("away")


def test_gate_is_the_model_behind_it() -> None:
    desk, heard = Desk(), list[str]()
    assert desk.gate.ask(REQUEST, on_text=heard.append) is ANSWER
    assert (desk.gate.count(REQUEST), desk.gate.identity.name, heard) == (7, "m", ["Yes."])


@pytest.mark.parametrize(
    ("error", "pause_s"),
    [
        (busy(3.0), 3.0),
        (busy(0.5, status=529), 0.5),
        (busy(), 2.0),
        (busy(status=503), 2.0),
        (away(), 0.0),
        (ModelUnavailable("broke", status=500, retry_after_s=None), 0.0),
        (ModelRefused("no"), 0.0),
        (ModelCancelled(), 0.0),
    ],
    ids=["429", "529", "429-untold", "503", "away", "500", "refused", "cancelled"],
)
def test_everybody_waits_for_a_pause(error: ModelError, pause_s: float) -> None:
    desk = Desk(error)
    desk.fail()
    assert desk.waited_s() == pytest.approx(pause_s)
    assert desk.waited_s() == 0


def test_chance_spreads_the_end_of_pauses() -> None:
    desk = Desk(busy(8.0), chance=0.5, spread=0.25)
    desk.fail()
    assert desk.waited_s() == pytest.approx(9.0)


def test_untold_pauses_double_until_an_answer() -> None:
    desk = Desk(busy(), busy(), busy(), None, busy())
    for pause_s in (0, 2, 4):
        began = desk.time.at
        desk.fail()
        assert desk.time.at - began == pytest.approx(pause_s)
    assert desk.waited_s() == pytest.approx(8)
    desk.fail()
    assert desk.waited_s() == pytest.approx(2)


def test_longer_pause_is_told_at_once() -> None:
    desk = Desk(busy(90.0), longest_wait_s=20.0)
    desk.fail()
    began = desk.time.at
    with pytest.raises(ModelUnavailable, match="wants a pause; it can be asked in 90 s") as caught:
        desk.gate.ask(REQUEST)
    assert desk.time.at == began
    assert caught.value.facts == {"retry_after_s": 90.0, "was_asked": False}
    assert desk.model.asked == 1


def test_absurd_pause_is_cut() -> None:
    desk = Desk(busy(1e9), longest_pause_s=900.0, longest_wait_s=1000.0)
    desk.fail()
    assert desk.waited_s() == pytest.approx(900)


def test_failures_in_a_row_stop_calls() -> None:
    desk = Desk(*[away()] * 5, opens_after=5, open_s=30.0, longest_wait_s=20.0)
    desk.fail(5)
    with pytest.raises(ModelUnavailable, match="5 calls in a row failed; it can be asked in 30 s"):
        desk.gate.ask(REQUEST)
    desk.time.at += 15
    assert desk.waited_s() == pytest.approx(15)
    assert desk.model.asked == 6


def test_server_still_away_stops_calls_again() -> None:
    desk = Desk(*[away()] * 6, opens_after=5, open_s=30.0)
    desk.fail(5)
    desk.time.at += 30
    desk.fail()
    with pytest.raises(ModelUnavailable, match="6 calls in a row failed"):
        desk.gate.ask(REQUEST)


@pytest.mark.parametrize("answer", [None, ModelRefused("no")], ids=["answer", "refusal"])
def test_any_answer_ends_a_row(answer: ModelError | None) -> None:
    desk = Desk(*[away()] * 4, answer, *[away()] * 4, opens_after=5)
    desk.fail(4)
    desk.gate.ask(REQUEST) if answer is None else desk.fail()
    desk.fail(4)
    assert desk.waited_s() == 0


def test_cancelled_call_says_nothing_of_the_server() -> None:
    desk = Desk(*[away()] * 4, ModelCancelled(), away(), opens_after=5)
    desk.fail(6)
    with pytest.raises(ModelUnavailable, match="5 calls in a row failed"):
        desk.gate.ask(REQUEST)


def test_very_long_row_does_no_harm() -> None:
    desk = Desk(*[busy()] * 1_100, opens_after=10**6, longest_wait_s=100.0)
    desk.fail(1_100)
    assert desk.waited_s() == pytest.approx(30)


def test_one_who_waits_can_give_up() -> None:
    desk = Desk(busy(15.0))
    desk.fail()
    asked_at: list[float] = []

    def is_cancelled() -> bool:
        asked_at.append(desk.time.at)
        return len(asked_at) == 4

    with pytest.raises(ModelCancelled):
        desk.gate.ask(REQUEST, is_cancelled=is_cancelled)
    assert desk.model.asked == 1
    assert [later - one for one, later in pairwise(asked_at)] == (pytest.approx([0.2] * 3))


class HeldModel(FakeModel):
    """Answers only when it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = Event()
        self.running = 0
        self.most = 0
        self.change = Condition()

    def _fail(self) -> None:
        super()._fail()
        with self.change:
            self.running += 1
            self.most = max(self.most, self.running)
            self.change.notify_all()
        assert self.go.wait(5)
        with self.change:
            self.running -= 1


class PatientTime(Time):
    """Stands still; who waits is woken by a change alone."""

    def wait(self, change: Condition, seconds: float) -> None:
        change.wait(5)


def test_only_so_many_run_at_once() -> None:
    model = HeldModel()
    gate = ModelGate(model, GateLimits(at_once=3), chance=lambda: 0.0, time=PatientTime())
    threads = [Thread(target=gate.ask, args=(REQUEST,)) for _ in range(9)]
    for thread in threads:
        thread.start()
    with model.change:
        assert model.change.wait_for(lambda: model.running == 3, 5)
    model.go.set()
    for thread in threads:
        thread.join(2)
    assert [thread.is_alive() for thread in threads] == [False] * 9
    assert (model.most, model.running) == (3, 0)


def test_one_call_tries_out_a_server() -> None:
    model, time = HeldModel(), PatientTime()
    model.next = [away()] * 5
    gate = ModelGate(model, GateLimits(at_once=3, open_s=30.0), chance=lambda: 0.0, time=time)
    for _ in range(5):
        with pytest.raises(ModelUnavailable):
            gate.ask(REQUEST)
    time.at += 30
    threads = [Thread(target=gate.ask, args=(REQUEST,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    with model.change:
        assert model.change.wait_for(lambda: model.running == 1, 5)
        assert not model.change.wait_for(lambda: model.running > 1, 0.1)
    model.go.set()
    for thread in threads:
        thread.join(2)
    assert model.asked == 8


def test_shorter_pause_does_not_shorten_another() -> None:
    class Nested(FakeModel):
        def _fail(self) -> None:
            self.asked += 1
            if self.asked == 1:  # another call ends while this one is on its way
                desk.fail()
                raise busy(2.0)
            if self.asked == 2:
                raise busy(10.0)

    desk = Desk(model=Nested())
    desk.fail()
    assert desk.waited_s() == pytest.approx(10)


def test_no_place_in_time_is_told() -> None:
    model, time = HeldModel(), Time()
    gate = ModelGate(model, GateLimits(at_once=1), chance=lambda: 0.0, time=time)
    holder = Thread(target=gate.ask, args=(REQUEST,))
    holder.start()
    with model.change:
        assert model.change.wait_for(lambda: model.running == 1, 5)
    began = time.at
    with pytest.raises(ModelUnavailable, match=r"all places were taken for 20 s .*AT_ONCE is 1"):
        gate.ask(REQUEST)
    assert time.at - began == pytest.approx(20, abs=0.3)
    model.go.set()
    holder.join(5)
    assert gate.ask(REQUEST) is ANSWER


def test_place_comes_back_after_any_end() -> None:
    desk = Desk(away(), ModelCancelled(), ModelRefused("no"), at_once=1)

    def breaks(piece: str) -> None:
        raise ZeroDivisionError

    desk.fail(3)
    with pytest.raises(ZeroDivisionError):
        desk.gate.ask(REQUEST, on_text=breaks)
    assert desk.waited_s() == 0
