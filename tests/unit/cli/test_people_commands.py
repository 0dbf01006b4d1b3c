"""The commands around passwords, sessions and tokens, on a real database; nothing said leaks."""

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main

PASSWORD = "correct horse battery"
NEW_PASSWORD = "eleven purple walruses"


@dataclass
class Ended:
    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process on a database with ada, who administers, and bob."""
    monkeypatch.setenv("COUNTERSIGN_DATA_DIR", str(tmp_path / "data"))

    def run(*arguments: str, typed: str = PASSWORD) -> Ended:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
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
    assert run("user", "add", "bob", "--as", "ada", typed=f"{PASSWORD}\n{PASSWORD}").code == 0
    return run


def entries(run: Run, folder: Path) -> list[dict[str, Any]]:
    """The ledger, oldest first."""
    out = folder / "ledger.jsonl"
    assert run("ledger", "export", "--out", str(out)).code == 0
    return [json.loads(line) for line in out.read_text("utf-8").splitlines()]


def keys(run: Run, what: str, *more: str) -> list[dict[str, str]]:
    ended = run("user", what, "--as", "ada", *more, "--json")
    assert (ended.code, ended.err) == (0, "")
    found: list[dict[str, str]] = json.loads(ended.out)
    return found


def test_person_changes_the_own_password(run: Run) -> None:
    changed = run("user", "password", "--as", "bob", typed=f"{PASSWORD}\n{NEW_PASSWORD}")
    assert (changed.code, changed.out) == (0, "The password is changed; 0 sessions ended.\n")
    assert run("user", "tokens", "--as", "bob").code == 1
    assert run("user", "tokens", "--as", "bob", typed=NEW_PASSWORD).code == 0


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("bob", f"not it\n{NEW_PASSWORD}", "name or the password is wrong"),
        ("bob", f"{PASSWORD}\ncountersign1", "guessed"),
        ("bob", f"{PASSWORD}\n{PASSWORD}", "is the old one"),
        ("", PASSWORD, "--as NAME"),
    ],
    ids=["wrong", "guessed", "same", "nobody"],
)
def test_refused_change_says_why(run: Run, name: str, typed: str, words: str) -> None:
    ended = run("user", "password", "--as", name, typed=typed)
    assert (ended.code in {1, 2}, ended.out, words in ended.err) == (True, "", True)
    assert run("user", "tokens", "--as", "bob").code == 0


def test_administrator_resets_anothers_password(run: Run) -> None:
    assert run("user", "token", "--label", "ci", "--as", "bob").code == 0
    reset = run("user", "reset", "bob", "--as", "ada", typed=f"{PASSWORD}\n{NEW_PASSWORD}")
    assert (reset.code, "bob signs in with the new password now" in reset.out) == (0, True)
    assert keys(run, "tokens", "--of", "bob") == []
    assert run("user", "tokens", "--as", "bob", typed=NEW_PASSWORD).code == 0


def test_tokens_are_listed_and_revoked(run: Run) -> None:
    secrets = [
        run("user", "token", "--label", label, "--as", "ada").out.splitlines()[1]
        for label in ("ci", "ci", "nightly")
    ]
    listed = run("user", "tokens", "--as", "ada")
    last_words = [line.split()[-1] for line in listed.out.splitlines()]
    assert last_words == ["LABEL", "nightly", "ci", "ci"]
    assert [secret for secret in secrets if secret in listed.out] == []
    twice = run("user", "revoke", "ci", "--as", "ada")
    assert (twice.code, "say which by its id" in twice.err) == (2, True)
    newest = keys(run, "tokens")[1]
    assert run("user", "revoke", newest["id"], "--as", "ada").code == 0
    assert run("user", "revoke", "ci", "--as", "ada").code == 0
    assert [key["label"] for key in keys(run, "tokens")] == ["nightly"]


def test_sessions_are_listed_and_ended(run: Run) -> None:
    from engine.bootstrap import engine_of, open_parts

    parts = open_parts()
    for client in ("192.0.2.7", "192.0.2.8"):
        engine_of(parts).sign_in("bob", PASSWORD, client=client)
    parts.database.close()
    found = keys(run, "sessions", "--of", "bob")
    assert [key["label"] for key in found] == ["192.0.2.8", "192.0.2.7"]
    assert {"id", "kind", "label", "created_at", "expires_at", "is_current"} == found[0].keys()
    one = run("user", "end-sessions", "--of", "bob", "--id", found[0]["id"], "--as", "ada")
    assert (one.code, one.out) == (0, "1 session of bob ended.\n")
    assert run("user", "end-sessions", "--as", "bob").out == "1 session of bob ended.\n"
    assert "BEGUN FROM" in run("user", "sessions", "--as", "bob").out


def test_every_refused_attempt_is_an_entry(run: Run, tmp_path: Path) -> None:
    attempts = (
        ("reset", "ada"),
        ("revoke", "ci", "--of", "ada"),
        ("end-sessions", "--of", "ada"),
        ("tokens", "--of", "ada"),
    )
    typed = f"{PASSWORD}\n{NEW_PASSWORD}"
    for command, *more in attempts:
        ended = run("user", command, *more, "--as", "bob", typed=typed)
        assert (ended.code, "NOT_ALLOWED" in ended.err) == (1, True), command
    assert run("user", "password", "--as", "bob", typed=f"{PASSWORD}\nshort").code == 2
    noted = [entry for entry in entries(run, tmp_path) if entry["kind"] == "ATTEMPT_REFUSED"]
    assert [entry["payload"]["request"] for entry in noted] == [
        "ResetPassword",
        "RevokeToken",
        "EndSessions",
        "AskAccount",
        "ChangePassword",
    ]


def test_no_password_is_ever_written_down(run: Run, tmp_path: Path) -> None:
    said = [
        run("user", "password", "--as", "bob", typed=f"{PASSWORD}\n{NEW_PASSWORD}"),
        run("user", "reset", "bob", "--as", "ada", typed=f"{PASSWORD}\n{NEW_PASSWORD} two"),
        run("user", "reset", "ada", "--as", "bob", typed=f"{NEW_PASSWORD} two\n{NEW_PASSWORD}"),
        run("--debug", "user", "password", "--as", "bob", typed=f"{NEW_PASSWORD}\n{PASSWORD}"),
    ]
    run("ledger", "export", "--out", str(tmp_path / "ledger.jsonl"))
    written = [ended.out + ended.err for ended in said]
    written += [
        file.read_bytes().decode("utf-8", "replace")
        for file in tmp_path.rglob("*")
        if file.is_file()
    ]
    for secret in (PASSWORD, NEW_PASSWORD):
        assert [text for text in written if secret in text] == []
