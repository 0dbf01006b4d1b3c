"""What the tests of the working pages share: opening a case, pressing, finding fields."""

from typing import Any

from streamlit.testing.v1 import AppTest

from engine.domain.case import Attention
from engine.service.rows import QueueFilter, QueueRow
from engine.testing.fake_engine import FakeEngine
from tests.browser.conftest import open_page


def first_of(fake: FakeEngine, attention: Attention) -> QueueRow:
    return fake.queries.queue(QueueFilter(attention=attention)).rows[0]


def open_case(row: QueueRow) -> AppTest:
    app = open_page("case_card")
    app.query_params["case"] = row.source_id
    return app.run()


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label.startswith(label)).click().run()


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def sent(fake: FakeEngine, kind: type) -> list[Any]:
    return [request for request, _ in fake.received if isinstance(request, kind)]


def field(app: AppTest, label: str) -> Any:
    return next(one for one in [*app.text_input, *app.selectbox] if one.label == label)
