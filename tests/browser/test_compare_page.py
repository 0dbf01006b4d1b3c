"""The comparison: kinds as columns, every share with its n, and nothing mixed that must not be."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from streamlit.testing.v1 import AppTest

from console.charts.run_length import run_length
from console.components import compare_agreement
from engine.domain.case import Origin
from engine.domain.run import RunKind
from engine.errors import StoreUnavailable
from engine.service.comparison_rows import ComparisonSlice, Made, Models, RunsMade
from engine.testing.fake_comparison import CASES, compared, compared_records
from engine.testing.fake_engine import FakeEngine
from tests.browser.conftest import ManualClock, Served, data_of, open_page
from tests.browser.watching import pick, picked_table, texts, words_on

if TYPE_CHECKING:
    from playwright.sync_api import Page

PLAYBOOK, AGENT = 1, 4
"""Columns."""
NO_DATED_RUN = "No dated run with a live key has been made yet."


def view(name: str) -> AppTest:
    app = open_page("compare")
    return app.segmented_control(key="compare:view").set_value(name).run()


def figures(app: AppTest, key: str = "compared") -> dict[str, list[str]]:
    """Rows by their label; those that head others have no cells."""
    return {row[0]: row for row in texts(data_of(app, key))}


def test_kinds_are_columns_with_their_n(fake: FakeEngine) -> None:
    app = open_page("compare")
    assert [column["label"] for column in data_of(app, "compared")["columns"][1:]] == [
        "Playbook",
        "Precedent",
        "Workflow",
        "Agent",
    ]
    rows = figures(app)
    assert rows["Cases, each with its first run"][AGENT] == "40 | 20 live, 20 in shadow"
    assert rows["Repeats, left out"][1:] == ["0", "0", "0", "1"]
    # 40 runs, three of which gave up; of 31 whose truth came later, 25 ended with it.
    assert rows["Completed"][AGENT] == "92\u202f% | 80\u202f% to 98\u202f%, n 40"
    assert rows["Completed correctly"][AGENT] == "81\u202f% | 63\u202f% to 93\u202f%, n 31"
    assert rows["Right in hindsight"][PLAYBOOK] == "2 of 4 | not enough"
    assert rows["Effects read back as asked for"][PLAYBOOK] == "–"
    assert rows["Steps"][PLAYBOOK:] == ["1 | p90 1", "1 | p90 1", "4 | p90 4", "13 | p90 20"]
    assert rows["Cost of models"][PLAYBOOK] == "no model asked"
    assert rows["Cost of models"][AGENT] == "scripted: no cost"
    chosen = app.selectbox(key="compare:notable")
    assert "Agent, longest run: INC0020035, 22 steps" in chosen.options
    assert "Agent, newest that gave up (it did the same again and again): INC0020027" in (
        chosen.options
    )


def test_page_says_what_figures_rest_on(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    said = open_page("compare").warning[0].value
    assert said.startswith("Scripted model: its answers are written beforehand")
    assert said.endswith(NO_DATED_RUN)
    plain = fake.queries.comparison(ComparisonSlice(models=Models.REAL))
    simulated = replace(plain, left_out=3, which=replace(plain.which, origin=Origin.SIMULATED))
    for row, words in (
        (plain, NO_DATED_RUN),
        (simulated, "Simulated cases: made up by a program"),
        (simulated, "77 of 80 runs are compared: first runs before repeats"),
    ):
        monkeypatch.setattr(fake.queries, "comparison", lambda which, row=row: row)
        assert words in words_on(open_page("compare"))


def test_kind_that_only_ran_again_counts_nothing(
    fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = compared_records()
    again = [replace(one, is_repeat=one.kind is RunKind.AGENT) for one in made[: len(made) // 2]]
    few = [
        one for one in again if one.kind is not RunKind.WORKFLOW or one.case_id == made[0].case_id
    ]
    row = compared(ComparisonSlice(), few)
    monkeypatch.setattr(fake.queries, "comparison", lambda which: row)
    app = open_page("compare")
    rows = figures(app)
    assert rows["Cases, each with its first run"][AGENT] == "0 | 0 live, 0 in shadow"
    assert rows["Repeats, left out"][1:] == ["0", "0", "0", "20"]
    assert rows["Completed"][AGENT] == "–"
    uneven = "The kinds looked at different cases: 1 of 20 were looked at by all."
    assert uneven in words_on(app)
    for name in ("Agreement", "Run length", "Tools and scopes", "Failures and review"):
        assert not view(name).exception


def test_every_filter_reaches_the_slice(
    fake: FakeEngine, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[ComparisonSlice] = []
    answer = fake.queries.comparison

    def remember(which: ComparisonSlice) -> Any:
        asked.append(which)
        return answer(which)

    made = [
        RunsMade(desk=desk, case_type=kind, origin=origin, models=models, runs=3)
        for desk, kind in (("incidents", "routing"), ("refunds", "late_refund"))
        for origin in Origin
        for models in Models
    ]
    monkeypatch.setattr(fake.queries, "runs_made", lambda: tuple(made))
    monkeypatch.setattr(fake.queries, "comparison", remember)
    app = open_page("compare")
    assert asked[-1] == ComparisonSlice(origin=Origin.REAL, models=Models.REAL)
    app.selectbox(key="compare:desk").set_value("refunds").run()
    app.selectbox(key="compare:case_type").set_value("late_refund").run()
    for name, value in (
        ("period", "24 hours"),
        ("made", Made.LIVE),
        ("origin", Origin.SIMULATED),
        ("models", Models.SCRIPTED),
    ):
        app.segmented_control(key=f"compare:{name}").set_value(value).run()
    assert (asked[-1].desk, asked[-1].case_type) == ("refunds", "late_refund")
    assert (clock.at - asked[-1].since).total_seconds() == 86_400  # type: ignore[operator]
    assert (asked[-1].made, asked[-1].origin) == (Made.LIVE, Origin.SIMULATED)
    assert asked[-1].models is Models.SCRIPTED
    assert app.info[0].value == "No run was begun in this slice; widen it."
    app.selectbox(key="compare:desk").set_value("incidents").run()
    assert app.selectbox(key="compare:case_type").value == ""


def test_nothing_is_asked_without_a_choice(fake: FakeEngine) -> None:
    app = open_page("compare")
    assert [one.key for one in app.segmented_control] == [
        "compare:period",
        "compare:made",
        "compare:view",
    ]


def test_agreement_leads_to_differing_cases(fake: FakeEngine) -> None:
    app = view("Agreement")
    rows = figures(app, "agreement")
    assert rows["Workflow"][AGENT] == rows["Agent"][3] == "75\u202f% | 58\u202f% to 88\u202f%, n 36"
    assert rows["Agent"][AGENT] == "–"
    assert figures(app, "pairs")["Workflow and agent"][1:] == ["20", "3", "4", "0", "0", "0.63"]
    table = picked_table(app)
    assert list(table["Case"])[:2] == ["INC0020039", "INC0020035"]
    assert table["Agent"][0] == "Network ✓"
    comparison = fake.queries.comparison(ComparisonSlice()).comparison
    pick(app, compare_agreement.PAGE, comparison.differences[0])
    assert [one.label for one in app.button if "run" in one.label] == [
        "Playbook: run",
        "Precedent: run",
        "Workflow: run",
        "Agent: run",
    ]


def test_lengths_say_whether_longer_runs_do_worse(fake: FakeEngine) -> None:
    app = view("Run length")
    said = words_on(app).replace("\\", "")
    assert "The agent: no difference is shown. 10 of 14 completed correctly at 6 to 10" in said
    assert "The workflow: too few runs of different lengths" in said
    rows = texts(data_of(app, "lengths"))
    assert [row[0] for row in rows[:4]] == [
        "1 to 2 steps",
        "Completed",
        "Completed correctly",
        "3 to 5 steps",
    ]
    kinds = fake.queries.comparison(ComparisonSlice()).comparison.kinds
    drawn = run_length(kinds)
    assert [trace.name for trace in drawn.data] == ["Playbook", "Precedent", "Workflow", "Agent"]
    assert [round(share, 3) for share in drawn.data[3].y] == [0.714, 0.857]


def test_tools_say_what_was_known_before(fake: FakeEngine) -> None:
    app = view("Tools and scopes")
    rows = texts(data_of(app, "surface"))
    agent = rows[[row[0] for row in rows].index("Agent") :]
    assert agent[1] == [
        *("find_similar".replace("_", " ").capitalize(), "read at once", "no, asked for"),
        *("itsm:search | not narrowed in 40 calls", "40", "230", "40"),
    ]
    assert agent[2][2:4] == ["no, asked for", "with its grant"]
    assert {row[2] for row in rows[: -len(agent)] if row[2:]} == {"yes, declared"}
    declared = texts(data_of(app, "declared"))
    assert declared[0][:2] == ["Routing | workflow", "gather · check · assess* · recommend*"]
    assert declared[1][1] == "none: the model picks each step"


def test_failures_and_reviewers_are_named(fake: FakeEngine) -> None:
    app = view("Failures and review")
    faults = texts(data_of(app, "faults"))
    assert faults[-1][:2] == [
        "It did the same again and again",
        "nobody, in shadow (2), the workflow (1)",
    ]
    assert figures(app, "verdicts")["Ask a person"][AGENT] == "26"
    reviews = figures(app, "reviews")
    assert "Agent | 19 of 20 live runs were answered by people" in reviews
    assert reviews["ben"][1:] == ["approve 6, override 4", "10"]
    assert reviews["Reading back"][2] == "18 of 19"


def test_eight_questions_are_answered_with_figures(fake: FakeEngine) -> None:
    app = view("What a buyer asks")
    said = [one.value.replace("\\", "") for one in app.markdown]
    questions = [one for one in said if one.startswith("**")]
    assert len(questions) == 8
    told = "\n".join(said)
    assert "a model picked 270 of 540 moves in 40 runs" in told
    assert "code picked all of 150 moves in 40 runs" in told
    assert "The agent took 9 different ways in 40 runs, the most frequent in 5 of 40." in told
    assert "taken over by nobody, in shadow (2) and the workflow (1)" in told


def test_text_of_cases_never_becomes_markup(fake: FakeEngine) -> None:
    app = view("Agreement")
    comparison = fake.queries.comparison(ComparisonSlice()).comparison
    wild = next(one for one in comparison.differences if "red[urgent]" in one.title)
    pick(app, compare_agreement.PAGE, wild)
    heads = "\n".join(one.value for one in app.subheader)
    assert "red" in heads
    assert ":red[urgent]" not in heads


def test_page_without_runs_says_how_to_start(make_fake: Callable[..., FakeEngine]) -> None:
    make_fake(0)
    app = open_page("compare")
    assert app.info[0].value.startswith("Nothing to compare yet: no run was made.")
    assert app.code[0].value == "countersign runs start CASE --all --as NAME"
    assert NO_DATED_RUN in words_on(app)
    assert not app.exception


def test_failing_store_is_told_in_words(fake: FakeEngine) -> None:
    fake.queries.failure = StoreUnavailable()
    assert "database is locked" in open_page("compare").error[0].value


# --- in Chromium ---------------------------------------------------------------------------


def test_page_shows_runs_of_all_four_kinds(page: "Page", served: Served) -> None:
    served.tell("reset/64")
    served.sign_in(page)
    page.goto(f"{served.url}/compare")
    table = page.get_by_role("table", name="Reasoners side by side")
    table.wait_for()
    heads = table.get_by_role("columnheader").all_inner_texts()
    assert [head.lower() for head in heads[1:]] == list(RunKind)
    cells = table.get_by_role("row").filter(has_text="Completed correctly").first
    assert cells.get_by_role("cell").count() == 1 + len(RunKind)
    assert len(compared_records()) == len(RunKind) * CASES + 1
    page.get_by_text("What a buyer asks", exact=True).click()
    page.get_by_text("Which credential is presented at each call?").wait_for()
    page.get_by_text("Run length", exact=True).click()
    page.locator(".main-svg").first.wait_for()
