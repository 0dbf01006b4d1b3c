"""A throw-away PostgreSQL server for one test run, shared by all its workers.

Holds the folder they share, starting, stopping and creating databases; fixtures are in conftest.py.
Data lies in memory where there is room, and is never flushed to a disk: it outlives no run.
"""

import fcntl
import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.machine import MEMORY, find_postgres, memory_folder

# Short on purpose: the name of a unix socket may have about a hundred characters.
ON_DISK = Path("/tmp")
PREFIX = "countersign-pg-"
START_ATTEMPTS = 3

CONFIGURATION = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{folder}'
fsync = off
full_page_writes = off
synchronous_commit = off
max_connections = 200
shared_buffers = 64MB
max_wal_size = 256MB
timezone = 'UTC'
log_timezone = 'UTC'
"""


class PostgresError(RuntimeError):
    """The server programs are there but the server did not start; the log is in the message."""


def make_shared_folder() -> Path:
    """A folder for one test run, known to all its workers; sweeps those of killed runs first."""
    for parent in (MEMORY, ON_DISK):
        for left_over in parent.glob(f"{PREFIX}*"):
            if _is_abandoned(left_over):
                remove_shared_folder(left_over)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=memory_folder() or ON_DISK))
    (folder / "owner").write_text(str(os.getpid()))
    return folder


def remove_shared_folder(folder: Path) -> None:
    """Stop the server in it, if one was started, and delete it."""
    data = folder / "server" / "data"
    programs = find_postgres()
    if programs and (data / "postmaster.pid").exists():
        _run_as_server([programs / "pg_ctl", "stop", "-D", data, "-m", "immediate"], check=False)
    shutil.rmtree(folder, ignore_errors=True)


def server_url(folder: Path, programs: Path) -> str:
    """The URL of this run's server; the first worker that asks starts it."""
    note = folder / "server.json"
    with one_at_a_time(folder):
        if not note.exists():
            note.write_text(json.dumps({"url": _start(folder / "server", programs)}))
        url: str = json.loads(note.read_text())["url"]
    return url


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """What the workers of one run do one after the other, in the folder they share."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Server:
    """A server on which databases are made and dropped, over one connection."""

    def __init__(self, url: str) -> None:
        self.url = url
        plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._connection = psycopg.connect(plain, autocommit=True)

    @contextmanager
    def new_database(self, template: str = "template0") -> Iterator[str]:
        """A database of its own, dropped at the end; gives its URL for SQLAlchemy."""
        name = self.create_database(template)
        try:
            yield self.url_of(name)
        finally:
            self.drop_database(name)

    def create_database(self, template: str = "template0") -> str:
        """Make a database like another one to which nobody is connected; gives its name."""
        name = f"test_{secrets.token_hex(8)}"
        self._execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}"), name, template)
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), name)

    def url_of(self, name: str) -> str:
        """The URL of a database for SQLAlchemy."""
        return _with_database(self.url, name)

    def close(self) -> None:
        """Give back the connection."""
        self._connection.close()

    def _execute(self, statement: sql.SQL, *names: str) -> None:
        self._connection.execute(statement.format(*(sql.Identifier(name) for name in names)))


def _with_database(server: str, name: str) -> str:
    base, _, query = server.partition("?")
    _, _, rest = base.partition("://")
    authority = rest.split("/")[0]
    return f"postgresql+psycopg://{authority}/{name}{'?' if query else ''}{query}"


def _is_abandoned(folder: Path) -> bool:
    try:
        os.kill(int((folder / "owner").read_text()), 0)
    except ProcessLookupError:
        return True
    except (OSError, ValueError):
        return False  # another user's, or just being made
    return False


def _start(folder: Path, programs: Path) -> str:
    password = secrets.token_hex(16)
    for _attempt in range(START_ATTEMPTS):
        port = _free_port()
        _make_cluster(folder, programs, port=port, password=password)
        command: list[str | Path] = [programs / "pg_ctl", "start", "-D", folder / "data"]
        command += ["-w", "-t", "60", "-s", "-l", folder / "log"]
        started = _run_as_server(command, check=False)
        if started.returncode == 0:
            return f"postgresql+psycopg://postgres:{password}@127.0.0.1:{port}/postgres"
        # Another process may have taken the port between choosing and starting.
    log = folder / "log"
    raise PostgresError(log.read_text() if log.exists() else started.stderr)


def _make_cluster(folder: Path, programs: Path, *, port: int, password: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    password_file = folder / "password"
    password_file.write_text(password)
    if user := _server_user():
        folder.parent.chmod(0o711)  # the server passes through; what else is there stays closed
        for path in (folder, password_file):
            os.chown(path, user.pw_uid, user.pw_gid)
    options = ["--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={password_file}"]
    options += ["--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"]
    _run_as_server([programs / "initdb", "-D", folder / "data", *options], check=True)
    with (folder / "data" / "postgresql.conf").open("a") as configuration:
        configuration.write(CONFIGURATION.format(port=port, folder=folder))


def _server_user() -> pwd.struct_passwd | None:
    """Who runs the server: PostgreSQL refuses to run as root, so another user does then."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresError("running as root, and there is no user postgres or nobody")


def _run_as_server(
    command: Sequence[str | Path], *, check: bool
) -> "subprocess.CompletedProcess[str]":
    user = _server_user()
    identity: dict[str, Any] = {}
    if user:
        identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    with tempfile.TemporaryFile("w+") as output:
        # A file and not a pipe: the server inherits it and would keep a pipe open for ever.
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"},
            check=False,
            **identity,
        )
        output.seek(0)
        text = output.read()
    if check and done.returncode != 0:
        raise PostgresError(f"{command[0]} failed:\n{text}")
    return subprocess.CompletedProcess(done.args, done.returncode, stdout="", stderr=text)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
