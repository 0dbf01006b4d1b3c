"""What ledger entries say, one function a kind of payload; `read_sentences` maps kinds to them.

A payload may have been tampered with, so every part of it may be missing. The text in it may
come from outside and is data.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from engine.domain.case import Attention
from engine.domain.decision import DecisionKind
from engine.domain.outcome import OutcomeKind
from engine.domain.percent import percent
from engine.domain.verdict import VerdictKind
from engine.service.phrases import a_role, permit_words, refusal_words
from engine.service.words import ATTENTION, REQUEST

Payload = Mapping[str, Any]


# --- parts of a payload ------------------------------------------------------------------


def text(payload: Payload, name: str, otherwise: str = "(not recorded)") -> str:
    """A part as text."""
    value = payload.get(name)
    return otherwise if value is None or value == "" else str(value)


def moment(payload: Payload, name: str) -> str:
    """A time to the second, with its zone; what cannot be read as one is shown as it is."""
    said = text(payload, name)
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return said
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at.tzinfo else said


def spaced(payload: Payload, name: str, otherwise: str = "(not recorded)") -> str:
    """A code as words."""
    return text(payload, name, otherwise).replace("_", " ")


def listed(payload: Payload, name: str) -> list[str]:
    """A part that is a list."""
    value = payload.get(name)
    return [str(one) for one in value] if isinstance(value, list) else []


def then(payload: Payload, name: str, before: str) -> str:
    """A part that is said only where it is recorded."""
    value = text(payload, name, "")
    return f"{before}{value}" if value else ""


def share(value: object) -> str:
    """A share as a percentage."""
    return percent(value) if isinstance(value, (int, float)) else "none"


# --- perceive and reason -----------------------------------------------------------------


def received(p: Payload) -> str:
    """A case came in."""
    origin = "simulated data" if p.get("origin") == "simulated" else "real data"
    return f"Came in from {text(p, 'source')} as {text(p, 'source_id')} ({origin})."


def perceived(p: Payload) -> str:
    """Facts were gathered."""
    return f"{text(p, 'count')} facts gathered (revision {text(p, 'revision')})."


def reasoned(p: Payload) -> str:
    """A recommendation, or why there is none."""
    if p.get("recommendation") is None:
        return f"No recommendation: {text(p, 'why')}"
    return f"Recommends: {text(p, 'proposal')}; confidence {share(p.get('confidence'))}."


# --- govern ------------------------------------------------------------------------------

_VERDICTS: dict[str, str] = {
    VerdictKind.EXECUTE: "software may run it without a person",
    VerdictKind.VETO_WINDOW: "it runs unless somebody objects in time",
    VerdictKind.ESCALATE: "a person has to decide",
    VerdictKind.DENY: "it is refused; nobody can approve it",
}


def verdict(p: Payload) -> str:
    """Policy's answer, and what it would have been in a bounded cell."""
    kind, would = str(p.get("verdict")), str(p.get("would_have"))
    said = f"Policy says: {_VERDICTS.get(kind, kind)}."
    if would == kind:
        return said
    return f"{said} In a bounded cell it would have said: {_VERDICTS.get(would, would)}."


def broken(p: Payload) -> str:
    """The rules that were not kept."""
    return ", ".join(listed(p, "broken")) or "all rules kept"


# --- person ------------------------------------------------------------------------------

_DECISIONS: dict[str, str] = {
    DecisionKind.APPROVE: "Approved",
    DecisionKind.OVERRIDE: "Decided otherwise",
    DecisionKind.REJECT: "Rejected",
}


def decided(p: Payload) -> str:
    """A person's answer."""
    kind = str(p.get("kind"))
    said = f"{_DECISIONS.get(kind, kind)}: {text(p, 'words')}."
    return f"{said}{then(p, 'note', ' Note: ')}"


def escalated(p: Payload) -> str:
    """A case was passed on."""
    return f"Escalated: {text(p, 'words')}.{then(p, 'note', ' Note: ')}"


def asked(p: Payload) -> str:
    """What a person wants to know."""
    return f"Asked for information: {text(p, 'words').removeprefix('ask: ')}"


def settled(p: Payload) -> str:
    """How a repair ended."""
    found = "what was done stands" if p.get("is_done") else "what was done does not stand"
    return f"Repair settled: {found}.{then(p, 'note', ' Note: ')}"


def timed_out(p: Payload) -> str:
    """A review deadline passed."""
    role = text(p, "role", "")
    return f"Nobody decided in time.{f' Now it waits for {a_role(role)}.' if role else ''}"


def refused_attempt(p: Payload) -> str:
    """Somebody tried what they may not do."""
    if p.get("what") == "sign_in":
        attempts = then(p, "attempts", " after failed attempts: ")
        return f"Sign-in as {text(p, 'name')} was refused{attempts}."
    if p.get("what") == "set_up":
        return "A set-up link that is wrong, used or too old was refused."
    asked = text(p, "request", "Something that was asked for")
    return f"{REQUEST.get(asked, asked)} was refused: {refusal_words(text(p, 'why'))}"


# --- act ---------------------------------------------------------------------------------


def minted(p: Payload) -> str:
    """A permit and what it rests on."""
    basis = text(p, "basis")
    return f"A single-use permit was made from {permit_words(basis)}."


def grant_refused(p: Payload) -> str:
    """Why a permit could not be used."""
    code, why = text(p, "code"), refusal_words(text(p, "why", ""))
    said = ATTENTION[Attention(code)] if code in set(Attention) else spaced(p, "code")
    return f"The permit could not be used: {said.lower()}{f' ({why})' if why else ''}."


def intended(p: Payload) -> str:
    """A call is about to be made."""
    if p.get("attempt") is not None:
        return f"Calling again with the same key, attempt {text(p, 'attempt')}."
    return f"About to run “{text(p, 'tool')}”."


def effect(p: Payload) -> str:
    """What is known after a call."""
    if p.get("completed"):
        return "Done, and reading it back shows what was asked for."
    return f"The call did not act{then(p, 'why', ': ')}."


def unknown(p: Payload) -> str:
    """A call without an answer."""
    if p.get("status") == "RETRYING":
        return f"The call did not act and will be tried again{then(p, 'why', ': ')}."
    return f"It is not known yet whether the call acted{then(p, 'why', ': ')}."


def repair(p: Payload) -> str:
    """Why a person has to look."""
    if p.get("completed"):
        return "Done, but reading it back does not show what was asked for: a person has to look."
    return f"Nobody can say whether the call acted{then(p, 'why', ': ')}; a person has to look."


# --- learn -------------------------------------------------------------------------------


def outcome(p: Payload) -> str:
    """What proved true, of the recommendation and, where that differs, of what was done."""
    right, kind = p.get("recommendation_correct"), p.get("outcome")
    if right is None:
        said = "The truth became known; there is no recommendation to judge."
    else:
        said = f"The truth became known: the recommendation was {'right' if right else 'wrong'}."
    if kind == OutcomeKind.REVERTED:
        return f"{said} What was done had been put back."
    if kind == OutcomeKind.CORRECT and right is not True:
        return f"{said} What was done was right."
    if kind == OutcomeKind.WRONG and right is not False:
        return f"{said} What was done was wrong."
    return said


def fitted(p: Payload) -> str:
    """What a model was fitted on."""
    return f"Model fitted on {text(p, 'rows')} labelled cases known by {moment(p, 'as_of')}."


# --- control and people ------------------------------------------------------------------


def version(p: Payload) -> str:
    """A version of a document, as the beginning of a sentence."""
    return f"{text(p, 'kind').capitalize()} version {text(p, 'version')}"


def activated(p: Payload) -> str:
    """A version became active."""
    names = f"proposed by {text(p, 'proposed_by')}, signed by {text(p, 'signed_by')}"
    return f"{version(p)} became active: {names}."


def rolled_back(p: Payload) -> str:
    """An earlier version became active again."""
    return f"{version(p)} is active again, by {text(p, 'signed_by')}: {text(p, 'reason')}"


def audited(p: Payload) -> str:
    """Somebody answered an audit card."""
    is_right = p.get("recommendation_correct") is True
    return "A blind audit agrees with it." if is_right else "A blind audit says something else."


def account_changed(p: Payload) -> str:
    """What was changed about an account."""
    match p.get("what"):
        case "password_changed":
            return f"{text(p, 'name')} changed their own password."
        case "password_reset":
            return (
                f"The password of {text(p, 'name')} was set anew; they are signed out everywhere."
            )
        case "token_revoked":
            return f"Token “{text(p, 'label')}” of {text(p, 'name')} was revoked."
        case "sessions_ended":
            return f"Sessions of {text(p, 'name')} were ended."
    return f"Changed the account of {person(p)}"


def person(p: Payload) -> str:
    """An account and its roles."""
    roles = ", ".join(listed(p, "roles")).replace("_", " ") or "no role"
    closed = "; the account is closed" if p.get("is_active") is False else ""
    return f"{text(p, 'name')}: {roles}{closed}."
