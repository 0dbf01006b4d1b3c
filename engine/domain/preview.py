"""Preview: what an action would change as things stand, or why its target would refuse it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.domain.canonical import Json
from engine.domain.difference import Difference

LONGEST_REFUSAL = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """One of the two: a difference, or a refusal."""

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
