"""Model: the form in which a case type says what may be the cause, how it shows, and what costs.

Likelihoods are said in five words, not in decimals: they are judgement, to be corrected by whoever
knows the trade. Nothing is read or computed here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from engine.desks.orders.playbook.view import View
from engine.desks.orders.words import CaseType, Resolution

USUALLY = 0.80
OFTEN = 0.45
SOMETIMES = 0.18
RARELY = 0.06
HARDLY = 0.015
"""What a cause does not name shows hardly ever."""

SILENT = "silent"
"""The value of a sign that says nothing; what is behind it is missing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """The value a sign has in one case."""

    value: str
    fact: str
    """Id of the fact behind it, or the name of the missing one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sign:
    """Something that tells causes apart, in one of a few values."""

    name: str
    values: Mapping[str, str]
    """In the words of people, by value."""
    look: Callable[[View], Seen]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What something costs: a sum, and a share of the amount at stake."""

    minor: int = 0
    share: float = 0.0

    def of(self, amount_minor: int) -> float:
        """In minor units."""
        return self.minor + self.share * amount_minor


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """Why it went wrong, what is then right, and how it shows."""

    name: str
    title: str
    """In words, to stand after `most likely`."""
    resolution: Resolution
    share: float
    """Among the causes of the case type, before anything is seen."""
    shows: Mapping[str, Mapping[str, float]]
    """By sign and value; what is not named shows hardly ever."""
    harm: Mapping[Resolution, Cost] = field(default_factory=lambda: MappingProxyType({}))
    """What another resolution costs under this cause, where it is not what it usually costs."""


WORK: Mapping[Resolution, Cost] = MappingProxyType(
    {
        Resolution.CORRECT_ADDRESS: Cost(minor=150),
        Resolution.ASK_CUSTOMER: Cost(minor=250),
        Resolution.SUBSTITUTE: Cost(minor=150),
        Resolution.BACKORDER: Cost(minor=150),
        Resolution.CANCEL: Cost(minor=200),
        Resolution.REFUND: Cost(minor=150),
        Resolution.RESHIP: Cost(minor=450),
        Resolution.HOLD: Cost(minor=100),
        Resolution.RELEASE: Cost(minor=50),
    }
)
"""What each resolution costs even where it is right."""

HARM: Mapping[Resolution, Cost] = MappingProxyType(
    {
        Resolution.CORRECT_ADDRESS: Cost(minor=1_200, share=0.03),  # a second vain delivery
        Resolution.ASK_CUSTOMER: Cost(minor=700, share=0.04),  # days lost, some customers with them
        Resolution.SUBSTITUTE: Cost(minor=690, share=0.10),  # it comes back
        Resolution.BACKORDER: Cost(minor=500, share=0.10),  # waited in vain
        Resolution.CANCEL: Cost(minor=800, share=0.30),  # the margin, and a customer put off
        Resolution.REFUND: Cost(minor=0, share=0.80),  # money for nothing, some of it comes back
        Resolution.RESHIP: Cost(minor=450, share=0.60),  # the goods once more
        Resolution.HOLD: Cost(minor=600, share=0.04),
        Resolution.RELEASE: Cost(minor=1_500, share=0.70),  # goods gone, money called back
    }
)
"""What each resolution costs beyond its work where it is wrong."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseModel:
    """All that is believed about one case type."""

    case_type: CaseType
    signs: tuple[Sign, ...]
    causes: tuple[Cause, ...]
    offers: tuple[Resolution, ...]
    """What may be recommended, where it is possible."""

    def likelihood(self, cause: Cause, sign: Sign, value: str) -> float:
        """Probability that a cause shows a sign in one of its values."""
        shows = cause.shows.get(sign.name, {})
        weights = {one: shows.get(one, HARDLY) for one in sign.values}
        return weights[value] / sum(weights.values())

    def cost(self, cause: Cause, resolution: Resolution, amount_minor: int) -> float:
        """What a resolution costs under a cause, in minor units."""
        work = WORK[resolution].of(amount_minor)
        if resolution is cause.resolution:
            return work
        return work + cause.harm.get(resolution, HARM[resolution]).of(amount_minor)

    @property
    def tables(self) -> object:
        """Everything that was declared, as plain values: what the version is the digest of."""
        return {
            "offers": [one.value for one in self.offers],
            "signs": {one.name: sorted(one.values) for one in self.signs},
            "causes": [
                {
                    "name": one.name,
                    "resolution": one.resolution.value,
                    "share": one.share,
                    "shows": {name: dict(values) for name, values in one.shows.items()},
                    "harm": {to.value: [c.minor, c.share] for to, c in one.harm.items()},
                }
                for one in self.causes
            ],
        }
