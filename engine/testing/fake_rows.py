"""Invented cases for `FakeEngine`: rich enough to judge a screen by, the same every time.

All names are made up. Some titles and facts hold markup on purpose, as text from outside may.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.domain.actor import DecidedBy, Role
from engine.domain.case import Attention, Origin
from engine.domain.case_status import CaseStatus
from engine.domain.failure_codes import OF_ATTENTION
from engine.domain.phase import Phase
from engine.domain.recommendation import Recommendation
from engine.service.failure_rows import words_of as words_of_code
from engine.service.rows import (
    CaseCard,
    DecisionWords,
    FactRow,
    QueueRow,
    TimelineRow,
    ToolChoice,
)
from engine.testing.fake_rows_advice import GROUPS, Seed, recommendation_of, steps_of

NAMES = {
    "assign_group": "Assign group",
    "add_work_note": "Add work note",
    "get_incident": "Read incident",
    "itsm": "ITSM",
}
"""What people call the invented desks' tools and sources."""

VALUES = {
    "ask_customer": "Ask the customer",
    "CANCELLED": "cancelled",
    "PLACED": "placed",
    "PENDING": "pending",
    "shipment:": "parcel",
}
"""What people call the codes among the invented desks' values and labels."""

TITLES = (
    "VPN drops every few minutes since the client update",
    "Badge does not open the third floor in Harbour House",
    "Card terminal 14 refuses contactless payments",
    "Shared calendar of the planning board is empty",
    "Nightly export to the ledger stopped at 02:40",
    "Laptop stays at a black screen after docking",
    "New starter cannot sign in to the time sheet",
    "Invoice run shows amounts without tax",
    "Video room Birch loses sound after ten minutes",
    "Password link in <b>mail</b> leads nowhere",
    "Report $\\sum$ of $100 and $200 is wrong :smile: :red[urgent]",
    "<script>alert('x')</script> shown on the label printer",
    "See [reset page](javascript:alert(1)) for the steps",
)
SYMPTOMS = ("cannot sign in", "slow", "no connection", "wrong figures", "device dead")
_HOSTILE_NOTE = "please :red[hurry], see [here](https://example.org) & <i>soon</i>"
PLACES = ("Harbour House", "Mill Lane", "Northgate", "Depot 7", "home office")


_ATTENTIONS = (
    (Attention.COPILOT, 5),
    (Attention.OUTSIDE_ENVELOPE, 6),
    (Attention.NO_RECOMMENDATION, 1),
    (Attention.ESCALATED, 2),
    (Attention.TARGET_CHANGED, 1),
    (Attention.TAKEN_BACK, 1),
    (Attention.BUDGET_SPENT, 2),
    (Attention.DENIED, 1),
    (Attention.NOT_VERIFIED, 1),
)


def seeds(count: int, desk_now: datetime, wall_now: datetime) -> list[Seed]:
    """The cases of a full queue; every ninth belongs to a simulated second desk."""
    cycle = [attention for attention, times in _ATTENTIONS for _ in range(times)]
    return [
        Seed(
            number=1001 + index,
            desk_now=wall_now if index % 9 == 8 else desk_now,
            wall_now=wall_now,
            attention=cycle[(index * 7) % len(cycle)],
            desk="refunds" if index % 9 == 8 else "incidents",
            origin=Origin.SIMULATED if index % 9 == 8 else Origin.REAL,
        )
        for index in range(count)
    ]


def card_of(seed: Seed) -> CaseCard:
    """The whole invented card of one case."""
    is_bare = seed.attention is Attention.NO_RECOMMENDATION
    advice = None if is_bare else recommendation_of(seed)
    verdict = advice.actions[0].verdict if advice else None
    phase = Phase.COPILOT if seed.attention is Attention.COPILOT else Phase.BOUNDED
    return CaseCard(
        row=row_of(seed, advice),
        facts=facts_of(seed),
        recommendation=advice,
        verdict=verdict.kind if verdict else None,
        would_have=verdict.would_have if verdict else None,
        phase=phase,
        is_evidenced=phase is Phase.BOUNDED and seed.number % 2 == 0,
        deciders=(Role.OPERATOR, Role.SENIOR_OPERATOR),
        words=words_of(seed),
        tools=(tool_choice(seed), note_choice(seed)),
        claim=None,
        decision=None,
        releases_at=None,
        grant=None,
        effects=(),
        can_undo=False,
        settled_at=None,
        outcome="",
        timeline=timeline_of(seed),
        steps=steps_of(seed, advice),
        failure=words_of_code(code) if (code := OF_ATTENTION[seed.attention]) else None,
    )


def row_of(seed: Seed, advice: Recommendation | None) -> QueueRow:
    """The case's line in the queue."""
    random = seed.random
    opened = seed.desk_now - timedelta(minutes=random.randrange(6, 900))
    due = seed.desk_now + timedelta(minutes=random.randrange(-90, 2200))
    is_escalated = seed.attention is Attention.ESCALATED
    return QueueRow(
        case_id=seed.case_id,
        version=3 + seed.number % 3,
        desk=seed.desk,
        case_type="routing",
        source_id=seed.source_id,
        title=TITLES[seed.number % len(TITLES)],
        status=CaseStatus.NEEDS_REPAIR
        if seed.attention is Attention.NOT_VERIFIED
        else CaseStatus.PENDING,
        priority=random.choices((1, 2, 3, 4), weights=(1, 3, 8, 4))[0],
        as_of=opened,
        due_at=None if seed.number % 11 == 0 else due,
        review_due_at=seed.desk_now + timedelta(hours=5),
        confidence=advice.confidence if advice else None,
        threshold=advice.threshold if advice else None,
        proposal=advice.draft.summary if advice else "",
        attention=seed.attention,
        attention_note=_NOTES.get(seed.attention, ""),
        role="senior_operator" if is_escalated else "",
        claimed_by="",
        claimed_until=None,
        origin=seed.origin,
        is_calibrated=advice is None or advice.is_calibrated,
    )


_NOTES = {
    Attention.OUTSIDE_ENVELOPE: "confidence below the threshold",
    Attention.ESCALATED: "ben: the caller is a board member, please look",
    Attention.TARGET_CHANGED: "the incident was reassigned at 09:12",
    Attention.BUDGET_SPENT: "60 of 60 this hour",
    Attention.NO_RECOMMENDATION: "the reasoner knows no similar case",
    Attention.DENIED: "the group is closed to routing",
    Attention.NOT_VERIFIED: "read back: Workplace Devices",
}


def facts_of(seed: Seed) -> tuple[FactRow, ...]:
    """What is known, one of it old and one of it doubted."""
    random = seed.random
    pairs: list[tuple[str, str | int | bool | None, str]] = [
        ("priority", f"{random.randrange(1, 5)} - Moderate", "itsm"),
        ("category", "Category " + random.choice(("access", "network", "finance")), "itsm"),
        ("subcategory", "remote work", "itsm"),
        ("symptom", random.choice(SYMPTOMS), "itsm"),
        ("location", random.choice(PLACES), "itsm"),
        ("configuration item", None, "cmdb"),
        ("caller", f"Caller {random.randrange(100, 999)}", "itsm"),
        (
            "caller note",
            "please :red[hurry], see [here](https://example.org) & <i>soon</i>",
            "mail",
        ),
        ("location", random.choice(PLACES[::-1]), "badge system"),
        ("assigned group", random.choice(GROUPS), "itsm"),
        ("open cases of the group", random.randrange(4, 60), "itsm"),
        ("caller is on site", True, "badge system"),
    ]
    return tuple(
        FactRow(
            entity=seed.source_id,
            attribute=attribute,
            value=value,
            source=source,
            observed_at=seed.desk_now - timedelta(minutes=7 * index + 2),
            is_stale=attribute == "open cases of the group" and seed.number % 2 == 0,
            is_contradicted=attribute == "location" and seed.number % 3 == 0,
            stale_from=seed.desk_now - timedelta(seconds=5)
            if attribute == "open cases of the group" and seed.number % 2 == 0
            else None,
        )
        for index, (attribute, value, source) in enumerate(pairs)
    )


def words_of(seed: Seed) -> DecisionWords:
    """What the card says about deciding."""
    why_not = {
        Attention.DENIED: "Policy forbids this action; nobody can approve it. Override or reject.",
        Attention.NO_RECOMMENDATION: "Nothing is recommended. Choose an action, or reject.",
        Attention.NOT_VERIFIED: "This case needs repair before anything else runs.",
    }.get(seed.attention, "")
    return DecisionWords(
        approving="Approving runs “Assign group” once in the incident system, after 10 seconds in "
        "which you can take it back.",
        can_approve=not why_not,
        why_not=why_not,
        undo="An undo puts the previous group back and reads the incident again.",
        take_back_s=10.0,
    )


def tool_choice(seed: Seed) -> ToolChoice:
    """The routing tool with its groups."""
    return ToolChoice(
        tool="assign_group",
        title="Assign group",
        effect_class="reversible",
        schema={
            "type": "object",
            "required": ["incident", "group"],
            "properties": {
                "incident": {"type": "string", "title": "Incident"},
                "group": {"type": "string", "title": "Group"},
            },
        },
        options={"group": GROUPS},
        fixed={"incident": seed.source_id},
    )


def note_choice(seed: Seed) -> ToolChoice:
    """A tool with free text, a number and a switch."""
    return ToolChoice(
        tool="add_work_note",
        title="Add work note",
        effect_class="irreversible",
        schema={
            "type": "object",
            "required": ["incident", "note"],
            "properties": {
                "incident": {"type": "string", "title": "Incident"},
                "note": {"type": "string", "title": "Note", "maxLength": 2000},
                "is_visible_to_caller": {
                    "type": "boolean",
                    "title": "Visible to the caller",
                    "default": False,
                },
                "minutes_spent": {
                    "type": "integer",
                    "title": "Minutes spent",
                    "minimum": 0,
                    "maximum": 480,
                    "default": 0,
                },
            },
        },
        options={},
        fixed={"incident": seed.source_id},
    )


def timeline_of(seed: Seed) -> tuple[TimelineRow, ...]:
    """From the signal to the queue."""
    told = (
        ("SignalReceived", "Signal from itsm entered the desk", DecidedBy.CODE, "", "perceive"),
        ("FactsRead", "12 facts gathered from 4 sources", DecidedBy.CODE, "", "perceive"),
        ("Recommended", "Recommendation made", DecidedBy.CODE, "precedent 3", "reason"),
        ("Judged", "Verdict: ask a person", DecidedBy.POLICY, "envelope 4", "govern"),
    )
    start = seed.wall_now - timedelta(minutes=4)
    return tuple(
        TimelineRow(
            at=start + timedelta(seconds=index),
            kind=kind,
            text=text,
            decided_by=by,
            actor="envelope" if by is DecidedBy.POLICY else "engine",
            rule=rule,
            stage=stage,
        )
        for index, (kind, text, by, rule, stage) in enumerate(told)
    )
