"""A running web process with real accounts, asked over HTTP: for tests of its doors."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from console.session import COOKIE

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery"
HTML = {"Accept": "text/html"}


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def cookie(self) -> str:
        """The session cookie it sets, with its attributes."""
        return self.headers.get("set-cookie", "")

    @property
    def token(self) -> str:
        return self.cookie.partition(f"{COOKIE}=")[2].partition(";")[0]


@dataclass
class Door:
    """A running web process and its one-time set-up token."""

    port: int
    setup: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self,
        method: str,
        path: str,
        *,
        form: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        token: str = "",
    ) -> Reply:
        sent = dict(headers or {})
        if token:
            sent["Cookie"] = f"{COOKIE}={token}"
        body = None
        if form is not None:
            body = urlencode(form)
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
            sent.setdefault("Origin", self.url)
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        reply = Reply(answer.status, headers, answer.read().decode("utf-8", "replace"))
        connection.close()
        return reply

    def sign_in(self, name: str = "ada", password: str = PASSWORD, **changes: Any) -> Reply:
        return self.ask("POST", "/signin", form={"name": name, "password": password}, **changes)


def _wait_for(door: Door, process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if door.ask("GET", "/healthz").status == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the web process did not answer")


@contextmanager
def opened(folder: Path) -> Iterator[Door]:
    """Start a web process over a fresh database of accounts; stop it after."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    database = f"sqlite:///{folder / 'accounts.db'}"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.browser.door_server", str(port), database],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    door = Door(port=port, setup=process.stdout.readline().strip())
    try:
        _wait_for(door, process)
        yield door
    finally:
        process.terminate()
        process.communicate(timeout=20)


def set_up_ada(door: Door) -> None:
    """Make the account ada where there is none yet."""
    if "No account yet" in door.ask("GET", "/signin").text:
        form = {"token": door.setup, "name": "ada", "display_name": "Ada Moreno"}
        made = door.ask("POST", "/setup", form=form | {"password": PASSWORD, "again": PASSWORD})
        assert made.status == 303
