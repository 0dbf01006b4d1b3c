"""Window: what stands in a request, read from its texts alone, as any model would have to.

Names of blocks do not travel to a model's server, so nothing here looks at them. What the engine
says is known by its own marks and words (`engine.reason.window`, `engine.reason.agent.parts`); what
stands between the marks is data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from json import JSONDecodeError, JSONDecoder
from typing import Any

from engine.domain.canonical import Json
from engine.domain.model_call import ModelRequest, TextBlock
from engine.domain.run_moves import Answered
from engine.reason.agent.parts import DECIDED
from engine.simulators.scripted_model.sight import Shown, Sight

_DATA = re.compile(r'<data name="([^"]*)">\n(.*?)\n</data>', re.DOTALL)
_SAYABLE = re.compile(
    r"^- (\S+) \(of (\w+)\): .*?(?: Values: ([^.]*)\.| The words are the value\.)$"
)
_STEP = re.compile(r"^Step (\d+)(?:, step \d+ again)?, (\w+)")
_MOST_READS = re.compile(r"One answer may ask for (\d+) reads")
_LEFT = re.compile(r"Answers left: (\d+)")
_SEEN = re.compile(r"^Times are UTC, on (\d{4}-\d\d-\d\d) ", re.MULTILINE)
_AGAINST = re.compile(r"contradicted by (\"(?:[^\"\\]|\\.)*\")")
_JSON = JSONDecoder()


class Question(StrEnum):
    """What a request asks for."""

    READING = "statements"
    """A step of a workflow: what do the texts say?"""
    ASSESSMENT = "weighed"
    """A step of a workflow: what may be the case?"""
    CHOICE = "choice"
    """A step of a workflow: which of the options?"""
    NEXT = "next"
    """An agent: which tool?"""
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sayable:
    """Something that a text may say."""

    name: str
    text: str
    values: tuple[str, ...]
    """None: the quoted words are the value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """Something that can be recommended."""

    name: str
    right: float | None
    """Probability that it is, by the assessment before; None: nothing was assessed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """A read of this run: that it was made, whether or not it came through."""

    step: int
    tool: str
    arguments: Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What became of a change that was asked for."""

    step: int
    tool: str
    answered: Answered
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Section:
    """Data between marks, with the engine's words before it."""

    name: str
    head: str
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Window:
    """A request as a model reads it."""

    words: str
    """All that the engine itself says: what stands between marks is left out."""
    sections: tuple[_Section, ...]
    tools: Mapping[str, Mapping[str, Any]]
    """Schemas of the tools that may be asked for, by name."""
    asks_for: frozenset[str]
    """Properties of the answer."""

    @property
    def question(self) -> Question:
        """What is asked, by the form of the answer."""
        kinds = (Question.CHOICE, Question.ASSESSMENT, Question.READING)
        if "finish" in self.tools:
            return Question.NEXT
        return next((one for one in kinds if one.value in self.asks_for), Question.UNKNOWN)

    @property
    def case_type(self) -> str:
        """Of the case."""
        return self._of_case("case type")

    @property
    def target(self) -> str:
        """What the tools call the thing that the case is about; only an agent is told."""
        return self._of_case("target")

    @property
    def sight(self) -> Sight:
        """The facts."""
        lines = self._lines("facts")
        return Sight(
            facts={one.id: one for line in lines for one in _facts(line)},
            today=next(iter(_SEEN.findall(self.words)), ""),
        )

    @property
    def sayable(self) -> tuple[Sayable, ...]:
        """What the texts may say."""
        found = (_SAYABLE.match(line) for line in self.words.splitlines())
        return tuple(
            Sayable(
                name=one[1],
                text=one[2],
                values=tuple(part.strip() for part in (one[3] or "").split(",") if part.strip()),
            )
            for one in found
            if one
        )

    def told_text(self, name: str) -> str:
        """A text of the case; empty where there is none."""
        value = next((_read(line) for line in self._lines(name)), "")
        return value if isinstance(value, str) else ""

    @property
    def strangers(self) -> Iterator[str]:
        """All that strangers wrote, a line each."""
        for one in self.sections:
            if not one.name.startswith(("decision", "problems", "set aside")):
                yield from one.lines

    @property
    def candidates(self) -> tuple[str, ...]:
        """What may be the case."""
        return tuple(str(_read(line)) for line in self._lines("candidates"))

    @property
    def options(self) -> tuple[Option, ...]:
        """What can be recommended, in the order in which it is listed."""
        return tuple(_option(line) for line in self._lines("options"))

    @property
    def reads(self) -> tuple[Read, ...]:
        """The reads of this run, oldest first."""
        found = [
            Read(step=int(head[1]), tool=head[2], arguments=_read(one.lines[0]))
            for one in self.sections
            if one.name.startswith(("result", "failure")) and (head := _STEP.match(one.head))
        ]
        return tuple(sorted(found, key=lambda one: one.step))

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What became of the changes that were asked for, oldest first."""
        found = [one for part in self.sections if (one := _decision(part)) is not None]
        return tuple(sorted(found, key=lambda one: one.step))

    @property
    def is_told_off(self) -> bool:
        """Whether the answer before this one could not be used."""
        wrong = "This answer cannot be taken:"
        return wrong in self.words or any(one.name == "problems" for one in self.sections)

    @property
    def most_reads(self) -> int:
        """So many reads one answer may ask for."""
        found = _MOST_READS.search(self.words)
        return int(found[1]) if found else 1

    @property
    def answers_left(self) -> int:
        """Of an agent's run; a workflow is not told."""
        found = _LEFT.search(self.words)
        return int(found[1]) if found else 1

    def _of_case(self, name: str) -> str:
        start = f"{name}: "
        lines = (line for line in self._lines("case") if line.startswith(start))
        return next((str(_read(line.removeprefix(start))) for line in lines), "")

    def _lines(self, name: str) -> Sequence[str]:
        return next((one.lines for one in self.sections if one.name == name), ())


def window_of(request: ModelRequest) -> Window:
    """Read a request."""
    texts = [
        block.text
        for message in request.messages
        for block in message.blocks
        if isinstance(block, TextBlock)
    ]
    return Window(
        words="\n".join(_DATA.sub("", text) for text in texts),
        sections=tuple(one for text in texts for one in _sections(text)),
        tools={one.name: one.schema for one in request.tools},
        asks_for=frozenset((request.output or {}).get("properties", {})),
    )


def _sections(text: str) -> Iterator[_Section]:
    for found in _DATA.finditer(text):
        head = text[: found.start()].rstrip().rpartition("\n")[2]
        yield _Section(name=found[1], head=head, lines=tuple(found[2].split("\n")))


def _read(text: str) -> Any:
    """The JSON value with which a text begins; None where it was cut."""
    try:
        return _JSON.raw_decode(text.strip())[0]
    except JSONDecodeError:
        return None


def _facts(line: str) -> Iterator[Shown]:
    """The fact of a line: `id = value (notes)`."""
    try:
        name, end = _JSON.raw_decode(line)
        value, notes = _JSON.raw_decode(line, end + len(" = "))
    except JSONDecodeError:
        return
    said = line[notes:]
    yield Shown(
        id=name,
        value=value,
        is_too_old="; too old" in said,
        against=tuple(str(_read(one)) for one in _AGAINST.findall(said)),
    )


def _option(line: str) -> Option:
    right = re.search(r"\); right with ([0-9.]+[0-9])", line)
    return Option(name=str(_read(line)), right=float(right[1]) if right else None)


def _decision(part: _Section) -> Decision | None:
    head = re.match(r"Step (\d+), a change you asked for\. (.*)\.$", part.head)
    words = head[2] if head else ""
    answered = next((one for one, said in DECIDED.items() if said == words), None)
    if head is None or answered is None:
        return None
    told = dict(line.partition(": ")[::2] for line in part.lines[1:])
    called = re.match(r'\[\["(\w+)"', part.lines[0])
    return Decision(
        step=int(head[1]),
        tool=called[1] if called else "",
        answered=answered,
        why=str(_read(told.get("why", "")) or ""),
    )
