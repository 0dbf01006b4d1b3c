"""Preview: what an action would change as things stand, or why its target would refuse it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.domain.canonical import Json
from engine.domain.difference import Difference
from engine.errors import InvalidRequest

LONGEST_REFUSAL = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """One of the two: a difference, or a refusal; neither: it cannot be said yet."""

    difference: Difference | None = None
    refusal: str = ""
    """Why the target would refuse it now, in its own words (untrusted); empty: it would not."""
    code: str = ""
    """The target's own code for that."""

    def to_json(self) -> Json:
        """The stored form: the difference's own, or the refusal."""
        if self.difference is not None:
            return self.difference.to_json()
        return {"refusal": self.refusal, "code": self.code}

    @classmethod
    def from_json(cls, kept: Json) -> Preview | None:
        """Read the stored form; None where no preview was kept.

        Raises:
            InvalidRequest: It has another shape.
        """
        if kept is None:
            return None
        if isinstance(kept, Mapping) and "refusal" in kept:
            return cls(refusal=str(kept["refusal"]), code=str(kept.get("code", "")))
        return cls(difference=Difference.from_json(kept))


def made_by(answer: Json) -> Difference | None:
    """What a call answered that it changed; None where its tool's answers do not say that.

    Args:
        answer: What the call answered; it may say it as `difference`.
    """
    if not isinstance(answer, Mapping) or "difference" not in answer:
        return None
    try:
        return Difference.from_json(answer["difference"])
    except InvalidRequest:
        return None
