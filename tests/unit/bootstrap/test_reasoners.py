"""Which reasoner looks at new cases: read from the settings, refused where it cannot be."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.bootstrap.reasoners import live_reasoners, open_reasoners
from engine.desk import Desk
from engine.domain.run import RunKind
from engine.errors import ConfigError
from engine.settings import Settings
from engine.testing.run_scripts import FunctionModel
from engine.testing.stub_desk import stub_desk
from engine.testing.world import FakeClock

ALL = frozenset({("a", RunKind.AGENT), ("a", RunKind.WORKFLOW), ("b", RunKind.AGENT)})
MODEL = FunctionModel()


@pytest.fixture
def desks(tmp_path: Path) -> dict[str, Desk]:
    desk = stub_desk(tmp_path / "tickets.db")
    return {"a": desk, "b": desk}


@pytest.mark.parametrize(
    ("said", "live"),
    [
        ("playbook", {}),
        ("", {}),
        ("agent", {"a": "agent", "b": "agent"}),
        (" a = workflow , b=agent ", {"a": "workflow", "b": "agent"}),
        ("a=agent", {"a": "agent"}),
    ],
)
def test_reasoner_is_read_by_desk(desks: dict[str, Desk], said: str, live: dict[str, str]) -> None:
    assert live_reasoners(said, desks, ALL, MODEL) == live


@pytest.mark.parametrize(
    ("said", "model", "words"),
    [
        ("agent", None, "no language model: set COUNTERSIGN_ANTHROPIC_API_KEY"),
        ("clever", MODEL, "names 'clever'; a reasoner is one of playbook, precedent"),
        ("a=agent,b", MODEL, "does not say who reasons on the desk b; write b=playbook, b=work"),
        ("c=agent", MODEL, "names the desk 'c'; here there is a, b"),
        ("b=workflow", MODEL, "the desk b has no workflow"),
        ("precedent", MODEL, "the desk a does not reason by precedent"),
        ("a=agent,a=workflow", MODEL, "names two reasoners for the desk a"),
    ],
)
def test_impossible_reasoner_is_refused_with_what_to_do(
    desks: dict[str, Desk], said: str, model: FunctionModel | None, words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        live_reasoners(said, desks, ALL, model)


def test_settings_without_a_key_have_no_model(desks: dict[str, Desk], tmp_path: Path) -> None:
    made = open_reasoners(Settings(data_dir=tmp_path), desks, FakeClock())
    assert (made.model, made.live) == (None, {})
    assert not made.takes("a", RunKind.AGENT, "ticket")
    assert [str(one) for one in made.here(desks["a"])] == ["stub@1"]


def test_desk_says_who_recommends_here(desks: dict[str, Desk], tmp_path: Path) -> None:
    one, settings = {"stub": desks["a"]}, Settings(data_dir=tmp_path)
    own, agent = open_reasoners(settings, one, FakeClock(), MODEL).here(desks["a"])
    assert (str(own), agent.name) == ("stub@1", "agent")
    assert agent.version.startswith("function-model/")
    poorer = replace(settings, model_tokens_run=1)
    assert agent in open_reasoners(poorer, one, FakeClock(), MODEL).here(desks["a"])
