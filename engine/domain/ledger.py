"""The ledger's hash chain: how an entry is made and linked. Pure, no storage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256

from engine.domain.actor import Actor, DecidedBy
from engine.domain.canonical import CanonicalText, Json, canonical_text

GENESIS = bytes(32)
"""Hash before the first entry of every stream."""


class EventKind(StrEnum):
    """What a ledger entry records; past tense."""

    CASE_RECEIVED = "CASE_RECEIVED"
    SIGNAL_CHANGED = "SIGNAL_CHANGED"
    CASE_PERCEIVED = "CASE_PERCEIVED"
    CASE_REASONED = "CASE_REASONED"
    VERDICT_GIVEN = "VERDICT_GIVEN"
    DECISION_TAKEN = "DECISION_TAKEN"
    DECISION_TAKEN_BACK = "DECISION_TAKEN_BACK"
    CASE_ESCALATED = "CASE_ESCALATED"
    FACT_ASKED = "FACT_ASKED"
    FACT_PROVIDED = "FACT_PROVIDED"
    LOOK_ASKED = "LOOK_ASKED"
    REVIEW_TIMED_OUT = "REVIEW_TIMED_OUT"
    FACT_TIMED_OUT = "FACT_TIMED_OUT"
    GRANT_MINTED = "GRANT_MINTED"
    GRANT_REFUSED = "GRANT_REFUSED"
    EFFECT_INTENDED = "EFFECT_INTENDED"
    EFFECT_RECORDED = "EFFECT_RECORDED"
    EFFECT_UNKNOWN = "EFFECT_UNKNOWN"
    PREVIEW_READ = "PREVIEW_READ"
    UNDO_REQUESTED = "UNDO_REQUESTED"
    EFFECT_UNDONE = "EFFECT_UNDONE"
    REPAIR_NEEDED = "REPAIR_NEEDED"
    REPAIR_SETTLED = "REPAIR_SETTLED"
    CASE_CLOSED = "CASE_CLOSED"
    CASE_WITHDRAWN = "CASE_WITHDRAWN"
    OUTCOME_RECORDED = "OUTCOME_RECORDED"
    ATTEMPT_REFUSED = "ATTEMPT_REFUSED"
    VERSION_DRAFTED = "VERSION_DRAFTED"
    VERSION_SIMULATED = "VERSION_SIMULATED"
    VERSION_PROPOSED = "VERSION_PROPOSED"
    VERSION_WITHDRAWN = "VERSION_WITHDRAWN"
    VERSION_ACTIVATED = "VERSION_ACTIVATED"
    VERSION_ROLLED_BACK = "VERSION_ROLLED_BACK"
    WINDOW_OPENED = "WINDOW_OPENED"
    WINDOW_NOTICED = "WINDOW_NOTICED"
    WINDOW_EXTENDED = "WINDOW_EXTENDED"
    WINDOW_HELD = "WINDOW_HELD"
    WINDOW_LAPSED = "WINDOW_LAPSED"
    WINDOW_ESCALATED = "WINDOW_ESCALATED"
    AUDIT_ANSWERED = "AUDIT_ANSWERED"
    RESUME_ASKED = "RESUME_ASKED"
    PAUSED = "PAUSED"
    RESUMED = "RESUMED"
    MODEL_FITTED = "MODEL_FITTED"
    CALIBRATION_FITTED = "CALIBRATION_FITTED"
    PERSON_ADDED = "PERSON_ADDED"
    PERSON_CHANGED = "PERSON_CHANGED"
    SIGNED_IN = "SIGNED_IN"
    TOKEN_ISSUED = "TOKEN_ISSUED"
    RUN_BEGUN = "RUN_BEGUN"
    RUN_SUSPENDED = "RUN_SUSPENDED"
    RUN_ANSWERED = "RUN_ANSWERED"
    RUN_ENDED = "RUN_ENDED"
    DEMONSTRATION_BEGUN = "DEMONSTRATION_BEGUN"


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryDraft:
    """An entry before it has a place in its stream."""

    kind: EventKind
    actor: Actor
    at: datetime
    payload: Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One line of the ledger."""

    stream: str
    """`case:<id>`, `desk:<name>` or `global`."""
    sequence: int
    """1 for the first entry of a stream."""
    previous_hash: bytes
    hash: bytes
    kind: EventKind
    decided_by: DecidedBy
    actor: str
    at: datetime
    salt: bytes
    """16 random bytes, so that an erased payload cannot be guessed from its digest."""
    payload_digest: bytes
    payload: CanonicalText
    """Canonical JSON."""


def payload_digest(salt: bytes, payload: Json) -> bytes:
    """Salted SHA-256 of a payload."""
    text = payload if isinstance(payload, CanonicalText) else canonical_text(payload)
    return sha256(salt + text.encode("utf-8", "surrogatepass")).digest()


def entry_hash(
    *,
    previous_hash: bytes,
    stream: str,
    sequence: int,
    kind: str,
    decided_by: str,
    actor: str,
    at: datetime,
    payload_digest: bytes,
) -> bytes:
    """Hash of an entry over its predecessor and everything it says, each part length-prefixed."""
    parts = (
        previous_hash,
        stream.encode(),
        str(sequence).encode(),
        kind.encode(),
        decided_by.encode(),
        actor.encode("utf-8", "surrogatepass"),
        at.isoformat().encode(),
        payload_digest,
    )
    return sha256(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).digest()


def link(draft: EntryDraft, *, stream: str, sequence: int, head: bytes, salt: bytes) -> Entry:
    """Give a draft its place: after `head`, as number `sequence` of its stream."""
    payload = CanonicalText(canonical_text(draft.payload))
    salted = payload_digest(salt, payload)
    at = draft.at.astimezone(UTC)
    return Entry(
        stream=stream,
        sequence=sequence,
        previous_hash=head,
        hash=entry_hash(
            previous_hash=head,
            stream=stream,
            sequence=sequence,
            kind=draft.kind,
            decided_by=draft.actor.decided_by,
            actor=draft.actor.name,
            at=at,
            payload_digest=salted,
        ),
        kind=draft.kind,
        decided_by=draft.actor.decided_by,
        actor=draft.actor.name,
        at=at,
        salt=salt,
        payload_digest=salted,
        payload=payload,
    )
