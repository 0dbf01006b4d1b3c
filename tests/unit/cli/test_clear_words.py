"""What commands say where something is unknown, refused, unevidenced or unexpected."""

import json
import logging
import sys
from pathlib import Path

import pytest

from engine.cli import intake
from engine.cli.logs import NoValues
from engine.cli.process import only_product, only_worker
from engine.errors import ConfigError
from tests.unit.cli.test_commands import (
    PASSWORD,
    SAMPLE,
    Run,
    bounded,
    product,
    propose,
    run,
)

__all__ = ["product", "run"]

UNEVIDENCED = "unevidenced: no label that counts supports this yet"


# --- envelopes ------------------------------------------------------------------------------


def test_diff_names_evidence_of_what_widens(product: Run, tmp_path: Path) -> None:
    ended = product("envelope", "diff", str(bounded(product, tmp_path)), "--desk", "incidents")
    assert ended.code == 1
    assert "  The phase goes from Copilot to Bounded: software acts inside" in ended.out
    assert f"  Software may do more alone; {UNEVIDENCED}." in ended.out


def test_proposer_and_signer_see_what_widens(
    product: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposed = propose(product, bounded(product, tmp_path))
    assert (proposed.code, UNEVIDENCED in proposed.out) == (0, True)
    sign = ("envelope", "activate", "1", "--desk", "incidents", "--as", "rhea")
    asked = product(*sign, typed="no\n", is_terminal=True)
    assert (asked.code, UNEVIDENCED in asked.out) == (1, True)
    assert asked.out.endswith(
        "What history said of it:\n"
        "  Nothing: there was no history to ask when it was proposed.\n"
        " Nothing was signed.\n"
    )
    assert "Sign version 1 of incidents, in place of version 0? [y/N]" in asked.err
    monkeypatch.setenv("COUNTERSIGN_PASSWORD", "wrong")
    unasked = product(*sign, "--yes", is_terminal=True)
    assert (unasked.code, "in place of" in unasked.err) == (1, False)
    assert "NOT_SIGNED_IN" in unasked.err
    monkeypatch.delenv("COUNTERSIGN_PASSWORD")
    signed = product(
        "envelope", "activate", "1", "--desk", "incidents", "--as", "rhea", "--json",
        typed=PASSWORD,
    )  # fmt: skip
    told = json.loads(signed.out)
    assert told["message"] == "Version 1 is active."
    assert {change["evidence"] for change in told["changes"]} == {UNEVIDENCED}
    assert all(change["widens"] for change in told["changes"])


def test_show_takes_desk_cell_or_version(product: Run) -> None:
    cell = product("envelope", "show", "incidents/routing/assign_group")
    assert (cell.code, cell.err) == (0, "")
    assert cell.out.startswith("incidents/routing/assign_group, version 0 (active)\n")
    assert "phase: COPILOT\n" in cell.out
    by_option = product("envelope", "show", "--desk", "incidents").out
    assert product("envelope", "show", "incidents").out == by_option
    assert product("envelope", "show", "0", "--desk", "incidents").out == by_option
    unknown = product("envelope", "show", "incidents/routing/refund")
    assert (unknown.code, "names no cell incidents/routing/refund" in unknown.err) == (2, True)
    other = product("goals", "show", "incidents/routing/assign_group")
    assert (other.code, "Only an envelope has cells" in other.err) == (2, True)


def test_narrowing_needs_no_evidence(product: Run, tmp_path: Path) -> None:
    file = bounded(product, tmp_path)
    file.write_text(file.read_text("utf-8").replace("phase: BOUNDED", "phase: COPILOT"), "utf-8")
    text = file.read_text("utf-8").replace("audit_rate: 0.1\n", "audit_rate: 0.05\n")
    file.write_text(text, "utf-8")
    ended = product("envelope", "diff", str(file), "--desk", "incidents")
    assert "The share drawn for audit: 5\u202f%, was 10\u202f%." in ended.out
    assert "evidenced" not in ended.out


def test_envelope_that_changes_nothing_is_refused(product: Run, tmp_path: Path) -> None:
    file = bounded(product, tmp_path)
    assert propose(product, file).code == 0
    again = propose(product, file)
    assert (again.code, "version 1 says the same and waits" in again.err) == (2, True)
    file.write_text(file.read_text("utf-8").replace("phase: BOUNDED", "phase: COPILOT"), "utf-8")
    same = propose(product, file)
    assert (same.code, "the active version says the same" in same.err) == (2, True)


# --- help and names -------------------------------------------------------------------------


def test_help_names_the_defaults_that_hold(run: Run) -> None:
    rollback = " ".join(run("envelope", "rollback", "--help").out.split())
    assert "The one before the active one by default." in rollback
    assert "The active one by default" not in rollback
    assert "8501 by default" in " ".join(run("up", "--help").out.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("envelope", "show", "--desk", "nope"), "no desk 'nope' here; there is incidents"),
        (("envelope", "show", "--desk", "nope", "--json"), "no desk 'nope' here"),
        (("pause", "desk:nope", "--as", "ada", "-r", "x"), "no desk 'nope' here; there is inc"),
        (
            ("pause", "cell:incidents/a/b", "--as", "ada", "-r", "x"),
            "'incidents/a/b' here; there is incidents/",
        ),
        (("pause", "nope", "--as", "ada", "-r", "x"), "use all, desk:<name> or cell:"),
        (("ledger", "export", "--stream", "case:nope"), "no stream 'case:nope'; there is global"),
    ],
    ids=["show", "show json", "desk", "cell", "scope", "stream"],
)
def test_unknown_names_come_with_the_known(
    product: Run, arguments: tuple[str, ...], words: str
) -> None:
    ended = product(*arguments, typed=PASSWORD)
    assert (ended.code, words in ended.err, ended.out) == (2, True, "")


def test_refused_kind_of_data_names_both_ways(product: Run) -> None:
    arguments = ("submit", "--desk", "incidents", str(SAMPLE))
    assert product(*arguments, "--simulated", "--replay").code == 0
    live = product(*arguments, "--simulated")
    assert (live.code, 'send it as replay (`--replay`, or "replay": true)' in live.err) == (2, True)
    real = product(*arguments, "--replay")
    assert (real.code, '`--simulated`, or "origin": "simulated"' in real.err) == (2, True)


# --- unexpected errors ----------------------------------------------------------------------


def break_down() -> None:
    raise RuntimeError("INSERT ... [parameters: ('a secret row',)]")


def test_unexpected_error_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "opened_parts", break_down)
    ended = run("submit", "--desk", "incidents", str(SAMPLE))
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (1, "", 1)
    assert "something unexpected went wrong: RuntimeError at engine/cli/intake.py:" in ended.err
    assert "secret" not in ended.err


def test_details_in_the_log_hold_no_values(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(intake, "opened_parts", break_down)
    with caplog.at_level(logging.DEBUG, "countersign"):
        run("submit", "--desk", "incidents", str(SAMPLE))
    assert "engine/cli/intake.py" in caplog.text
    assert "in break_down" in caplog.text
    assert "secret" not in caplog.text


def test_logged_error_is_told_without_its_message() -> None:
    try:
        break_down()
    except RuntimeError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "it failed", (), sys.exc_info())
    said = NoValues("%(message)s").format(record)
    assert said.startswith("it failed\n  RuntimeError at ")
    assert "secret" not in said


# --- one product on one file ----------------------------------------------------------------


def test_second_product_is_told_first(run: Run, tmp_path: Path) -> None:
    with only_product(tmp_path / "data" / "countersign.db.up"):
        ended = run("up", "--port", "0")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("countersign: Another `up` runs on this data (")
    assert "countersign.db)." in ended.err


def test_locks_of_product_and_worker_differ(tmp_path: Path) -> None:
    with (
        only_product(tmp_path / "a.db.up"),
        only_worker(tmp_path / "a.db.worker"),
        pytest.raises(ConfigError, match="Another worker runs"),
        only_worker(tmp_path / "a.db.worker"),
    ):
        raise AssertionError("both held the lock")
