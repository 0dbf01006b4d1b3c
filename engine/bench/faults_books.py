"""Reconciling the drill: the engine's effects against the shop's own books, key by key.

It reads the tables of both sides and the proxy's book, and trusts no query of the engine. Every
sentence it gives is something lost, something done twice, or two records that disagree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from engine.adapters import keys
from engine.bench.faults_site import FaultSite
from engine.bootstrap import Parts, seal_ledger
from engine.desks.orders.shop import tables as shop_tables
from engine.desks.orders.shop.database import open_database
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.effect import EffectStatus
from engine.domain.grant import GrantStatus
from engine.store import tables
from engine.store.ledger_source import verify_ledger
from engine.testing.faulty_proxy.book import BookEntry, read_book

Row = Any

WITH_A_PERSON = frozenset(
    {
        CaseStatus.PENDING,
        CaseStatus.SECOND_PENDING,
        CaseStatus.BLIND_PENDING,
        CaseStatus.HELD,
        CaseStatus.NEEDS_REPAIR,
    }
)
ENDED = frozenset({CaseStatus.DONE, CaseStatus.CLOSED_NO_ACTION, CaseStatus.WITHDRAWN})
"""WITHDRAWN, too, but no case of the drill may come to that: nobody else touches its order."""
SETTLED = ENDED | WITH_A_PERSON
WARM_UP = "H"
"""Source ids of the labelled history begin so."""
_WORLD = "world."


@dataclass(frozen=True, kw_only=True)
class Books:
    """Everything there is to compare, read once."""

    cases: Sequence[Row]
    actions: Mapping[Any, Row]
    grants: Mapping[Any, Row]
    effects: Sequence[Row]
    failures: Sequence[Row]
    operations: Mapping[str, Row]
    """Of the shop, by key, without those of the world."""
    trial_balance: Mapping[str, Any]
    proxy: Sequence[BookEntry]

    @property
    def drilled(self) -> list[Row]:
        """Cases of the campaign, without those of the warm-up."""
        return [case for case in self.cases if not case.source_id.startswith(WARM_UP)]


def read_books(site: FaultSite) -> Books:
    """Read all of them."""
    with site.parts.database.reader.connect() as connection:

        def rows(table: Any) -> list[Row]:
            return list(connection.execute(select(table)))

        return Books(
            cases=rows(tables.cases),
            actions={row.id: row for row in rows(tables.actions)},
            grants={row.id: row for row in rows(tables.grants)},
            effects=rows(tables.effects),
            failures=rows(tables.failures),
            operations=_operations(site),
            trial_balance=site.caller.do("books"),
            proxy=read_book(site.place.proxy_book),
        )


def _operations(site: FaultSite) -> dict[str, Row]:
    database = open_database(f"sqlite:///{site.place.shop_file}")

    def look(connection: Connection) -> dict[str, Row]:
        found = connection.execute(select(shop_tables.operation))
        return {row.key: row for row in found if not row.tool.startswith(_WORLD)}

    try:
        return database.read(look)
    finally:
        database.close()


def faults_of(books: Books, site: FaultSite) -> list[str]:
    """Everything that does not agree, the ledger's own check among it."""
    return [
        *disagreements(books, [case.id for case in site.submitted]),
        *_ledger(site.parts),
    ]


def disagreements(books: Books, submitted: Sequence[str]) -> list[str]:
    """What does not agree; empty where nothing was lost and nothing done twice.

    Args:
        books: Of both sides.
        submitted: Source ids of all cases that were taken in.
    """
    return [
        *_cases(books, submitted),
        *_effects(books),
        *_shop(books),
        *_credentials(books),
    ]


def _cases(books: Books, submitted: Sequence[str]) -> Iterator[str]:
    """Every case is there once, ended or with a person, and its code says why."""
    held = Counter(case.source_id for case in books.cases)
    wanted = Counter(submitted)
    yield from (f"{name} was lost" for name in wanted - held)
    yield from (f"{name} is there unasked or twice" for name in held - wanted)
    for case in books.cases:
        if case.status not in SETTLED:
            yield f"{case.source_id} is left {case.status}"
        if case.status in WITH_A_PERSON and not case.attention:
            yield f"{case.source_id} is with a person, without a code"
        if case.status == CaseStatus.WITHDRAWN and not case.source_id.startswith(WARM_UP):
            yield f"{case.source_id} was withdrawn, and nobody had resolved it"


def _effects(books: Books) -> Iterator[str]:
    """Every effect has a used grant of its own; a case stands as its effects say."""
    uses = Counter(effect.grant_id for effect in books.effects)
    for effect in books.effects:
        grant = books.grants.get(effect.grant_id)
        if grant is None or grant.status != GrantStatus.USED or uses[effect.grant_id] > 1:
            yield f"effect {effect.key} has no used grant of its own"
        elif (grant.action_id, grant.case_id) != (effect.action_id, effect.case_id):
            yield f"effect {effect.key} is not what its grant allows"
    standing = _standing(books)
    for case in books.cases:
        left = standing.get(case.id, Counter())
        for action_id, times in left.items():
            if times > 1:
                yield f"{case.source_id} did {books.actions[action_id].tool} {times} times"
        if case.status == CaseStatus.DONE:
            yield from _whole(books, case, left)
        elif case.attention == Attention.TOOL_FAILED and left:
            tools = sorted(books.actions[action_id].tool for action_id in left)
            yield f"{case.source_id} failed, and {', '.join(tools)} was not taken back"


def _standing(books: Books) -> dict[Any, Counter[Any]]:
    """Effects by case and action that succeeded and were not undone; undos are none of them."""
    done = [one for one in books.effects if one.status == EffectStatus.SUCCEEDED]
    undone = {one.undoes for one in done if one.undoes}
    found: dict[Any, Counter[Any]] = {}
    for one in done:
        if not one.undoes and one.id not in undone:
            found.setdefault(one.case_id, Counter())[one.action_id] += 1
    return found


def _whole(books: Books, case: Row, left: Counter[Any]) -> Iterator[str]:
    """A case that is DONE did all of its plan."""
    undos = {effect.action_id for effect in books.effects if effect.undoes}
    plan = {
        action.id
        for action in books.actions.values()
        if action.recommendation_id == case.recommendation_id and action.id not in undos
    }
    if set(left) != plan or not left:
        yield f"{case.source_id} is DONE with {len(left)} of {len(plan)} steps standing"


def _shop(books: Books) -> Iterator[str]:
    """The shop holds what succeeded here, each once with the same content, and nothing else."""
    ours = {effect.key: effect for effect in books.effects}
    for key, effect in ours.items():
        operation = books.operations.get(key)
        if effect.status == EffectStatus.SUCCEEDED and operation is None:
            yield f"{effect.tool} {key} is done here, not in the shop"
        if effect.status == EffectStatus.FAILED and operation is not None:
            yield f"{effect.tool} {key} failed here, and the shop did it"
        if operation is not None:
            yield from _same(books, effect, operation)
    for key in books.operations.keys() - ours.keys():
        yield f"{books.operations[key].tool} {key} was done in the shop, unknown here"
    if not books.trial_balance["is_balanced"]:
        yield f"the shop does not balance: {books.trial_balance['unexplained']}"


def _same(books: Books, effect: Row, operation: Row) -> Iterator[str]:
    action = books.actions[effect.action_id]
    here = (effect.tool, action.arguments_digest.hex(), str(effect.case_id))
    there = (operation.tool, operation.arguments_digest, operation.case_id)
    if here != there:
        yield f"{effect.key} is {here} here and {there} in the shop"


def _credentials(books: Books) -> Iterator[str]:
    """What the shop did rested on a grant, and came through the proxy with that credential."""
    grant_of = {effect.key: str(effect.grant_id) for effect in books.effects}
    shown = {(call.key, call.credential_id): call.permit_id for call in books.proxy if call.key}
    for key, operation in books.operations.items():
        permit = shown.get((key, operation.credential_id))
        if permit is None and not _is_warm_up(books, operation):
            yield f"{operation.tool} {key} did not come through the proxy"
        if permit is not None and permit != grant_of.get(key):
            yield f"{operation.tool} {key} rests on {permit}, its grant is {grant_of.get(key)}"


def _is_warm_up(books: Books, operation: Row) -> bool:
    return any(
        case.source_id.startswith(WARM_UP) and str(case.id) == operation.case_id
        for case in books.cases
    )


def _ledger(parts: Parts) -> Iterator[str]:
    seal_ledger(parts, is_thorough=True)
    report = verify_ledger(parts.database, parts.key(keys.SEAL), parts.seal_file)
    yield from (finding.words for finding in report.findings)
    if report.unsealed or report.verified != report.entries:
        yield f"{report.verified} of {report.entries} ledger entries verified"
