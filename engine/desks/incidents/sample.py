"""Makes `data/incidents_sample.csv`: incidents of an invented company, the same on every run.

`python -m engine.desks.incidents.sample data/incidents_sample.csv`

The rows are simulated and never count as evidence for a real cell. About six weeks of incidents
with their truth, and a last day without, so that a queue has something in it.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from engine.desks.incidents.intake import PRIORITIES, IncidentIntake
from engine.desks.incidents.sample_world import OFFICE_SHARES, OFFICES, TROUBLES, Trouble

ROWS = 1200
WITHOUT_TRUTH = 80
"""The latest rows, whose truth nobody knows yet."""

_SEED = 20_260_914
_FIRST_DAY = datetime(2026, 9, 14, tzinfo=UTC)
_DAYS = 39
"""Days of history before the last one."""
_LAST_DAY_HOURS = (7, 15)
"""A busy Friday: the rows without truth were opened between these hours."""
_WEEKDAY_SHARES = (24, 21, 20, 19, 17, 3, 2)
_HOUR_SHARES = (1, 1, 1, 1, 1, 2, 4, 9, 14, 15, 13, 10, 8, 12, 12, 10, 8, 5, 3, 2, 2, 1, 1, 1)
_PRIORITY_SHARES = {1: 1, 2: 4, 3: 80, 4: 15}
_LEVELS = {1: "1 - High", 2: "1 - High", 3: "2 - Medium", 4: "3 - Low"}
_DISPATCHER_IS_RIGHT = 0.70
_DISPATCHER_IS_SILENT = 0.05
_SOLUTIONS = ("Fixed", "Replaced", "Explained to caller", "Access granted", "Went away by itself")


def make_rows(rows: int = ROWS, without_truth: int = WITHOUT_TRUTH) -> Iterator[dict[str, str]]:
    """Give the rows of the sample in the order in which they were opened.

    Args:
        rows: How many.
        without_truth: How many of the latest have no label.
    """
    random = Random(_SEED)
    opened = sorted(_moment(random) for _ in range(rows - without_truth))
    opened += sorted(_today(random) for _ in range(without_truth))
    for position, opened_at in enumerate(opened):
        trouble = random.choices(TROUBLES, weights=[t.share for t in TROUBLES])[0]
        office = random.choices(list(OFFICES), weights=OFFICE_SHARES)[0]
        group = _group(random, trouble, OFFICES[office])
        row = _told(random, position, opened_at, trouble, office)
        row["initial_assignment_group"] = _dispatched(random, trouble, OFFICES[office], group)
        truth = _truth(random, opened_at, group, group == row["initial_assignment_group"])
        if position < rows - without_truth:
            row |= truth
        else:
            row["label_known_at_split"] = "0"
        yield row


def write_sample(path: Path) -> None:
    """Write the sample as CSV.

    Args:
        path: Overwritten where it is there.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.DictWriter(file, IncidentIntake.columns, restval="", lineterminator="\n")
        sheet.writeheader()
        sheet.writerows(make_rows())


def _moment(random: Random) -> datetime:
    days = range(_DAYS)
    day = random.choices(days, weights=[_WEEKDAY_SHARES[day % 7] for day in days])[0]
    hour = random.choices(range(24), weights=_HOUR_SHARES)[0]
    return _FIRST_DAY + timedelta(days=day, hours=hour, minutes=random.randrange(60))


def _today(random: Random) -> datetime:
    first, last = _LAST_DAY_HOURS
    minutes = random.randrange((last - first) * 60)
    return _FIRST_DAY + timedelta(days=_DAYS, hours=first, minutes=minutes)


def _group(random: Random, trouble: Trouble, region: str) -> str:
    is_usual = random.random() < trouble.certainty
    return (trouble.group if is_usual else random.choice(trouble.otherwise)).format(region=region)


def _told(
    random: Random, position: int, opened_at: datetime, trouble: Trouble, office: str
) -> dict[str, str]:
    priority = random.choices(list(_PRIORITY_SHARES), weights=list(_PRIORITY_SHARES.values()))[0]
    return {
        "case_id": f"INC{100_001 + position:07d}",
        "opened_at": _text(opened_at),
        "contact_type": random.choices(("Phone", "Portal", "Email"), weights=(55, 35, 10))[0],
        "location": office,
        "category": trouble.category,
        "subcategory": trouble.subcategory if random.random() < 0.97 else "",
        "u_symptom": trouble.symptom if random.random() < 0.85 else "",
        "cmdb_ci": random.choice(trouble.items) if _names_item(random, trouble) else "",
        "impact": _LEVELS[priority],
        "urgency": _LEVELS[priority],
        "priority": PRIORITIES[priority],
        "opened_by": f"Agent {random.randint(1, 24):02d}",
        "caller_id": f"E-{random.randint(1000, 1899)}",
    }


def _names_item(random: Random, trouble: Trouble) -> bool:
    return bool(trouble.items) and random.random() < 0.4


def _dispatched(random: Random, trouble: Trouble, region: str, right: str) -> str:
    luck = random.random()
    if luck < _DISPATCHER_IS_SILENT:
        return ""
    if luck < _DISPATCHER_IS_SILENT + _DISPATCHER_IS_RIGHT:
        return right
    guesses = {trouble.group, *trouble.otherwise, "Service Desk {region}", "Network Operations"}
    wrong = sorted({guess.format(region=region) for guess in guesses} - {right})
    return random.choice(wrong)


def _truth(random: Random, opened_at: datetime, group: str, is_first: bool) -> dict[str, str]:
    hours = random.lognormvariate(1.4, 1.0) * (1.0 if is_first else 3.0)
    resolved_at = opened_at + timedelta(minutes=20 + round(60 * min(hours, 240.0)))
    moves = 0 if is_first else 1 + (random.random() < 0.2)
    return {
        "y_final_group": group,
        "y_closed_code": random.choice(_SOLUTIONS),
        "y_reassignment_count": str(moves),
        "y_reopen_count": "1" if random.random() < 0.02 else "0",
        "y_made_sla": "true" if resolved_at - opened_at < timedelta(hours=24) else "false",
        "y_resolved_at": _text(resolved_at),
        "y_closed_at": _text(resolved_at + timedelta(days=5)),
        "label_known_at": _text(resolved_at),
        "label_known_at_split": "1",
    }


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")


if __name__ == "__main__":
    write_sample(Path(sys.argv[1]))
