"""Credentials: signed tokens for systems of record whose key this process holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from engine.domain.canonical import digest
from engine.domain.credential import CallPermit, Claims, Credential, issue
from engine.domain.tool import ToolContract
from engine.errors import ToolError
from engine.ports import Clock, Ids

_MARGIN_S = 5.0
"""A credential outlives its call's timeout by so much, for clocks that differ."""


@dataclass(frozen=True, kw_only=True)
class KeyIssuer:
    """Issues credentials with the key of each system."""

    keys: Mapping[str, Callable[[], bytes | None]]
    """By system: reads its key; None where it is missing."""
    clock: Clock
    ids: Ids

    def issue(
        self, contract: ToolContract, arguments: Mapping[str, Any], permit: CallPermit
    ) -> Credential | None:
        """A credential for one call; None where the tool's system takes none.

        Raises:
            ToolError: The system's key is missing.
        """
        read_key = self.keys.get(contract.system)
        if read_key is None:
            return None
        key = read_key()
        if key is None:
            raise ToolError(
                f"The key of {contract.system} is missing; run `countersign migrate`.",
                code="CREDENTIAL_KEY_MISSING",
            )
        now = self.clock.now()
        claims = Claims(
            id=str(self.ids.new()),
            audience=contract.system,
            case_id=permit.case_id,
            tool=contract.name,
            arguments_digest=digest(dict(arguments)).hex(),
            scopes=contract.scopes,
            kind=permit.kind,
            permit_id=permit.id,
            issued_at=now,
            expires_at=now + timedelta(seconds=contract.timeout_s + _MARGIN_S),
        )
        return Credential(
            token=issue(claims, key),
            id=claims.id,
            scopes=claims.scopes,
            expires_at=claims.expires_at,
        )
