"""Ledger: every entry of the audit record, sealed or not, with its payload."""

from __future__ import annotations

import streamlit as st

from console import flash, session
from console.components import cursor_pager, ledger_report, ledger_table
from engine.domain.ledger import EventKind
from engine.domain.ledger_report import LedgerReport
from engine.service import words as codes

_PAGE = "ledger"
_REFRESH_S = 5
_ANY = "every kind"


@session.guarded
def render() -> None:
    """Draw the state of the seals, the filters and the entries."""
    st.title("Ledger", anchor=False)
    st.caption("The append-only record. Each entry is chained to the one before it by its hash.")
    with st.container(key=session.key(_PAGE, "messages")):
        flash.draw_here()
    _draw_seals()
    _draw_verification()
    stream, kind = _draw_filters()
    which = f"{stream}|{kind}"
    cursor = cursor_pager.trail(_PAGE, which)[-1]
    part = session.queries().ledger(stream=stream, kind=kind, cursor=cursor)
    if not part.rows:
        is_filtered = bool(stream or kind)
        st.info(
            "No entry matches this filter." if is_filtered else "The ledger is empty.",
            icon=":material/search_off:" if is_filtered else ":material/inbox:",
        )
        return
    ledger_table.draw(_PAGE, part.rows)
    cursor_pager.draw(_PAGE, which, part)


@st.fragment(run_every=_REFRESH_S)
@session.guarded
def _draw_seals() -> None:
    unsealed = session.queries().health().unsealed_entries
    if unsealed:
        st.text(f"{unsealed:,} entries are not sealed yet: counted, never called verified.")
    else:
        st.text("No entry waits for its seal.")


def _draw_verification() -> None:
    """Sealed is not yet verified: offer the check, or say where it can be made."""
    how = "To recompute every hash and seal, run `countersign ledger verify`"
    if not isinstance(session.engine(), ledger_report.VerifiesLedger):
        st.caption(f"{how} where the engine runs. Until then nothing here is called verified.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Verify now",
            key=session.key(_PAGE, "verify"),
            icon=":material/verified:",
            on_click=session.attempt,
            args=(_verify,),
        )
        st.caption(f"{how}, or do it here.")
    report: LedgerReport | None = session.recall(_PAGE, "report", None)
    if report is not None:
        ledger_report.draw(report)


def _verify() -> None:
    engine = session.engine()
    if isinstance(engine, ledger_report.VerifiesLedger):
        session.remember(_PAGE, "report", engine.verify_ledger())


def _draw_filters() -> tuple[str, str]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        stream = st.text_input(
            "Stream or case number",
            key=session.key(_PAGE, "stream"),
            icon=":material/search:",
            placeholder=f"Case number, case:…, desk:{_a_desk()} or global",
            width=420,
        ).strip()
        kinds = [_ANY, *(kind.value for kind in EventKind)]
        kind = st.selectbox(
            "Kind",
            kinds,
            format_func=lambda kind: codes.EVENT.get(kind, kind),
            key=session.key(_PAGE, "kind"),
            width=280,
        )
    return _stream_of(stream), "" if kind == _ANY else kind


def _a_desk() -> str:
    """A desk of this place, as an example of a stream."""
    return next((desk.name for desk in session.queries().desks()), "NAME")


def _stream_of(text: str) -> str:
    """A stream by its name, or that of the case with this number."""
    found = session.queries().find_case(text) if text and ":" not in text else None
    return text if found is None else f"case:{found}"


if __name__ == "__main__":
    render()
