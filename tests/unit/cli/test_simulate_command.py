"""`countersign envelope simulate`: figures for people and programs, and what was wrong."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from engine.cli import main

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "data" / "incidents_sample.csv"
DRAFT = """\
desk: incidents
cells:
- case_type: routing
  action: assign_group
  phase: BOUNDED
  threshold: {kind: rolling, risk_limit: 0.2}
  budgets: [{per: hour, executions: 1}]
"""

# One group, so that the installation is made once however many processes test.
pytestmark = pytest.mark.xdist_group("simulate-command")


class Ended(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with the first rows of the sample worked off, and a draft."""
    place = tmp_path_factory.mktemp("simulated")
    rows = SAMPLE.read_text("utf-8").splitlines()[:341]
    (place / "rows.csv").write_text("\n".join(rows) + "\n", "utf-8")
    (place / "draft.yaml").write_text(DRAFT, "utf-8")
    return place


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process; the first one makes the installation."""
    monkeypatch.setenv("COUNTERSIGN_DATA_DIR", str(folder / "data"))
    monkeypatch.setenv("COUNTERSIGN_DESKS", "incidents")

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "stdin", io.StringIO(""))
        capsys.readouterr()
        code = 0
        try:
            main(arguments)
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return Ended(code, said.out, said.err)

    if not (folder / "data").exists():
        assert run("migrate").code == 0
        rows = str(folder / "rows.csv")
        assert run("submit", "--desk", "incidents", "--replay", rows).code == 0
        assert run("work", "--drain").code == 0
    return run


def simulate(run: Run, folder: Path, *options: str) -> Ended:
    file = str(folder / "draft.yaml")
    return run("envelope", "simulate", "--desk", "incidents", file, *options)


def test_people_read_sentences_and_limits(run: Run, folder: Path) -> None:
    ended = simulate(run, folder, "--people", "2", "--minutes-per-case", "7")
    assert (ended.code, ended.err) == (0, "")
    assert "real decisions, 2026-09-" in ended.out
    assert "would run alone" in ended.out
    assert "What the draft's limits hold back, a decision under each check" in ended.out
    assert "incidents/routing/assign_group" in ended.out
    assert "What history cannot tell:" in ended.out
    assert "2 people (as given) with 7 minutes a case (as given" in ended.out
    assert "1 an hour" in ended.out


def test_programs_read_json(run: Run, folder: Path) -> None:
    ended = simulate(run, folder, "--json", "--opens", "09:00", "--closes", "17:00", "--days", "0")
    row = json.loads(ended.out)
    total = row["total"]
    assert row["desk"] == "incidents"
    assert total["decisions"] == row["history"]
    assert total["to_alone"] == total["draft"]["alone"] > 0
    assert row["team"]["hours"] == "mon, tue, wed, thu, fri 09:00 to 17:00 UTC"
    assert row["days"] is None


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (DRAFT.replace("BOUNDED", "BOLD"), "line 5"),
        (DRAFT.replace("incidents", "orders"), "not for 'incidents'"),
    ],
    ids=["no phase", "other desk"],
)
def test_wrong_drafts_are_bad_usage(
    run: Run, folder: Path, tmp_path: Path, document: str, said: str
) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(document, "utf-8")
    ended = run("envelope", "simulate", "--desk", "incidents", str(file))
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


def test_missing_files_and_wrong_times_are_bad_usage(run: Run, folder: Path) -> None:
    missing = run("envelope", "simulate", "--desk", "incidents", str(folder / "none.yaml"))
    assert (missing.code, "cannot be read" in missing.err) == (2, True)
    wrong = simulate(run, folder, "--opens", "late")
    assert (wrong.code, "no time of the day" in wrong.err) == (2, True)


def test_guardrails_and_goals_can_be_simulated_too(run: Run, tmp_path: Path) -> None:
    rules = "desk: incidents\nguardrails: [{name: none, why: storm, never: true}]\n"
    goals = "desk: incidents\ngoal: Be quick.\n"
    for group, document in (("guardrails", rules), ("goals", goals)):
        file = tmp_path / f"{group}.yaml"
        file.write_text(document, "utf-8")
        ended = run(group, "simulate", "--desk", "incidents", str(file))
        assert (ended.code, ended.err) == (0, "")
        assert ("would be forbidden" in ended.out) is (group == "guardrails")
