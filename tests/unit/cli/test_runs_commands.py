"""The commands around runs, on a real database without a model: one story from start to compare."""

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine.bootstrap import parts
from engine.cli import main
from engine.testing.stub_desk import DESK, stub_desk

PASSWORD = "correct horse battery"
CASE = "T000001"
ROWS = f"number,opened_at,owner\n{CASE},2026-03-02T08:00:00+00:00,north\n"


@dataclass
class Ended:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert (self.code, self.err) == (0, "")
        return json.loads(self.out)


Run = Callable[..., Ended]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process, on the stub desk, whose reasoner is a playbook."""
    monkeypatch.setenv("COUNTERSIGN_DATA_DIR", str(tmp_path / "data"))
    desks = {DESK: lambda settings: stub_desk(settings.data_dir / "tickets.db")}
    monkeypatch.setattr(parts, "DESKS", desks)

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "stdin", io.StringIO(PASSWORD))
        capsys.readouterr()
        code = 0
        try:
            main(arguments)
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return Ended(code, said.out, said.err)

    assert run("migrate").code == 0
    assert run("user", "add", "ada").code == 0
    return run


def test_runs_go_from_start_to_comparison(run: Run, tmp_path: Path) -> None:
    nothing = run("runs", "compare")
    assert nothing.out.startswith("No run was begun in this slice.")
    rows = tmp_path / "tickets.csv"
    rows.write_text(ROWS, "utf-8")
    assert run("submit", "--desk", DESK, str(rows), "--simulated", "--replay").code == 0
    assert run("work", "--drain").code == 0
    (begun,) = run("runs", "start", CASE, "--kind", "playbook", "--as", "ada", "--json").json
    assert (begun["kind"], begun["message"][:29]) == ("playbook", "The playbook looks at the cas")
    meanwhile = run("runs", "start", CASE, "--kind", "playbook", "--as", "ada")
    assert "looks at this case already; wait until it is done. [CONFLICT]" in meanwhile.err
    assert run("work", "--drain").code == 0
    again = run("runs", "start", CASE, "--all", "--as", "ada")
    assert again.out.startswith("playbook  ")
    assert "not agent: There is no language model here" in again.err
    assert "COUNTERSIGN_SCRIPTED_MODEL=plain stands in for one" in again.err
    assert run("work", "--drain").code == 0
    shown = run("runs", "show", begun["run_id"])
    assert f"case    {CASE}: " in shown.out
    assert "kind    Playbook, shadow: nothing is executed" in shown.out
    assert run("runs", "show", begun["run_id"], "--json").json["row"]["status"] == "ENDED"
    compared = run("runs", "compare", "--desk", DESK, "--since", "2020-01-01")
    assert "Simulated cases, real model, both runs; 2 of 2 runs." in compared.out
    figures = {tuple(line.rsplit("  ", 1)) for line in compared.out.splitlines()}
    said = {name.strip(): value for name, *rest in figures for value in rest}
    assert said["of them, under way or waiting"] == "0"
    assert said["micro-dollars"] == "no model asked"
    assert "Does the model decide, or the code?" in compared.out
    (figures,) = run("runs", "compare", "--json").json["comparison"]["kinds"]
    assert (figures["kind"], figures["runs"], figures["repeats"]) == ("playbook", 1, 1)
    later = run("runs", "compare", "--since", "2999-01-01", "--json").json
    assert later["runs"] == 0


WRONG = (
    (("start", "INC1", "--all", "--as", "ada"), "There is no case INC1."),
    (("start", "INC1", "--as", "ada"), "Say which: --kind K"),
    (("start", "INC1", "--all", "--kind", "agent", "--as", "ada"), "Say which: --kind K"),
    (("show", "nobody"), "There is no run nobody."),
    (("compare", "--made", "twice"), "--made is one of both, live, shadow, not 'twice'"),
    (("compare", "--data", "old"), "--data is one of"),
    (("compare", "--model", "good"), "--model is one of real, scripted"),
)


def test_replayed_history_names_its_reasoner(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = tmp_path / "tickets.csv"
    rows.write_text(ROWS, "utf-8")
    monkeypatch.setenv("COUNTERSIGN_REASONER", "agent")
    monkeypatch.setenv("COUNTERSIGN_SCRIPTED_MODEL", "plain")
    taken = run("submit", "--desk", DESK, str(rows), "--simulated", "--replay", "--json")
    said = f"{DESK}: replayed history is always the desk's own reasoner's; the agent takes cases "
    assert said in taken.err
    assert json.loads(taken.out)["accepted"] == 1
    assert said in run("work", "--drain").err
    monkeypatch.setenv("COUNTERSIGN_REASONER", "playbook")
    assert "replayed" not in run("work", "--drain").err


def test_wrong_words_are_said_plainly(run: Run) -> None:
    for arguments, said in WRONG:
        ended = run("runs", *arguments)
        assert (ended.code, ended.out) == (2, "")
        assert said in ended.err
