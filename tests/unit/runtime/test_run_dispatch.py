"""Threads that advance runs: so many at once, the desks in turn, given back at a stop."""

from threading import Event

from engine.runtime.runs.dispatch import Threads

PATIENCE_S = 5.0


def test_crew_is_busy_until_its_work_ends() -> None:
    crew, going, begun = Threads(2), Event(), Event()

    def work() -> None:
        begun.set()
        assert going.wait(PATIENCE_S)

    crew.start(work)
    assert begun.wait(PATIENCE_S)
    assert crew.free == 1
    going.set()
    crew.close()
    assert crew.free == 2


def test_failing_work_frees_its_thread() -> None:
    crew = Threads(1)

    def work() -> None:
        raise ZeroDivisionError

    crew.start(work)
    crew.close()
    assert crew.free == 1
