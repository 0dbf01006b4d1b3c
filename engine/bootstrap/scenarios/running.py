"""Running: the suites of a desk, found in their folder, read, run and judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import Any, Protocol

from engine.bootstrap.scenarios import incidents_stage, orders_stage
from engine.bootstrap.scenarios.entrants import ENTRANTS, Entrant
from engine.bootstrap.scenarios.incidents_stage import IncidentsStage
from engine.bootstrap.scenarios.incidents_suite import IncidentSuite
from engine.bootstrap.scenarios.orders_stage import OrdersStage
from engine.bootstrap.scenarios.orders_suite import OrderSuite
from engine.errors import ConfigError, ToolError
from engine.govern.documents import line_of, read_document
from engine.learn.scenarios.judging import Happened, expected_words, wrongs
from engine.learn.scenarios.report import Report, Result, Trial
from engine.learn.scenarios.suite import ANYTHING, NOTHING, Scenario, Suite
from engine.settings import Settings

FOLDER = Path(__file__).resolve().parents[3] / "data" / "scenarios"
"""The suites that ship."""


class Stage(Protocol):
    """Puts the world of a scenario together, runs it, and looks into the books."""

    def play(self, scenario: Any, entrant: Entrant) -> Happened:
        """Run one scenario of the stage's own kind once."""
        ...

    def close(self) -> None:
        """Remove what was made."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskScenarios:
    """What scenarios of a desk are made of."""

    suite: type[Suite]
    stage: Callable[[Settings], Stage]
    own: str
    """The reasoner that is run where none is named."""
    actions: frozenset[str]
    """What can be done there."""
    lines: frozenset[str]
    """What its books tell of a target."""


DESKS: Mapping[str, DeskScenarios] = MappingProxyType(
    {
        "incidents": DeskScenarios(
            suite=IncidentSuite,
            stage=lambda settings: IncidentsStage(settings=settings),
            own="precedent",
            actions=incidents_stage.ACTIONS,
            lines=incidents_stage.LINES,
        ),
        "orders": DeskScenarios(
            suite=OrderSuite,
            stage=lambda settings: OrdersStage(settings=settings),
            own="playbook",
            actions=orders_stage.ACTIONS,
            lines=orders_stage.LINES,
        ),
    }
)
"""Desks that have scenarios; to add one, write its suite and stage and name them here."""


def desk_scenarios(desk: str) -> DeskScenarios:
    """What scenarios of a desk are made of.

    Raises:
        ConfigError: The desk has none.
    """
    if desk not in DESKS:
        raise ConfigError(f"There are no scenarios of a desk {desk!r}; there are of {_listed()}.")
    return DESKS[desk]


def read_suites(desk: str, folder: Path = FOLDER) -> tuple[Suite, ...]:
    """The suites of a desk: every `<desk>_<theme>.yaml` of a folder, by name.

    Raises:
        ConfigError: There is none, or one is damaged; the message names file and line.
    """
    kind = desk_scenarios(desk)
    files = sorted(folder.glob(f"{desk}_*.yaml"))
    if not files:
        raise ConfigError(f"There is no {desk}_*.yaml in {folder}.")
    return tuple(_read(kind, file, desk) for file in files)


def run_suites(
    stage: Stage,
    suites: Sequence[Suite],
    entrant: Entrant,
    *,
    times: int = 1,
    told: Callable[[Result], None] = lambda result: None,
) -> Report:
    """Run every scenario so many times and judge it.

    Args:
        stage: Of the desk; whoever opened it closes it.
        suites: Of that desk, at least one.
        entrant: Who reasons.
        times: Runs of each scenario; the k of pass^k.
        told: Told of each scenario as it is through.

    Raises:
        ConfigError: The entrant cannot run on this desk, or a world cannot be.
    """
    begun = perf_counter()
    results = []
    for suite, scenario in _each(suites):
        results.append(_result(stage, suite, scenario, entrant, times))
        told(results[-1])
    return Report(
        desk=suites[0].desk,
        reasoner=entrant.name,
        times=times,
        seconds=perf_counter() - begun,
        results=tuple(results),
    )


def _each(suites: Sequence[Suite]) -> Iterator[tuple[Suite, Scenario]]:
    for suite in suites:
        for scenario in suite.all:
            yield suite, scenario


def _result(stage: Stage, suite: Suite, scenario: Scenario, entrant: Entrant, times: int) -> Result:
    where = f"{suite.desk}/{suite.theme}/{scenario.name}"
    runs = (_played(stage, scenario, entrant, where) for _ in range(times))
    trials = tuple(Trial(happened=one.words, wrongs=wrongs(scenario, one)) for one in runs)
    return Result(
        theme=suite.theme,
        name=scenario.name,
        expected=expected_words(scenario.expect),
        why=scenario.why,
        trials=trials,
        known_failure=suite.known_failure(scenario.name, entrant.name),
    )


def _played(stage: Stage, scenario: Scenario, entrant: Entrant, where: str) -> Happened:
    try:
        return stage.play(scenario, entrant)
    except ToolError as error:
        raise ConfigError(f"{where}: its world cannot be: {error.message}") from None


def _read(kind: DeskScenarios, file: Path, desk: str) -> Suite:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}") from None
    suite = read_document(kind.suite, text, str(file))
    if file.stem != f"{desk}_{suite.theme}":
        raise ConfigError(
            f"{file}: theme: it says {suite.theme!r}; name the file {desk}_{suite.theme}.yaml"
        )
    for path, said in _misfits(suite, kind):
        where = ".".join(str(part) for part in path)
        raise ConfigError(f"{file}, line {line_of(text, path)}: {where}: {said}")
    return suite


def _misfits(suite: Suite, kind: DeskScenarios) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Names that the desk does not have: such a scenario would forbid or expect nothing."""
    for at, scenario in enumerate(suite.all):
        here = ("scenarios", at)
        expect = scenario.expect
        for field in ("done", "beside", "person", "denied"):
            known = kind.actions | {ANYTHING} | ({NOTHING} if field == "person" else set())
            for name in getattr(expect, field) or ():
                if name not in known:
                    yield (*here, "expect", field), _unknown("action", name, known)
        for place, never in enumerate(scenario.never):
            if never.call is not None and never.call not in kind.actions | {ANYTHING}:
                said = _unknown("action", never.call, kind.actions | {ANYTHING})
                yield (*here, "never", place, "call"), said
            if never.book is not None and never.book not in kind.lines:
                yield (*here, "never", place, "book"), _unknown("line", never.book, kind.lines)
    for at, known_failure in enumerate(suite.known_failures):
        if known_failure.reasoner not in ENTRANTS:
            path = ("known_failures", at, "reasoner")
            yield path, _unknown("reasoner", known_failure.reasoner, frozenset(ENTRANTS))


def _unknown(what: str, name: str, known: frozenset[str] | set[str]) -> str:
    return f"there is no {what} {name!r}; there is {', '.join(sorted(known))}"


def _listed() -> str:
    return ", ".join(DESKS)
