"""Copied: a write that a text names, or whose recipient, amount or target only a text names.

This is what obeying a text in data looks like to code. It looks at
- the target and the amount, as the contract names them;
- whatever stands under a name of a recipient (`to`, `account`, `address`, ...);
- identifiers: values without a blank that bear a digit, and links and addresses within longer text;
- the tool itself, by the name that only software uses for it (`release_order`, not `release`).

Such a value is suspect where it stands in what strangers wrote (the case, results, values of
facts) and is supported by nothing: it is no fact's value or entity, no field of a result by itself,
nothing in the desk's own goal and constraints, and no value the tool's schema lists.

What it cannot see: words a text put into the model's head, a field of a result that a stranger
filled, and a value that the desk itself took from the text as a fact. It cannot know either whether
a person meant what the text asks for: such a case goes to a person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.domain.canonical import Json
from engine.domain.fact import Fact
from engine.domain.recommendation import Proposal
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import GiveUp, ToolReturned, UseTool
from engine.domain.tool import ToolContract
from engine.reason.agent.history import History
from engine.reason.brief import Brief
from engine.reason.grounds import named
from engine.reason.named_sums import sums_in

_RECIPIENT = re.compile(
    r"(^|_)(to|recipients?|payee|beneficiary|account|iban|bic|address|street|city|e?mail|phone|url|"
    r"link|channel|user|participants?)(_|$)",
    re.IGNORECASE,
)
_WITHIN = re.compile(r"https?://[^\s\"'<>]+|www\.[^\s\"'<>]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
"""Links and e-mail addresses in a longer text."""
_SHORTEST = 4
"""Characters; what is shorter stands in any text by chance."""
_CODE = "_"
"""In a name that people do not use when they write."""


def copied_from_text(
    contract: ToolContract,
    proposal: Proposal,
    brief: Brief,
    history: History,
    *,
    is_amount_checked: bool,
) -> GiveUp | None:
    """The end of a run whose write names what only a text named, or is named by a text itself.

    Args:
        contract: Of the write.
        proposal: The call with its arguments in canonical form.
        brief: The task.
        history: The run, with all that its reads gave.
        is_amount_checked: Whether the desk has calculated the amount: then no text made it.
    """
    checked = contract.amount_argument if is_amount_checked else ""
    suspects = [one for one in _suspects(contract, proposal.arguments) if one[0] != checked]
    if not suspects and _CODE not in contract.name:
        return None
    results = _results(history)
    strange = _Text.of(
        _strings([brief.title, dict(brief.signal), results, _values(brief, history)])
    )
    given = _given(brief, history.facts(brief), results)
    if _CODE in contract.name and contract.name in strange.seen and not given.has(contract.name):
        return _end(f"{contract.name}, which a text in the case or a result names as code does.")
    for name, value in suspects:
        if not given.has(value) and strange.names(value):
            copied = f"{contract.name} with {name} {named(str(value))}"
            return _end(
                f"{copied}, which a text in the case or in a result names and no fact does."
            )
    return None


def _end(what: str) -> GiveUp:
    return GiveUp(fault=RunFault.GOAL_LOST, why=f"It asks for {what}")


@dataclass(frozen=True, slots=True)
class _Text:
    """What strangers wrote."""

    folded: str
    seen: str
    """Without the characters that nobody sees."""
    squeezed: str
    sums: frozenset[int]

    @classmethod
    def of(cls, strings: Iterable[str]) -> _Text:
        folded = "\n".join(_folded(one) for one in strings)
        sums = frozenset(sums_in(folded.upper()))
        return cls(folded, _seen(folded), _squeezed(folded), sums)

    def names(self, value: str | int) -> bool:
        """Whether it stands there, however it is written."""
        if not isinstance(value, str):
            is_there = re.search(rf"(?<!\w){value}(?!\w)", self.folded) is not None
            return value in self.sums or is_there
        squeezed = _squeezed(_folded(value))
        if len(squeezed) < _SHORTEST:
            return False
        return _folded(value) in self.folded or squeezed in self.squeezed


@dataclass(frozen=True, slots=True)
class _Given:
    """What may be named in a call."""

    values: frozenset[str]
    words: str

    def has(self, value: str | int) -> bool:
        """Whether a fact, a field of a result, or the desk itself names it."""
        folded = _folded(str(value))
        return folded in self.values or (len(folded) >= _SHORTEST and folded in self.words)


def _given(brief: Brief, facts: Iterable[Fact], results: Json) -> _Given:
    values = {_folded(brief.target)}
    for fact in facts:
        values |= {_folded(one) for one in (str(fact.value), fact.entity, *fact.entity.split(":"))}
    values |= {_folded(str(one)) for _, one in _leaves("", results)}
    return _Given(frozenset(values), _folded("\n".join([brief.goal, *brief.constraints])))


def _suspects(
    contract: ToolContract, arguments: Mapping[str, Any]
) -> Iterable[tuple[str, str | int]]:
    """Values of a call that name somebody, something or an amount, with their argument."""
    listed = _listed(contract.arguments.model_json_schema())
    named_by_contract = {contract.target_argument, contract.amount_argument}
    for path, value in _leaves("", arguments):
        top = path.split(".", 1)[0]
        if not isinstance(value, str | int) or isinstance(value, bool) or str(value) in listed:
            continue
        is_named = top in named_by_contract or any(map(_RECIPIENT.search, path.split(".")))
        if isinstance(value, int):
            if is_named:
                yield path, value
        elif is_named or _is_identifier(value):
            yield path, value
        else:
            yield from ((path, one) for one in _WITHIN.findall(value))


def _is_identifier(text: str) -> bool:
    has_sign = any(one.isdigit() or one in "@/" for one in text)
    return has_sign and not any(one.isspace() for one in text.strip())


def _listed(schema: Json) -> frozenset[str]:
    """All values that a schema lists: naming one of them is a choice, not a copy."""
    found: set[str] = set()
    if isinstance(schema, dict):
        found |= {str(one) for one in schema.get("enum", ()) if not isinstance(one, dict)}
        found |= {str(schema["const"])} if "const" in schema else set()
        schema = list(schema.values())
    if isinstance(schema, list):
        found |= {one for part in schema for one in _listed(part)}
    return frozenset(found)


def _results(history: History) -> Json:
    return [
        one.observation.result
        for one in history.steps
        if isinstance(one.move, UseTool) and isinstance(one.observation, ToolReturned)
    ]


def _values(brief: Brief, history: History) -> Json:
    return [fact.value for fact in history.facts(brief) if isinstance(fact.value, str)]


def _leaves(path: str, value: Json) -> Iterable[tuple[str, Any]]:
    left = [(path, value)]
    while left:
        at, one = left.pop()
        if isinstance(one, Mapping):
            left += [(f"{at}.{name}" if at else str(name), part) for name, part in one.items()]
        elif isinstance(one, list | tuple):
            left += [(at, part) for part in one]
        else:
            yield at, one


def _strings(value: Json) -> Iterable[str]:
    return (one for _, one in _leaves("", value) if isinstance(one, str))


def _folded(text: str) -> str:
    """The same text in whatever width and case it is written."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return plain.casefold().strip()


def _seen(folded: str) -> str:
    if folded.isascii():
        return folded
    return "".join(one for one in folded if unicodedata.category(one) != "Cf")


def _squeezed(folded: str) -> str:
    """Letters and digits alone: without blanks, signs, and characters nobody sees."""
    return "".join(filter(str.isalnum, folded))
