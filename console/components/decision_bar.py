"""Decision bar: the person's answers to the open case, always in the same place.

Every button carries the case and version that were on the screen, in its key and in what it
sends. Approve and Reject are the same size.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

import streamlit as st

from console import flash, session
from console.components import (
    case_follow,
    case_look,
    decision_panel,
    decision_words,
    form_keys,
    last_decision,
    open_case,
    override_choice,
    text_line,
)
from console.components.open_case import OpenCase
from console.components.text_line import Piece
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind, ReasonCode
from engine.service.requests import DecideCase

PAGE = "bar"
JUST_OPENED_MS = 700
"""A decision this soon after opening was meant for what stood there before."""

Follow = Callable[[], None]

_BUTTONS: tuple[tuple[DecisionKind, str, str, str], ...] = (
    (DecisionKind.APPROVE, "Approve", "A", ":material/check:"),
    (DecisionKind.OVERRIDE, "Override", "O", ":material/alt_route:"),
    (DecisionKind.REJECT, "Reject", "X", ":material/close:"),
    (DecisionKind.ESCALATE, "Escalate", "E", ":material/arrow_upward:"),
    (DecisionKind.ASK, "Ask", "Q", ":material/help:"),
)
_CONFIRM: dict[DecisionKind, str] = {
    DecisionKind.OVERRIDE: "Override",
    DecisionKind.REJECT: "Reject",
    DecisionKind.ESCALATE: "Escalate",
    DecisionKind.ASK: "Ask",
}


def draw(case: OpenCase, *, on_decided: Follow) -> None:
    """Draw the bar of a case that waits for a decision.

    Args:
        case: The open case, as pinned.
        on_decided: Called after a decision was taken.
    """
    holder = open_case.holder_of(case.card)
    obstacle = _obstacle(case, holder)
    kind = _mode(case)
    if is_first_of_two(case):
        _draw_first(case)
    # Above the fields, but of what stands in them: they are read when they are drawn.
    said = st.container()
    if kind is not None and not obstacle:
        with st.container(key=_fields_key(case, kind)):
            decision_panel.draw(case, kind)
    with said:
        _draw_words(case, obstacle, None if obstacle else kind)
    decision_panel.draw_note(case)
    if kind is not None and not obstacle:
        _draw_confirmation(case, kind, on_decided)
    else:
        _draw_choices(case, bool(obstacle), on_decided)


def _obstacle(case: OpenCase, holder: str) -> str:
    """Why nothing can be answered here now; empty where something can."""
    held = f"{holder} works on this case. It is yours when they leave it." if holder else ""
    return open_case.why_not_mine(case.card) or held


def is_first_of_two(case: OpenCase) -> bool:
    """Whether this person approved already, and it takes somebody else as well."""
    decision, status = case.card.decision, case.card.row.status
    is_mine = decision is not None and decision.person == session.person().name
    return is_mine and status is CaseStatus.SECOND_PENDING


def _draw_first(case: OpenCase) -> None:
    said, button = st.columns([3, 1], vertical_alignment="center")
    with said:
        text_line.draw([[Piece(text=_FIRST, tone="strong")]], key="first_of_two")
    button.button(
        "Take back",
        key=session.key(PAGE, "take_back", case.case_id, case.version),
        icon=":material/undo:",
        shortcut="T",
        width="stretch",
        on_click=case_follow.take_back,
        args=(case,),
    )


_FIRST = "You approved this. It takes somebody else as well; nothing runs before."


def _draw_words(case: OpenCase, obstacle: str, kind: DecisionKind | None) -> None:
    """What a press would do: of the open form where there is one, else of approving."""
    if not obstacle and kind is None:
        case_look.draw(case)
    said = case.card.words
    why_not = _why_not(case)
    approving = [
        Piece(text=why_not or said.approving, tone="warn" if why_not else ""),
        Piece(text=_undo_beside(why_not or said.approving, said.undo), look="dim"),
    ]
    if obstacle:
        # What approving would do is not for somebody who cannot.
        approving = []
    if is_first_of_two(case):
        approving = [Piece(text=said.undo, look="dim")]
    sending = [] if kind is None else [Piece(text=decision_words.sending(case, kind))]
    lines = [
        [Piece(text=obstacle, tone="warn")],
        sending or approving,
    ]
    text_line.draw(lines, key="decision_words")


def _undo_beside(approving: str, undo: str) -> str:
    """What an undo would do, where the words before it have not just said it."""
    return "" if undo.rstrip(".").lower() in approving.lower() else undo


def _why_not(case: OpenCase) -> str:
    """Why the person cannot approve what is recommended; empty where they can."""
    said, others = case.card.words, open_case.why_not_decided_by_me(case.card)
    if others and said.can_approve:
        return f"{others} You may pass it on or ask."
    return "" if said.can_approve else said.why_not


def _is_closed(case: OpenCase, kind: DecisionKind) -> bool:
    """Whether the engine would refuse this kind of answer from this person."""
    match kind:
        case DecisionKind.APPROVE:
            return bool(_why_not(case)) or is_first_of_two(case)
        case DecisionKind.OVERRIDE:
            return not override_choice.choices(case.card)
        case DecisionKind.REJECT:
            return bool(open_case.why_not_decided_by_me(case.card))
        case _:
            return False


def _draw_choices(case: OpenCase, is_locked: bool, on_decided: Follow) -> None:
    with st.container(key="decision_buttons"):
        columns = st.columns(len(_BUTTONS), gap="xsmall")
    for column, (kind, label, shortcut, icon) in zip(columns, _BUTTONS, strict=True):
        is_approve = kind is DecisionKind.APPROVE
        act = partial(decide, kind, case, on_decided) if is_approve else partial(choose, case, kind)
        column.button(
            _approve_label(case) if is_approve else f"{label}…",
            key=session.key(PAGE, kind, case.case_id, case.version),
            icon=icon,
            type="primary" if is_approve else "secondary",
            shortcut=shortcut,
            disabled=is_locked or _is_closed(case, kind),
            width="stretch",
            on_click=act,
        )


def _approve_label(case: OpenCase) -> str:
    """An action that was held is released; for the person it is the same key."""
    return "Release" if case.card.row.status is CaseStatus.HELD else "Approve"


def _draw_confirmation(case: OpenCase, kind: DecisionKind, on_decided: Follow) -> None:
    digest = decision_panel.digest_of(case, kind)
    # Another content, another button: a press is of the one that the words stood beside.
    confirm_key = session.key(PAGE, "confirm", kind, case.case_id, case.version, digest)
    why_not = decision_panel.why_not(case, kind)
    back_key = session.key(PAGE, "back", case.case_id, case.version)
    columns = st.columns([5, 3, 4], gap="small", vertical_alignment="center")
    columns[0].button(
        f"{_CONFIRM[kind]} now",
        key=confirm_key,
        type="primary",
        shortcut="Ctrl+Enter",
        disabled=bool(why_not),
        width="stretch",
        on_click=confirm,
        args=(kind, case, digest, on_decided),
    )
    columns[1].button(
        "Back",
        key=back_key,
        shortcut="Escape",
        width="stretch",
        on_click=choose,
        args=(case, None),
    )
    missing = decision_panel.what_is_missing(case, kind)
    columns[2].caption("A field cannot be read." if why_not else missing.said)
    form_keys.draw(
        fields=_fields_key(case, kind), send=confirm_key, leave=back_key, missing=missing.field
    )


def _fields_key(case: OpenCase, kind: DecisionKind) -> str:
    return session.key(PAGE, "fields", kind, case.case_id, case.version)


def choose(case: OpenCase, kind: DecisionKind | None) -> None:
    """Open the panel of a kind of decision, or close it."""
    session.remember(PAGE, _mode_name(case.case_id, case.version), kind)


def confirm(kind: DecisionKind, case: OpenCase, shown: str, on_decided: Follow) -> None:
    """Send what the panel holds, or say what is missing.

    A text that still has the focus arrives with the click itself. Where it makes another act of
    it than the words beside the button said, they have to be read first.

    Args:
        kind: Of the decision.
        case: As pinned.
        shown: Digest of what the words beside the button were said of.
        on_decided: Called after it was taken.
    """
    missing = decision_panel.what_is_missing(case, kind)
    if missing.said:
        form_keys.refuse(_fields_key(case, kind), missing.said)
    elif shown != decision_panel.digest_of(case, kind):
        form_keys.refuse(_fields_key(case, kind), _CHANGED)
    else:
        decide(kind, case, on_decided)


_CHANGED = (
    "Nothing was sent: a field changed at the last moment. Read what sending does now, then send "
    "it again."
)


def decide(kind: DecisionKind, case: OpenCase, on_decided: Follow) -> None:
    """Send the decision on exactly the case and version that were on the screen."""
    if case.time_to_decide_ms() < JUST_OPENED_MS:
        flash.add(
            "warning",
            f"{case.card.row.source_id} had only just opened. Nothing was done: look, then decide.",
        )
        return
    open_case.renew_if_ended(case)
    filled = decision_panel.read(case, kind)
    done = session.submit(
        DecideCase(
            case_id=case.case_id,
            version=case.version,
            kind=kind,
            client_key=case.client_key,
            reason_code=filled.reason or ReasonCode.OTHER,
            note=filled.note,
            tool=filled.tool,
            arguments=filled.arguments or {},
            role=filled.role,
            question=filled.question,
            time_to_decide_ms=case.time_to_decide_ms(),
        )
    )
    if done is None:
        open_case.keep_draft(case.case_id, filled.note)
        return
    open_case.drop_draft(case.case_id)
    last_decision.keep(done, case.card.row.source_id)
    session.attempt(_go_on, case, on_decided)


def _go_on(case: OpenCase, on_decided: Follow) -> None:
    now_open = open_case.current()
    if now_open is not None and now_open.case_id == case.case_id:
        open_case.follow()
        on_decided()


def _mode(case: OpenCase) -> DecisionKind | None:
    kind: DecisionKind | None = session.recall(PAGE, _mode_name(case.case_id, case.version), None)
    return kind


def _mode_name(case_id: UUID, version: int) -> str:
    return f"mode:{case_id}:{version}"
