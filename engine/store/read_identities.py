"""Identities: which version of each reasoner is the present one, and what its record is.

A record is of one version (`engine.domain.identity`); labels of the versions before it are told
apart and count for it no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from engine.domain.identity import ReasonerId
from engine.govern.limits import OWN
from engine.runtime.runs.reasoners import Reasoners
from engine.service.rows import RecordRow
from engine.store.read_labels import Labelled, Labels
from engine.store.read_source import ReadSource


class Identities:
    """The present versions of each desk's reasoners."""

    def __init__(self, source: ReadSource, labels: Labels, reasoners: Reasoners) -> None:
        """Read from this source; `reasoners` are those that run here."""
        self._source = source
        self._labels = labels
        self._reasoners = reasoners

    def of_desk(self, desk: str) -> Mapping[str, str]:
        """By name the version that is here; of a reasoner that is not, that of its newest label."""
        known = self._source.desks.get(desk)
        here = {} if known is None else dict(self._reasoners.here(known))
        return {**self._labels.of_desk(desk).newest, **here}

    def named(self, desk: str, names: Sequence[str]) -> tuple[ReasonerId, ...]:
        """The present versions of reasoners as envelopes name them."""
        known, present = self._source.desks.get(desk), self.of_desk(desk)
        own = known.reasoner.name if known is not None else OWN
        real = [own if name == OWN else name for name in names]
        return tuple(ReasonerId(name, present.get(name, "")) for name in real)


def record_of(by: ReasonerId, labels: Iterable[Labelled]) -> RecordRow:
    """The record of a version among some labels."""
    named = [label for label in labels if label.by.name == by.name]
    own = [label for label in named if label.by == by]
    return RecordRow(
        by=str(by) if by.version else by.name,
        labels=len(own),
        errors=sum(not label.is_correct for label in own),
        before=len(named) - len(own),
    )
