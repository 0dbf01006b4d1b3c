"""What commands say of what is missing: a password, a file, a version."""

from pathlib import Path

import yaml

from tests.unit.cli.test_commands import PASSWORD, SAMPLE, Run, bounded, product, run

__all__ = ["product", "run"]


def test_missing_password_is_named_as_such(product: Run) -> None:
    ended = product("user", "add", "zoe", "--as", "ada")
    assert ended.code == 2
    assert "Password of ada was not given" in ended.err
    assert "COUNTERSIGN_PASSWORD" in ended.err


def test_missing_file_is_told_before_the_desk(product: Run, tmp_path: Path) -> None:
    first = product("submit", "--desk", "incidents", str(SAMPLE), "--simulated", "--replay")
    assert first.code == 0
    ended = product("submit", "--desk", "incidents", str(tmp_path / "no.csv"))
    assert ended.code == 2
    assert "There is no file" in ended.err
    assert "replays history" not in ended.err


def test_refused_proposal_shows_no_difference(product: Run, tmp_path: Path) -> None:
    file = bounded(product, tmp_path)
    asked = ("envelope", "propose", str(file), "--desk", "incidents", "-m", "tighter")
    ended = product(*asked, "--as", "ada", typed=PASSWORD)
    assert (ended.code, ended.out) == (1, "")
    assert "may do this" in ended.err


def test_a_reason_is_given_by_either_letter(product: Run) -> None:
    paused = product("pause", "desk:incidents", "--as", "ada", "-m", "storm", typed=PASSWORD)
    assert (paused.code, paused.out.strip()) == (0, "Paused: the desk Incident routing.")
    back = product(
        "envelope", "rollback", "--desk", "incidents", "--as", "rhea", "--version", "7",
        "-r", "why", typed=PASSWORD,
    )  # fmt: skip
    assert (back.code, "There is no version 7" in back.err) == (2, True)


def test_one_cell_is_counted_as_one(product: Run, tmp_path: Path) -> None:
    file = bounded(product, tmp_path)
    document = yaml.safe_load(file.read_text("utf-8"))
    file.write_text(yaml.safe_dump(document | {"cells": document["cells"][:1]}), "utf-8")
    said = product("envelope", "validate", str(file)).out
    assert "an envelope with 1 cell for incidents" in said
