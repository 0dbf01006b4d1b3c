"""What one set of guardrails or goals says against another, as sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.domain.canonical import canonical_text
from engine.domain.money import Money
from engine.govern import bounds
from engine.govern.documents import PolicyDocument
from engine.govern.hard_rules import GoalsDocument, GuardrailDocument, HardRule, hard_rules
from engine.service.rows import ChangeRow
from engine.service.words import VERDICT, name


def rules_of(document: PolicyDocument) -> dict[str, HardRule]:
    """The hard rules of a document, by the name verdicts give them."""
    assert isinstance(document, GuardrailDocument | GoalsDocument)
    return {rule.title: rule for rule in hard_rules(document)}


def changes_of_rules(old: Mapping[str, HardRule], new: Mapping[str, HardRule]) -> list[ChangeRow]:
    """What differs between two sets of rules, rule by rule."""
    found = []
    for title in {**new, **old}:
        was, now = old.get(title), new.get(title)
        if was is not None and now is not None and _reads_the_same(was, now):
            continue
        found.append(
            ChangeRow(
                subject=title,
                sentences=(_rule_sentence(was, now),),
                widens=was is not None,
                evidence="",
            )
        )
    return found


def _reads_the_same(was: HardRule, now: HardRule) -> bool:
    """Whether a rule says the same, its amounts and its clock included."""
    return was.rule == now.rule and rule_words(was) == rule_words(now)


def _rule_sentence(was: HardRule | None, now: HardRule | None) -> str:
    if now is None:
        return "The rule is taken out."
    words = f"{_in_full(now)}, because: {now.rule.why}"
    if was is None:
        return f"The rule is new: {words}"
    before = _in_full(was)
    if before == _in_full(now):
        is_why = was.rule.why != now.rule.why
        before = f"because: {was.rule.why}" if is_why else f"written as {_as_stored(was)}"
    return f"Now {words}; was {before}."


def _as_stored(hard: HardRule) -> str:
    return canonical_text(hard.rule.model_dump(mode="json", exclude_defaults=True))


def rule_words(hard: HardRule) -> str:
    """What a hard rule limits, in words."""
    rule, said = hard.rule, []
    if rule.never:
        said.append("never")
    if rule.amount_cap is not None:
        said.append(bounds.cap_words(rule.amount_cap, hard.currency))
    if rule.reversible_only:
        said.append("reversible only")
    if rule.most_urgent_priority is not None:
        said.append(f"priority {rule.most_urgent_priority} or less urgent")
    said += [bounds.argument_words(name, one) for name, one in rule.arguments.items()]
    if rule.hours is not None:
        said.append(bounds.hours_words(rule.hours, hard.zone))
    said += [bounds.budget_words(one, hard.currency) for one in hard.budgets]
    for most, what in (
        (rule.max_stale_facts, "stale fact"),
        (rule.max_contradictions, "contradiction"),
        (rule.max_unseen_values, "unseen value"),
    ):
        if most is not None:
            said.append(bounds.count_words(most, what))
    return "; ".join(said)


def _in_full(hard: HardRule) -> str:
    rule = hard.rule
    case_type = rule.case_type.replace("_", " ") if rule.case_type else "every case type"
    action = f"“{name(rule.action)}”" if rule.action else "every action"
    return f"{rule_words(hard)}, for {action} and {case_type}; otherwise {VERDICT[hard.kind]}"


def changes_of_goals(before: PolicyDocument, after: GoalsDocument) -> Iterator[ChangeRow]:
    """What differs in the goal and its measures."""
    assert isinstance(before, GoalsDocument)
    sentences = []
    if before.goal != after.goal:
        sentences.append(f"The goal is “{after.goal}”, was “{before.goal}”.")
    if before.measures != after.measures:
        sentences.append(f"Measures: {_measures(after)}, were {_measures(before)}.")
    if before.minutes_per_decision != after.minutes_per_decision:
        was, now = (_minutes(one.minutes_per_decision) for one in (before, after))
        sentences.append(f"A person needs {now} for one case, was {was}.")
    if before.cost_per_hour != after.cost_per_hour:
        sentences.append(f"An hour of a person costs {_cost(after)}, was {_cost(before)}.")
    if sentences:
        yield ChangeRow(subject="goal", sentences=tuple(sentences), widens=False, evidence="")


def _measures(goals: GoalsDocument) -> str:
    said = [
        f"{one.kind.replace('_', ' ')} {one.target:.16g}" + (f" ({one.note})" if one.note else "")
        for one in goals.measures
    ]
    return ", ".join(said) or "none"


def _minutes(minutes: float | None) -> str:
    return "what the clicks say" if minutes is None else f"{minutes:.16g} minutes"


def _cost(goals: GoalsDocument) -> str:
    cost = goals.cost_per_hour
    return "nothing said" if cost is None else str(Money(minor=cost, currency=goals.currency))
