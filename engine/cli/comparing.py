"""`countersign runs compare`: reasoners side by side, as text or JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from engine.cli.opening import AsJson, opened_engine
from engine.cli.output import say, say_json, say_table
from engine.errors import InvalidRequest

if TYPE_CHECKING:
    from engine.service.comparison_rows import (
        ComparisonRow,
        ComparisonSlice,
        Counted,
        KindFigures,
        Models,
        Spread,
    )

Moment = Annotated[datetime | None, typer.Option(help="UTC, by the wall clock.")]
E = TypeVar("E", bound=StrEnum)
Figure = tuple[str, "Callable[[KindFigures], str]"]
NO_DATED_RUN = "No dated run with a live key has been made yet."


def compare(
    desk: Annotated[str, typer.Option("--desk", help="Of one desk only.")] = "",
    case_type: Annotated[str, typer.Option("--case-type", help="Of one case type only.")] = "",
    since: Moment = None,
    until: Moment = None,
    made: Annotated[str, typer.Option("--made", help="live, shadow or both.")] = "both",
    data: Annotated[
        str, typer.Option("--data", help="real or simulated cases; by default real, if any.")
    ] = "",
    model: Annotated[
        str, typer.Option("--model", help="real or scripted; by default real, if asked.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Playbook, precedent, workflow and agent side by side over a slice of runs.

    Real and simulated cases are never added up, nor a scripted model and a real one.
    """
    from engine.domain.case import Origin
    from engine.service.comparison_rows import ComparisonSlice, Made, Models

    which = ComparisonSlice(
        desk=desk,
        case_type=case_type,
        since=_aware(since),
        until=_aware(until),
        made=_word(Made, made, "--made"),
        origin=_word(Origin, data, "--data") if data else None,
        models=_word(Models, model, "--model") if model else None,
    )
    row = opened_engine().queries.comparison(which)
    if as_json:
        say_json(row)
    else:
        _say(row)


def _aware(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(tzinfo=UTC)


def _word(words: type[E], said: str, option: str) -> E:
    found = next((word for word in words if word.value == said), None)
    if found is None:
        raise InvalidRequest(f"{option} is one of {', '.join(words)}, not {said!r}.")
    return found


def _say(row: ComparisonRow) -> None:
    from engine.service.comparison_words import uneven_words
    from engine.service.run_words import KIND

    if not row.runs:
        say(f"No run was begun in this slice. Begin one: countersign runs start. {NO_DATED_RUN}")
        return
    say(f"{_basis(row.which)}; {row.runs - row.left_out:,} of {row.runs:,} runs. {NO_DATED_RUN}")
    if uneven := uneven_words(row.comparison):
        say(uneven)
    say()
    kinds = row.comparison.kinds
    figures = [(label, *(said(one) for one in kinds)) for label, said in _figures(row.which.models)]
    say_table(("", *(KIND[one.kind].upper() for one in kinds)), figures)
    say()
    pairs = [
        (f"{KIND[pair.first]} and {KIND[pair.second].lower()}", _share(pair.same))
        for pair in row.comparison.pairs
    ]
    if pairs:
        say_table(("SAME ANSWER", ""), pairs)
        say()
    for reply in row.replies:
        say(reply.question)
        for said in reply.said:
            say(f"  {said}")


def _basis(which: ComparisonSlice) -> str:
    return f"{str(which.origin).capitalize()} cases, {which.models} model, {which.made} runs"


def _figures(models: Models | None) -> Iterator[Figure]:
    yield "cases, first run each", lambda one: f"{one.runs:,}"
    yield "of them, under way or waiting", lambda one: f"{one.open:,}"
    yield "completed", lambda one: _share(one.quality.completed)
    yield "completed correctly", lambda one: _share(one.quality.correct)
    yield "right, where it named a call", lambda one: _share(one.quality.right)
    yield "right in hindsight", lambda one: _share(one.quality.hindsight)
    yield "right once told by a person", lambda one: _share(one.quality.told)
    yield "repeats, left out", lambda one: f"{one.repeats:,}"
    yield "truth not known yet", lambda one: f"{one.quality.truth_unknown:,}"
    yield "calibration error (ECE)", _calibration
    yield "steps", lambda one: _spread(one.effort.steps)
    yield "questions to a model", lambda one: _spread(one.effort.questions)
    yield "tool calls", lambda one: _spread(one.effort.tool_calls)
    yield "longest completed correctly", _longest
    yield "seconds of work", lambda one: _spread(one.effort.seconds, 2)
    yield "tokens", lambda one: _spread(one.effort.tokens)
    yield "micro-dollars", lambda one: _cost(models, one)


def _share(one: Counted) -> str:
    from engine.domain.percent import percent

    if not one.n:
        return "-"
    if one.share is None:
        return f"{one.k} of {one.n}"
    return f"{percent(one.share)} ({percent(one.low)} to {percent(one.high)}, n {one.n:,})"


def _spread(one: Spread, digits: int = 0) -> str:
    if one.median is None:
        return "-"
    tail = f", p90 {one.p90:,.{digits}f}" if one.p90 is not None else ""
    return f"{one.median:,.{digits}f}{tail}"


def _cost(models: Models | None, one: KindFigures) -> str:
    from engine.service.comparison_words import unpriced

    return unpriced(models, one) or _spread(one.effort.cost)


def _calibration(one: KindFigures) -> str:
    found = one.quality.calibration
    return f"not enough (n {found.n})" if found.ece is None else f"{found.ece:.3f} (n {found.n:,})"


def _longest(one: KindFigures) -> str:
    from engine.service.comparison_words import many

    ref = one.effort.longest_correct
    return "-" if ref is None else f"{many(ref.steps, 'step')} ({ref.source_id})"
