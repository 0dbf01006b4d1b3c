"""The envelope page: matrix, curve, versions, draft and brakes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from console.components.envelope_document import with_own_note
from engine.domain.phase import Phase
from engine.domain.policy import PolicyKind
from engine.errors import ConfigError, StoreUnavailable
from engine.service.requests import PauseScope, ProposeVersion, ResumeScope, SignVersion
from engine.service.rows import WiderRow
from engine.service.simulation_rows import AskSimulation, MoneyRow, SimulationRow
from engine.testing import fake_rows_limits as limits
from engine.testing.fake_engine import FakeEngine
from tests.browser.conftest import PAGES, SignedIn, data_of, open_app, open_page
from tests.browser.watching import texts, words_on

DRAFT = "envelope:draft:incidents"
NOTE = "envelope:note:incidents"
PROPOSE = "envelope:propose:incidents"
SIGN = "envelope:sign:incidents:5:4"
REASON = "envelope:brake:reason"
NEW_DOCUMENT = limits.ACTIVE_DOCUMENT.replace("phase: COPILOT", "phase: BOUNDED")


def open_tab(title: str) -> AppTest:
    """The page with one of its tabs open."""
    app = AppTest.from_file(str(PAGES / "envelope.py"), default_timeout=20)
    app.session_state["envelope:changes"] = title
    return app.run()


def open_draft(signed_in: SignedIn) -> AppTest:
    """The editor, before somebody who may write."""
    signed_in.name = limits.AUTHOR
    return open_tab("Propose a change")


def change_draft(app: AppTest, document: str = NEW_DOCUMENT, note: str = "Notes alone") -> None:
    app.text_area(key=DRAFT).set_value(document)
    app.text_input(key=NOTE).set_value(note).run()


def activate(monkeypatch: pytest.MonkeyPatch, document: str) -> None:
    """Let another version be the active one from now on."""
    version = replace(limits.versions()[1], version=6, document=document)
    monkeypatch.setattr(limits, "versions", lambda: (version,))


def test_matrix_has_one_row_a_cell(fake: FakeEngine) -> None:
    rows = texts(data_of(open_page("envelope"), "matrix"))
    assert rows[0] == [
        "Assign group | Incidents / routing",
        "Bounded | software acts inside these limits; takes two names",
        "≥ 87.1\u202f% | rolling, 10\u202f% error; priority 3 or less urgent",
        "8.9\u202f% | 107 of 1,204, 95\u202f% interval 7.3\u202f% to 10.6\u202f%",
        "22 of 60 this hour",
        "10\u202f%",
        "–",
    ]
    assert len(rows) == 2


def test_cell_without_labels_says_unevidenced(fake: FakeEngine) -> None:
    row = texts(data_of(open_page("envelope"), "matrix"))[1]
    assert row[3] == "unevidenced | no label that counts yet"
    assert row[6].startswith("paused | ")


def test_budget_is_drawn_as_a_share(fake: FakeEngine) -> None:
    row = data_of(open_page("envelope"), "matrix")["rows"][0]
    assert row[4]["share"] == 22 / 60


def test_empty_page_offers_the_first_envelope(
    make_fake: Callable[..., FakeEngine], signed_in: SignedIn
) -> None:
    make_fake(0)
    assert open_page("envelope").info[0].value == "This desk has no cell yet: propose an envelope."
    app = open_draft(signed_in)
    assert app.text_area(key=DRAFT).value == ""
    assert not app.exception


def test_failing_store_is_told_in_words(fake: FakeEngine) -> None:
    fake.queries.failure = StoreUnavailable()
    app = open_page("envelope")
    assert "database is locked" in app.error[0].value


def test_current_point_is_read_aloud(fake: FakeEngine) -> None:
    said = words_on(open_page("envelope"))
    assert "**Software acts alone from a confidence of 87\\.1\u202f% on, which 36\u202f%" in said
    assert "the risk limit is 10\\.0\u202f%" in said


def set_cell(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    cells = (replace(limits.cells()[0], **changes),)
    monkeypatch.setattr(fake.queries, "cells", lambda desk="": cells)


LOOSE = WiderRow(
    threshold_words="rolling, 20\u202f% error",
    threshold=0.372,
    cut=0.5,
    risk_limit=0.2,
    is_chosen=True,
    most_urgent_priority=2,
    veto_minutes=10,
)


def test_both_limits_stand_in_the_matrix(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    set_cell(fake, monkeypatch, phase=Phase.ON_THE_LOOP, threshold=None, cut=None, wider=LOOSE)
    app = open_page("envelope")
    usual, wider = texts(data_of(app, "matrix"))
    assert usual[2].startswith("none certified | rolling, 10\u202f% error")
    assert wider[1:3] == [
        "10 min to hold it",
        "≥ 37.2\u202f% | rolling, 20\u202f% error; priority 2 or less urgent",
    ]
    said = words_on(app)
    assert "At once software acts on nothing\\: no threshold is certified" in said
    assert "After 10 minutes in which people can hold an action, software acts from" in said


@pytest.mark.parametrize(
    ("phase", "said"),
    [
        (Phase.COPILOT, "In a bounded phase software would act on nothing\\: no threshold was"),
        (Phase.BOUNDED, "Software acts on nothing\\: no threshold was computed"),
    ],
)
def test_a_threshold_of_another_limit_is_none(
    fake: FakeEngine, monkeypatch: pytest.MonkeyPatch, phase: Phase, said: str
) -> None:
    set_cell(fake, monkeypatch, phase=phase, threshold=None, cut=None, is_chosen=False)
    app = open_page("envelope")
    assert texts(data_of(app, "matrix"))[0][2].startswith("not computed yet | rolling")
    assert said in words_on(app)


def test_a_pause_is_read_before_the_limits(
    fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_cell(fake, monkeypatch, paused="month end, says anna")
    assert "Paused\\: nothing runs alone now" in words_on(open_page("envelope"))


def test_cell_without_curve_says_what_is_missing(fake: FakeEngine) -> None:
    app = open_page("envelope")
    app.selectbox(key="envelope:cell").set_value(limits.NOTES).run()
    assert "No curve yet" in "\n".join(info.value for info in app.info)


def test_other_desk_shows_its_own_cells(fake: FakeEngine) -> None:
    app = open_page("envelope")
    app.selectbox(key="envelope:desk").set_value("refunds").run()
    assert "This desk has no cell yet: propose an envelope." in [one.value for one in app.info]


def many_cells(count: int, **changes: Any) -> tuple[Any, ...]:
    """Copilot cells of two case types, and the one that acts."""
    quiet = replace(limits.cells()[1], **{"paused": "", **changes})
    return (
        replace(limits.cells()[0], **changes),
        *(
            replace(quiet, cell=f"incidents/{of}/step_{n}", case_type=of, action=f"step_{n}")
            for of in ("routing", "closing")
            for n in range(count)
        ),
    )


def test_many_cells_show_what_acts_first(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fake.queries, "cells", lambda desk="": many_cells(9))
    app = open_page("envelope")
    assert [row[0] for row in texts(data_of(app, "matrix"))] == [
        "Routing | people decide the other 9 of 10 actions; no label counts there yet",
        "Assign group",
        "Closing | people decide all 9 actions; no label counts there yet",
    ]
    app.toggle(key="envelope:matrix:all").set_value(True).run()
    assert len(texts(data_of(app, "matrix"))) == 21


def test_shared_pause_is_said_once(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    why = "the desk Incidents: month end, says anna"
    monkeypatch.setattr(fake.queries, "cells", lambda desk="": many_cells(2, paused=why))
    app = open_page("envelope")
    (said,) = data_of(app, "matrix_paused")["lines"]
    assert said[1]["text"] == why
    assert {row[6] for row in texts(data_of(app, "matrix")) if len(row) > 1} == {"paused"}


def test_a_shared_budget_names_the_desk(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    set_cell(fake, monkeypatch, budgets=(limits.budget(300, 6, scope="desk:incidents"),))
    row = texts(data_of(open_page("envelope"), "matrix"))[0]
    assert row[4] == "desk: 6 of 300 this hour"


def test_somebody_else_signs_a_proposed_version(fake: FakeEngine, signed_in: SignedIn) -> None:
    signed_in.name = "rhea"
    app = open_tab("Versions and signatures")
    app.button(key=SIGN).click().run()
    assert [request for request, _ in fake.received] == [
        SignVersion(kind=PolicyKind.ENVELOPE, desk="incidents", version=5, over=4)
    ]


def test_author_cannot_sign_and_reads_why(fake: FakeEngine, signed_in: SignedIn) -> None:
    signed_in.name = limits.AUTHOR
    app = open_tab("Versions and signatures")
    assert app.button(key=SIGN).disabled
    assert "the second name has to be somebody else's" in words_on(app)


def test_what_widens_is_marked_with_its_evidence(fake: FakeEngine) -> None:
    app = open_tab("Versions and signatures")
    key = "envelope:changes:envelope:5"
    *_, said = data_of(app, key)["lines"]
    assert [piece["text"] for piece in said] == [
        "More may happen than now",
        "evidenced: 107 of 1,204 labels that count were wrong",
    ]
    # What people decide all the same is folded, and said once.
    titles, sentence = data_of(app, f"{key}:rest")["lines"]
    assert titles[0]["text"].startswith("Add work note")
    assert " and " in titles[0]["text"]
    assert sentence[0]["text"] == "The share drawn for audit: 20\u202f%, was 10\u202f%."


def test_draft_shows_what_it_would_change(fake: FakeEngine, signed_in: SignedIn) -> None:
    app = open_draft(signed_in)
    change_draft(app, limits.ACTIVE_DOCUMENT.replace("audit_rate: 0.1", "audit_rate: 0.2"))
    lines = data_of(app, "envelope:preview:incidents")["lines"]
    assert lines[1][0]["text"] == "Budgets: 120 an hour, was 60 an hour."


def test_who_may_not_write_reads_who_may(fake: FakeEngine) -> None:
    app = open_tab("Propose a change")
    assert "is written by a product owner or risk officer" in words_on(app)
    assert PROPOSE not in [button.key for button in app.button]


def test_a_dragged_threshold_is_in_the_draft(fake: FakeEngine, signed_in: SignedIn) -> None:
    app = open_draft(signed_in)
    app.slider(key=f"envelope:form:{limits.ROUTING}:risk").set_value(20.0).run()
    assert "risk_limit: 0.2" in (app.text_area(key=DRAFT).value or "")
    app.selectbox(key=f"envelope:form:{limits.ROUTING}:kind").set_value("hand_set").run()
    app.slider(key=f"envelope:form:{limits.ROUTING}:confidence").set_value(85.0).run()
    assert "min_confidence: 0.85" in (app.text_area(key=DRAFT).value or "")


def test_every_control_writes_into_the_draft(fake: FakeEngine, signed_in: SignedIn) -> None:
    app = open_draft(signed_in)
    form = f"envelope:form:{limits.ROUTING}"
    app.selectbox(key=f"{form}:phase").set_value("ON_THE_LOOP").run()
    app.text_input(key=f"{form}:priority").set_value("5").run()
    app.text_input(key=f"{form}:rate").set_value("7").run()
    draft = app.text_area(key=DRAFT).value or ""
    for line in ("phase: ON_THE_LOOP", "most_urgent_priority: 5", "executions: 7"):
        assert line in draft


def test_consequences_stand_beside_the_draft(fake: FakeEngine, signed_in: SignedIn) -> None:
    app = open_draft(signed_in)
    rows = texts(data_of(app, "consequences"))
    assert rows[0][0] == "Run alone"
    assert "never certifies" in words_on(app)


def test_people_of_the_simulation_can_be_given(fake: FakeEngine, signed_in: SignedIn) -> None:
    app = open_draft(signed_in)
    before = hours_row(app)
    assert before[0].endswith("4 minutes a case, from the desk's goals")
    app.number_input(key="envelope:team:minutes:incidents").set_value(12.0).run()
    app.number_input(key="envelope:team:people:incidents").set_value(9).run()
    after = hours_row(app)
    assert after[0].endswith("9 people, as given; 12 minutes a case, as given")
    assert float(after[1].split()[0]) > 2 * float(before[1].split()[0])


def hours_row(app: AppTest) -> list[str]:
    rows = texts(data_of(app, "consequences"))
    return next(row for row in rows if row[0].startswith("People's hours"))


def test_money_that_moved_is_no_ceiling(
    fake: FakeEngine, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = fake.simulate

    def with_money(asked: AskSimulation) -> SimulationRow:
        found = ask(asked)
        moved = replace(found.total.draft, moved=(MoneyRow(minor=22_430, currency="EUR"),))
        total = replace(found.total, draft=moved, moves_money=True, worst_day_now=0)
        return replace(found, total=replace(total, worst_day=200_000), currency="EUR")

    monkeypatch.setattr(fake, "simulate", with_money)
    moved, ceiling = texts(data_of(open_draft(signed_in), "consequences"))[-2:]
    assert moved == [
        "Money that would have moved | without a person, in all these decisions",
        "0.00 EUR",
        "224.30 EUR",
    ]
    assert (ceiling[0][:25], ceiling[2]) == ("Ceiling of money in a day", "2,000.00 EUR")
    assert "not what moved" in ceiling[0]


def test_late_cases_are_a_count_a_day(fake: FakeEngine, signed_in: SignedIn) -> None:
    rows = texts(data_of(open_draft(signed_in), "consequences"))
    (late,) = [row for row in rows if row[0].startswith("Late cases a day")]
    assert not [cell for cell in late if "%" in cell]


def test_proposal_sends_document_and_note(fake: FakeEngine, signed_in: SignedIn) -> None:
    app = open_draft(signed_in)
    change_draft(app)
    app.button(key=PROPOSE).click().run()
    wanted = ProposeVersion(
        kind=PolicyKind.ENVELOPE,
        desk="incidents",
        document=with_own_note(NEW_DOCUMENT, limits.ACTIVE_DOCUMENT, "Notes alone"),
        note="Notes alone",
        over=4,
    )
    assert "note: Notes alone" in wanted.document
    assert [request for request, _ in fake.received] == [wanted]
    assert app.text_input(key=NOTE).value == ""
    assert app.text_area(key=DRAFT).value == limits.ACTIVE_DOCUMENT


def test_refused_draft_stays_with_its_reason(fake: FakeEngine, signed_in: SignedIn) -> None:
    app = open_draft(signed_in)
    change_draft(app)
    fake.refusals.append(ConfigError("envelope: cells.1.audit_rate: must be at least 0.05"))
    app.button(key=PROPOSE).click().run()
    assert "cells\\.1\\.audit\\_rate\\: must be at least 0\\.05" in app.error[0].value
    assert app.text_area(key=DRAFT).value == NEW_DOCUMENT
    assert app.text_input(key=NOTE).value == "Notes alone"


def test_draft_survives_a_visit_elsewhere(fake: FakeEngine, signed_in: SignedIn) -> None:
    signed_in.name = limits.AUTHOR
    app = open_app().switch_page("app_pages/envelope.py")
    app.session_state["envelope:changes"] = "Propose a change"
    app.run()
    change_draft(app)
    app.switch_page("app_pages/schedules.py").run()
    app.switch_page("app_pages/envelope.py")
    app.session_state["envelope:changes"] = "Propose a change"
    app.run()
    assert app.text_area(key=DRAFT).value == NEW_DOCUMENT
    assert app.text_input(key=NOTE).value == "Notes alone"


def test_untouched_draft_follows_the_active_version(
    fake: FakeEngine, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_draft(signed_in)
    activate(monkeypatch, NEW_DOCUMENT)
    assert app.run().text_area(key=DRAFT).value == NEW_DOCUMENT


def test_touched_draft_is_kept_and_called_outdated(
    fake: FakeEngine, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_draft(signed_in)
    mine = limits.ACTIVE_DOCUMENT.replace("audit_rate: 0.1", "audit_rate: 0.2")
    change_draft(app, mine)
    activate(monkeypatch, NEW_DOCUMENT)
    assert app.run().text_area(key=DRAFT).value == mine
    assert "Another version has become active" in "\n".join(one.value for one in app.warning)


def test_broken_yaml_names_its_line(fake: FakeEngine, signed_in: SignedIn) -> None:
    app = open_draft(signed_in)
    change_draft(app, "desk: incidents\ncells: [")
    assert app.error[0].value == "This cannot be proposed yet:"
    assert "line 2, column 9" in words_on(app)


def test_draft_of_any_shape_is_read(fake: FakeEngine, signed_in: SignedIn) -> None:
    app = open_draft(signed_in)
    for document in ("", "7", "- a", "cells: 3", "cells: [x, {phase: BOUNDED}]"):
        change_draft(app, document)
        assert not app.exception


def test_proposal_without_a_note_is_held_back(fake: FakeEngine, signed_in: SignedIn) -> None:
    app = open_draft(signed_in)
    change_draft(app, note=" ")
    app.button(key=PROPOSE).click().run()
    assert fake.received == []
    assert "say in the note why" in app.warning[0].value
    drawn = list(app.main)
    places = [app.text_area(key=DRAFT), app.warning[0], app.text_input(key=NOTE)]
    assert [drawn.index(one) for one in places] == sorted(drawn.index(one) for one in places)
    assert data_of(app, f"form_keys:{NOTE}")["refused"] == 1
    assert app.text_area(key=DRAFT).value == NEW_DOCUMENT


def test_unchanged_draft_is_not_proposed(fake: FakeEngine, signed_in: SignedIn) -> None:
    app = open_draft(signed_in)
    app.button(key=PROPOSE).click().run()
    assert fake.received == []
    assert "the draft is the active version" in app.warning[0].value
    app.text_input(key=NOTE).input("For the new model").run()
    app.button(key=PROPOSE).click().run()
    ((proposed, _),) = fake.received
    assert isinstance(proposed, ProposeVersion)
    assert (proposed.document, proposed.note) == (limits.ACTIVE_DOCUMENT, "For the new model")


def test_reset_brings_back_the_active_document(fake: FakeEngine, signed_in: SignedIn) -> None:
    app = open_draft(signed_in)
    change_draft(app)
    app.button(key="envelope:reset:incidents").click().run()
    assert app.text_area(key=DRAFT).value == limits.ACTIVE_DOCUMENT


def test_pause_and_resume_send_scope_and_reason(fake: FakeEngine) -> None:
    app = open_tab("Pause and resume")
    app.selectbox(key="envelope:brake:scope").set_value(f"cell:{limits.ROUTING}")
    app.text_input(key=REASON).set_value("month end").run()
    app.button(key="envelope:pause").click().run()
    assert app.text_input(key=REASON).value == ""
    app.text_input(key=REASON).set_value("month end is over").run()
    app.button(key="envelope:resume").click().run()
    assert [request for request, _ in fake.received] == [
        PauseScope(scope=f"cell:{limits.ROUTING}", reason="month end"),
        ResumeScope(scope=f"cell:{limits.ROUTING}", reason="month end is over"),
    ]


def test_pause_without_a_reason_changes_nothing(fake: FakeEngine) -> None:
    app = open_tab("Pause and resume")
    app.button(key="envelope:pause").click().run()
    assert fake.received == []
    assert "say why first" in app.warning[0].value


def test_pauses_that_hold_are_named(fake: FakeEngine) -> None:
    fake.queries.pauses = ("desk:incidents",)
    assert "Paused now\\: the desk Incidents" in "\n".join(
        warning.value for warning in open_tab("Pause and resume").warning
    )
