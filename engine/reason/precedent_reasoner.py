"""The precedent reasoner: what past cases say, put into a recommendation.

Lives here: the way from a prediction to a `Draft`. Must not live here: the prediction itself
(`precedent`), the sentences (`precedent_sentences`), or anything that acts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.domain.case import Case
from engine.domain.fact import FactSet
from engine.domain.precedent import FittedPrecedent, PrecedentProcedure
from engine.domain.recommendation import Alternative, Draft, PrecedentCase
from engine.errors import ModelError
from engine.reason.precedent import unseen_values
from engine.reason.precedent_grounds import PrecedentAnswer, explain_precedent
from engine.reason.precedent_sentences import (
    PrecedentWords,
    counter_evidence,
    grounds_of,
    missing,
    rationale,
    reasons,
)


class PrecedentReasoner:
    """Recommends what past cases like this one turned out to need."""

    name = "precedent"

    def __init__(
        self,
        procedure: PrecedentProcedure,
        features: Callable[[FactSet], Mapping[str, str]],
        words: PrecedentWords,
    ) -> None:
        """Reason with one procedure.

        Args:
            procedure: How the fits that come in were made.
            features: The facts of a case as the features the procedure names.
            words: The domain's words and the action a label amounts to.
        """
        self._procedure = procedure
        self._features = features
        self._words = words
        self.version = procedure.identity
        """Identity of the procedure; a refit does not change it."""

    def recommend(self, case: Case, facts: FactSet, memory: FittedPrecedent | None) -> Draft | None:
        """Give a draft; None where there is no fit yet.

        Args:
            case: The case.
            facts: Its facts.
            memory: The fit in force.

        Raises:
            ModelError: The fit was made by another procedure.
        """
        if memory is None:
            return None
        if memory.procedure != self._procedure:
            raise ModelError("The fitted model was made by another procedure; fit it again.")
        features = self._features(facts)
        answer = explain_precedent(memory, features)
        if answer is None:
            return None
        grounds = grounds_of(answer, memory, facts, self._words)
        return Draft(
            reasoner=self.name,
            reasoner_version=self.version,
            proposals=(self._words.propose(case, grounds.first),),
            label=grounds.first,
            summary=self._words.summary(grounds.first),
            rationale=rationale(grounds),
            raw_confidence=answer.confidence,
            reasons=reasons(grounds),
            counter_evidence=counter_evidence(grounds),
            missing=missing(grounds, memory),
            unseen=unseen_values(memory, features),
            alternatives=_alternatives(case, answer, self._words),
            precedents=_precedents(answer),
        )


def _alternatives(
    case: Case, answer: PrecedentAnswer, words: PrecedentWords
) -> tuple[Alternative, ...]:
    """The three best choices, the recommended one first."""
    return tuple(
        Alternative(
            proposal=words.propose(case, choice.group),
            label=choice.group,
            probability=round(choice.probability, 4),
        )
        for choice in answer.groups
    )


def _precedents(answer: PrecedentAnswer) -> tuple[PrecedentCase, ...]:
    return tuple(
        PrecedentCase(
            source_id=past.case_id,
            label=past.label,
            similarity=round(past.similarity, 3),
            resolved_at=past.label_known_at,
        )
        for past in answer.similar
    )


__all__ = ["PrecedentReasoner", "PrecedentWords"]
