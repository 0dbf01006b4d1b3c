"""Settings are read from the environment, checked, listed and masked."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from engine.settings import (
    Settings,
    as_environment,
    masked,
    read_settings,
    secret_from_environment,
    setting_rows,
    unknown_variables,
)

POSTGRES = "postgresql://ops:secret@db.example/countersign"


def test_defaults_need_no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    settings = read_settings({})
    assert settings.database_url == f"sqlite:///{tmp_path}/data/local/countersign.db"
    assert settings.itsm_url == f"sqlite:///{tmp_path}/data/local/itsm.db"
    assert (settings.host, settings.workers, settings.take_back_s) == ("127.0.0.1", 1, 8.0)


def test_variables_and_options_are_read() -> None:
    environment = {
        "COUNTERSIGN_PORT": " 9000 ",
        "COUNTERSIGN_DESKS": "a, b",
        "COUNTERSIGN_HOST": "",
    }
    settings = read_settings(environment, take_back_s=0.0, port=None)
    assert (settings.port, settings.desks, settings.take_back_s) == (9000, ("a", "b"), 0.0)
    assert settings.host == "127.0.0.1"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORT", "many", "must be a int"),
        ("PORT", "70000", "must be 0 to 65535"),
        ("WORKERS", "0", "must be 1 or more"),
        ("SESSION_HOURS", "0", "must be more than 0"),
        ("TAKE_BACK_S", "-1", "must be 0 to 3600"),
    ],
    ids=["no-number", "port", "workers", "session", "take-back"],
)
def test_wrong_values_name_their_variable(name: str, value: str, words: str) -> None:
    with pytest.raises(ValueError, match=f"COUNTERSIGN_{name}.*{words}"):
        read_settings({f"COUNTERSIGN_{name}": value})


def test_second_worker_on_sqlite_is_refused() -> None:
    with pytest.raises(ValueError, match="one process write at a time"):
        read_settings({"COUNTERSIGN_WORKERS": "2"})
    assert read_settings({"COUNTERSIGN_DATABASE_URL": POSTGRES, "COUNTERSIGN_WORKERS": "2"}).workers


def test_child_process_reads_the_same(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url=POSTGRES, desks=("a", "b"), port=1)
    assert read_settings(as_environment(settings)) == settings


def test_every_setting_is_documented() -> None:
    rows = setting_rows(Settings(database_url=POSTGRES))
    assert [row.variable for row in rows if not re.search(r"\w.*\.$", row.what)] == []
    assert len(rows) == len(fields(Settings))
    assert [row.variable for row in rows if not row.is_default] == ["COUNTERSIGN_DATABASE_URL"]
    assert "secret" not in repr(rows)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (POSTGRES, "postgresql://ops:***@db.example/countersign"),
        ("postgresql://ops:p%40s@s@h/d", "postgresql://ops:***@h/d"),
        ("postgresql:///d?user=ops&password=secret", "postgresql:///d?user=ops&password=***"),
        ("postgresql://ops@h/d", "postgresql://ops@h/d"),
        ("sqlite:////var/lib/a.db", "sqlite:////var/lib/a.db"),
        ("http://[broken", "***"),
    ],
    ids=["plain", "at-sign", "query", "no-password", "file", "broken"],
)
def test_passwords_are_masked(url: str, shown: str) -> None:
    assert masked(url) == shown


def test_misspelt_variables_are_told() -> None:
    environment = {
        "COUNTERSIGN_PROT": "1",
        "COUNTERSIGN_PORT": "1",
        "COUNTERSIGN_PASSWORD": "x",
        "COUNTERSIGN_TEST_DATABASE": "x",
        "PATH": "x",
    }
    assert unknown_variables(environment) == ("COUNTERSIGN_PROT",)
    assert secret_from_environment("PASSWORD", environment) == "x"
