"""Identifiers: UUIDv7 values, typed so that one kind is not passed for another.

How they are made is a port (`engine.ports.Ids`); this module only names them.
"""

from __future__ import annotations

from typing import NewType
from uuid import UUID

CaseId = NewType("CaseId", UUID)
RecommendationId = NewType("RecommendationId", UUID)
ActionId = NewType("ActionId", UUID)
DecisionId = NewType("DecisionId", UUID)
GrantId = NewType("GrantId", UUID)
EffectId = NewType("EffectId", UUID)
OutcomeId = NewType("OutcomeId", UUID)
PersonId = NewType("PersonId", UUID)
ModelVersionId = NewType("ModelVersionId", UUID)
RunId = NewType("RunId", UUID)
