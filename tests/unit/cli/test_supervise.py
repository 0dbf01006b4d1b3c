"""The supervisor keeps real processes running and stops them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest

from engine.cli.supervise import BAD_USAGE, Part, Supervisor

PATIENT = """
import os, signal, sys, time
say = lambda text: os.write(1, text.encode() + b"\\n")  # at one blow: a signal cuts print in two
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0 * say('finished')))
say('started')
while True: time.sleep(0.05)
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('started', flush=True)
while True: time.sleep(0.05)
"""
LISTENS = """
import sys
print('started', flush=True)
sys.stdin.read()
open(sys.argv[1], 'w').write('heard')
"""


def part(
    program: str, *arguments: str, name: str = "one", stop_s: float = 10.0, is_vital: bool = True
) -> Part:
    command = (sys.executable, "-c", program, *arguments)
    return Part(name=name, command=command, stop_s=stop_s, is_vital=is_vital)


class Run:
    """A supervisor at work in a thread."""

    def __init__(self, *parts: Part) -> None:
        self.lines: list[str] = []
        self.stopping = Event()
        self.code: int | None = None
        self.supervisor = Supervisor(parts, os.environ, self.lines.append)
        self.thread = Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        self.code = self.supervisor.run(self.stopping)

    def wait(self, is_met: Callable[[], bool], seconds: float = 20.0) -> None:
        deadline = time.monotonic() + seconds
        while not is_met():
            assert time.monotonic() < deadline, self.lines
            time.sleep(0.02)

    def stop(self) -> None:
        self.stopping.set()
        self.thread.join(20)


def test_parts_stop_in_order_and_finish() -> None:
    run = Run(part(PATIENT, name="web"), part(PATIENT, name="worker"))
    run.wait(lambda: len(run.lines) == 2)
    run.stop()
    assert run.lines[2:] == ["web    | finished", "worker | finished"]
    assert run.code == 0


def test_killed_part_is_started_again() -> None:
    run = Run(part(PATIENT))
    run.wait(lambda: run.lines == ["one | started"])
    os.kill(run.supervisor.pids()["one"], 9)
    run.wait(lambda: run.lines.count("one | started") == 2)
    run.stop()
    assert "one | ended by signal 9; starts again in 0.5 s" in run.lines


def test_pauses_between_restarts_grow() -> None:
    run = Run(part("raise SystemExit(7)"))
    run.wait(lambda: len(run.lines) == 3)
    run.stop()
    assert run.lines == [
        "one | ended with code 7; starts again in 0.5 s",
        "one | ended with code 7; starts again in 1 s",
        "one | ended with code 7; starts again in 2 s",
    ]


def test_part_that_cannot_run_ends_everything() -> None:
    run = Run(part(PATIENT, name="web"), part(f"raise SystemExit({BAD_USAGE})", name="worker"))
    run.thread.join(20)
    assert run.code == BAD_USAGE
    assert run.lines[-1] in {"web    | finished", "worker | cannot run; stopping"}


def test_helper_that_cannot_run_ends_nothing() -> None:
    program = f"print('my port is taken', flush=True); raise SystemExit({BAD_USAGE})"
    run = Run(part(PATIENT, name="web"), part(program, name="shop", is_vital=False))
    run.wait(lambda: sum("starts again" in line for line in run.lines) == 2)
    run.stop()
    plain = "shop | cannot run as things are, see above; the rest goes on without it; starts again"
    said = [line for line in run.lines if line.startswith("shop")]
    assert said[:4] == [
        "shop | my port is taken",
        f"{plain} in 0.5 s",
        "shop | my port is taken",
        f"{plain} in 1 s",
    ]
    assert run.code == 0


def test_stubborn_part_is_killed_in_the_end() -> None:
    run = Run(part(STUBBORN, stop_s=0.3))
    run.wait(lambda: run.lines == ["one | started"])
    run.stop()
    assert run.lines[-1] == "one | did not stop; killed"
    assert run.code == 0


def test_parts_hear_of_a_killed_supervisor(tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    program = (
        "import os, sys\n"
        "from threading import Event\n"
        "from engine.cli.supervise import Part, Supervisor\n"
        f"command = (sys.executable, '-c', {LISTENS!r}, {str(heard)!r})\n"
        "one = Part(name='one', command=command, stop_s=1)\n"
        "Supervisor([one], os.environ, lambda line: os.kill(os.getpid(), 9)).run(Event())\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], check=False, timeout=30)
    assert ended.returncode == -9
    deadline = time.monotonic() + 20
    while not heard.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("text", ["\n\n", "   \n"])
def test_empty_lines_are_left_out(text: str) -> None:
    run = Run(part(f"print({text!r}); print('said', flush=True); raise SystemExit(2)"))
    run.thread.join(20)
    assert run.lines[0] == "one | said"
