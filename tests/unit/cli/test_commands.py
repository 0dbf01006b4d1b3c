"""The commands, each on a real database of its own."""

import io
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

from engine.cli import main
from engine.cli.app import app

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "data" / "incidents_sample.csv"
PASSWORD = "correct horse battery"

Run = Callable[..., "Ended"]


class Terminal(io.StringIO):
    """What somebody types at a terminal."""

    def isatty(self) -> bool:
        return True


@dataclass
class Ended:
    code: int
    out: str
    err: str


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process, with a data folder of its own."""
    monkeypatch.setenv("COUNTERSIGN_DATA_DIR", str(tmp_path / "data"))

    def run(*arguments: str, typed: str = "", is_terminal: bool = False) -> Ended:
        monkeypatch.setattr(sys, "stdin", Terminal(typed) if is_terminal else io.StringIO(typed))
        capsys.readouterr()
        code = 0
        try:
            main(arguments)
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return Ended(code, said.out, said.err)

    return run


@pytest.fixture
def product(run: Run, installation: Path, tmp_path: Path) -> Run:
    """The same, migrated and with the accounts ada, olga and rhea; made once, then copied."""
    if installation.exists():
        shutil.copytree(installation, tmp_path / "data")
        return run
    assert run("migrate").code == 0
    assert run("user", "add", "ada", typed=PASSWORD).code == 0
    for name, role in (("olga", "product_owner"), ("rhea", "risk_officer")):
        made = run("user", "add", name, "--role", role, "--as", "ada", typed=f"{PASSWORD}\n" * 2)
        assert (made.code, made.err) == (0, "")
    shutil.copytree(tmp_path / "data", installation)
    return run


# --- usage ----------------------------------------------------------------------------------


def test_help_loads_no_heavy_package() -> None:
    program = (
        "import sys, engine.cli\n"
        "heavy = {'sqlalchemy', 'numpy', 'sklearn', 'streamlit', 'fastapi', 'pydantic', 'yaml'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"


def test_every_command_has_help_and_no_stub(run: Run) -> None:
    names = ["up", "work", "migrate", "demo", "feed", "submit", "backtest", "pause", "resume"]
    names += ["doctor"]
    assert [command.name for command in app.registered_commands] == names
    for name in [*names, "envelope", "ledger", "desk", "user"]:
        helped = run(name, "--help")
        assert (helped.code, "Usage: countersign" in helped.out) == (0, True)


@pytest.mark.parametrize(
    "arguments",
    [("nonsense",), ("submit",), ("up", "--port", "many"), ("pause", "--reason", "x")],
    ids=["command", "argument", "number", "nobody"],
)
def test_bad_usage_leaves_with_two(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).code == 2


def test_unmigrated_database_says_what_to_do(run: Run) -> None:
    ended = run("user", "list")
    assert (ended.code, ended.out) == (2, "")
    assert "countersign migrate" in ended.err


def test_second_worker_on_sqlite_is_refused(run: Run) -> None:
    ended = run("up", "--workers", "2")
    assert (ended.code, "one process write at a time" in ended.err) == (2, True)


def test_taken_port_is_refused(run: Run) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = run("up", "--port", str(taken.getsockname()[1]))
    assert (ended.code, "choose another with --port" in ended.err) == (2, True)


# --- accounts -------------------------------------------------------------------------------


def test_first_account_administers_and_operates(product: Run) -> None:
    people = json.loads(product("user", "list", "--json").out)
    assert [(one["name"], one["roles"]) for one in people] == [
        ("ada", ["administrator", "operator", "senior_operator"]),
        ("olga", ["product_owner"]),
        ("rhea", ["risk_officer"]),
    ]
    assert "ada" in product("user", "list").out


def test_state_changes_need_the_right_password(product: Run) -> None:
    ended = product("pause", "--as", "ada", "-r", "storm", typed="wrong password")
    assert (ended.code, "name or the password is wrong" in ended.err) == (1, True)
    nobody = product("pause", "--as", "", "-r", "storm", typed=PASSWORD)
    assert (nobody.code, "--as NAME" in nobody.err) == (1, True)


def test_password_comes_from_the_environment(product: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_PASSWORD", PASSWORD)
    assert product("pause", "--as", "ada", "-r", "storm").code == 0


def test_only_administrators_change_roles(product: Run) -> None:
    arguments = ("user", "roles", "rhea", "--role", "viewer")
    refused = product(*arguments, "--as", "olga", typed=PASSWORD)
    assert (refused.code, "NOT_ALLOWED" in refused.err) == (1, True)
    changed = product(*arguments, "--close", "--as", "ada", typed=PASSWORD)
    assert (changed.code, changed.out) == (0, "rhea (rhea): closed.\n")


def test_token_is_shown_once(product: Run) -> None:
    ended = product("user", "token", "--label", "ci", "--as", "ada", typed=PASSWORD)
    assert (ended.code, ended.out.splitlines()[1].startswith("cs_")) == (0, True)


# --- brakes ---------------------------------------------------------------------------------


def test_brakes_are_pulled_and_let_go(product: Run) -> None:
    paused = product("pause", "desk:incidents", "--as", "ada", "-r", "storm", typed=PASSWORD)
    assert (paused.code, paused.err) == (0, "")
    again = product("pause", "desk:incidents", "--as", "ada", "-r", "storm", typed=PASSWORD)
    assert (again.code, again.err) == (0, "")
    resumed = product("resume", "desk:incidents", "--as", "rhea", "-r", "over", typed=PASSWORD)
    assert (resumed.code, resumed.err) == (0, "")


# --- cases ----------------------------------------------------------------------------------


def test_file_goes_in_once(product: Run) -> None:
    arguments = ("submit", "--desk", "incidents", str(SAMPLE), "--simulated", "--replay")
    first = product(*arguments)
    again = json.loads(product(*arguments, "--json").out)
    assert (first.code, first.out.startswith("1200 accepted, 0 duplicates")) == (0, True)
    assert (again["accepted"], again["duplicates"]) == (0, 1200)


def part_of_sample(folder: Path, cases: int) -> Path:
    file = folder / "part.csv"
    lines = SAMPLE.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[: 1 + cases]), "utf-8")
    return file


def test_bad_lines_are_told_and_the_rest_goes_in(product: Run, tmp_path: Path) -> None:
    header, *lines = SAMPLE.read_text("utf-8").splitlines()[:4]
    broken = lines[1].replace(lines[1].split(",")[0], "", 1)
    file = tmp_path / "some.csv"
    file.write_text("\n".join([header, lines[0], broken, lines[2]]) + "\n", "utf-8")
    ended = product("submit", "--desk", "incidents", str(file), "--simulated")
    assert ended.code == 1
    assert ended.out.startswith("line 3: ")
    assert "2 accepted, 0 duplicates, 0 changed, 1 rejected" in ended.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--desk", "nothing", str(SAMPLE)), "no desk 'nothing'"),
        (("--desk", "incidents", "missing.csv"), "There is no file missing.csv"),
    ],
    ids=["desk", "file"],
)
def test_wrong_intake_leaves_with_two(product: Run, arguments: tuple[str, ...], words: str) -> None:
    ended = product("submit", *arguments)
    assert (ended.code, words in ended.err) == (2, True)


def test_backtest_writes_figures_and_predictions(product: Run, tmp_path: Path) -> None:
    out, file = tmp_path / "predictions.csv", str(part_of_sample(tmp_path, 300))
    ended = product(
        "backtest", "--desk", "incidents", file, "--target", "0.2", "--json",
        "--predictions", str(out),
    )  # fmt: skip
    reports = json.loads(ended.out)
    lines = out.read_text("utf-8").splitlines()
    assert ended.code in {0, 1}
    assert [report["variant"] for report in reports] == ["", "without initial_assignment_group"]
    assert lines[0] == "case_id,predicted,confidence,executed"
    assert len(lines) - 1 == reports[0]["overall"]["n"]


# --- envelopes ------------------------------------------------------------------------------


def propose(product: Run, file: Path, *more: str) -> Ended:
    return product(
        "envelope", "propose", str(file), "--desk", "incidents", "-m", "why", "--as", "olga", *more,
        typed=PASSWORD,
    )  # fmt: skip


def bounded(product: Run, folder: Path) -> Path:
    """The active envelope with every cell in the phase in which software acts."""
    (active,) = json.loads(product("envelope", "show", "--desk", "incidents", "--json").out)
    file = folder / "bounded.yaml"
    file.write_text(active["document"].replace("phase: COPILOT", "phase: BOUNDED"), "utf-8")
    return file


def test_envelope_takes_two_names(product: Run, tmp_path: Path) -> None:
    shown = product("envelope", "show", "--desk", "incidents", "--json")
    (active,) = json.loads(shown.out)
    file = tmp_path / "envelope.yaml"
    file.write_text(active["document"], "utf-8")
    assert product("envelope", "validate", str(file)).code == 0
    assert product("envelope", "diff", str(file), "--desk", "incidents").code == 0
    file.write_text(active["document"].replace("note: ", "note: again; ", 1), "utf-8")
    proposed = propose(product, file)
    assert (proposed.code, proposed.err) == (0, "")
    own = product(
        "envelope", "activate", "1", "--desk", "incidents", "--as", "olga", typed=PASSWORD
    )
    assert (own.code, "NOT_ALLOWED" in own.err) == (1, True)
    late = product(
        "envelope", "activate", "1", "--desk", "incidents", "--as", "rhea", "--over", "7",
        typed=PASSWORD,
    )  # fmt: skip
    assert (late.code, "no longer version 7, which you saw" in late.err) == (1, True)
    other = product(
        "envelope", "activate", "1", "--desk", "incidents", "--as", "rhea", typed=PASSWORD
    )
    assert (other.code, other.err) == (0, "")
    back = product(
        "envelope",
        "rollback",
        "--desk",
        "incidents",
        "--as",
        "rhea",
        "-m",
        "it was better",
        typed=PASSWORD,
    )
    assert (back.code, back.err) == (0, "")
    versions = json.loads(product("envelope", "show", "--desk", "incidents", "--json").out)
    assert [(row["version"], row["status"]) for row in versions] == [
        (2, "active"),
        (1, "superseded"),
        (0, "superseded"),
    ]


def test_damaged_envelope_fails_its_check(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "envelope.yaml"
    file.write_text("desk: incidents\nsurprise: 1\n", "utf-8")
    ended = run("envelope", "validate", str(file))
    assert (ended.code, ended.out.startswith("envelope.yaml, line ")) == (1, True)


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (
            "envelope",
            "desk: incidents\ncells:\n- {case_type: routing, action: asign_group, "
            "threshold: {kind: hand_set, min_confidence: 0.9}}\n",
            "line 3: cells.0.action: the desk has no action 'asign_group'",
        ),
        (
            "guardrails",
            "desk: incidents\nguardrails:\n- {name: x, why: w, action: assign_group, "
            "arguments: {grop: {one_of: [a]}}}\n",
            "arguments.grop: assign_group does not take an argument 'grop'",
        ),
        ("goals", "desk: nowhere\ngoal: g\n", "there is no desk 'nowhere' here"),
    ],
)
def test_a_check_knows_what_the_desk_has(
    run: Run, tmp_path: Path, kind: str, text: str, said: str
) -> None:
    file = tmp_path / "draft.yaml"
    file.write_text(text, "utf-8")
    ended = run(kind, "validate", str(file))
    assert (ended.code, said in ended.out) == (1, True)


# --- ledger, desks, doctor ------------------------------------------------------------------


def test_ledger_is_verified_and_exported(product: Run, tmp_path: Path) -> None:
    report = json.loads(product("ledger", "verify", "--json").out)
    out = tmp_path / "ledger.jsonl"
    assert product("ledger", "export", "--out", str(out)).code == 0
    entries = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert len(entries) == report["entries"]
    assert {"stream", "sequence", "hash", "salt", "payload"} <= entries[0].keys()


def test_changed_entry_fails_the_verification(product: Run, tmp_path: Path) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / "data" / "countersign.db") as database:
        database.execute("UPDATE ledger_entry SET actor = 'eve' WHERE stream = 'global'")
    ended = product("ledger", "verify")
    assert (ended.code, "ENTRY_CHANGED" in ended.out) == (1, True)


def test_shipped_desks_are_whole(product: Run) -> None:
    assert json.loads(product("desk", "list", "--json").out)[0]["name"] == "incidents"
    checked = product("desk", "check", "incidents")
    assert (checked.code, checked.out.startswith("The desk incidents is whole")) == (0, True)


def test_a_desk_is_named_either_way(product: Run) -> None:
    tools = product("desk", "tools", "--desk", "incidents")
    assert (tools.code, tools.out) == (0, product("desk", "tools", "incidents").out)
    both = product("desk", "tools", "incidents", "--desk", "orders")
    assert (both.code, "Name one desk" in both.err) == (2, True)
    assert product("desk", "tools").code == 2
    listed = product("desk", "list").out.splitlines()
    assert all(len(line) < 300 for line in listed)


def test_doctor_names_what_is_wrong(product: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_PROT", "9000")
    found = json.loads(product("doctor", "--json").out)
    assert "COUNTERSIGN_PROT is no setting; check its spelling" in found["problems"]
    assert "no worker has ever run here" in " ".join(found["problems"])
    assert product("doctor").code == 1


def test_doctor_works_without_a_database(run: Run) -> None:
    ended = run("doctor")
    assert (ended.code, "countersign migrate" in ended.out) == (1, True)
    assert "SCRIPTED:" not in ended.out


def test_doctor_says_that_a_script_answers(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_SCRIPTED_MODEL", "plain")
    assert "SCRIPTED: no language model is asked; a script (plain)" in run("doctor").out


# --- running --------------------------------------------------------------------------------


def test_worker_drains_and_seals(product: Run, tmp_path: Path) -> None:
    file = part_of_sample(tmp_path, 120)
    product("submit", "--desk", "incidents", str(file), "--simulated", "--replay")
    assert product("work", "--drain").code == 0
    report = json.loads(product("ledger", "verify", "--json").out)
    assert (report["findings"], report["unsealed"]) == ([], 0)
    assert report["verified"] == report["entries"]


def health_of(port: int) -> dict[str, object]:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/healthz")
    found: dict[str, object] = json.loads(connection.getresponse().read())
    connection.close()
    return found


def test_product_starts_full_and_stops_cleanly(run: Run) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "engine.cli", "up", "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line.strip())
        if line.startswith("Ctrl-C"):
            break
    url = next(line for line in lines if line.startswith("Countersign is ready")).split()[-1]
    assert health_of(int(url.rpartition(":")[2]))["worker"] == "ok"
    assert next(line for line in lines if "/setup?token=" in line).startswith(url)
    assert "1200 simulated cases went into the desk incidents." in lines

    second = run("work")
    assert (second.code, "Another worker" in second.err) == (2, True)

    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=60)
    assert (process.returncode, "killed" in rest, "Traceback" in rest) == (0, False, False)
    with pytest.raises(OSError, match="refused"):
        health_of(int(url.rpartition(":")[2]))
    assert json.loads(run("ledger", "verify", "--json").out)["unsealed"] == 0
