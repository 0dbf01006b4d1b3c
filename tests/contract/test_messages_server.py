"""The local Messages API as a process of its own, and what it says to whoever scripts it badly."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.domain.model_call import StopReason
from engine.errors import ModelRefused, ModelUnavailable
from engine.testing.messages_server import Asked, MessagesServer, Said, says, uses
from engine.testing.server_processes import ServerProcess
from tests.contract.messages_world import KEY, LOOK, model_at, request

MODULE = "engine.testing.messages_server"
SCRIPT = [
    {"text": "Yes.", "wait_s": 0.01},
    {"status": 429, "message": "Later.", "retry_after": "2"},
    {
        "content": [{"type": "tool_use", "id": "a", "name": "look_up_order", "input": {"n": 1}}],
        "stop": "tool_use",
    },
    {"text": "It breaks", "tear": "drop", "tear_after": 4},
]


def by_tools(asked: Asked) -> Said:
    """Uses the first tool that it is offered, else says what it was asked."""
    return uses(asked.tool_names[0], {}) if asked.tool_names else says(asked.text)


def test_process_answers_by_its_file(tmp_path: Path) -> None:
    script, log = tmp_path / "script.jsonl", tmp_path / "log.jsonl"
    script.write_text("\n".join(json.dumps(line) for line in SCRIPT))
    given = ("--script", str(script), "--log", str(log), "--key", KEY)
    with ServerProcess(MODULE, given, log=tmp_path / "errors") as server:
        model = model_at(server.url)
        assert model.ask(request()).text == "Yes."
        with pytest.raises(ModelUnavailable) as caught:
            model.ask(request())
        assert caught.value.facts["retry_after_s"] == 2
        assert model.ask(request(tools=(LOOK,))).tool_uses[0].arguments == {"n": 1}
        with pytest.raises(ModelUnavailable, match="broke the connection"):
            model.ask(request(), is_cancelled=lambda: False)
        with pytest.raises(ModelUnavailable, match="The script ends after 4"):
            model.ask(request())
        with pytest.raises(ModelRefused):
            model_at(server.url, key="sk-wrong-key").ask(request())
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["status"] for line in lines] == [200, 429, 200, 200, 500, 401]
    assert [line["is_whole"] for line in lines] == [True, True, True, False, True, True]


def test_process_answers_by_a_function(tmp_path: Path) -> None:
    given = ("--script", f"{__name__}:by_tools")
    with ServerProcess(MODULE, given, log=tmp_path / "errors") as server:
        model = model_at(server.url)
        assert model.ask(request("So?")).text == "Be brief.\nSo?"
        assert model.ask(request(tools=(LOOK,))).stop is StopReason.TOOL_USE


@pytest.mark.parametrize("script", ["no/such/file", "json:nothing", "nowhere:at_all"])
def test_process_without_script_says_so(script: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", MODULE, "--script", script],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"There is no script in {script}: ")


def test_failing_script_says_why() -> None:
    def script(asked: Asked) -> Said:
        raise KeyError("no such scene")

    with (
        MessagesServer(script) as server,
        pytest.raises(ModelUnavailable, match="The script failed: KeyError"),
    ):
        model_at(server).ask(request())


def test_unknown_address_is_not_found() -> None:
    with MessagesServer([]) as server, pytest.raises(ModelRefused, match="HTTP 404"):
        model_at(f"{server.url}/elsewhere").ask(request())
