"""ControlReads: pauses, envelopes, budgets and people, as authorisation needs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from engine.domain.actor import Person, Role
from engine.domain.budget import Spent
from engine.domain.demonstration import Demonstration
from engine.domain.ids import ActionId, PersonId
from engine.domain.policy import PolicyKind, VersionStatus
from engine.domain.transition import BudgetReserved
from engine.domain.veto import VetoWindow
from engine.ports import Control, Pause, PolicyVersion
from engine.store import demonstration, prepared, tables
from engine.store.reads import Reads
from engine.store.window_rows import window_of

_version = tables.policy_versions.c
_window = tables.veto_windows.c
_outage = tables.outages.c


class ControlReads(Reads):
    """What every authorisation depends on."""

    def control(self) -> Control:
        """See `engine.ports.Reader.control`; the epoch is read first, so it is never too new."""
        epoch = self._first(select(tables.control.c.epoch))
        pauses = self._all(select(tables.pauses))
        active = self._all(
            select(tables.policy_versions).where(_version.status == VersionStatus.ACTIVE.value)
        )
        return Control(
            epoch=epoch.epoch,
            pauses=tuple(
                Pause(
                    scope=row.scope,
                    reason=row.reason,
                    by=row.by,
                    at=row.at,
                    resume_by=row.resume_by,
                    resume_reason=row.resume_reason,
                    resume_at=row.resume_at,
                )
                for row in pauses
            ),
            active={(row.desk, PolicyKind(row.kind)): _policy_version(row) for row in active},
        )

    def control_epoch(self) -> int:
        """The control epoch alone: cheap enough to ask before every batch."""
        return int(self._first(prepared.CONTROL_EPOCH).epoch)

    def policy_version(self, desk: str, kind: PolicyKind, version: int) -> PolicyVersion | None:
        """See `engine.ports.Reader.policy_version`."""
        row = self._first(
            select(tables.policy_versions).where(
                _version.desk == desk, _version.kind == kind.value, _version.version == version
            )
        )
        return _policy_version(row) if row else None

    def policy_versions(self, desk: str, kind: PolicyKind) -> tuple[PolicyVersion, ...]:
        """See `engine.ports.Reader.policy_versions`."""
        rows = self._all(
            select(tables.policy_versions)
            .where(_version.desk == desk, _version.kind == kind.value)
            .order_by(_version.version.desc())
        )
        return tuple(_policy_version(row) for row in rows)

    def spent(self, takings: Sequence[BudgetReserved]) -> Mapping[str, Spent]:
        """See `engine.ports.Reader.spent`."""
        found: dict[str, Spent] = {}
        for one in takings:
            row = self._first(
                prepared.BUDGET_USED,
                of_budget=one.taken.budget,
                of_customer=one.taken.customer,
                after=one.window.after,
                until=one.window.end,
            )
            if row.executions:
                found[one.taken.budget] = Spent(executions=row.executions, amount=row.amount)
        return found

    def veto_window(self, action_id: ActionId) -> VetoWindow | None:
        """See `engine.ports.Reader.veto_window`."""
        row = self._first(select(tables.veto_windows).where(_window.action_id == action_id))
        return window_of(row) if row else None

    def unnoticed_windows(self, limit: int) -> tuple[VetoWindow, ...]:
        """See `engine.ports.Reader.unnoticed_windows`."""
        rows = self._all(
            select(tables.veto_windows)
            .where(_window.closed_at.is_(None), _window.noticed_at.is_(None))
            .order_by(_window.opened_at)
            .limit(limit)
        )
        return tuple(window_of(row) for row in rows)

    def was_silent(self, since: datetime, until: datetime, longest: timedelta) -> bool:
        """See `engine.ports.Reader.was_silent`."""
        rows = self._all(
            select(tables.outages).where(_outage.ended_at > since, _outage.began_at < until)
        )
        return any(min(row.ended_at, until) - max(row.began_at, since) > longest for row in rows)

    def has_used_key(self, name: str) -> bool:
        """Whether something in the database rests on the key file of that name."""
        table = {"seal.key": tables.seals, "audit.key": tables.audit_draws}[name]
        return self._first(select(next(iter(table.primary_key))).limit(1)) is not None

    def demonstration(self) -> Demonstration | None:
        """See `engine.ports.Reader.demonstration`."""
        row = self._first(demonstration.MARK)
        return demonstration.mark_of(row) if row else None

    def person(self, name: str) -> Person | None:
        """See `engine.ports.Reader.person`."""
        row = self._first(prepared.PERSON, name=name)
        if row is None:
            return None
        return Person(
            id=PersonId(row.id),
            name=row.name,
            display_name=row.display_name,
            roles=frozenset(Role(role) for role in row.roles),
            is_active=row.is_active,
        )


def _policy_version(row: Any) -> PolicyVersion:
    fields = {column.name: getattr(row, column.name) for column in tables.policy_versions.c}
    fields["kind"] = PolicyKind(row.kind)
    fields["status"] = VersionStatus(row.status)
    return PolicyVersion(**fields)
