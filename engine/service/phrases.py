"""Phrases: engine codes and notes put into words, from the tables in `words`. Pure functions.

What a person wrote is never rewritten: only forms that the engine itself writes are read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from engine.domain.case import Attention, Case
from engine.domain.decision import DecisionKind
from engine.domain.ledger import EventKind
from engine.domain.percent import percent, with_one_sign
from engine.domain.span import ChoiceKind, Stage
from engine.domain.verdict import VerdictKind
from engine.service.words import (
    ALL_KEPT,
    ATTENTION,
    BROKEN,
    LABEL,
    PERMIT,
    PHASE,
    REASON_GIVEN,
    ROLE,
    RULE,
    STATUS,
    STEP,
    VERDICT_MARK,
    name,
)

# --- cases -------------------------------------------------------------------------------


def state_of(case: Case) -> str:
    """Where a case stands, as the beginning of a sentence."""
    words = STATUS[case.status]
    return f"The case is in the state “{words[0].lower()}{words[1:]}” now"


# --- rules -------------------------------------------------------------------------------


def rule_words(rule: str) -> str:
    """What a rule asks for; its name where no words are known."""
    return RULE.get(rule) or hard_rule_words(rule) or name(rule)


def hard_rule_words(rule: str) -> str:
    """A guardrail or constraint by its name; empty for other rules."""
    kind, sign, called = rule.partition(":")
    return f"{kind.capitalize()} “{called.replace('_', ' ')}”" if sign else ""


def broken_words(rule: str) -> str:
    """What it means that a rule is not kept."""
    hard = hard_rule_words(rule)
    return BROKEN.get(rule) or (f"{hard} forbids it" if hard else name(rule))


def broken_list(rules: str, between: str) -> str:
    """Rules that were not kept, named one after the other, in words."""
    parts = [part.strip() for part in rules.split(between) if part.strip()]
    said = [part if part == ALL_KEPT else _broken(part) for part in parts]
    return "; ".join(said) or ALL_KEPT


def _broken(part: str) -> str:
    rule, sign, rest = part.partition(":")
    return f"{broken_words(rule)}{sign}{rest}" if rule in RULE else part


_REFUSAL = re.compile(
    r"(?P<rule>(?:guardrail:|constraint:)?\w+): (?P<seen>.*?) against (?P<limit>.*?)"
    r"(?P<why>, because .*)?",
    re.DOTALL,
)


def refusal_words(text: str, titles: Mapping[str, str] | None = None) -> str:
    """`rule: seen against limit`, as the engine notes what it refused, in words; else as it is."""
    found = _REFUSAL.fullmatch(text)
    if found is None or not (found["rule"] in RULE or hard_rule_words(found["rule"])):
        return with_one_sign(text)
    rule = found["rule"]
    seen, limit = (rule_value(rule, found[part], titles) for part in ("seen", "limit"))
    return f"{broken_words(rule)}: {seen} against {limit}{found['why'] or ''}"


_VALUES: dict[str, str] = {
    **{str(role): words for role, words in ROLE.items()},
    **{str(phase): words for phase, words in PHASE.items()},
}
_CODE = re.compile(r"\b(?:" + "|".join(sorted(_VALUES, key=len, reverse=True)) + r")\b")


_SHARE = re.compile(r"\b[01]\.\d{3}\b")
_FREE = frozenset({"paused", "request_malformed", "text_names_others", "case_in_hand"})
"""Rules that saw what a person or a tool wrote."""


def rule_value(rule: str, text: str, titles: Mapping[str, str] | None = None) -> str:
    """A limit or a seen value of a rule, with roles, phases, tools and facts in words.

    Args:
        rule: Whose value it is.
        text: As policy wrote it.
        titles: Names of the desk's tools and facts in words, by code.
    """
    if rule in _FREE:
        return text
    if rule == "confidence_below_threshold":
        return with_one_sign(_SHARE.sub(lambda found: percent(float(found[0]), 1), text))
    if rule == "role_may_not_decide" and text == _SOFTWARE:
        return "asked by software, no person yet"
    if rule == "case_type_unknown":
        return text.replace("_", " ")
    parts = [_thing(part, titles or {}) for part in text.split(", ")]
    return with_one_sign(_CODE.sub(lambda found: _VALUES[found[0]], ", ".join(parts)))


def _thing(text: str, titles: Mapping[str, str]) -> str:
    """A tool, or a fact as it is cited (`incident.state@itsm`), by its name in words."""
    if text in titles:
        return titles[text]
    cited = _FACT.fullmatch(text)
    return titles.get(cited["fact"], name(cited["fact"])) if cited else text


_FACT = re.compile(r"[\w:/ -]+\.(?P<fact>[\w ]+)@[\w:. -]+")
_SOFTWARE = "software"


# --- cells and brakes --------------------------------------------------------------------


def cell_words(cell: str, desks: Mapping[str, str], titles: Mapping[str, str]) -> str:
    """A cell by its action and its desk; the case type only where it says something more.

    Args:
        cell: `desk/case_type/action`.
        desks: Titles of desks, by name.
        titles: Names of tools in words, by code.
    """
    parts = cell.split("/")
    if len(parts) != 3:
        return cell
    desk, case_type, action = parts
    where = f"{desks.get(desk, name(desk))} / {case_type.replace('_', ' ')}"
    return f"{titles.get(action, name(action))} · {where}"


def scope_words(scope: str, desks: Mapping[str, str], titles: Mapping[str, str]) -> str:
    """What a brake holds, in words."""
    kind, _, which = scope.partition(":")
    match kind:
        case "all":
            return "everything"
        case "desk":
            return f"the desk {desks.get(which, name(which))}"
        case "cell":
            return f"the cell {cell_words(which, desks, titles)}"
        case _:
            return scope


# --- reasons, grounds and choices --------------------------------------------------------

_PERMIT = "grant from "
_SHORTEST_SEARCH = 3


def reason_words(code: str) -> str:
    """A reason code that was given, in words; any other text as it is."""
    return REASON_GIVEN.get(code, code)


def a_role(role: str) -> str:
    """A role with its article."""
    said = ROLE.get(role, name(role).lower())
    return f"an {said}" if said[:1] in "aeiou" else f"a {said}"


def who_decides(case_role: str, cell_roles: Sequence[str], held: Collection[str]) -> str:
    """Who has to answer a case, as a sentence, where these roles may not; empty where they may.

    The one rule for both sides: what deciding refuses and what a page locks beforehand.

    Args:
        case_role: The role the case was passed on to; empty where it waits for nobody special.
        cell_roles: Roles of which one is needed for its cell; none: any that decides.
        held: Roles of who wants to answer.
    """
    if case_role and case_role not in held:
        return f"This case waits for {a_role(case_role)}."
    if cell_roles and not set(cell_roles) & set(held):
        names = " or ".join(ROLE.get(role, name(role).lower()) for role in cell_roles)
        return f"This cell is decided by {names}."
    return ""


def permit_words(basis: str) -> str:
    """What a permit rests on."""
    return PERMIT.get(basis, name(basis).lower())


def grounds_words(kind: str, grounds: str) -> str:
    """The grounds of a line of the decision log.

    Args:
        kind: What kind of choice it was.
        grounds: As recorded: rules, a reason code with a note, what a permit rests on, or text.
    """
    if kind == ChoiceKind.AUTHORIZE:
        return broken_list(grounds, ";")
    if kind == ChoiceKind.DECIDE:
        code, _, note = grounds.partition(" ")
        said = reason_words(code)
        return f"{said}: {note}" if note and said != code else f"{said} {note}".strip()
    head, sign, basis = grounds.partition(_PERMIT)
    if sign and not head:
        return f"permit from {permit_words(basis)}"
    return with_one_sign(grounds)


_DIGEST = re.compile(r"[0-9a-f]{12,}")


READ_DENIED = {"DENY: not_of_this_case": "Refused: the case does not speak of it"}
"""What is said of reads that a run asked for and that were not made."""


def step_rule(stage: str, rule: str) -> str:
    """The rule under which a step of a run happened."""
    if stage == Stage.GOVERN:
        return broken_list(rule, ";")
    if stage == Stage.PERSON:
        return reason_words(rule)
    if stage == Stage.REASON and _DIGEST.fullmatch(rule):
        return f"version {rule[:8]}"
    if not rule.startswith("key "):
        return READ_DENIED.get(rule, rule)
    return f"one-time {rule}" if ": " in rule else f"one-time {rule}, not narrowed"


def step_words(step: str, titles: Mapping[str, str]) -> str:
    """A step of a run, by the tool it called or by what it did."""
    return titles.get(step) or STEP.get(step) or name(step)


def event_rule(kind: str, rule: str) -> str:
    """The rule under which an event of a case happened."""
    match kind:
        case EventKind.VERDICT_GIVEN:
            return broken_list(rule, ",")
        case EventKind.GRANT_REFUSED if rule in set(Attention):
            return ATTENTION[Attention(rule)]
        case EventKind.ATTEMPT_REFUSED:
            return name(rule)
        case _:
            pass
    head, _, said = rule.partition(" from ")
    if head == "grant":
        return f"permit from {permit_words(said)}"
    if head == "label":
        return f"label from {LABEL.get(said, said)}"
    return reason_words(rule)


def chosen_words(kind: str, chosen: str) -> str:
    """What was chosen, or could have been, in a line of the decision log."""
    if kind == ChoiceKind.AUTHORIZE and chosen in set(VerdictKind):
        return VERDICT_MARK[VerdictKind(chosen)]
    if kind == ChoiceKind.REFUSE and chosen in set(Attention):
        return ATTENTION[Attention(chosen)]
    if kind == ChoiceKind.DECIDE and chosen in set(DecisionKind):
        return name(chosen)
    return chosen[:1].upper() + chosen[1:]


def codes_said_with(text: str) -> tuple[str, ...]:
    """Codes whose words hold a text, whatever its case: for searching what a screen says."""
    wanted = text.lower()
    if len(wanted) < _SHORTEST_SEARCH:
        return ()
    verdicts = {str(kind): said for kind, said in VERDICT_MARK.items()}
    tables = (BROKEN, REASON_GIVEN, verdicts)
    said_with = [(code, said.lower()) for table in tables for code, said in table.items()]
    found = [code for code, said in said_with if wanted in said]
    permits = [code for code, said in PERMIT.items() if wanted in f"permit from {said}"]
    return tuple(dict.fromkeys([*found, *(f"{_PERMIT}{code}" for code in permits)]))
