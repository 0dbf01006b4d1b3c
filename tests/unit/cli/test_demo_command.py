"""`countersign demo` from end to end: a day of history, then the product on it, then its end."""

import json
import os
import re
import signal
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[3]
DAYS = "1"


def ask(
    port: int, method: str, path: str, body: str | None = None, **headers: str
) -> tuple[int, str]:
    """Status and text, or the place where an answer leads."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.getheader("location") or answer.read().decode()
    connection.close()
    return answer.status, text


def test_demonstration_starts_says_what_it_is_and_stops(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    arguments = ["demo", "--days", DAYS, "--port", "0", "--data-dir", str(folder), "--speed", "2"]
    process = subprocess.Popen(
        [sys.executable, "-m", "engine.cli", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line.strip())
        if line.startswith("Ctrl-C"):
            break
    said = "\n".join(lines)
    try:
        ready = re.search(r"everything in it is simulated: http://127\.0\.0\.1:(\d+)", said)
        assert ready, said
        assert re.search(r"ready after \d+ s \(history \d+ s\)", said)
        port = int(ready[1])
        assert json.loads(ask(port, "GET", "/healthz")[1])["is_demonstration"]
        assert "Everything here is simulated" in ask(port, "GET", "/signin")[1]
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        taken = ask(port, "POST", "/persona", urlencode({"name": "ada"}), **form)
        assert taken == (303, "/")
    finally:
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=90)
    assert (process.returncode, "killed" in rest, "Traceback" in said + rest) == (0, False, False)

    again = run("demo", "--data-dir", str(folder))
    assert (again.returncode, "begins in an empty folder" in again.stderr) == (2, True)
    looked = json.loads(run("doctor", "--json", COUNTERSIGN_DATA_DIR=str(folder)).stdout)
    assert looked["demonstration"]["per_hour"] == 80
    verified = run("ledger", "verify", "--json", COUNTERSIGN_DATA_DIR=str(folder))
    assert json.loads(verified.stdout)["findings"] == []


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "engine.cli", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
