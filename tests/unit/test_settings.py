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


@pytest.mark.parametrize(
    ("name", "file"), [("shop_database_url", "shop.db"), ("itsm_url", "itsm.db")]
)
def test_shared_database_means_shared_systems(tmp_path: Path, name: str, file: str) -> None:
    one = Settings(data_dir=tmp_path / "one", database_url=POSTGRES)
    other = Settings(data_dir=tmp_path / "other", database_url=POSTGRES)
    assert getattr(one, name) == getattr(other, name) == POSTGRES
    assert getattr(Settings(data_dir=tmp_path), name) == f"sqlite:///{tmp_path / file}"
    told = read_settings({"COUNTERSIGN_DATABASE_URL": POSTGRES}, **{name: "sqlite:///own.db"})
    assert getattr(told, name) == "sqlite:///own.db"


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
        ("PORT", "many", "must be a whole number"),
        ("MODEL_PRICE_INPUT", "3.00", "millionths of a dollar: 3 USD a million tokens is 3000000"),
        ("MODEL_BUDGET_DAY", "5.5", "millionths of a dollar: 3 USD is 3000000"),
        ("PORT", "70000", "must be 0 to 65535"),
        ("WORKERS", "0", "must be 1 or more"),
        ("SESSION_HOURS", "0", "must be more than 0"),
        ("TAKE_BACK_S", "-1", "must be 0 to 3600"),
        ("ANTHROPIC_URL", "api.example", "must begin with http"),
        ("ANTHROPIC_URL", "https://h/x?k=key", r"is https://h/x\?\*\*\*: it must be a place alone"),
        ("ANTHROPIC_URL", "https://h/x#key", r"is https://h/x#\*\*\*: it must be a place alone"),
        ("MODEL_THINKING", "hard", "must be one of adaptive, between_tools"),
        ("MODEL_TIMEOUT_S", "0", "must be above 0, at most 600"),
        ("MODEL_CALLS_AT_ONCE", "0", "must be 1 or more"),
        ("MODEL_TOKENS_RUN", "-1", "must be 0 or more"),
        ("MODEL_BUDGET_DAY", "5", "needs the prices: COUNTERSIGN_MODEL_PRICE_INPUT"),
    ],
    ids=[
        "no-number",
        "price-with-a-dot",
        "budget-with-a-dot",
        "port",
        "workers",
        "session",
        "take-back",
        "url",
        "url-query",
        "url-fragment",
        "thinking",
        "timeout",
        "calls",
        "tokens",
        "budget-without-prices",
    ],
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
        ("https://u:pw@h/x?k=secret&l=1#secret", "https://u:***@h/x?***"),
        ("https://h/x#secret", "https://h/x#***"),
        ("https://h/x", "https://h/x"),
    ],
    ids=[
        *("plain", "at-sign", "query", "no-password", "file", "broken"),
        *("web-query", "web-fragment", "web"),
    ],
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


def test_prices_are_set_together_or_not() -> None:
    names = ("INPUT", "OUTPUT", "CACHE_READ", "CACHE_WRITE")
    all_of_them = {f"COUNTERSIGN_MODEL_PRICE_{name}": "100000" for name in names}
    settings = read_settings({**all_of_them, "COUNTERSIGN_MODEL_BUDGET_RUN": "5"})
    assert (settings.model_price_output, settings.model_budget_run) == (100_000, 5)
    for name in all_of_them:
        with pytest.raises(ValueError, match=f"{name} is 0: it must be set too"):
            read_settings({**all_of_them, name: "0"})


def test_keys_are_masked_wherever_shown() -> None:
    settings = Settings(anthropic_api_key="sk-secret-of-ours")
    (row,) = (row for row in setting_rows(settings) if not row.is_default)
    assert (row.variable, row.value) == ("COUNTERSIGN_ANTHROPIC_API_KEY", "***")
    assert "sk-secret" not in repr((settings, setting_rows(settings)))
    assert "sk-secret" in repr(as_environment(settings))
    empty = {row.variable: row.value for row in setting_rows(Settings())}
    assert empty["COUNTERSIGN_ANTHROPIC_API_KEY"] == ""
