"""What the tests of the watching pages share: reading a page's words, picking a row."""

from typing import Any

from streamlit.testing.v1 import AppTest

_SAYING = (
    *("title", "subheader", "markdown", "caption", "text", "code"),
    *("info", "warning", "error", "success"),
)


def words_on(app: AppTest) -> str:
    """Everything a page says in its own elements, line by line."""
    elements = (element for kind in _SAYING for element in app.get(kind))
    return "\n".join(str(getattr(element, "value", "")) for element in elements)


def picked_table(app: AppTest) -> Any:
    """The table rows are picked from, as a data frame."""
    return app.dataframe[0].value


def pick(app: AppTest, page: str, row: object) -> None:
    """Leave what a click on a row leaves; that a click leaves it is tried in Chromium."""
    app.session_state[f"{page}:picked"] = row
    app.run()


def texts(data: Any) -> list[list[str]]:
    """The texts of a drawn table's cells, each with its note."""
    return [
        [" | ".join(filter(None, (cell["text"], cell["note"]))) for cell in row]
        for row in data["rows"]
    ]
