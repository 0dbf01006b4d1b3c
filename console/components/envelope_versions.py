"""Versions of an envelope: who proposed and who signed each, what changed, and the signature.

A signature is the second name under a change of limits; the author cannot give it.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from console import format as words
from console import session
from console.components import desk_words, envelope_document
from engine.domain.actor import Person
from engine.service.requests import SignEnvelope
from engine.service.rows import CellRow, EnvelopeRow

_PROPOSED = "proposed"
_ACTIVE = "active"


def active(versions: Sequence[EnvelopeRow]) -> EnvelopeRow | None:
    """The version that holds now."""
    return next((row for row in versions if row.status == _ACTIVE), None)


def draw_waiting(versions: Sequence[EnvelopeRow]) -> None:
    """Say which versions wait for their second name."""
    for row in versions:
        if row.status == _PROPOSED:
            st.info(
                words.plain(
                    f"Version {row.version}, proposed by {row.proposed_by}, waits for a second "
                    "name: see Versions and signatures below."
                ),
                icon=":material/draw:",
            )


def draw(versions: Sequence[EnvelopeRow], cells: Sequence[CellRow], person: Person) -> None:
    """Draw all versions, newest first; a proposed one is open with its signature."""
    now = active(versions)
    for row in versions:
        label = f"**Version {row.version}** · {words.plain(row.status)} · {words.plain(row.note)}"
        with st.expander(label.removesuffix(" · "), expanded=row.status == _PROPOSED):
            st.text(_history(row))
            if row.status == _PROPOSED:
                _draw_proposed(row, now, cells, person)
            else:
                st.code(row.document, language="yaml")


def _history(row: EnvelopeRow) -> str:
    proposed = f"Proposed by {row.proposed_by}, {words.exact(row.proposed_at)}"
    if row.activated_at is None:
        return f"{proposed}\nNot signed"
    return f"{proposed}\nSigned by {row.signed_by or '–'}, {words.exact(row.activated_at)}"


def _draw_proposed(
    row: EnvelopeRow, now: EnvelopeRow | None, cells: Sequence[CellRow], person: Person
) -> None:
    for warning in envelope_document.warnings(
        envelope_document.read(row.document), cells, desk_words.cell
    ):
        st.warning(words.plain(warning), icon=":material/group:")
    st.caption(f"Against version {now.version}, which is active" if now else "The first version")
    change = envelope_document.difference(now.document if now else "", row.document)
    st.code(change or "(nothing changes)", language="diff")
    is_author = row.proposed_by == person.name
    st.button(
        f"Sign and activate version {row.version}",
        key=session.key("envelope", "sign", row.desk, row.version),
        type="primary",
        icon=":material/draw:",
        disabled=is_author,
        on_click=_sign,
        args=(row.desk, row.version),
    )
    if is_author:
        st.caption("You proposed it; the second name has to be somebody else's.")


def _sign(desk: str, version: int) -> None:
    session.submit(SignEnvelope(desk=desk, version=version))
