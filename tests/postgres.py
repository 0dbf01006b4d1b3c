"""A throw-away PostgreSQL server for one test run, shared by all its workers.

Holds the folder they share, starting, stopping and creating databases; fixtures are in conftest.py.
Data lies in memory where there is room, and is never flushed to a disk: it outlives no run. Its
only door is a socket in a folder of its own, which lets in who may enter the folder: no password
is worked out for each of thousands of connections.
"""

import fcntl
import json
import os
import pwd
import secrets
import shutil
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
COPIES_FILES_SINCE = 150000
"""From this version on the server copies a template through its log unless told otherwise."""

CONFIGURATION = """
listen_addresses = ''
unix_socket_directories = '{folder}'
fsync = off
full_page_writes = off
synchronous_commit = off
max_connections = 200
shared_buffers = 64MB
max_wal_size = 256MB
autovacuum = off
jit = off
update_process_title = off
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
        copying = self._connection.info.server_version >= COPIES_FILES_SINCE
        statement = "CREATE DATABASE {} TEMPLATE {}" + " STRATEGY file_copy" * copying
        self._execute(sql.SQL(statement), name, template)
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), name)

    def end_connection(self, process: int) -> None:
        """End somebody's connection from this side and wait until it is gone."""
        self._connection.execute("SELECT pg_terminate_backend(%s, 10000)", [process])

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
    _make_cluster(folder, programs)
    command: list[str | Path] = [programs / "pg_ctl", "start", "-D", folder / "data"]
    command += ["-w", "-t", "60", "-s", "-l", folder / "log"]
    started = _run_as_server(command, check=False)
    if started.returncode != 0:
        log = folder / "log"
        raise PostgresError(log.read_text() if log.exists() else started.stderr)
    return f"postgresql+psycopg://postgres@/postgres?host={folder}"


def _make_cluster(folder: Path, programs: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)  # whoever enters it is let in by the server
    if user := _server_user():
        folder.parent.chmod(0o711)  # the server passes through; what else is there stays closed
        os.chown(folder, user.pw_uid, user.pw_gid)
    options = ["--auth-local=trust", "--auth-host=reject", "--username=postgres"]
    options += ["--encoding=UTF8", "--locale=C", "--no-sync"]
    _run_as_server([programs / "initdb", "-D", folder / "data", *options], check=True)
    with (folder / "data" / "postgresql.conf").open("a") as configuration:
        configuration.write(CONFIGURATION.format(folder=folder))


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
