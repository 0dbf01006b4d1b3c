"""Schedules: the periodic jobs with their last run, next run and failures."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from console import format as words
from console import session
from console.components import text_table
from console.components.text_table import Cell, Column
from engine.service.rows import ScheduleRow

_REFRESH_S = 5
_COLUMNS = (
    Column(label="Job", width="22%"),
    Column(label="Every", width="9%"),
    Column(label="Last run", width="20%"),
    Column(label="Next run", width="20%"),
    Column(label="Failures", width="8%"),
    Column(label="Last error", width="21%"),
)


@session.guarded
def render() -> None:
    """Draw the page."""
    st.title("Schedules", anchor=False)
    st.caption(
        "Housekeeping that runs by the clock. No case waits on it: deadlines are rows that are "
        "due. Times are UTC."
    )
    _draw_jobs()


@st.fragment(run_every=_REFRESH_S)
@session.guarded
def _draw_jobs() -> None:
    jobs = session.queries().schedules()
    if not jobs:
        st.info("No job is scheduled: has a worker been started?", icon=":material/schedule:")
        return
    failing = [job.name for job in jobs if job.failures]
    if failing:
        st.warning(words.plain(f"Failing: {', '.join(failing)}"), icon=":material/error:")
    now = session.now()
    text_table.draw(
        _COLUMNS, [_row(job, now) for job in jobs], key="schedules", label="Periodic jobs"
    )


def _row(job: ScheduleRow, now: datetime) -> list[Cell | str]:
    return [
        Cell(text=job.name, tone="strong"),
        job.every,
        Cell(text=words.moment(job.last_run), note=words.ago(job.last_run, now)),
        Cell(text=words.moment(job.next_run), note=_until(job.next_run, now)),
        Cell(text=f"{job.failures:,}", tone="bad" if job.failures else ""),
        Cell(text=job.last_error or "–", tone="bad" if job.last_error else "dim"),
    ]


def _until(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "not planned"
    return words.deadline(at, now)


if __name__ == "__main__":
    render()
