"""The runs page: list, filters, one run that grows, its context ledger, and starting runs."""

from collections.abc import Callable
from typing import Any

from streamlit.testing.v1 import AppTest

from console.components import run_memory
from engine.domain.run import RunKind
from engine.errors import StoreUnavailable
from engine.service.run_requests import StartRun
from engine.testing.fake_engine import FakeEngine
from engine.testing.fake_runs import GROWING
from tests.browser.conftest import SignedIn, data_of, open_app, open_page
from tests.browser.watching import texts, words_on

CASE = "INC0001001"


def open_run(app: AppTest | None = None, named: str = str(GROWING)) -> AppTest:
    app = app or open_page("runs")
    app.query_params["run"] = named
    return app.run()


def open_step(app: AppTest, number: int) -> AppTest:
    """Leave what a click on a step leaves; that a click leaves it is tried in Chromium."""
    app.session_state[f"{run_memory.PAGE}:step"] = number
    return app.run()


def head(app: AppTest, key: str = "run_head") -> str:
    """All words of a drawn line component."""
    return "\n".join(
        " ".join(piece["text"] for piece in line) for line in data_of(app, key)["lines"]
    )


def listed(app: AppTest, key: str) -> list[tuple[str, str, list[str]]]:
    """Number, text and marks of each line of a list."""
    rows = data_of(app, key)["rows"]
    return [(row["number"], row["text"], [mark["text"] for mark in row["marks"]]) for row in rows]


def table(app: AppTest, key: str) -> list[list[str]]:
    found: list[list[str]] = texts(data_of(app, key))
    return found


# --- the list ------------------------------------------------------------------------------


def test_list_says_kind_mode_and_cost(fake: FakeEngine) -> None:
    app = open_page("runs")
    shown = listed(app, "run_list")
    assert len(shown) == 50
    assert shown[0] == (
        *(CASE, "Agent · VPN drops every few minutes since the client update"),
        ["live", "Running", "6 steps", "1,048 tokens", "SCRIPTED: no cost"],
    )
    assert shown[3][2][:2] == ["shadow", "Could not end: it did the same again and again"]
    assert shown[2][2] == ["live", "Ended", "0 steps"]
    assert shown[21][2][-1] == "$1.2346"
    app.button(key="runs:older").click().run()
    assert len(listed(app, "run_list")) == 14


def test_empty_and_failing_store_are_told(make_fake: Callable[..., FakeEngine]) -> None:
    fake = make_fake(0)
    app = open_page("runs")
    assert data_of(app, "run_list")["empty"].startswith("No run here yet.")
    fake.queries.failure = StoreUnavailable()
    assert "database is locked" in app.run().error[0].value


def test_filters_narrow_the_list(fake: FakeEngine) -> None:
    app = open_page("runs")
    app.selectbox(key="runs:kind").select_index(3).run()
    assert {line[1].partition(" ")[0] for line in listed(app, "run_list")} == {"Workflow"}
    app.selectbox(key="runs:status").select_index(4).run()
    assert data_of(app, "run_list")["empty"] == "No run matches these filters."
    app.selectbox(key="runs:kind").select_index(0).run()
    assert {line[1].partition(" ")[0] for line in listed(app, "run_list")} == {"Agent"}


def test_picked_line_opens_its_run(fake: FakeEngine) -> None:
    app = open_page("runs")
    app.session_state["runs:chosen"] = str(GROWING)  # what a click leaves
    app.run()
    assert app.query_params["run"] == str(GROWING)
    assert CASE in head(app)
    app.button(key="runs:all").click().run()
    assert app.title[0].value == "Runs"


def test_unknown_addresses_are_said_plainly(fake: FakeEngine) -> None:
    app = open_run(named="<b>nothing</b>")
    assert app.warning[0].value == "There is no run with that id:"
    assert app.text[0].value == "<b>nothing</b>"
    app = open_page("runs")
    app.query_params["case"] = "<b>none</b>"
    assert app.run().warning[0].value == "There is no case with that id:"


# --- one run -------------------------------------------------------------------------------


def test_head_says_who_decides_and_what_it_cost(fake: FakeEngine) -> None:
    app = open_run()
    said = head(app)
    for words in (
        *("Agent the model picks the next step", "live", "SCRIPTED", "model scripted-agent"),
        *("agent-1", "next step by: model"),
    ):
        assert words in said
    assert table(app, "run_figures") == [
        ["6", "1", "544 ms", "480", "160", "360", "48", "scripted: no cost"]
    ]


def test_failed_run_names_who_took_over(fake: FakeEngine) -> None:
    failed = list(fake.queries.reasoned.rows())[3]
    said = head(open_run(named=str(failed.run_id)))
    assert "It did the same again and again: It did the same three times." in said
    assert "Then the workflow took over." in said
    assert "shadow: nothing is executed" in said


def test_growing_run_keeps_what_is_open(fake: FakeEngine) -> None:
    app = open_run()
    assert len(listed(app, "run_steps")) == 6
    assert head(app, "run_step").startswith("6 · Group workload")
    assert "I think <b>of" in words_on(app)
    open_step(app, 4)
    fake.queries.reasoned.grow()
    app.run()
    assert len(listed(app, "run_steps")) == 7
    assert head(app, "run_step").startswith("4 · Ask for: Assign to Group 24")
    app.button(key="run:follow").click().run()
    assert head(app, "run_step").startswith("7 · Ask the model what is next")
    fake.queries.reasoned.grow()
    app.run()
    assert "Ended after 8 steps\\." in words_on(app)
    assert not [button for button in app.button if button.key == "run:follow"]


def test_denied_write_tells_why_and_on_what(fake: FakeEngine) -> None:
    app = open_step(open_run(), 4)
    assert listed(app, "run_steps")[3] == (
        *("09:30:08", "Ask for: Assign to Group 24"),
        ["Refused", "1.4 ms", "by model"],
    )
    said = head(app, "run_step")
    assert "Verdict: Refused: Guardrail “no night moves” forbids it" in said
    assert "policy forbids it, by policy" in said
    assert table(app, "run_cites") == [["Symptom", "VPN drops | step 2", "names the client"]]
    assert table(app, "run_against") == [["Site", "(not kept here)", "another site"]]
    shown = words_on(app)
    assert "they resolved the last three." in shown
    assert "The <b>symptom</b> points at 24." in shown


def test_read_shows_credential_and_result_plainly(fake: FakeEngine) -> None:
    app = open_step(open_run(), 2)
    assert "Credential: incidents.read:INC0001001" in head(app, "run_step")
    assert '"title": "<b>VPN</b> drops :red[now]"' in words_on(app)
    app = open_step(app, 6)
    assert app.error[0].value == "ITSM did not answer \\(3 tries\\)"


def test_answer_shows_what_was_made_of_its_calls(fake: FakeEngine) -> None:
    app = open_step(open_run(), 5)
    assert table(app, "run_uses") == [["group_workload | number INC0001001", "step 6"]]
    assert table(app, "run_tokens") == [["120", "40", "90", "12", "scripted: no cost"]]
    assert "7 blocks: 1 one line for it and 1 left out." in words_on(app)


# --- context ledger ------------------------------------------------------------------------


def test_context_ledger_lists_blocks_and_texts(fake: FakeEngine) -> None:
    app = open_step(open_run(), 3)
    app.button(key="run:window:3").click().run()
    assert app.selectbox(key="run:choice").value == 3
    assert [line[0] for line in listed(app, "run_blocks")] == [
        *("rules", "goal", "facts", "result 2", "goal again"),
    ]
    app.session_state["run:block"] = 4
    app.run()
    assert '"<b>VPN</b> drops, see [here]' in words_on(app)
    app.selectbox(key="run:choice").select(5).run()
    assert listed(app, "run_blocks")[5:] == [
        (
            "result 1",
            "14 of 310 tokens, 5\u202f% of the window; only the latest results stand word for word",
            ["one line for it"],
        ),
        (
            *("older answers", "0 of 120 tokens; over the soft budget"),
            ["left out"],
        ),
    ]
    assert app.info[0].value.startswith("Pick a block")
    app.session_state["run:block"] = 7
    app.run()
    assert "Nothing of it stood in the window: over the soft budget" in words_on(app)
    caption = next(one.value for one in app.caption if one.value.startswith("Largest window"))
    assert "304 tokens; above 400 it is pruned, above 600" in caption
    assert "786 of 2,000 (39" in caption


def test_run_without_a_model_has_no_window(fake: FakeEngine) -> None:
    silent = list(fake.queries.reasoned.rows())[2]
    app = open_run(named=str(silent.run_id))
    app.session_state["run:view"] = run_memory.CONTEXT
    app.run()
    assert app.info[0].value.startswith("No model was asked in this run")


# --- starting runs -------------------------------------------------------------------------


def open_form(app: AppTest) -> AppTest:
    button = next(button for button in app.button if button.label == "Run it…")
    return button.click().run()


def of_case() -> AppTest:
    """The runs of a case, in the whole console: starting some leads back here."""
    app = open_app().switch_page("app_pages/runs.py")
    app.query_params["case"] = CASE
    return app.run()


def boxes(app: AppTest) -> dict[str, Any]:
    return {box.label.split("**")[1]: box for box in app.checkbox}


def test_form_starts_a_run_for_each_kind(fake: FakeEngine) -> None:
    fake.queries.reasoned.lacking[RunKind.WORKFLOW] = "The desk has no workflow for *this*."
    app = open_form(of_case())
    assert app.title[0].value.startswith(f"Runs of {CASE}")
    assert "nothing is executed and the case does not move" in words_on(app)
    assert {label: box.disabled for label, box in boxes(app).items()} == {
        **{"Playbook": False, "Precedent": False},
        **{"Workflow": True, "Agent": False},
    }
    assert "no workflow for \\*this\\*" in boxes(app)["Workflow"].label
    assert "asks scripted\\-agent \\(SCRIPTED\\)" in boxes(app)["Agent"].label
    boxes(app)["Playbook"].uncheck().run()
    start = next(button for button in app.button if button.label == "Start 2 runs in shadow")
    start.click().run()
    assert not app.exception
    assert not app.checkbox  # the form is closed, and another one would send other keys
    assert "precedent and agent" in app.toast[0].value
    asked = [request for request, _ in fake.received if isinstance(request, StartRun)]
    assert [request.kind for request in asked] == [RunKind.PRECEDENT, RunKind.AGENT]
    assert len({request.client_key for request in asked}) == 2
    assert max(len(request.client_key) for request in asked) <= 64


def test_viewer_is_told_who_may_start(fake: FakeEngine, signed_in: SignedIn) -> None:
    signed_in.name = "vera"
    app = open_form(of_case())
    assert "starting runs needs the role" in words_on(app)
