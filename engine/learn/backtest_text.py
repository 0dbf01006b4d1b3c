"""A backtest report as text for a terminal, and its predictions as lines of a file.

Lives here: wording and columns. Must not live here: any figure that the report does not hold.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.learn.backtest_figures import BacktestReport, CellFigures, Estimate

_CURVE_AT = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)

PREDICTION_COLUMNS = ("case_id", "predicted", "confidence", "executed")
"""Columns of the predictions file."""


def render_text(report: BacktestReport) -> str:
    """Write a report as lines for a terminal, without colour and at most 78 wide."""
    overall = report.overall
    lines = _head(report)
    if not report.answered:
        return "\n".join([*lines, "", *_nothing_learned(report)])
    lines += [
        "",
        f"top-1      {_percent(overall.top1)}",
        f"ECE        {_number(report.ece)}",
        f"Brier      {_number(report.brier)}",
        f"AURC       {_number(report.aurc)}",
        "",
        f"target {100 * report.target:g}%: {_kept(report)}",
        *(_cell_lines("all", overall)),
    ]
    for cell in report.cells:
        lines += _cell_lines(cell.cell or "(no cell)", cell)
    lines += ["", "coverage   error among the most confident", *_curve_lines(report)]
    lines += ["", "Intervals are 95 %: shares Clopper-Pearson, the rest bootstrapped by days."]
    return "\n".join(lines)


def _head(report: BacktestReport) -> list[str]:
    overall = report.overall
    missing = overall.n - report.answered
    answered = f"answered   {report.answered} of {overall.n}"
    if missing:
        answered += f"; {missing} came before the first fit and count as wrong"
    return [
        f"judged     {overall.n} of {report.labelled} labelled cases, "
        f"{report.judged_from:%Y-%m-%d %H:%M} to {report.judged_until:%Y-%m-%d %H:%M}",
        answered,
        f"procedure  {report.procedure[:12]}, {report.refits} refits",
        f"facts      {_wrapped(report.features)}",
    ]


def _nothing_learned(report: BacktestReport) -> list[str]:
    return [
        "Nothing was learned and nothing was executed: too few labelled rows.",
        f"It takes {report.minimum_rows} whose label was known before a judged case was opened;",
        f"the file holds {report.labelled} in all. So there is no figure to give.",
    ]


def prediction_rows(report: BacktestReport) -> Iterator[tuple[str, str, str, str]]:
    """Give the judged cases as rows of `PREDICTION_COLUMNS`; executed is 0 or 1."""
    for one in report.predictions:
        yield one.case_id, one.predicted, repr(one.confidence), str(int(one.is_executed))


def _cell_lines(name: str, figures: CellFigures) -> list[str]:
    error = figures.realised_error
    realised = (
        f"{_percent(error)}, {figures.errors} of {figures.executed}" if error else "none executed"
    )
    return [
        f"  {name}",
        f"    n {figures.n}, top-1 {_percent(figures.top1)}",
        f"    coverage        {_percent(figures.coverage)}",
        f"    realised error  {realised}",
    ]


def _kept(report: BacktestReport) -> str:
    if not report.overall.executed:
        return f"nothing was executed, {_why_closed(report)}"
    return "kept" if report.keeps_target else "NOT kept"


def _why_closed(report: BacktestReport) -> str:
    """Why the rule let nothing through."""
    if report.without_cut == report.answered:
        return (
            "because the rule stayed closed:\n"
            "  at no time did enough answers with a known truth show that any confidence\n"
            f"  keeps the error at or under {100 * report.target:g}%"
        )
    return (
        "because the rule stayed closed:\n"
        f"  no confidence was enough for {report.without_cut} of {report.answered} answers, and "
        "the rest\n  lay under the cut or had no calibration yet"
    )


def _curve_lines(report: BacktestReport) -> list[str]:
    lines = []
    for wanted in _CURVE_AT:
        point = min(report.curve, key=lambda one: abs(one.coverage - wanted))
        lines.append(
            f"  {point.coverage:6.1%}   {point.error:6.2%}   at confidence {point.confidence:.3f}"
        )
    return lines


def _wrapped(features: tuple[str, ...]) -> str:
    lines, line = [], ""
    for feature in features:
        if len(line) + len(feature) > 62:
            lines.append(line)
            line = ""
        line += feature + ", "
    return ("\n" + " " * 11).join([*lines, line]).rstrip(", ")


def _percent(estimate: Estimate) -> str:
    return f"{estimate.value:.1%} [{estimate.lower:.1%}, {estimate.upper:.1%}]"


def _number(estimate: Estimate) -> str:
    return f"{estimate.value:.4f} [{estimate.lower:.4f}, {estimate.upper:.4f}]"
