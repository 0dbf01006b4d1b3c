"""`countersign demo`: an invented fortnight in a fresh database, then the product on it."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.output import say
from engine.cli.readiness import free_port, url_of
from engine.cli.running import alone, run_product
from engine.cli.servers import beside, kept_ports, servers_of, settings_of_servers
from engine.errors import ConfigError
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.bootstrap.demonstration import Made

DESK = "orders"
CLOCK_FILE = "history.clock"
USUAL_PER_HOUR = 40.0
_BAR = 30


def demo(
    speed: Annotated[
        float, typer.Option("--speed", min=0.1, max=100, help="Times the usual pace of new cases.")
    ] = 1.0,
    port: Annotated[int, typer.Option("--port", help="0 takes a free one.")] = 8501,
    data_dir: Annotated[
        Path | None, typer.Option("--data-dir", help="An empty folder; a new one by default.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=1, help="Which invented world.")] = 7,
    days: Annotated[
        float, typer.Option("--days", min=0.5, max=60, help="How much history.")
    ] = 14.0,
    scripted_model: Annotated[
        str,
        typer.Option(
            "--scripted-model",
            help="plain, or how it goes wrong: repeats, drifts, invents, contradicts, obeys.",
        ),
    ] = "plain",
) -> None:
    """Show the product: invented history, simulated people, live cases; on this machine alone."""
    from engine.bootstrap import open_clock

    began = perf_counter()
    now = open_clock().now().replace(microsecond=0)
    folder = _empty_folder(data_dir or Path("data/local") / f"demo-{now:%Y%m%d-%H%M%S}")
    settings = _settings(folder, port, scripted_model)
    with alone(settings):
        say(f"Making {days:g} days of simulated history in {folder} …")
        made = _make(settings, seed=seed, begins_at=now - timedelta(days=days), ends_at=now)
        spent = _Spent(history_s=perf_counter() - began, made=made, began=began)
        code = run_product(
            settings,
            with_samples=True,
            per_hour=USUAL_PER_HOUR * speed,
            say_ready=partial(_say_ready, spent),
        )
        raise typer.Exit(code)


def _settings(folder: Path, port: int, scripted_model: str) -> Settings:
    """Nothing of the environment: a demonstration touches its own folder and no other database.

    Raises:
        ConfigError: There is no such scripted model.
    """
    try:
        made = Settings(data_dir=folder, desks=(DESK,), port=port, scripted_model=scripted_model)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    return replace(made, port=free_port(made))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Spent:
    history_s: float
    made: Made
    began: float


def _make(settings: Settings, *, seed: int, begins_at: datetime, ends_at: datetime) -> Made:
    """Make the history, with the shop beside on the history's clock."""
    import httpx2

    from engine.adapters.keys import KeyFolder
    from engine.bootstrap import open_desks
    from engine.bootstrap.demonstration import History, HistoryPlan, open_history
    from engine.bootstrap.demonstration.clockwork import HistoryClock
    from engine.bootstrap.feeds import Begun, keep_begun, world_file
    from engine.desks.orders.words import SYSTEM
    from engine.simulators.orders.driver import HttpShop

    file = settings.data_dir / CLOCK_FILE
    clock = HistoryClock(begins_at, file)
    KeyFolder(path=settings.data_dir / "keys").make(f"{SYSTEM}.key")
    shipped = (
        replace(server, command=(*server.command, "--clock-file", str(file)))
        for server in servers_of(open_desks(settings, clock).values())
    )
    with kept_ports(shipped) as servers, beside(servers, settings):
        settings = replace(settings, shop_url=settings_of_servers(servers)["shop_url"])
        opened = open_history(settings, seed=seed, clock=clock)
        key = opened.parts.key(f"{SYSTEM}.key")
        if key is None:
            raise ConfigError("The key of the shop is missing.")
        with httpx2.Client(base_url=settings.shop_url, timeout=30, trust_env=False) as client:
            history = History(
                opened=opened,
                send=HttpShop(client=client, key=key, clock=clock),
                plan=HistoryPlan(seed=seed, begins_at=begins_at, ends_at=ends_at),
            )
            made = history.make(_Line())
        begun = Begun(seed=seed, start=begins_at, next_number=made.next_number, since=ends_at)
        keep_begun(world_file(opened.parts, DESK), begun)
        opened.parts.database.close()
    clock.close()
    file.unlink()
    return made


class _Line:
    """Progress in one line that is written over; without a terminal, nothing until the end."""

    def __init__(self) -> None:
        self._shown = -1

    def __call__(self, share: float) -> None:
        """Show how much is there."""
        percent = min(int(share * 100), 100)
        if percent == self._shown or not sys.stdout.isatty():
            return
        self._shown = percent
        bar = "#" * (percent * _BAR // 100)
        typer.echo(f"\r  [{bar.ljust(_BAR)}] {percent:3} %", nl=percent == 100)


def _empty_folder(folder: Path) -> Path:
    """Make the folder.

    Raises:
        ConfigError: Something is in it: a demonstration begins with nothing.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_empty = not any(folder.iterdir())
    except OSError as error:
        raise ConfigError(f"The folder {folder} cannot be used: {error.strerror}.") from None
    if not is_empty:
        raise ConfigError(
            f"A demonstration begins in an empty folder, and {folder} is not. Name another, or "
            f"look at that one with COUNTERSIGN_DATA_DIR={folder} countersign up."
        )
    return folder.absolute()


def _say_ready(spent: _Spent, settings: Settings, link: str) -> None:
    made = spent.made
    say()
    say(f"DEMONSTRATION, everything in it is simulated: {url_of(settings)}")
    say(
        f"{made.cases} cases, {made.decided} answers, {made.audited} blind audits, {made.runs} "
        f"looks of other reasoners; ready after {perf_counter() - spent.began:.0f} s (history "
        f"{spent.history_s:.0f} s)."
    )
    say("No language model is asked: a scripted one stands in, and proves nothing of a real one.")
    say("Choose a simulated person on the sign-in page; there are no passwords to know.")
    say(f"Its data lies in {settings.data_dir}; delete the folder to be rid of it.")
    say("Ctrl-C stops it.")
    say()
