"""Settings: everything that can be set from outside, as one frozen value that refuses nonsense.

Where they come from is `reading`'s; what they mean to a part of the engine lives in that part.
"""

from __future__ import annotations

import re
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PREFIX = "COUNTERSIGN_"
BESIDE = {"itsm_url": "itsm.db", "shop_database_url": "shop.db"}
"""Databases of the systems that ship: the engine's where that is a server, else these files."""
_MASK = "***"
_SHORTEST_KEY = 8
"""Anything shorter is a slip, and could not be kept out of texts without tearing them."""
_ONE_OF = {
    "model_thinking": ("adaptive", "between_tools", "default", "disabled"),
    "scripted_model": ("", "plain", "repeats", "drifts", "invents", "contradicts", "obeys"),
}
_QUERY_PASSWORD = re.compile(r"(\bpassword=)[^&]*")
_BEHIND = re.compile(r"([?#]).*", re.DOTALL)
"""Query and fragment of an address in the web; keys are passed there, under any name."""


def _is(what: str, *, is_secret: bool = False) -> dict[str, Any]:
    return {"what": what, "is_secret": is_secret}


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """How this installation runs; one variable a field, upper case after `COUNTERSIGN_`."""

    data_dir: Path = field(
        default=Path("data/local"),
        metadata=_is("Folder of the SQLite files, the keys and the seal file."),
    )
    database_url: str = field(
        default="",
        metadata=_is("Database of the engine; by default countersign.db in the data folder."),
    )
    itsm_url: str = field(
        default="",
        metadata=_is(
            "Database of the ticket system the incidents desk acts on; by default the engine's "
            "where that is a server, else itsm.db in the data folder."
        ),
    )
    shop_url: str = field(
        default="",
        metadata=_is(
            "Where the shop answers that the orders desk acts on; empty: the one that ships with "
            "the desk, started with the product."
        ),
    )
    shop_database_url: str = field(
        default="",
        metadata=_is(
            "Database of the shop that ships; by default the engine's where that is a server, "
            "else shop.db in the data folder."
        ),
    )
    desks: tuple[str, ...] = field(
        default=(), metadata=_is("Desks that run, comma-separated; empty: all.")
    )
    host: str = field(default="127.0.0.1", metadata=_is("Address the web process listens on."))
    port: int = field(default=8501, metadata=_is("Port the web process listens on."))
    public_url: str = field(
        default="",
        metadata=_is(
            "What people type where a proxy stands in front, such as https://ops.example."
        ),
    )
    workers: int = field(default=1, metadata=_is("Worker processes; SQLite allows one."))
    take_back_s: float = field(
        default=8.0, metadata=_is("How long a decision can be taken back, in seconds.")
    )
    claim_s: float = field(
        default=300.0, metadata=_is("How long a claim lasts without being renewed, in seconds.")
    )
    session_hours: float = field(default=12.0, metadata=_is("How long a person stays signed in."))
    setup_hours: float = field(
        default=24.0, metadata=_is("How long the one-time set-up link works.")
    )
    notice_url: str = field(
        default="",
        metadata=_is("Web hook that is told of every veto window; empty: only the console is."),
    )
    body_limit_mb: float = field(
        default=16.0, metadata=_is("Largest request body the API reads, in megabytes.")
    )
    anthropic_api_key: str = field(
        default="",
        repr=False,
        metadata=_is("Key of the Messages API; empty: no language model is asked.", is_secret=True),
    )
    anthropic_url: str = field(
        default="https://api.anthropic.com", metadata=_is("Where the Messages API answers.")
    )
    model: str = field(
        default="claude-sonnet-5-5", metadata=_is("Language model that is asked, by its API name.")
    )
    model_thinking: str = field(
        default="between_tools",
        metadata=_is(
            "How the model may think before it answers: adaptive, between_tools, disabled, or "
            "default for its own way. Models take different ones."
        ),
    )
    scripted_model: str = field(
        default="",
        metadata=_is(
            "Scripted stand-in for a language model, for demonstrations without a key: plain, or "
            "how it goes wrong: repeats, drifts, invents, contradicts, obeys; empty: none."
        ),
    )
    model_timeout_s: float = field(
        default=45.0, metadata=_is("How long a whole answer of the model may take, in seconds.")
    )
    model_calls_at_once: int = field(
        default=4, metadata=_is("Calls of the model that a worker process makes at once.")
    )
    model_price_input: int = field(
        default=0,
        metadata=_is(
            "Price of a million input tokens in millionths of a dollar; 0: unknown, so no cost is "
            "shown as money."
        ),
    )
    model_price_output: int = field(
        default=0, metadata=_is("Price of a million output tokens, likewise.")
    )
    model_price_cache_read: int = field(
        default=0, metadata=_is("Price of a million tokens read from the cache, likewise.")
    )
    model_price_cache_write: int = field(
        default=0, metadata=_is("Price of a million tokens written to the cache, likewise.")
    )
    reasoner: str = field(
        default="playbook",
        metadata=_is(
            "Who reasons about new cases: playbook (the desk's own rules or precedents), workflow "
            "or agent; or by desk, as orders=agent,incidents=workflow. The last two need a model."
        ),
    )
    memory: str = field(
        default="on",
        metadata=_is(
            "Whether precedents are asked before a model (on or off); see docs/memory.md."
        ),
    )
    model_tokens_run: int = field(
        default=300_000, metadata=_is("Tokens one run may use, in and out; 0: no limit.")
    )
    model_budget_run: int = field(
        default=0,
        metadata=_is("Most a run may cost, in millionths of a dollar; 0: no limit."),
    )
    model_budget_desk_day: int = field(
        default=0,
        metadata=_is(
            "Most the runs of a desk may cost a day, likewise; shadow runs ask a model only while "
            "less than half of it is used."
        ),
    )
    model_budget_day: int = field(
        default=0,
        metadata=_is("Most all runs may cost a day, likewise, with half for shadow runs."),
    )

    def __post_init__(self) -> None:
        """Fill in what follows from the data folder, and refuse what cannot work.

        Raises:
            ValueError: A value is out of range; the message names the variable.
        """
        folder = self.data_dir.absolute()
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{folder / 'countersign.db'}")
        for name, file in BESIDE.items():
            if not getattr(self, name):  # whoever shares the engine's database acts on one system
                own = f"sqlite:///{folder / file}"
                object.__setattr__(self, name, own if self.is_sqlite else self.database_url)
        _require(self, "port", 0 <= self.port <= 65535, "must be 0 to 65535")
        _require(self, "workers", self.workers >= 1, "must be 1 or more")
        _require(self, "take_back_s", 0 <= self.take_back_s <= 3600, "must be 0 to 3600")
        for name in ("notice_url", "shop_url", "anthropic_url"):
            url = getattr(self, name)
            is_web = not url or url.startswith(("http://", "https://"))
            _require(self, name, is_web, "must begin with http:// or https://")
        for name in ("claim_s", "session_hours", "setup_hours", "body_limit_mb"):
            _require(self, name, getattr(self, name) > 0, "must be more than 0")
        _check_model(self)
        _require(
            self,
            "workers",
            self.workers == 1 or not self.is_sqlite,
            "must be 1 on SQLite: it lets one process write at a time, so a second worker "
            "only waits for the first; use PostgreSQL for more",
        )

    @property
    def is_sqlite(self) -> bool:
        """Whether the engine's database is an SQLite file."""
        return self.database_url.startswith("sqlite")


def masked(url: str) -> str:
    """A URL without its password, one in the web without its query; any other text as it is."""
    try:
        parts = urlsplit(url)
        password = parts.password
    except ValueError:
        return _MASK
    if password:
        account, _, place = parts.netloc.rpartition("@")
        name = account.partition(":")[0]
        url = url.replace(parts.netloc, f"{name}:{_MASK}@{place}", 1)
    if url.startswith(("http://", "https://")):
        return _BEHIND.sub(rf"\1{_MASK}", url)
    return _QUERY_PASSWORD.sub(rf"\1{_MASK}", url)


def variable(name: str) -> str:
    """The variable of the environment that a field is read from."""
    return PREFIX + name.upper()


def shown(settings: Settings, item: Field[Any]) -> str:
    """A setting's value as people may see it."""
    text = text_of(getattr(settings, item.name))
    return (_MASK if text else "") if item.metadata["is_secret"] else masked(text)


def _check_model(settings: Settings) -> None:
    key = settings.anthropic_api_key
    _require(
        settings,
        "anthropic_api_key",
        not key or (len(key) >= _SHORTEST_KEY and key.isascii() and key.isprintable()),
        f"must be {_SHORTEST_KEY} or more plain characters on one line",
    )
    _require(settings, "anthropic_api_key", " " not in key, "must not have spaces in it")
    is_place = bool(settings.anthropic_url) and not _BEHIND.search(settings.anthropic_url)
    _require(settings, "anthropic_url", is_place, "must be a place alone, with no ? and no # in it")
    _require(settings, "model", bool(settings.model), "must name a model")
    _require(settings, "memory", settings.memory in ("on", "off"), "must be on or off")
    for name, words in _ONE_OF.items():
        rule = f"must be one of {', '.join(filter(None, words))}"
        _require(settings, name, getattr(settings, name) in words, rule)
    is_met, beside = not (key and settings.scripted_model), variable("anthropic_api_key")
    _require(settings, "scripted_model", is_met, f"cannot stand beside {beside}; empty one of them")
    _require(
        settings,
        "model_timeout_s",
        0 < settings.model_timeout_s <= 600,
        "must be above 0, at most 600",
    )
    _require(
        settings, "model_calls_at_once", settings.model_calls_at_once >= 1, "must be 1 or more"
    )
    _check_prices(settings)


def _check_prices(settings: Settings) -> None:
    prices = [name for name in _names_of(settings) if name.startswith("model_price_")]
    budgets = [name for name in _names_of(settings) if name.startswith("model_budget_")]
    is_priced = any(getattr(settings, name) for name in prices)
    for name in (*prices, *budgets, "model_tokens_run"):
        _require(settings, name, getattr(settings, name) >= 0, "must be 0 or more")
    for name in prices:
        is_met = getattr(settings, name) > 0 or not is_priced
        _require(settings, name, is_met, "must be set too, or what a call costs is wrong")
    for name in budgets:
        is_met = is_priced or not getattr(settings, name)
        _require(
            settings, name, is_met, "needs the prices: COUNTERSIGN_MODEL_PRICE_INPUT and so on"
        )


def _names_of(settings: Settings) -> tuple[str, ...]:
    return tuple(item.name for item in fields(settings))


def _require(settings: Settings, name: str, is_met: bool, rule: str) -> None:
    if not is_met:
        item = next(item for item in fields(settings) if item.name == name)
        raise ValueError(f"{variable(name)} is {shown(settings, item)}: it {rule}")


def text_of(value: object) -> str:
    """A field's value as its variable has it."""
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
