"""Turns share a worker's time out among desks, whatever one of them makes of its own."""

from collections import defaultdict

import pytest

from engine.runtime.turns import SHARE_S, Turn, Turns


class Desks:
    """Desks whose steps take their time, with a stopwatch that follows."""

    def __init__(self, **takes_s: float) -> None:
        self.now_s = 0.0
        self.takes_s = takes_s
        self.spent_s: defaultdict[str, float] = defaultdict(float)
        self.idle: set[str] = set()
        self.turns = Turns(takes_s, lambda: self.now_s)

    def go(self, name: str, turn: Turn) -> int:
        """Step after step until the turn is over."""
        if name in self.idle:
            return 0
        done = 0
        while not done or not turn.is_over:
            self.now_s += self.takes_s[name]
            self.spent_s[name] += self.takes_s[name]
            done += 1
        return done

    def run(self, seconds: float) -> None:
        until = self.now_s + seconds
        while self.now_s < until:
            self.turns.round(self.go)


def test_slow_desk_takes_half_at_most() -> None:
    desks = Desks(slow=20.0, quick=0.01)
    desks.run(400)
    assert desks.spent_s["quick"] == pytest.approx(desks.spent_s["slow"], rel=0.1)


def test_two_slow_desks_share_alike() -> None:
    desks = Desks(slow=20.0, slower=60.0)
    desks.run(2_000)
    assert desks.spent_s["slow"] == pytest.approx(desks.spent_s["slower"], rel=0.1)


def test_slow_desk_alone_never_waits() -> None:
    desks = Desks(slow=20.0, quick=0.01)
    desks.idle.add("quick")
    assert [desks.turns.round(desks.go) for _ in range(3)] == [1, 1, 1]


def test_idle_desk_saves_up_no_time() -> None:
    desks = Desks(slow=20.0, quick=0.125)
    desks.idle.add("quick")
    desks.run(200)
    desks.idle.clear()
    desks.turns.round(desks.go)
    before = desks.spent_s["slow"]
    desks.run(2 * 20)
    assert desks.spent_s["slow"] - before == 20


def test_desks_in_time_all_have_turns() -> None:
    desks = Desks(one=SHARE_S / 4, other=SHARE_S / 2)
    assert desks.turns.round(desks.go) == 4 + 2
