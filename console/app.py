"""The console's entry script: page settings, who is signed in, header, menu, page."""

from __future__ import annotations

import streamlit as st

from console import flash, navigation, session, theme
from console.components import shell


@session.explained
def main() -> None:
    """Draw the chosen page under the header."""
    person = session.signed_in()
    page = navigation.choose(person)
    if person is not None:
        shell.draw_header()
    page.run()
    flash.draw_toasts()


if __name__ == "__main__":
    st.set_page_config(
        page_title="Countersign",
        page_icon=theme.ICON,
        layout="wide",
        initial_sidebar_state=theme.SIDEBAR_PX,
    )
    theme.apply()
    main()
