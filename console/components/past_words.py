"""What history said of a version when it was proposed, as it is kept with it.

Must not: ask history again; who signs sees what the author saw.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from console import format as words
from engine.domain.canonical import Json
from engine.domain.case import Origin
from engine.domain.policy import VersionStatus
from engine.service.rows import VersionRow


def draw(row: VersionRow) -> None:
    """Draw what is kept with a version; of a proposal also that nothing is."""
    said = row.simulation
    if not isinstance(said, Mapping):
        if row.status is VersionStatus.PROPOSED:
            st.caption("What history said of it")
            st.text("Nothing: there was no history to ask when it was proposed.")
        return
    st.caption(_title(row, said))
    if said.get("unavailable"):
        st.text(words.plain(f"It could not be asked: {said['unavailable']}"))
        return
    if said.get("origin") == Origin.SIMULATED:
        st.warning("This history is simulated: it shows the mechanism, not your desk.")
    for sentence in _texts(said, "sentences"):
        st.text(f"• {words.tidy(sentence)}")
    limits = _texts(said, "limits")
    if limits:
        with st.expander("What history cannot tell", icon=":material/help:"):
            for limit in limits:
                st.text(words.tidy(limit))


def _title(row: VersionRow, said: Mapping[str, Json]) -> str:
    asked = f"What history said of it, asked {words.exact(row.drafted_at)}"
    since, until = (str(said.get(name) or "")[:10] for name in ("since", "until"))
    return f"{asked}: decisions from {since} to {until}" if since and until else asked


def _texts(said: Mapping[str, Json], name: str) -> list[str]:
    listed = said.get(name)
    return [str(one) for one in listed] if isinstance(listed, list) else []
