"""A shipped server's port is kept for it, also while nobody listens there."""

import socket
import sys
from pathlib import Path

import pytest

from engine.bootstrap import open_desks
from engine.cli.servers import HOST, kept_ports, parts_of_servers, servers_of
from engine.desk import ShippedServer
from engine.desks.orders.shop.__main__ import _listen
from engine.errors import ConfigError
from engine.settings import Settings, child_environment
from engine.testing.world import FakeClock

SHOP = ShippedServer(name="shop", setting="shop_url", command=(sys.executable, "-m", "shop"))


def squat(port: int) -> None:
    """Take a port as any other program would."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((HOST, port))
        taken.listen()


def test_no_other_program_gets_the_port() -> None:
    with kept_ports([SHOP]) as ports:
        with pytest.raises(OSError, match="in use"):
            squat(ports[SHOP])
        _listen(HOST, ports[SHOP], is_kept=True).close()  # the server was there, and has gone
        with pytest.raises(OSError, match="in use"):
            squat(ports[SHOP])
    squat(ports[SHOP])


def test_server_answers_on_its_kept_port() -> None:
    with kept_ports([SHOP]) as ports:
        for _ in range(2):  # the second time after a restart
            with (
                _listen(HOST, ports[SHOP], is_kept=True) as listener,
                socket.create_connection((HOST, ports[SHOP]), timeout=5) as caller,
                listener.accept()[0] as answered,
            ):
                caller.sendall(b"hello")
                assert answered.recv(5) == b"hello"


def test_callers_of_no_server_are_refused() -> None:
    with kept_ports([SHOP]) as ports, pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, ports[SHOP]), timeout=5)


def test_taken_port_says_what_to_do() -> None:
    with kept_ports([SHOP]) as ports, pytest.raises(ConfigError, match="end that one or choose"):
        _listen(HOST, ports[SHOP])


def test_command_line_names_no_password(tmp_path: Path) -> None:
    url = "postgresql://ops:secret@db.example/countersign"
    settings = Settings(data_dir=tmp_path, database_url=url, desks=("orders",))
    (shop,) = servers_of(open_desks(settings, FakeClock()).values())
    assert [word for word in shop.command if "secret" in word or "db.example" in word] == []
    assert child_environment(settings)["COUNTERSIGN_SHOP_DATABASE_URL"] == url


def test_product_goes_on_without_its_shop() -> None:
    with kept_ports([SHOP]) as ports:
        assert [part.is_vital for part in parts_of_servers(ports)] == [False]
