"""Reconciling: our books against the outside system's own book, line by line.

Reads tables and the outside book; trusts no query of the engine. Every sentence it gives is
something lost, something done twice, or two records that disagree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, func, select

from engine.adapters import keys
from engine.bootstrap import Parts, seal_ledger
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.effect import EffectStatus
from engine.domain.grant import GrantBasis, GrantStatus
from engine.domain.ledger import EventKind
from engine.domain.outcome import LabelSource
from engine.store import tables
from engine.store.ledger_source import verify_ledger
from engine.testing.ticket_book import TicketBook

ENDED = {
    EventKind.EFFECT_RECORDED: {CaseStatus.DONE},
    EventKind.RUN_ENDED: {CaseStatus.DONE, CaseStatus.CLOSED_NO_ACTION},
    EventKind.RUN_SUSPENDED: {CaseStatus.PENDING},
    EventKind.EFFECT_UNDONE: {CaseStatus.PENDING},
    EventKind.CASE_CLOSED: {CaseStatus.CLOSED_NO_ACTION},
    EventKind.CASE_WITHDRAWN: {CaseStatus.WITHDRAWN},
    EventKind.REPAIR_NEEDED: {CaseStatus.NEEDS_REPAIR},
    EventKind.GRANT_REFUSED: {CaseStatus.PENDING, CaseStatus.DONE},
    EventKind.VERDICT_GIVEN: {CaseStatus.PENDING},
}
"""The status a settled case has after the last entry that moves it."""

BESIDE = {EventKind.OUTCOME_RECORDED, EventKind.SIGNAL_CHANGED, EventKind.ATTEMPT_REFUSED}
"""Entries that move no case."""

WITH_A_PERSON = {CaseStatus.PENDING, CaseStatus.NEEDS_REPAIR}
SETTLED = {
    CaseStatus.DONE,
    CaseStatus.CLOSED_NO_ACTION,
    CaseStatus.WITHDRAWN,
    *WITH_A_PERSON,
}

Row = Any


class Books:
    """Everything there is to compare, read once."""

    def __init__(self, connection: Connection, outside: TicketBook) -> None:
        def rows(table: Any) -> list[Row]:
            return list(connection.execute(select(table)))

        self.cases = rows(tables.cases)
        self.actions = {row.id: row for row in rows(tables.actions)}
        self.grants = {row.id: row for row in rows(tables.grants)}
        self.planned = Counter(
            row.recommendation_id for row in self.actions.values() if not row.is_override
        )
        self.effects = rows(tables.effects)
        self.decisions = rows(tables.decisions)
        self.recommendations = rows(tables.recommendations)
        self.outcomes = rows(tables.outcomes)
        self.labels = rows(tables.labels)
        self.draws = rows(tables.audit_draws)
        self.entries = list(
            connection.execute(
                select(tables.ledger_entries).order_by(
                    tables.ledger_entries.c.stream, tables.ledger_entries.c.sequence
                )
            )
        )
        self.windows = rows(tables.veto_windows)
        spent = select(func.sum(tables.budget_uses.c.executions)).where(
            tables.budget_uses.c.budget.not_like("model:%")  # what questions cost
        )
        self.spent = connection.execute(spent).scalar() or 0
        self.book = outside.lines()
        self.ticket = outside.ticket


def faults(parts: Parts, outside: TicketBook, submitted: Iterable[str]) -> list[str]:
    """Everything that does not agree; empty where nothing was lost and nothing done twice."""
    with parts.database.reader.connect() as connection:
        books = Books(connection, outside)
    return [
        *_cases(books, submitted),
        *_effects(books),
        *_grants(books),
        *_outside(books),
        *_ledger(books),
        *_labels(books),
    ]


def seal_faults(parts: Parts) -> list[str]:
    """What the ledger's own check says, before and after what is unsealed has been sealed."""
    before = verify_ledger(parts.database, parts.key(keys.SEAL), parts.seal_file)
    seal_ledger(parts, is_thorough=True)
    after = verify_ledger(parts.database, parts.key(keys.SEAL), parts.seal_file)
    found = [finding.words for report in (before, after) for finding in report.findings]
    if before.sealed + before.unsealed != before.entries:
        found.append(f"{before.unsealed} unsealed and {before.sealed} of {before.entries}")
    if (after.unsealed, after.verified) != (0, after.entries) or after.has_torn_line:
        found.append(f"{after.verified} of {after.entries} verified, {after.unsealed} unsealed")
    return found


def _cases(books: Books, submitted: Iterable[str]) -> Iterator[str]:
    held = Counter(case.source_id for case in books.cases)
    wanted = Counter(submitted)
    yield from (f"{name} was lost" for name in wanted - held)
    yield from (f"{name} is there unasked or twice" for name in held - wanted)
    for case in books.cases:
        if case.status not in SETTLED:
            yield f"{case.source_id} is left {case.status}"
        if case.status in WITH_A_PERSON and not case.attention:
            yield f"{case.source_id} is with a person, without a code"


def _effects(books: Books) -> Iterator[str]:
    by_case = _by_case(books.effects)
    for effect in books.effects:
        grant = books.grants.get(effect.grant_id)
        if grant is None or grant.status != GrantStatus.USED:
            yield f"effect {effect.key} has no used grant"
        elif (grant.action_id, grant.case_id) != (effect.action_id, effect.case_id):
            yield f"effect {effect.key} is not what its grant allows"
    for case in books.cases:
        undone = {e.undoes for e in by_case[case.id] if e.undoes and _stands(e)}
        standing = [e for e in by_case[case.id] if _stands(e) and not e.undoes]
        left = [effect for effect in standing if effect.id not in undone]
        wanted = _steps(books, left)
        if case.status == CaseStatus.DONE and len(left) != wanted:
            yield f"{case.source_id} is DONE with {len(left)} of {wanted} standing effects"
        if case.status in (CaseStatus.CLOSED_NO_ACTION, CaseStatus.PENDING) and left:
            yield f"{case.source_id} is {case.status} with a standing effect"


def _steps(books: Books, left: list[Row]) -> int:
    """How many effects a case that is done has: those of its plan."""
    if not left or books.actions[left[0].action_id].is_override:
        return 1
    return books.planned[books.actions[left[0].action_id].recommendation_id]


def _grants(books: Books) -> Iterator[str]:
    uses = Counter(effect.grant_id for effect in books.effects)
    for grant in books.grants.values():
        wanted = 1 if grant.status == GrantStatus.USED else 0
        if uses[grant.id] != wanted:
            yield f"grant {grant.id} is {grant.status} and has {uses[grant.id]} effects"
        if grant.status == GrantStatus.MINTED:
            yield f"grant {grant.id} is left over"
    at_once = {g.id for g in books.grants.values() if g.basis == GrantBasis.VERDICT}
    lapsed = {g.id for g in books.grants.values() if g.basis == GrantBasis.VETO_LAPSE}
    alone = at_once | lapsed
    reserved = [e for e in books.effects if e.grant_id in alone and e.status != "FAILED"]
    if books.spent != len(reserved):
        yield f"the rate budget says {books.spent}, {len(reserved)} acted alone"
    alone_at_once = {books.grants[name].recommendation_id for name in at_once}
    drawn = sum(books.planned[made] for made in alone_at_once) + len(books.windows)
    if len(books.draws) != drawn:
        yield f"{len(books.draws)} audit draws for {drawn} actions alone or in a window"
    if len(lapsed) > len(books.windows):
        yield f"{len(lapsed)} lapses of {len(books.windows)} windows"
    waiting = {case.id for case in books.cases if case.status == CaseStatus.VETO_WINDOW}
    still_open = {window.case_id for window in books.windows if window.closed_at is None}
    if waiting != still_open:
        yield f"{len(waiting)} cases wait, {len(still_open)} windows are open"
    decided = Counter(
        (g.basis_id, g.action_id) for g in books.grants.values() if g.basis == GrantBasis.DECISION
    )
    yield from (f"decision {name} has {n} grants" for name, n in decided.items() if n > 1)


def _outside(books: Books) -> Iterator[str]:
    """The book outside holds the effects that stand here, each once, and nothing else."""
    ours = {}
    for effect in books.effects:
        if effect.status == EffectStatus.SUCCEEDED:
            ours[effect.key] = _said(books.actions[effect.action_id])
    theirs = {key: (number, field, value) for key, number, value, field in books.book}
    unsure = {e.key for e in books.effects if e.status == EffectStatus.UNKNOWN}
    yield from (f"{ours[key]} is done here, not outside" for key in ours.keys() - theirs.keys())
    for key in theirs.keys() - ours.keys() - unsure:
        yield f"{theirs[key]} was done outside under {key}, unknown here"
    for key in ours.keys() & theirs.keys():
        if ours[key] != theirs[key]:
            yield f"{key} was to be {ours[key]} and is {theirs[key]}"
    last = {ours[e.key][:2]: ours[e.key][2] for e in _in_order(books.effects) if e.key in ours}
    for (number, field), value in last.items():
        is_so = books.ticket(number)[field]
        if is_so != value:
            yield f"{field} of {number} is {is_so!r}, the last effect says {value!r}"


def _said(action: Row) -> tuple[str, str, str]:
    """What an action sets outside: (number, field, value)."""
    arguments = action.arguments
    if "owner" in arguments:
        return arguments["number"], "owner", arguments["owner"]
    if "amount" in arguments:
        amount = arguments["amount"]
        return arguments["number"], "credit", f"{amount} EUR" if amount else ""
    return arguments["number"], "note", arguments["text"]


def _ledger(books: Books) -> Iterator[str]:
    kinds: dict[str, list[Row]] = {}
    for entry in books.entries:
        kinds.setdefault(entry.stream, []).append(entry)
    rows = {
        EventKind.GRANT_MINTED: Counter(g.case_id for g in books.grants.values()),
        EventKind.DECISION_TAKEN: Counter(
            decision.case_id for decision in books.decisions if decision.kind != DecisionKind.UNDO
        ),
        EventKind.VERDICT_GIVEN: Counter(made.case_id for made in books.recommendations),
        EventKind.EFFECT_INTENDED: _attempts(books.effects),
        EventKind.OUTCOME_RECORDED: Counter(
            o.case_id for o in books.outcomes if o.label_source == LabelSource.RECORD
        ),
    }
    for case in books.cases:
        entries = kinds.get(f"case:{case.id}", [])
        counted = Counter(entry.kind for entry in entries)
        if [entry.sequence for entry in entries] != list(range(1, case.ledger_sequence + 1)):
            yield f"{case.source_id}: the entries do not run to {case.ledger_sequence}"
        if counted[EventKind.CASE_RECEIVED] != 1:
            yield f"{case.source_id}: received {counted[EventKind.CASE_RECEIVED]} times"
        for kind, in_table in rows.items():
            if counted[kind] != in_table[case.id]:
                yield f"{case.source_id}: {counted[kind]} {kind} for {in_table[case.id]} rows"
        moving = [entry.kind for entry in entries if entry.kind not in BESIDE]
        if case.status not in ENDED.get(moving[-1], {CaseStatus.PENDING}):
            yield f"{case.source_id} is {case.status} after {moving[-1]}"


def _labels(books: Books) -> Iterator[str]:
    learned = Counter(o.case_id for o in books.outcomes if o.label_source == LabelSource.RECORD)
    yield from (f"case {name} learned {n} times" for name, n in learned.items() if n > 1)
    applied = sum(label.is_applied for label in books.labels)
    if applied != learned.total():
        yield f"{applied} labels applied, {learned.total()} outcomes"


def _stands(effect: Row) -> bool:
    return bool(effect.status == EffectStatus.SUCCEEDED)


def _in_order(effects: Iterable[Row]) -> list[Row]:
    return sorted(effects, key=lambda effect: (effect.intended_at, effect.id))


def _attempts(effects: Iterable[Row]) -> Counter[Any]:
    attempts: Counter[Any] = Counter()
    for effect in effects:
        attempts[effect.case_id] += effect.attempts
    return attempts


def _by_case(effects: Iterable[Row]) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = {}
    for effect in effects:
        found.setdefault(effect.case_id, []).append(effect)
    return _Missing(found)


class _Missing(dict[Any, list[Row]]):
    def __missing__(self, key: Any) -> list[Row]:
        return []
