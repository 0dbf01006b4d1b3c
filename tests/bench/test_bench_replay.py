"""The bench of the replay: what it counts and how it judges, never how fast this machine is."""

import json

import pytest

from engine.bench.machine import Machine
from engine.bench.replay_bench import ReplayReport, ReplayRun, SizeReport, bench_replay
from engine.bench.replay_history import PROCEDURE, made_up_history, made_up_policy
from engine.cli import main
from engine.errors import InvalidRequest
from engine.govern.replay import replay
from engine.govern.replay_sequence import replay_in_sequence
from engine.learn.rolling_cuts import RollingCuts

MACHINE = Machine(
    processor="Abacus",
    cores=2,
    system="Linux",
    python="3.11.0",
    sqlite="3.40.0",
    libraries=(("numpy", "2.4.6"),),
    load=0.5,
    fsync_us=40.0,
)


def report(*first_s: float, decisions: int = 100_000) -> ReplayReport:
    runs = tuple(ReplayRun(first_s=one, next_s=one / 2, cuts_s=2 * one) for one in first_s)
    size = SizeReport(decisions=decisions, alone=10, turned_away=3, runs=runs)
    return ReplayReport(machine=MACHINE, sizes=(size,))


def test_median_is_held_against_the_promise() -> None:
    assert report(0.5, 0.9, 3.0).is_good
    assert not report(0.5, 1.1, 3.0).is_good
    assert report(9.0, decisions=1_000_000).is_good
    assert not report(11.0, decisions=1_000_000).is_good
    assert report(99.0, decisions=5_000).is_good


def test_words_say_what_was_wanted() -> None:
    words = report(0.5, 0.9, 3.0).words()
    assert "Abacus, 2 cores" in words
    assert "met     0.90 s, wanted < 1 s" in words
    assert "MISSED" in report(1.5).words()


def test_made_up_history_uses_every_limit() -> None:
    history, policy = made_up_history(4_000), made_up_policy(4_000)
    cuts = RollingCuts(history, PROCEDURE)
    found = replay(history, policy, cuts)
    assert set(found.kind.tolist()) == {0, 1, 2, 3}
    scopes = {hit.limit.scope.partition(":")[0] for hit in found.hits}
    assert scopes >= {"type", "desk", "guardrail", "constraint"}
    slow = replay_in_sequence(history, policy, cuts)
    assert found.kind.tolist() == slow.kind.tolist()
    assert found.ran_us.tolist() == slow.ran_us.tolist()
    assert found.hits == slow.hits


def test_small_bench_runs_through(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["bench", "replay", "--decisions", "2000", "--repeat", "1", "--json"])
    assert ended.value.code == 0
    (size,) = json.loads(capsys.readouterr().out)["sizes"]
    assert (size["decisions"], size["wanted_s"]) == (2_000, None)
    assert size["alone"] > 0


@pytest.mark.parametrize(("sizes", "repeats"), [((10,), 1), ((), 1), ((2_000,), 0)])
def test_too_little_to_measure_is_refused(sizes: tuple[int, ...], repeats: int) -> None:
    with pytest.raises(InvalidRequest):
        bench_replay(sizes, repeats)
