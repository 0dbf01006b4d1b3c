"""Verification of the ledger as a report: what holds, what is wrong and where, what is unsealed."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import streamlit as st

from console import format as words
from console.components import text_table
from console.components.text_table import Cell, Column
from engine.domain.ledger_report import LedgerReport

_COLUMNS = (
    Column(label="Where", width="38%"),
    Column(label="Finding", width="18%"),
    Column(label="In words", width="44%"),
)


@runtime_checkable
class VerifiesLedger(Protocol):
    """An engine that can recompute its own ledger."""

    def verify_ledger(self) -> LedgerReport:
        """Recompute every hash and seal."""
        ...


def draw(report: LedgerReport) -> None:
    """Draw what a verification found."""
    if report.is_intact:
        st.success(f"Nothing is wrong. {_verified(report)}", icon=":material/verified:")
    else:
        count = len(report.findings) + report.findings_left_out
        st.error(f"{count:,} findings. {_verified(report)}", icon=":material/gpp_bad:")
        text_table.draw(
            _COLUMNS,
            [
                (
                    Cell(text=finding.where, is_code=True),
                    Cell(text=finding.kind.value, tone="bad"),
                    finding.words,
                )
                for finding in report.findings
            ],
            key="findings",
            label="Findings of the verification",
        )
    if report.findings_left_out:
        st.caption(f"{report.findings_left_out:,} further findings are not listed.")
    st.caption(_unsealed(report))


def _verified(report: LedgerReport) -> str:
    return (
        f"{report.verified:,} of {report.sealed:,} sealed entries verified under "
        f"{report.seals:,} seals."
    )


def _unsealed(report: LedgerReport) -> str:
    if not report.unsealed:
        return "Every entry is sealed."
    since = report.unsealed_since
    age = f", the oldest since {words.exact(since)}" if since else ""
    return f"{report.unsealed:,} entries are unsealed{age}: counted, not verified."
