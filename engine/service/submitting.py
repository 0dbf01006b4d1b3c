"""Submitting: taking in signals, each once, with their labels kept apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from engine.desk import Desk, Incoming
from engine.domain.actor import Actor, DecidedBy
from engine.domain.canonical import digest
from engine.domain.case import Case, Origin, Signal
from engine.domain.case_status import CaseStatus
from engine.domain.grant import GrantStatus
from engine.domain.ids import CaseId
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.outcome import Label
from engine.domain.transition import GrantClosed, Transition
from engine.errors import Conflict, InvalidRequest
from engine.perceive.incoming import IncomingLines, Repeat
from engine.perceive.lines import Problem
from engine.ports import Clock, Ids, Store
from engine.service.changed_content import may_begin_anew, outdated
from engine.service.engine import RejectedLine, Submitted

CHUNK = 200
"""Cases a commit."""
NAMED = 100
"""So many new cases are named in the answer; more would only be counted."""

_SENT_AS = {
    Origin.REAL: 'Real rows are sent without `--simulated`, or with "origin": "real".',
    Origin.SIMULATED: 'Made-up rows are sent with `--simulated`, or "origin": "simulated".',
}
"""How command line and API say which kind of data the rows are."""


@dataclass(slots=True)
class _Tally:
    accepted: int = 0
    duplicates: int = 0
    changed: int = 0
    labels: int = 0
    rejected: list[RejectedLine] = field(default_factory=list)
    case_ids: list[CaseId] = field(default_factory=list)


class Submitting:
    """Takes numbered rows into a desk."""

    def __init__(self, *, store: Store, clock: Clock, ids: Ids) -> None:
        """Bind the store, clock and ids."""
        self._store = store
        self._clock = clock
        self._ids = ids

    def submit(
        self,
        desk: Desk,
        rows: Iterable[tuple[int, dict[str, str] | Problem]],
        *,
        origin: Origin,
        is_replay: bool,
        submitted_by: str,
    ) -> Submitted:
        """Take in rows; see `engine.service.engine.Engine.submit`.

        Rows commit in chunks: what is in stays in when a later part of the file is unreadable.
        """
        self._require_fit(desk, origin, is_replay)
        desk.system.prepare()
        tally = _Tally()
        actor = Actor(decided_by=DecidedBy.CODE, name=submitted_by)
        accepted = self._accepted(desk, rows, tally)
        if is_replay:
            accepted = iter(sorted(accepted, key=lambda item: item.signal.as_of))
        for chunk in _chunks(accepted):
            self._take(desk, chunk, origin, is_replay, actor, tally)
        return Submitted(
            accepted=tally.accepted,
            duplicates=tally.duplicates,
            changed=tally.changed,
            labels=tally.labels,
            rejected=tuple(tally.rejected),
            case_ids=tuple(tally.case_ids[:NAMED]),
        )

    def _require_fit(self, desk: Desk, origin: Origin, is_replay: bool) -> None:
        """A desk holds one kind of data under one kind of clock.

        Raises:
            InvalidRequest: It would mix simulated with real, or history with the present.
        """
        if origin is Origin.REAL and self._store.reader.demonstration() is not None:
            raise InvalidRequest(
                "This database is a demonstration: everything in it is simulated, and it takes no "
                "real rows. Use a database of its own for them: set COUNTERSIGN_DATA_DIR to an "
                "empty folder."
            )
        held = self._store.reader.origins(desk.name)
        if held - {origin}:
            other = next(iter(held - {origin}))
            raise InvalidRequest(
                f"The desk {desk.name} holds {other} data, and {origin} data may not be mixed "
                f"with it. {_SENT_AS[Origin(other)]} Use a database of its own for the rest: "
                "set COUNTERSIGN_DATA_DIR to an empty folder."
            )
        replays = self._store.reader.desk_time(desk.name) is not None
        if held and replays != is_replay:
            raise InvalidRequest(
                f"The desk {desk.name} {'replays history' if replays else 'runs live'}; send it "
                + (
                    'as replay (`--replay`, or "replay": true)'
                    if replays
                    else 'without replay (no `--replay`, or "replay": false)'
                )
                + ", or use a database of its own."
            )

    def _accepted(
        self, desk: Desk, rows: Iterable[tuple[int, dict[str, str] | Problem]], tally: _Tally
    ) -> Iterator[Incoming]:
        lines: IncomingLines[Incoming] = IncomingLines(rows, desk.intake.read)
        for number, line in lines:
            if isinstance(line, Problem):
                tally.rejected.append(RejectedLine(line=number, reason=line.reason))
            elif isinstance(line, Repeat):
                tally.duplicates += 1
            else:
                yield line

    def _take(
        self,
        desk: Desk,
        chunk: Sequence[Incoming],
        origin: Origin,
        is_replay: bool,
        actor: Actor,
        tally: _Tally,
    ) -> None:
        keys = [(item.signal.source, item.signal.source_id) for item in chunk]
        while True:
            known = self._store.reader.known_signals(keys)
            fresh = [item for item, key in zip(chunk, keys, strict=True) if key not in known]
            try:
                cases, labels = self._add(desk, chunk, fresh, origin, is_replay, actor)
                break
            except Conflict:  # somebody submits the same at this moment; now they are known
                continue
        tally.labels += labels
        tally.accepted += len(fresh)
        tally.case_ids.extend(case.id for case in cases)
        for item, key in zip(chunk, keys, strict=True):
            if key in known:
                self._known(known[key], item.signal, actor, tally)

    def _add(
        self,
        desk: Desk,
        chunk: Sequence[Incoming],
        fresh: Sequence[Incoming],
        origin: Origin,
        is_replay: bool,
        actor: Actor,
    ) -> tuple[Sequence[Case], int]:
        """Insert the fresh ones' cases and everybody's labels; how many labels were new."""
        desk.system.receive(fresh)
        now = self._clock.now()
        cases = [(self._case(desk, item.signal, origin, now), item.signal) for item in fresh]
        labels = [item.label for item in chunk if item.label is not None]
        with self._store.begin() as unit:
            unit.add_cases(
                [(case, signal, [_received(case, actor, now)]) for case, signal in cases]
            )
            added = unit.learned.add_labels(self._usable(desk, labels, is_replay, now))
            if is_replay and fresh:
                unit.learned.start_replay(desk.name, min(i.signal.as_of for i in fresh))
            unit.commit()
        return [case for case, _ in cases], added

    def _case(self, desk: Desk, signal: Signal, origin: Origin, now: datetime) -> Case:
        return Case(
            id=CaseId(self._ids.new()),
            desk=desk.name,
            case_type=signal.case_type,
            source=signal.source,
            source_id=signal.source_id,
            title=signal.title,
            origin=origin,
            status=CaseStatus.RECEIVED,
            version=1,
            as_of=signal.as_of,
            received_at=now,
            priority=signal.priority,
            due_at=signal.due_at,
            payload_digest=_content(signal),
            wake_at=min(signal.as_of, now),
        )

    def _usable(
        self, desk: Desk, labels: Sequence[Label], is_replay: bool, now: datetime
    ) -> list[Label]:
        """On a live desk a truth counts from the moment it arrives, however old it is."""
        if is_replay:
            reached = self._store.reader.desk_time(desk.name)
            if reached is None:
                return list(labels)
            return [replace(label, known_at=max(label.known_at, reached)) for label in labels]
        return [replace(label, known_at=max(label.known_at, now)) for label in labels]

    def _known(self, case: Case, signal: Signal, actor: Actor, tally: _Tally) -> None:
        if case.payload_digest == _content(signal):
            tally.duplicates += 1
            return
        tally.changed += 1
        entry = EntryDraft(
            kind=EventKind.SIGNAL_CHANGED,
            actor=actor,
            at=self._clock.now(),
            payload={"before": case.payload_digest, "now": _content(signal)},
        )
        fields: dict[str, Any] = {
            "title": signal.title,
            "priority": signal.priority,
            "due_at": signal.due_at,
            "payload_digest": _content(signal),
        }
        moves = may_begin_anew(case, self._store.reader)
        if not moves:
            after = case.noted(**fields, **outdated(case, fields["payload_digest"]))
        else:
            after = case.moved(
                CaseStatus.PERCEIVED,
                wake_at=min(case.as_of, self._clock.now()),
                attention=None,
                attention_note="",
                **fields,
            )
        grant = self._store.reader.grant(case)
        revoked = (
            (GrantClosed(grant_id=grant.id, status=GrantStatus.REVOKED, at=entry.at),)
            if moves and grant is not None and grant.status is GrantStatus.MINTED
            else ()
        )
        changed = Transition(before=case, after=after, entries=(entry,), records=revoked)
        with self._store.begin() as unit:
            unit.change_signal(changed, signal)
            unit.commit()


def _content(signal: Signal) -> bytes:
    return digest([signal.case_type, signal.title, signal.as_of, signal.priority, signal.payload])


def _received(case: Case, actor: Actor, now: datetime) -> EntryDraft:
    return EntryDraft(
        kind=EventKind.CASE_RECEIVED,
        actor=actor,
        at=now,
        payload={
            "desk": case.desk,
            "source": case.source,
            "source_id": case.source_id,
            "content": case.payload_digest,
            "origin": case.origin,
        },
    )


def _chunks(items: Iterable[Incoming]) -> Iterator[list[Incoming]]:
    chunk: list[Incoming] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
