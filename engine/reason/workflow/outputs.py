"""Outputs: the form in which a model answers each step of a workflow. Schemas only."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine.domain.tool import Strict
from engine.reason.grounds import Cited, Grounds, Words

Name = Annotated[str, Field(min_length=1, max_length=200)]


class Statement(Strict):
    """One thing that a text says."""

    what: Name = Field(description="One of the listed names.")
    value: Annotated[str, Field(max_length=200)] = Field(
        description="One of the values listed for that name; empty where the words are the value."
    )
    words: Words = Field(description="The words that say it, copied exactly from the text.")


class Reading(Strict):
    """All that the texts of a case say of what is asked for."""

    statements: Annotated[list[Statement], Field(max_length=20)] = Field(
        description="What is not said is left out."
    )


class Weighed(Strict):
    """How probable one of the candidates is."""

    name: Name = Field(description="Name of a candidate, exactly as it is listed.")
    probability: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    because: Words = Field(description="Why, in one sentence.")
    cites: Annotated[list[Cited], Field(max_length=8)] = Field(
        description="The facts that speak for it."
    )


class Assessment(Strict):
    """What is probable; candidates that are left out are taken for very improbable."""

    weighed: Annotated[list[Weighed], Field(min_length=1, max_length=12)] = Field(
        description="The most probable first; the probabilities sum to 1."
    )


class Choice(Grounds):
    """What is recommended, and on what grounds."""

    choice: Name = Field(description="Name of an option, exactly as it is listed.")
