"""One case in full: evidence before recommendation, then policy, then the way it came.

At the foot, always in the same place, stands what the person can do.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import streamlit as st

from console import flash, session
from console.components import (
    case_evidence,
    case_facts,
    case_follow,
    case_head,
    case_plan,
    case_question,
    case_quotes,
    case_repair,
    case_undo,
    case_verdict,
    case_ways,
    decision_bar,
    desk_clock,
    open_case,
)
from console.components.open_case import OpenCase
from engine.domain.case_status import CaseStatus
from engine.service.rows import CaseCard


def draw(*, on_decided: Callable[[], None]) -> None:
    """Draw the open case.

    Args:
        on_decided: Called after a decision was taken on it.
    """
    case = open_case.current()
    if case is None:
        with st.container(key="no_case"):
            st.info(
                "No case is open. Pick one from the queue, or press J there.",
                icon=":material/touch_app:",
            )
        return
    open_case.touch()
    now = desk_clock.now_of(case.card.row.desk)
    with st.container(key="case_detail"):
        case_head.draw(case.card, now=now, holder=open_case.holder_of(case.card))
        with st.container(key="case_evidence"):
            _draw_evidence(case.card, now)
        with st.container(key="decision_bar"):
            flash.draw_here()
            _draw_answers(case, on_decided)


def _draw_evidence(card: CaseCard, now: datetime) -> None:
    left, right = st.columns([1, 1], gap="medium")
    is_plan = len(card.steps) > 1
    with left:
        case_facts.draw(card, now)
        case_quotes.draw(card)
        if is_plan:  # which is long enough beside them
            case_evidence.draw_reasons(card)
        case_evidence.draw_precedents(card, now)
    with right:
        case_evidence.draw_recommendation(card)
        case_plan.draw(card)
        if not is_plan:
            case_evidence.draw_reasons(card)
    case_verdict.draw_verdict(card)
    case_verdict.draw_timeline(card.timeline, session.now())
    case_ways.draw(card.row.case_id)


def _draw_answers(case: OpenCase, on_decided: Callable[[], None]) -> None:
    if case_undo.is_second(case.card):
        case_follow.draw_watch(case)
        case_undo.draw_second(case)
        return
    match case.card.row.status:
        case CaseStatus.PENDING | CaseStatus.BLIND_PENDING | CaseStatus.SECOND_PENDING:
            case_follow.draw_watch(case)
            decision_bar.draw(case, on_decided=on_decided)
        case CaseStatus.HELD:
            case_follow.draw_watch(case)
            decision_bar.draw(case, on_decided=on_decided)
        case CaseStatus.NEEDS_REPAIR:
            case_follow.draw_watch(case)
            case_repair.draw(case)
        case CaseStatus.WAITING_FACT:
            case_follow.draw_watch(case)
            case_question.draw_question(case)
        case status if status in open_case.MOVES:
            case_follow.draw_progress(case)
        case _:
            case_undo.draw_rest(case)
