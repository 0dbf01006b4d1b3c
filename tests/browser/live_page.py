"""What the tests of the live page share: the places, their cards, and what happens to windows."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from streamlit.testing.v1 import AppTest

from console.components import live_slots
from engine.domain.case import Attention
from engine.domain.ids import CaseId
from engine.service.live_rows import WindowRow
from engine.testing.fake_engine import FakeEngine
from tests.browser.conftest import data_of
from tests.browser.working import first_of

FIRST = "INC0003001"


def cards(app: AppTest) -> list[Any]:
    """What stands in each place, from the top."""
    found = []
    for place in range(10 * live_slots.AT_ONCE):
        try:
            found.append(data_of(app, f"live_card_{place}"))
        except AssertionError:
            break
    return found


def numbers(app: AppTest) -> list[str]:
    return [card["number"] for card in cards(app)]


def lines(card: Any) -> list[str]:
    return [line["text"] for line in card["lines"]]


def first_window(fake: FakeEngine) -> WindowRow:
    return fake.queries.live().windows[0]


def closed(fake: FakeEngine, case_id: CaseId) -> None:
    """Let a window be over."""
    watched = fake.queries.watched
    watched.windows = tuple(one for one in watched.windows if one.action.case_id != case_id)


def hold_one(fake: FakeEngine) -> CaseId:
    """Let somebody else hold a case of the fake."""
    case_id = first_of(fake, Attention.COPILOT).case_id
    fake.cards[case_id] = fake.queries.watched.hold(fake.cards[case_id])
    return case_id


def arrives(fake: FakeEngine, number: int) -> None:
    """Another window opens."""
    like = fake.queries.watched.windows[-1]
    action = replace(like.action, case_id=CaseId(UUID(int=number)), source_id=f"INC{number:07}")
    later = like.closes_at + timedelta(seconds=1)
    fake.queries.watched.windows += (replace(like, action=action, closes_at=later),)
