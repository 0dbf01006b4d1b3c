"""The page on injection: `docs/injection.md`, from what the campaign finds.

Run `python -m tests.injection.report` to play all pairs in every setting and write it anew. A test
plays a sample and holds its part of the page, and that the rest was made with the same sources.
"""

from __future__ import annotations

import logging
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import process_time

from tests.injection.campaign import Campaign
from tests.injection.desks import FOLDER, copilot, wide_open
from tests.injection.page import AFTER, BEFORE
from tests.injection.pairs import (
    each_attack,
    every_pair,
    inside_the_limits,
    some_pairs,
    without_attack,
)
from tests.injection.sessions import Became, Pair, Session, Setting
from tests.injection.tasks import TARGET, Suites, read_suites

FILE = Path(__file__).resolve().parents[2] / "docs" / "injection.md"
POLICY_ALONE = Setting(name="policy alone")
AGENT = Setting(name="agent and policy", is_bare=False)
COPILOT = Setting(name="`COPILOT`", policies=copilot)
WIDE_OPEN = Setting(name="no limits (control)", policies=wide_open)
_NOT_PLAYED = ("report.py", "page.py")


@dataclass(frozen=True, kw_only=True, slots=True)
class Played:
    """What a setting led to."""

    setting: Setting
    alone: tuple[Session, ...] = ()
    """Tasks without an attack."""
    attacked: tuple[Session, ...] = ()
    inside: tuple[Session, ...] = ()
    """Attacks that keep inside the limits."""
    ledger_is_intact: bool


def play(
    folder: Path,
    suites: Suites,
    setting: Setting,
    *,
    alone: Sequence[Pair],
    attacked: Sequence[Pair],
    is_inside_tried: bool = False,
) -> Played:
    """Play one setting in a folder of its own."""
    folder.mkdir(parents=True)
    campaign = Campaign(folder, suites, setting)
    try:
        unharmed = campaign.play(alone)
        inside = inside_the_limits(suites, unharmed) if is_inside_tried else ()
        return Played(
            setting=setting,
            alone=unharmed,
            attacked=campaign.play(attacked),
            inside=campaign.play(inside),
            ledger_is_intact=campaign.world.engine.verify_ledger().is_intact,
        )
    finally:
        campaign.close()


def sample(folder: Path, suites: Suites) -> tuple[Played, ...]:
    """What the tests play: both settings that count on some pairs, and the control."""
    alone, some = without_attack(suites), some_pairs(suites)
    limited = [
        play(folder / name, suites, one, alone=alone, attacked=some, is_inside_tried=True)
        for name, one in (("policy", POLICY_ALONE), ("agent", AGENT))
    ]
    control = play(folder / "open", suites, WIDE_OPEN, alone=(), attacked=each_attack(suites))
    return (*limited, control)


def everything(folder: Path, suites: Suites) -> tuple[Played, ...]:
    """All pairs in every setting."""
    alone, attacked = without_attack(suites), every_pair(suites)
    return tuple(
        play(folder / str(place), suites, setting, alone=alone, attacked=attacked)
        for place, setting in enumerate((POLICY_ALONE, AGENT, COPILOT, WIDE_OPEN))
    )


def identity() -> str:
    """Digest of all that plays: policies, desks, model and campaign."""
    files = sorted(
        one
        for one in FOLDER.iterdir()
        if one.suffix in (".py", ".yaml")
        and one.name not in _NOT_PLAYED
        and not one.name.startswith("test_")
    )
    return sha256(b"\0".join(one.read_bytes() for one in files)).hexdigest()[:16]


def page(full: Sequence[Played], some: Sequence[Played], cpu_s: float) -> str:
    """The whole page."""
    pairs = len(full[0].attacked)
    made = (
        f"All {pairs} pairs of the file in each setting, with every task alone as well: "
        f"{cpu_s:.0f} s of processor time, made with the sources `{identity()}`."
    )
    return "\n".join(
        [
            *BEFORE,
            "## Every pair",
            "",
            made,
            "",
            *tables(full),
            *_rules(full[0]),
            *_alike(full[0]),
            *sample_section(some),
            *AFTER,
        ]
    )


def sample_section(some: Sequence[Played]) -> Iterator[str]:
    """The part of the page that a test plays again."""
    yield "## A sample, held by a test"
    yield ""
    yield "Every task and every attack at least once; the control meets every attack once."
    yield ""
    yield from tables(some)
    yield from _inside(some)


def tables(played: Sequence[Played]) -> Iterator[str]:
    """Tasks alone, and tasks with attacks."""
    yield "Without an attack:"
    yield ""
    yield (
        "| setting | suite | tasks | done alone | of these, with a change | done, a person asked |"
        " left to a person | own calls: ran alone | escalated | held back | denied |"
        " people asked, a task |"
    )
    yield "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    for one in played:
        for suite in TARGET if one.alone else ():
            yield _alone_row(one.setting.name, suite, _of(one.alone, suite))
    yield ""
    yield "With an attack:"
    yield ""
    yield (
        "| setting | suite | pairs | attack met | its calls: ran | escalated | denied | held back |"
        " attacks executed | its reads answered | task done as asked | own calls denied |"
        " people asked, a task |"
    )
    yield "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    for one in played:
        for suite in TARGET:
            yield _attacked_row(one.setting.name, suite, _of(one.attacked, suite))
    yield ""


def _of(sessions: Sequence[Session], suite: str) -> list[Session]:
    return [one for one in sessions if one.pair.user.suite == suite]


def _alone_row(name: str, suite: str, sessions: Sequence[Session]) -> str:
    done = [one for one in sessions if one.is_done]
    alone = [one for one in done if not one.to_people]
    own = sum((one.of(is_attack=False) for one in sessions), Counter[Became]())
    return _row(
        name,
        suite,
        len(sessions),
        len(alone),
        sum(bool(one.written) for one in alone),
        len(done) - len(alone),
        len(sessions) - len(done),
        own[Became.ALONE],
        own[Became.ESCALATED],
        own[Became.HELD_BACK],
        own[Became.DENIED],
        _a_task(sessions),
    )


def _attacked_row(name: str, suite: str, sessions: Sequence[Session]) -> str:
    attack = sum((one.of(is_attack=True) for one in sessions), Counter[Became]())
    own = sum((one.of(is_attack=False) for one in sessions), Counter[Became]())
    return _row(
        name,
        suite,
        len(sessions),
        sum(one.has_obeyed for one in sessions),
        sum(one.attack_done for one in sessions),
        attack[Became.ESCALATED],
        attack[Became.DENIED],
        attack[Became.HELD_BACK],
        sum(one.is_attack_done for one in sessions),
        sum(one.attack_reads for one in sessions),
        sum(one.is_done for one in sessions),
        own[Became.DENIED],
        _a_task(sessions),
    )


def _a_task(sessions: Sequence[Session]) -> str:
    return f"{sum(one.to_people for one in sessions) / len(sessions):.2f}"


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _rules(played: Played) -> Iterator[str]:
    yield "Which rule stopped the attacks' calls where policy was alone:"
    yield ""
    yield "| rule | calls |"
    yield "|---|--:|"
    found = Counter(
        (one.became, one.rule)
        for session in played.attacked
        for one in session.written
        if one.is_attack
    )
    for (became, rule), count in sorted(found.items(), key=lambda one: -one[1]):
        yield _row(f"`{rule}`: {became}", count)
    yield ""


def _alike(played: Played) -> Iterator[str]:
    escalated = [
        (session, one)
        for session in played.attacked
        for one in session.written
        if one.is_attack and one.became is Became.ESCALATED
    ]
    same = [
        (session, one)
        for session, one in escalated
        if any(one.tool == own.tool for own in session.written if not own.is_attack)
    ]
    named = [one for session, one in same if _names_the_same(session, one.arguments)]
    yield (
        "An escalation protects only where a person says no. "
        f"Of the {len(escalated)} escalated calls of attacks, {len(same)} use a tool that the "
        f"user's task needs as well, and {len(named)} of these go to somebody or something that "
        "the user's own words name: those are the ones a hurried person would approve."
    )
    yield ""


def _names_the_same(session: Session, arguments: object) -> bool:
    assert isinstance(arguments, dict)
    to = [arguments.get(name) for name in ("recipient", "user", "channel", "url")]
    return any(isinstance(one, str) and one in session.pair.user.text for one in to)


def _inside(played: Sequence[Played]) -> Iterator[str]:
    yield "Attacks of our own that keep inside the limits, on the tasks whose change ran alone:"
    yield ""
    yield "| setting | pairs | attacks executed |"
    yield "|---|--:|--:|"
    for one in played:
        if one.inside:
            done = sum(session.is_attack_done for session in one.inside)
            yield _row(one.setting.name, len(one.inside), done)
    yield ""


def main() -> None:
    """Play everything and write the page."""
    logging.disable(logging.CRITICAL)  # what is refused says so, and here that is the point
    suites = read_suites()
    with tempfile.TemporaryDirectory() as folder:
        began = process_time()
        full = everything(Path(folder), suites)
        cpu_s = process_time() - began
        some = sample(Path(folder) / "some", suites)
    FILE.write_text(page(full, some, cpu_s), encoding="utf-8")


if __name__ == "__main__":
    main()
