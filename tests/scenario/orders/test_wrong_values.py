"""Reads that tell the wrong thing in the right form: what is caught, and what never happens."""

import pytest

from tests.scenario.orders.lies import LIES, READ_FOR
from tests.scenario.orders.lying import SEVERAL
from tests.scenario.orders.wrong_report import FILE, counts, over_cap, report
from tests.scenario.orders.wrong_values import Became, Campaign, Verdict

pytestmark = pytest.mark.xdist_group("wrong-values")
"""One campaign serves all."""

MOST_WRONG = 0.03
"""Share of the cases that may end wrongly because of a wrong value."""


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Verdict, ...]:
    return Campaign().run(tmp_path_factory.mktemp("wrong"))


def test_every_read_is_lied_about(verdicts: tuple[Verdict, ...]) -> None:
    told = {(lie.tool, lie.name) for one in verdicts for lie in one.told.lies}
    assert {(lie.tool, lie.name) for lie in LIES} == told
    found = counts(verdicts)
    assert set(found) == {*READ_FOR, SEVERAL}
    assert min(one.total() for one in found.values()) > 5
    assert all(one.lied.status.value != "EXECUTING" for one in verdicts)


def test_wrong_values_seldom_do_harm(verdicts: tuple[Verdict, ...]) -> None:
    print(report(verdicts))
    bad = [one for one in verdicts if one.became in (Became.WRONG, Became.DROPPED)]
    assert len(bad) <= MOST_WRONG * len(verdicts), [one.told.words for one in bad]
    assert [one.told.words for one in verdicts if one.became is Became.DROPPED] == []


def test_nothing_goes_back_above_the_cap(verdicts: tuple[Verdict, ...]) -> None:
    assert over_cap(verdicts) == []
    wanted = [one for one in verdicts if one.wanted_minor > max(one.lied.refunded_minor, 4_000)]
    assert wanted, "no case would refund more than the cap"
    assert sum(one.lied.refunded_minor > 0 for one in verdicts) > 5


def test_page_says_what_was_found(verdicts: tuple[Verdict, ...]) -> None:
    assert FILE.read_text(encoding="utf-8") == report(verdicts)
